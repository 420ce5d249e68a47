import { wipe } from '../base/index.js';
import type { Engine } from './engine.js';
import type { Job } from './jobs.js';
import type { RecordStore } from './record-store.js';

/**
 * Room for jobs of one run under way at once: as many as its engine does, and half as many again that are ready when
 * others are done. However many lists a party works on at the same time, they share these places, and whoever waits for one
 * gets it in turn. That bounds the memory of chunks on their way through the engine.
 */
export class JobPlaces {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor({ parallelism }: Engine) {
    this.#free = parallelism + Math.ceil(parallelism / 2);
  }

  /** Resolves when there is a place; it is the caller's until `give`. */
  take(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return Promise.resolve();
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

export interface ShuffledWriterOptions {
  readonly store: RecordStore;
  /** For each record in the order of writing its place in the store. The writer takes it over and wipes it. */
  readonly positions: Uint32Array;
  readonly engine: Engine;
  readonly places: JobPlaces;
  /** Aborts when the run has ended: the store is gone then. */
  readonly signal: AbortSignal;
}

/**
 * Fills a store at shuffled places with what jobs make. The places are a secret: with them the shuffle could be undone.
 * They are wiped when the list is whole or the run has ended, whichever is first.
 */
export class ShuffledWriter {
  readonly #options: ShuffledWriterOptions;
  readonly #underWay = new Set<Promise<void>>();
  #taken = 0;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(options: ShuffledWriterOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', this.#forget, { once: true });
  }

  /**
   * Takes the job that makes the next `count` records; resolves when it is under way.
   * Thrown: what an earlier job threw, or the signal's reason.
   */
  async add(count: number, job: Job): Promise<void> {
    const positions = this.#options.positions.subarray(this.#taken, this.#taken + count);
    this.#taken += count;
    await this.#options.places.take();
    const done = this.#finish(positions, job).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    this.#rethrow();
  }

  /** Resolves when every record is in the store. Rejects as `add` does. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#options.signal.removeEventListener('abort', this.#forget);
    this.#forget();
    this.#rethrow();
  }

  readonly #forget = (): void => {
    this.#options.positions.fill(0);
  };

  async #finish(positions: Uint32Array, job: Job): Promise<void> {
    const { engine, places, signal, store } = this.#options;
    try {
      const records = await engine.run(job, { signal });
      if (!signal.aborted) store.put(positions, records);
      wipe(records);
    } catch (thrown) {
      this.#failure ??= { thrown };
    } finally {
      places.give();
    }
  }

  #rethrow(): void {
    if (this.#failure !== null) throw this.#failure.thrown;
  }
}
