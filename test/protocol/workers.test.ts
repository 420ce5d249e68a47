import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';

import { concatBytes } from '../../core/base/index.js';
import { CHUNK_RECORDS, COORDINATOR, createGroup, inlineEngine } from '../../core/private-join/index.js';
import type { Engine, Job, JoinPlan, Link, ListSource, PartyId, RecordStores } from '../../core/private-join/index.js';
import { createWorkerEngine, systemRng } from '../../runtime/index.js';
import type { WorkerEngine } from '../../runtime/index.js';
import { naiveCounts } from '../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../support/naive-join.js';
import { list, noisyPlan, threePartyPlan } from '../support/plans.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import type { Variant } from '../support/world.js';

const plan = threePartyPlan();
const parties = [...plan.mixers, COORDINATOR];
/** Lists of several chunks; the police's is the longest, so that the others wait for it. */
const lists = listsOf((provider) => (provider === 'police' ? 3 * CHUNK_RECORDS + 40 : CHUNK_RECORDS + 20));

function listsOf(size: (provider: PartyId) => number): PlainLists {
  return new Map<string, readonly PlainRecord[]>(
    plan.lists.map(({ id, keys, labels, provider }) => [
      id,
      Array.from({ length: size(provider) }, (_, index) => ({
        keys: keys.map(({ name }) => (index % 7 === 0 ? null : `${name}/${index}`)),
        label: 1 + (index % labels),
      })),
    ]),
  );
}

/** A pool and its threads, as the operating system might take them away. */
function pool(workers: number): { engine: WorkerEngine; threads: Worker[] } {
  const threads: Worker[] = [];
  const seen = (thread: Worker): void => void threads.push(thread);
  process.on('worker', seen);
  onTestFinished(() => void process.off('worker', seen));
  const engine = createWorkerEngine({ workers });
  onTestFinished(() => engine.stop());
  return { engine, threads };
}

function everybodyWith(engine: Engine): Record<string, Variant> {
  return Object.fromEntries(parties.map((party) => [party, { engine }]));
}

/** The same engine, with a word to whoever listens after a job has been given to it. */
function spiedOn(engine: Engine, given: (kind: Job['kind']) => void): Engine {
  return {
    parallelism: engine.parallelism,
    background: engine.background ?? false,
    run: (job, options) => {
      const done = engine.run(job, options);
      given(job.kind);
      return done;
    },
  };
}

describe('a join whose parties share worker threads', () => {
  it('counts what the naive join counts', async () => {
    const { engine } = pool(2);
    const { counts } = await runWorld(plan, lists, { variants: everybodyWith(engine) });
    expect(counts).toEqual(naiveCounts(plan, lists));
    expect(engine.load).toEqual({ running: 0, waiting: 0 });
  });

  it('makes the same noise and decoys as in this thread', async () => {
    const { engine } = pool(2);
    const noisy = noisyPlan(plan);
    const kinds = new Set<string>();
    const { counts } = await runWorld(noisy, lists, {
      variants: everybodyWith(spiedOn(engine, (kind) => kinds.add(kind))),
    });
    expect([...kinds].filter((kind) => kind === 'decoys' || kind === 'dummies')).toHaveLength(2);
    expect(counts).toEqual((await runWorld(noisy, lists)).counts);
    expect(counts).not.toEqual(naiveCounts(plan, lists));
  });

  it.each(['prepare', 'hop', 'combine', 'tally'] as const)(
    'ends everywhere with WORKER_FAILED when a thread breaks down in the middle of a %s; the next run succeeds',
    async (kind) => {
      const { engine, threads } = pool(1);
      const party = kind === 'combine' ? COORDINATOR : 'charity';
      let broken = false;
      // Told to end before it is given the job, which it may otherwise have done before it hears of it.
      const breaking: Engine = {
        parallelism: engine.parallelism,
        background: engine.background ?? false,
        run: (job, options) => {
          if (job.kind === kind && !broken) {
            broken = true;
            void threads[0]?.terminate();
          }
          return engine.run(job, options);
        },
      };
      const failed = await runWorld(plan, lists, { variants: { [party]: { engine: breaking } } });
      expect(failed.ends).toEqual(Object.fromEntries(parties.map((name) => [name, 'WORKER_FAILED'])));
      expect(new Set(Object.values(failed.blamed))).toEqual(new Set([party]));
      await expect.poll(() => engine.load, { timeout: 5_000 }).toEqual({ running: 0, waiting: 0 });
      const { counts } = await runWorld(plan, lists, { variants: { [party]: { engine: breaking } } });
      expect(counts).toEqual(naiveCounts(plan, lists));
    },
  );
});

describe('a run that is cancelled', () => {
  const RECORDS = 50_000;
  const large: JoinPlan = threePartyPlan({
    mixers: ['police', 'charity'],
    lists: [list('victims', 'police', 'base', ['case'], 2, 1)],
    links: [],
    cells: 3,
  });
  const LIST_BYTES = RECORDS * 96;
  /** What of other things may come and go in this process meanwhile: far less than half of one list. */
  const TOLERATED_BYTES = 2 * 1024 * 1024;

  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  /** Bytes in array buffers: lists, chunks, jobs, results, orders. Freed memory may count for a moment longer. */
  const buffered = (): number => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };

  async function leastBuffered(): Promise<number> {
    const measured: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      measured.push(buffered());
      await pause(10);
    }
    return Math.min(...measured);
  }

  /** Keep lists where they can be seen: the program's own give their memory back in a way that isn't counted. */
  const plainStores: RecordStores = {
    create(count, width) {
      let bytes = new Uint8Array(count * width);
      return {
        count,
        width,
        put: (positions, records) => {
          positions.forEach((place, index) => {
            bytes.set(records.subarray(index * width, (index + 1) * width), place * width);
          });
        },
        read: (from, to) => bytes.slice(from * width, to * width),
        gather: (places) =>
          concatBytes(...Array.from(places, (place) => bytes.slice(place * width, (place + 1) * width))),
        dispose: () => {
          bytes = new Uint8Array(0);
        },
      };
    },
  };

  /** The same few people again and again: nothing is counted here. */
  async function repeating(records: number): Promise<ListSource> {
    const keys = (await createGroup()).randomElements(systemRng, CHUNK_RECORDS);
    return {
      open: () => ({
        count: records,
        close: () => undefined,
        *chunks() {
          for (let from = 0; from < records; from += CHUNK_RECORDS) {
            const count = Math.min(CHUNK_RECORDS, records - from);
            const labels = new Uint32Array(count).fill(1);
            yield { count, keys: keys.slice(0, count * 32), labels, numbers: new Float64Array(0) };
          }
        },
      }),
    };
  }

  /** What a thread has done with counts here until the thread looks for garbage: a snapshot of its heap makes it look. */
  async function collectIn(threads: readonly Worker[]): Promise<void> {
    for (const thread of threads) (await thread.getHeapSnapshot()).destroy();
  }

  it('lets go of its threads and its memory within five seconds', async () => {
    const { engine, threads } = pool(2);
    const links = new Map<string, Link>();
    let cancelAt = Number.POSITIVE_INFINITY;
    let hops = 0;
    let atCancel = 0;
    const counting = spiedOn(engine, (kind) => {
      if (kind === 'hop') hops += 1;
      if (hops !== cancelAt) return;
      cancelAt = Number.POSITIVE_INFINITY;
      atCancel = buffered();
      // What the coordinator hears from an agency it tells everybody.
      void links.get('charity')?.send(COORDINATOR, { kind: 'abort', code: 'CANCELLED', party: 'charity' });
    });
    const go = async (records: number): Promise<unknown> => {
      const source = await repeating(records);
      const variants = Object.fromEntries(
        parties.map((party) => [party, { engine: counting, stores: plainStores, source }]),
      );
      const { ends } = await runWorld(large, new Map(), { variants, onLink: (party, link) => links.set(party, link) });
      return ends;
    };
    await go(CHUNK_RECORDS);
    const before = await leastBuffered();

    cancelAt = hops + Math.floor(RECORDS / CHUNK_RECORDS / 2);
    const ends = await go(RECORDS);
    expect(ends).toEqual({ police: 'CANCELLED', charity: 'CANCELLED', coordinator: 'CANCELLED' });
    expect(engine.load.waiting).toBe(0);
    await expect.poll(() => engine.load, { timeout: 5_000 }).toEqual({ running: 0, waiting: 0 });
    await collectIn(threads);
    await expect.poll(() => buffered() - before, { timeout: 5_000 }).toBeLessThan(TOLERATED_BYTES);
    // When it was cancelled there were the police's list on its way out and the charity's copy.
    expect(atCancel - before).toBeGreaterThan(2 * LIST_BYTES);
    expect(await go(CHUNK_RECORDS)).toEqual({ police: 'finished', charity: 'finished', coordinator: 'finished' });
  });
});

describe(`zeros made ahead (seed ${testSeed})`, () => {
  /** The charity expects lists as long as its own: it makes two chunks of zeros and has use for one. */
  const sizes = new Map([
    ['police', CHUNK_RECORDS + 20],
    ['charity', CHUNK_RECORDS + 20],
    ['cps', 20],
  ]);
  const uneven = listsOf((provider) => sizes.get(provider) ?? 0);

  it('serve once each, change no count, and are wiped with the last list', async () => {
    const inline = inlineEngine(await createGroup(), seededRng(testSeed));
    const made: Uint8Array[] = [];
    const digestsMade: string[] = [];
    const digestsUsed: string[] = [];
    let leftAfterRing: number | undefined;
    let enough = (): void => undefined;
    const charityIsReady = new Promise<void>((resolve) => (enough = resolve));
    const charity: Engine = {
      parallelism: 1,
      background: true,
      async run(job, options) {
        if (job.kind === 'tally') leftAfterRing = made.filter((zeros) => zeros.some((byte) => byte !== 0)).length;
        if (job.kind === 'hop' && job.zeros !== undefined) digestsUsed.push(digest(job.zeros));
        const result = await inline.run(job, options);
        if (job.kind === 'zeros') {
          made.push(result);
          digestsMade.push(digest(result));
          if (made.length === 2) enough();
        }
        return result;
      },
    };
    const others: Engine = {
      parallelism: 1,
      async run(job, options) {
        if (job.kind === 'prepare') await charityIsReady;
        return inline.run(job, options);
      },
    };
    const variants = { police: { engine: others }, charity: { engine: charity }, cps: { engine: others } };
    const { counts } = await runWorld(plan, uneven, { seed: testSeed, variants });
    expect(counts).toEqual(naiveCounts(plan, uneven));
    expect(digestsMade).toHaveLength(2);
    expect(new Set(digestsMade).size).toBe(2);
    expect(digestsUsed).toHaveLength(1);
    expect(digestsMade).toContain(digestsUsed[0]);
    expect(leftAfterRing).toBe(0);
  });

  it('are not made by an engine that would have to stop for them', async () => {
    const kinds = new Set<string>();
    const engine = spiedOn(inlineEngine(await createGroup(), seededRng(testSeed)), (kind) => kinds.add(kind));
    await runWorld(plan, lists, { seed: testSeed, variants: { charity: { engine } } });
    expect([...kinds].toSorted()).toEqual(['hop', 'multiples', 'prepare', 'tally']);
  });

  function digest(bytes: Uint8Array): string {
    return createHash('sha256').update(bytes).digest('hex');
  }
});
