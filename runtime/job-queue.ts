import { wipe } from '../core/base/index.js';
import { bulkOf } from '../core/private-join/index.js';
import type { Job, JobOptions } from '../core/private-join/index.js';

/** Starts a job; settles as the job does. */
export type StartJob = (job: Job) => Promise<Uint8Array>;

/** What a pool of threads is doing. */
export interface Load {
  /** Jobs under way, those done ahead included. */
  readonly running: number;
  /** Jobs that wait for a thread, those to be done ahead included. */
  readonly waiting: number;
}

interface Task {
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
  readonly idle: boolean;
  readonly resolve: (result: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Which job is next. First come, first served: whoever asks for a few at a time, as runs do, gets its turn. Idle jobs
 * begin only while no other is under way or waits. Jobs whose signal aborts leave the queue at once, and their bytes
 * are wiped; the results of those under way are wiped when they come.
 */
export class JobQueue {
  readonly #threads: number;
  readonly #start: StartJob;
  readonly #followed = new WeakSet<AbortSignal>();
  #waiting: Task[] = [];
  #running = 0;
  #runningIdle = 0;
  /** Why nothing is taken any more; null while something is. */
  #closed: Error | null = null;

  constructor(threads: number, start: StartJob) {
    this.#threads = threads;
    this.#start = start;
  }

  get load(): Load {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** Rejects with the signal's reason when it aborts, with what closed the queue, or as the job does. */
  add(job: Job, { signal, idle = false }: JobOptions = {}): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const task = { job, signal, idle, resolve, reject };
      if (this.#closed !== null) discard(task, this.#closed);
      else if (signal?.aborted === true) discard(task, signal.reason);
      else {
        if (signal !== undefined) this.#follow(signal);
        this.#waiting.push(task);
        this.#next();
      }
    });
  }

  /** Takes nothing more; what waits rejects with this error. What is under way goes on. */
  close(error: Error): void {
    this.#closed = error;
    this.#drop(() => true, error);
  }

  /** One listener for each signal, however many jobs have it: a signal is a run's, and has one for every chunk. */
  #follow(signal: AbortSignal): void {
    if (this.#followed.has(signal)) return;
    this.#followed.add(signal);
    signal.addEventListener('abort', () => this.#drop((task) => task.signal === signal, signal.reason), { once: true });
  }

  #drop(which: (task: Task) => boolean, reason: unknown): void {
    const dropped = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((task) => !which(task));
    for (const task of dropped) discard(task, reason);
  }

  #next(): void {
    while (this.#running < this.#threads) {
      const place = this.#placeOfNext();
      if (place < 0) return;
      for (const task of this.#waiting.splice(place, 1)) void this.#carryOut(task);
    }
  }

  #placeOfNext(): number {
    const place = this.#waiting.findIndex(({ idle }) => !idle);
    if (place >= 0 || this.#running > this.#runningIdle) return place;
    // Nothing but work to be done ahead.
    return this.#waiting.length > 0 ? 0 : -1;
  }

  async #carryOut({ job, signal, idle, resolve, reject }: Task): Promise<void> {
    this.#running += 1;
    if (idle) this.#runningIdle += 1;
    try {
      const result = await this.#start(job);
      if (signal?.aborted === true) wipe(result);
      signal?.throwIfAborted();
      resolve(result);
    } catch (thrown) {
      reject(thrown);
    } finally {
      this.#running -= 1;
      if (idle) this.#runningIdle -= 1;
      this.#next();
    }
  }
}

function discard({ job, reject }: Task, reason: unknown): void {
  wipe(...bulkOf(job));
  reject(reason);
}
