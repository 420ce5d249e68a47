import { existsSync } from 'node:fs';
import { Piscina } from 'piscina';
import { wipe } from '../core/base/index.js';
import { bulkOf, EngineError, GroupError } from '../core/private-join/index.js';
import type { Engine, Job, JobOptions } from '../core/private-join/index.js';
import type { EngineReply } from './engine-worker.js';
import { RuntimeError } from './errors.js';
import { JobQueue } from './job-queue.js';
import type { Load } from './job-queue.js';
import { packed } from './job-message.js';
import type { JobMessage } from './job-message.js';
import { packagePath } from './package-root.js';

export interface WorkerEngineOptions {
  /** Threads; as many jobs are worth having under way. At least 1. */
  readonly workers: number;
}

/** Runs jobs in a pool of threads. A worker runs compiled code only, so the package must have been built. */
export interface WorkerEngine extends Engine {
  readonly load: Load;
  /** Ends the threads; jobs under way and jobs that wait reject with EngineError WORKER_FAILED. */
  stop(): Promise<void>;
}

/** Thrown when the package has not been built: RuntimeError PACKAGE_INCOMPLETE. */
export function createWorkerEngine({ workers }: WorkerEngineOptions): WorkerEngine {
  const filename = packagePath('dist', 'runtime', 'engine-worker.js');
  if (!existsSync(filename)) {
    throw new RuntimeError('PACKAGE_INCOMPLETE', 'dist/runtime/engine-worker.js is missing: run `npm run build`.');
  }
  const threads = Math.max(1, Math.floor(workers));
  const pool = new Piscina<JobMessage, EngineReply>({
    filename,
    name: 'runInWorker',
    minThreads: threads,
    maxThreads: threads,
    recordTiming: false,
    // Not this process's own: a loader of the tests has no business in a worker.
    execArgv: [],
  });
  return new PoolEngine(pool, threads);
}

class PoolEngine implements WorkerEngine {
  readonly parallelism: number;
  readonly background = true;
  readonly #pool: Piscina<JobMessage, EngineReply>;
  readonly #queue: JobQueue;
  #stopped = false;

  constructor(pool: Piscina<JobMessage, EngineReply>, threads: number) {
    this.parallelism = threads;
    this.#pool = pool;
    // The pool gets a job when a thread is free for it: an order of its own it doesn't need.
    this.#queue = new JobQueue(threads, (job) => this.#start(job));
    // A thread may have answered just before it was ended. Nobody waits for it by then, and what the pool says of it, which
    // would end the process, has the answer in it.
    pool.on('error', (thrown: unknown) => {
      if (!this.#stopped) throw thrown;
    });
  }

  get load(): Load {
    return this.#queue.load;
  }

  run(job: Job, options?: JobOptions): Promise<Uint8Array> {
    return this.#queue.add(job, options);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.close(new EngineError('WORKER_FAILED', 'the worker threads have been stopped'));
    await this.#pool.destroy();
  }

  async #start(job: Job): Promise<Uint8Array> {
    const reply = await this.#ask(job);
    if (reply === 'BAD_ELEMENT') throw new GroupError();
    if (reply instanceof Error) throw reply;
    return reply;
  }

  async #ask(job: Job): Promise<EngineReply> {
    const { message, moved, copies } = outgoing(job);
    try {
      return await this.#pool.run(message, { transferList: [...moved] });
    } catch (cause) {
      throw new EngineError('WORKER_FAILED', 'a worker thread failed, or was stopped in the middle of a job', {
        cause,
      });
    } finally {
      wipe(...copies);
    }
  }
}

interface Outgoing {
  readonly message: JobMessage;
  /** Memory that goes to the other thread and is gone from this one. */
  readonly moved: readonly ArrayBuffer[];
  /** Memory of this thread to be wiped when the job is done. */
  readonly copies: readonly Uint8Array[];
}

/**
 * A view goes to another thread with all of the memory it looks into. So one of something larger, which may be other
 * secrets, is copied first. Of what remains, the job's bulk moves, and the rest is copied on the way.
 */
function outgoing(job: Job): Outgoing {
  if (job.kind === 'hash') {
    const message = packed(job);
    return { message, moved: ownMemoryOf(message.messages), copies: [] };
  }
  const bulk = new Set(bulkOf(job));
  const moved: ArrayBuffer[] = [];
  const copies: Uint8Array[] = [];
  const own = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(own);
    if (!(value instanceof Uint8Array)) return value;
    const compact = value.byteLength === value.buffer.byteLength ? value : value.slice();
    if (!bulk.has(value)) {
      if (compact !== value) copies.push(compact);
      return compact;
    }
    if (compact !== value) wipe(value);
    moved.push(...ownMemoryOf(compact));
    return compact;
  };
  const fields = Object.fromEntries(Object.entries(job).map(([name, value]) => [name, own(value)]));
  return { message: Object.assign({}, job, fields), moved, copies };
}

function ownMemoryOf({ buffer }: Uint8Array): readonly ArrayBuffer[] {
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}
