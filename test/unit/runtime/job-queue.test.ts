import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/private-join/index.js';
import { JobQueue } from '../../../runtime/job-queue.js';

const gone = new Error('nobody wants it any more');

/** Jobs that end when the test says so; each is told apart by its first byte. */
class Threads {
  readonly started: number[] = [];
  readonly queue: JobQueue;
  readonly #ends = new Map<number, { resolve: (result: Uint8Array) => void; reject: (error: Error) => void }>();

  constructor(threads: number) {
    this.queue = new JobQueue(threads, (job) => {
      const name = nameOf(job);
      this.started.push(name);
      return new Promise((resolve, reject) => this.#ends.set(name, { resolve, reject }));
    });
  }

  /** Ends a job that is under way. */
  async end(name: number, outcome: Uint8Array | Error = new Uint8Array([name])): Promise<void> {
    const job = this.#ends.get(name);
    if (job === undefined) throw new Error(`${name} is not under way`);
    this.#ends.delete(name);
    if (outcome instanceof Error) job.reject(outcome);
    else job.resolve(outcome);
    await turn();
  }
}

function job(name: number): Job & { readonly kind: 'check' } {
  return { kind: 'check', elements: new Uint8Array([name]) };
}

function nameOf(job: Job): number {
  return job.kind === 'check' ? (job.elements[0] ?? 0) : 0;
}

/** Lets everything that is due happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a promise has come to so far. */
function watched(promise: Promise<Uint8Array>): { outcome: unknown } {
  const watching: { outcome: unknown } = { outcome: 'nothing yet' };
  promise.then(
    (result) => (watching.outcome = [...result]),
    (thrown: unknown) => (watching.outcome = thrown),
  );
  return watching;
}

describe('the queue of jobs', () => {
  it('begins as many as there are threads, the rest in the order in which they came', async () => {
    const threads = new Threads(2);
    const { queue, started } = threads;
    const results = [1, 2, 3, 4].map((name) => queue.add(job(name)));
    expect(started).toEqual([1, 2]);
    expect(queue.load).toEqual({ running: 2, waiting: 2 });
    await threads.end(2);
    expect(started).toEqual([1, 2, 3]);
    for (const name of [1, 3, 4]) await threads.end(name);
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4].map((name) => new Uint8Array([name])));
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
  });

  it('gives a thread back whose job failed, and only that job fails', async () => {
    const threads = new Threads(1);
    const { queue, started } = threads;
    const first = watched(queue.add(job(1)));
    const second = watched(queue.add(job(2)));
    await threads.end(1, gone);
    expect(first.outcome).toBe(gone);
    expect(started).toEqual([1, 2]);
    await threads.end(2);
    expect(second.outcome).toEqual([2]);
  });

  it('does work ahead only while nothing else is under way or waits, and then on every thread', async () => {
    const threads = new Threads(2);
    const { queue, started } = threads;
    for (const name of [11, 12, 13]) void queue.add(job(name), { idle: true });
    expect(started).toEqual([11, 12]);
    void queue.add(job(1));
    void queue.add(job(2));
    await threads.end(11);
    // Before the third that could be done ahead.
    expect(started).toEqual([11, 12, 1]);
    await threads.end(12);
    expect(started).toEqual([11, 12, 1, 2]);
    await threads.end(1);
    expect(started).toEqual([11, 12, 1, 2]);
    await threads.end(2);
    expect(started).toEqual([11, 12, 1, 2, 13]);
  });
});

describe('the queue, when a signal aborts', () => {
  it('lets its waiting jobs go at once, wiped and never begun, and no others', async () => {
    const threads = new Threads(1);
    const { queue, started } = threads;
    const [mine, other] = [new AbortController(), new AbortController()];
    void queue.add(job(1), { signal: other.signal });
    const dropped = [job(2), job(3)];
    const outcomes = dropped.map((one) => watched(queue.add(one, { signal: mine.signal })));
    void queue.add(job(4), { signal: other.signal });
    mine.abort(gone);
    await turn();
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([gone, gone]);
    expect(dropped.map(({ elements }) => [...elements])).toEqual([[0], [0]]);
    expect(queue.load).toEqual({ running: 1, waiting: 1 });
    await threads.end(1);
    expect(started).toEqual([1, 4]);
  });

  it('lets its jobs that are under way end, and wipes what they made', async () => {
    const threads = new Threads(1);
    const { queue } = threads;
    const controller = new AbortController();
    const outcome = watched(queue.add(job(1), { signal: controller.signal }));
    controller.abort(gone);
    expect(queue.load).toEqual({ running: 1, waiting: 0 });
    const result = new Uint8Array([7, 7]);
    await threads.end(1, result);
    expect(outcome.outcome).toBe(gone);
    expect([...result]).toEqual([0, 0]);
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
  });

  it('takes nothing of a signal that has aborted', async () => {
    const { queue, started } = new Threads(1);
    const refused = job(1);
    await expect(queue.add(refused, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
    expect(started).toEqual([]);
    expect([...refused.elements]).toEqual([0]);
  });

  it('listens to a signal once, however many jobs it has', () => {
    const { queue } = new Threads(1);
    const { signal } = new AbortController();
    for (let name = 1; name <= 50; name += 1) void queue.add(job(name), { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});

describe('the queue, closed', () => {
  it('refuses what waits and what comes, wiped, and lets what is under way end', async () => {
    const threads = new Threads(1);
    const { queue, started } = threads;
    const running = watched(queue.add(job(1)));
    const waiting = job(2);
    const waited = watched(queue.add(waiting));
    queue.close(gone);
    const late = job(3);
    await expect(queue.add(late)).rejects.toBe(gone);
    await threads.end(1);
    expect(running.outcome).toEqual([1]);
    expect(waited.outcome).toBe(gone);
    expect([...waiting.elements, ...late.elements]).toEqual([0, 0]);
    expect(started).toEqual([1]);
  });
});
