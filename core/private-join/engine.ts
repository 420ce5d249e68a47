import { CodedError, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import type { Group } from './group.js';
import { runJob } from './jobs.js';
import type { Job } from './jobs.js';
import { bulkOfSumJob } from './sum-jobs.js';

/**
 * Does the bulk arithmetic of a run: in this thread (`inlineEngine`) or in a pool of workers. Jobs are independent of
 * each other, so a caller may have as many under way as `parallelism` allows.
 *
 * **Whose bytes are whose.** The engine takes over the bulk of a job (`bulkOf`): its bytes move to whoever does the job
 * and are wiped there, so after `run` has been called the caller neither reads nor writes them, and no two jobs share
 * them. What is small stays the caller's: keys, scalars and the inputs of hashes are copied, and the copies are wiped.
 * The result is the caller's.
 */
export interface Engine {
  /** Jobs worth having under way at once, at least 1. */
  readonly parallelism: number;
  /**
   * True when jobs run in threads of their own: what is done ahead there while the caller waits for others costs nobody
   * any time. Not given: false.
   */
  readonly background?: boolean;
  /**
   * Resolves with the bytes that the job makes (`runJob`).
   * Thrown when an element of the input isn't a canonical encoding or is the identity: GroupError; when what does the
   * jobs broke down or has been stopped: EngineError WORKER_FAILED; when the signal aborts: its reason.
   */
  run(job: Job, options?: JobOptions): Promise<Uint8Array>;
}

export interface JobOptions {
  /** Aborts when nobody wants the result any more: a job that hasn't begun never does, of any other the result is wiped. */
  readonly signal?: AbortSignal;
  /** Work done ahead: it begins only while nothing else is under way or waits. */
  readonly idle?: boolean;
}

/** Thrown when what does the jobs broke down in the middle of one, or was stopped. The job itself may have been fine. */
export class EngineError extends CodedError<'WORKER_FAILED'> {}

/** Runs every job in the calling thread, one at a time, before `run` returns. */
export function inlineEngine(group: Group, rng: Rng): Engine {
  return {
    parallelism: 1,
    run: (job, { signal } = {}) =>
      new Promise((resolve) => {
        try {
          signal?.throwIfAborted();
          resolve(runJob(group, rng, job));
        } finally {
          wipe(...bulkOf(job));
        }
      }),
  };
}

/** The same engine; `done` is called whenever a job has been done that was not done ahead. */
export function watchedEngine(engine: Engine, done: () => void): Engine {
  return {
    parallelism: engine.parallelism,
    background: engine.background ?? false,
    run: async (job, options) => {
      const result = await engine.run(job, options);
      if (options?.idle !== true) done();
      return result;
    },
  };
}

/** The parts of a job that grow with the number of records, and that an engine takes over. */
export function bulkOf(job: Job): readonly Uint8Array[] {
  switch (job.kind) {
    case 'hash':
    case 'multiples':
    case 'zeros':
    case 'decoys':
      return [];
    case 'prepare':
      return [job.keys, job.labels, job.numbers];
    case 'hop':
      return [job.records, ...optional(job.zeros)];
    case 'check':
      return [job.elements];
    case 'combine':
      return [job.base, ...job.linked, ...optional(job.zeros)];
    case 'dummies':
      return [job.cells];
    case 'tally':
    case 'open':
      return [job.ciphertexts];
    case 'add-up':
    case 'noise-sums':
    case 'composites':
    case 'take-shares':
    case 'walk':
      return bulkOfSumJob(job);
  }
}

function optional(bytes: Uint8Array | undefined): readonly Uint8Array[] {
  return bytes === undefined ? [] : [bytes];
}
