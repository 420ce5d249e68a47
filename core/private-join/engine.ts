import type { Rng } from '../base/index.js';
import type { Group } from './group.js';
import { runJob } from './jobs.js';
import type { Job } from './jobs.js';

/**
 * Does the bulk arithmetic of a run: in this thread (`inlineEngine`) or in a pool of workers. Jobs are independent of
 * each other, so a caller may have as many under way as `parallelism` allows.
 */
export interface Engine {
  /** Jobs worth having under way at once, at least 1. */
  readonly parallelism: number;
  /** Thrown when an element of the input isn't a canonical encoding or is the identity: GroupError. */
  run(job: Job): Promise<Uint8Array>;
}

/** Runs every job in the calling thread, one at a time. */
export function inlineEngine(group: Group, rng: Rng): Engine {
  return {
    parallelism: 1,
    run: (job) => new Promise((resolve) => resolve(runJob(group, rng, job))),
  };
}
