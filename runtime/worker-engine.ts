import { existsSync } from 'node:fs';
import { Piscina } from 'piscina';
import { wipe } from '../core/base/index.js';
import { GroupError } from '../core/private-join/index.js';
import type { Engine, Job } from '../core/private-join/index.js';
import type { EngineReply } from './engine-worker.js';
import { RuntimeError } from './errors.js';
import { packagePath } from './package-root.js';

export interface WorkerEngineOptions {
  /** Threads; as many jobs are worth having under way. At least 1. */
  readonly workers: number;
}

/** Runs jobs in a pool of threads. A worker runs compiled code only, so the package must have been built. */
export interface WorkerEngine extends Engine {
  /** Ends the threads; jobs under way reject with RuntimeError WORKER_FAILED. */
  stop(): Promise<void>;
}

/** Thrown when the package has not been built: RuntimeError PACKAGE_INCOMPLETE. */
export function createWorkerEngine({ workers }: WorkerEngineOptions): WorkerEngine {
  const filename = packagePath('dist', 'runtime', 'engine-worker.js');
  if (!existsSync(filename)) {
    throw new RuntimeError('PACKAGE_INCOMPLETE', 'dist/runtime/engine-worker.js is missing: run `npm run build`.');
  }
  const threads = Math.max(1, Math.floor(workers));
  const pool = new Piscina<Job, EngineReply>({
    filename,
    name: 'runInWorker',
    minThreads: threads,
    maxThreads: threads,
    // Not this process's own: a loader of the tests has no business in a worker.
    execArgv: [],
  });
  return new PoolEngine(pool, threads);
}

class PoolEngine implements WorkerEngine {
  readonly parallelism: number;
  readonly #pool: Piscina<Job, EngineReply>;
  #stopped = false;

  constructor(pool: Piscina<Job, EngineReply>, parallelism: number) {
    this.#pool = pool;
    this.parallelism = parallelism;
  }

  async run(job: Job): Promise<Uint8Array> {
    const { compact, copies } = compacted(job);
    const reply = await this.#ask(compact).finally(() => wipe(...copies));
    if ('error' in reply) throw new GroupError();
    return reply.result;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pool.destroy();
  }

  async #ask(job: Job): Promise<EngineReply> {
    // The pool itself would start new threads for it.
    if (this.#stopped) throw new RuntimeError('WORKER_FAILED', 'the worker threads have been stopped');
    try {
      return await this.#pool.run(job);
    } catch (cause) {
      throw new RuntimeError('WORKER_FAILED', 'a worker thread failed, or was stopped in the middle of a job', {
        cause,
      });
    }
  }
}

/**
 * A view is sent to another thread with all of the memory it looks into. So a view of something larger, which may be
 * other secrets, is copied first; the copies are wiped when the job is done.
 */
function compacted(job: Job): { readonly compact: Job; readonly copies: readonly Uint8Array[] } {
  const copies: Uint8Array[] = [];
  const own = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(own);
    if (!(value instanceof Uint8Array) || value.byteLength === value.buffer.byteLength) return value;
    const copy = new Uint8Array(value);
    copies.push(copy);
    return copy;
  };
  const fields = Object.fromEntries(Object.entries(job).map(([name, value]) => [name, own(value)]));
  return { compact: Object.assign({}, job, fields), copies };
}
