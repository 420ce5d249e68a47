import { describe, expect, it } from 'vitest';
import { permutation } from '../../../core/base/index.js';
import { memoryStores } from '../../../core/private-join/index.js';
import type { Engine, Job } from '../../../core/private-join/index.js';
import { JobPlaces, ShuffledWriter } from '../../../core/private-join/shuffled-writer.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

/** Records of one byte. */
function job(...records: readonly number[]): Job {
  return { kind: 'check', elements: Uint8Array.from(records) };
}

/** Gives back what it was given, when the test says so. */
class SlowEngine implements Engine {
  readonly parallelism: number;
  readonly underWay: { readonly bytes: Uint8Array; end(thrown?: Error): Promise<void> }[] = [];

  constructor(parallelism: number) {
    this.parallelism = parallelism;
  }

  run(asked: Job, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const bytes = asked.kind === 'check' ? asked.elements : new Uint8Array(0);
    return new Promise((resolve, reject) => {
      this.underWay.push({
        bytes,
        end: (thrown) => {
          if (thrown === undefined) resolve(bytes);
          else reject(thrown);
          return turn();
        },
      });
    });
  }

  /** Ends the oldest job that is under way. */
  async end(thrown?: Error): Promise<Uint8Array> {
    const oldest = this.underWay.shift();
    if (oldest === undefined) throw new Error('nothing is under way');
    await oldest.end(thrown);
    return oldest.bytes;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writers of one party: they share the engine's places. */
function writersOf(engine: Engine, run = new AbortController()): (count: number) => ShuffledWriter {
  const places = new JobPlaces(engine);
  return (count) =>
    new ShuffledWriter({
      store: memoryStores.create(count, 1),
      positions: Uint32Array.from({ length: count }, (_, index) => index),
      engine,
      places,
      signal: run.signal,
    });
}

describe('a shuffled writer', () => {
  it(`puts every record at its place, in whatever order the jobs end (seed ${testSeed})`, async () => {
    const engine = new SlowEngine(3);
    const store = memoryStores.create(8, 1);
    const positions = permutation(seededRng(testSeed), 8);
    const { signal } = new AbortController();
    const writer = new ShuffledWriter({
      store,
      positions: positions.slice(),
      engine,
      places: new JobPlaces(engine),
      signal,
    });
    for (const from of [0, 2, 4, 6]) await writer.add(2, job(10 + from, 11 + from));
    const written = writer.settle();
    const jobs = engine.underWay.splice(0);
    for (const index of [2, 0, 3, 1]) await jobs[index]?.end();
    await written;
    const stored = store.read(0, 8);
    expect([...positions].map((place) => stored[place])).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it('wipes what the job made once it is in the store', async () => {
    const engine = new SlowEngine(1);
    const writer = writersOf(engine)(2);
    await writer.add(2, job(3, 4));
    expect([...(await engine.end())]).toEqual([0, 0]);
    await writer.settle();
  });

  it('wipes the places once the list is whole', async () => {
    const engine = new SlowEngine(1);
    const positions = Uint32Array.of(1, 0, 2);
    const { signal } = new AbortController();
    const store = memoryStores.create(3, 1);
    const writer = new ShuffledWriter({ store, positions, engine, places: new JobPlaces(engine), signal });
    await writer.add(3, job(5, 6, 7));
    const settled = writer.settle();
    expect([...positions]).toEqual([1, 0, 2]);
    await engine.end();
    await settled;
    expect([...store.read(0, 3), ...positions]).toEqual([6, 5, 7, 0, 0, 0]);
  });

  it.each([
    [1, 2],
    [2, 3],
    [5, 8],
  ])('has for an engine that does %i jobs at once %i under way, and no more', async (parallelism, limit) => {
    const engine = new SlowEngine(parallelism);
    const writer = writersOf(engine)(20);
    for (let index = 0; index < limit; index += 1) await writer.add(1, job(index));
    let taken = false;
    const next = writer.add(1, job(99)).then(() => (taken = true));
    await turn();
    expect([taken, engine.underWay.length]).toEqual([false, limit]);
    await engine.end();
    await next;
    expect(engine.underWay).toHaveLength(limit);
  });

  it('rejects with what a job threw, and no sooner than somebody asks', async () => {
    const engine = new SlowEngine(2);
    const broken = new Error('not a group element');
    const writer = writersOf(engine)(4);
    await writer.add(1, job(1));
    await engine.end(broken);
    await expect(writer.add(1, job(2))).rejects.toBe(broken);
    await engine.end();
    await expect(writer.settle()).rejects.toBe(broken);
  });
});

describe('two writers of one party', () => {
  it('have no more jobs under way together than one alone, and take turns', async () => {
    const engine = new SlowEngine(2);
    const writer = writersOf(engine);
    const fill = async (target: ShuffledWriter, name: number): Promise<void> => {
      for (let index = 0; index < 30; index += 1) await target.add(1, job(name));
    };
    const filled = Promise.all([fill(writer(30), 1), fill(writer(30), 2)]);
    const done: number[] = [];
    while (done.length < 60) {
      await turn();
      expect(engine.underWay.length).toBeLessThanOrEqual(3);
      const [oldest] = engine.underWay;
      done.push(oldest?.bytes[0] ?? 0);
      await engine.end();
    }
    await filled;
    // Whatever the first few were, neither ever waits for two of the other's.
    for (let index = 3; index < 57; index += 1) expect(new Set(done.slice(index, index + 3)).size).toBe(2);
  });
});

describe('when the run ends', () => {
  it('nothing more is put, and whoever waited for a place hears why', async () => {
    const engine = new SlowEngine(1);
    const run = new AbortController();
    const store = memoryStores.create(4, 1);
    const positions = Uint32Array.of(0, 1, 2, 3);
    const writer = new ShuffledWriter({
      store,
      positions,
      engine,
      places: new JobPlaces(engine),
      signal: run.signal,
    });
    await writer.add(1, job(1));
    await writer.add(1, job(2));
    const waiting = writer.add(1, job(3));
    const over = new Error('called off');
    waiting.catch(() => undefined);
    run.abort(over);
    expect([...positions]).toEqual([0, 0, 0, 0]);
    store.dispose();
    await engine.end();
    await expect(waiting).rejects.toBe(over);
    await engine.end();
    await expect(writer.settle()).rejects.toBe(over);
  });
});
