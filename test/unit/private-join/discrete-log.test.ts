import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes } from '../../../core/base/index.js';
import { findLogarithms, halfOfTable, MAX_BABY_STEPS, WALK_ELEMENTS } from '../../../core/private-join/discrete-log.js';
import { inlineEngine } from '../../../core/private-join/engine.js';
import type { Engine } from '../../../core/private-join/engine.js';
import { createGroup } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import type { Job } from '../../../core/private-join/jobs.js';
import { MAX_LOGARITHM } from '../../../core/private-join/plan.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

let group: Group;
let engine: Engine;
beforeAll(async () => {
  group = await createGroup();
  engine = inlineEngine(group, seededRng('logarithms'));
});

const never = new AbortController().signal;

function elementsOf(values: readonly number[]): Uint8Array {
  return group.multiplyBase(concatBytes(...values.map((value) => group.scalar(value))));
}

async function logarithms(values: readonly number[], bound: number | readonly number[]): Promise<number[]> {
  const bounds = typeof bound === 'number' ? values.map(() => bound) : bound;
  return [...(await findLogarithms({ group, engine, signal: never }, elementsOf(values), Float64Array.from(bounds)))];
}

describe('the logarithm', () => {
  it.each([0, 1, 2, 5, 510, 511, 512, 1_000, 1_022, 1_023, 1_024, 5_000, 70_001])(
    'is found at 0, at ±1 and at both ends of ±%d, and not one past them',
    async (bound) => {
      const inside = [0, 1, -1, bound - 1, bound, -bound].filter((value) => Math.abs(value) <= bound);
      // -0 would be another number.
      expect(await logarithms(inside, bound)).toEqual(inside.map((value) => value + 0));
      expect(await logarithms([bound + 1, -bound - 1], bound)).toEqual([NaN, NaN]);
    },
  );

  it(`is found anywhere within its own bound, many at once (seed ${testSeed})`, async () => {
    const sum = fc
      .integer({ min: 0, max: 3_000_000 })
      .chain((bound) =>
        fc.record({ bound: fc.constant(bound), value: fc.integer({ min: -bound - 1, max: bound + 1 }) }),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(sum, { maxLength: 12 }), async (sums) => {
        const found = await logarithms(
          sums.map(({ value }) => value),
          sums.map(({ bound }) => bound),
        );
        expect(found).toEqual(sums.map(({ value, bound }) => (Math.abs(value) <= bound ? value : NaN)));
      }),
      { ...propertyOptions, numRuns: 25 },
    );
  });

  it('is found just before and after every giant step, on both sides', async () => {
    const bound = 20_000;
    const half = halfOfTable(Float64Array.of(bound, bound));
    const giant = 2 * half + 1;
    expect(giant).toBeLessThan(bound);
    const edges = [-3, -2, -1, 0, 1, 2, 3].flatMap((steps) =>
      [half - 1, half, half + 1].map((offset) => steps * giant + offset),
    );
    for (const value of edges) expect(await logarithms([value, value], bound)).toEqual([value, value]);
  });

  it('of an element that has none within any bound is NaN, without stopping at the others', async () => {
    const strange = group.randomElements(seededRng('strange'), 1);
    const elements = concatBytes(elementsOf([7]), strange, elementsOf([-9]));
    const found = await findLogarithms({ group, engine, signal: never }, elements, Float64Array.of(10_000, 10_000, 10));
    expect([...found]).toEqual([7, NaN, -9]);
  });

  it('is found where several jobs run at once', async () => {
    const parallel: Engine = { parallelism: 3, run: (job) => Promise.resolve().then(() => engine.run(job)) };
    const values = [250_000, -250_000, 3, 0, -123_456];
    const bounds = Float64Array.from(values, () => 250_000);
    const found = await findLogarithms({ group, engine: parallel, signal: never }, elementsOf(values), bounds);
    expect([...found]).toEqual(values);
  });

  it('is looked for with one table for all, in walks of bounded length, each of which is heard of', async () => {
    const jobs: Job[] = [];
    let heard = 0;
    const watched: Engine = {
      parallelism: 1,
      run: (job) => {
        jobs.push(job);
        return engine.run(job);
      },
    };
    const values = [1, 2, 3, 4];
    const work = { group, engine: watched, signal: never, stepped: () => (heard += 1) };
    await findLogarithms(
      work,
      elementsOf(values),
      Float64Array.from(values, () => 40_000),
    );
    const walks = jobs.flatMap((job) => (job.kind === 'walk' ? [job.count] : []));
    expect(walks).toHaveLength(jobs.length);
    expect(Math.max(...walks)).toBeLessThanOrEqual(WALK_ELEMENTS);
    expect(walks.reduce((sum, count) => sum + count, 0)).toBe(
      2 * halfOfTable(Float64Array.from(values, () => 40_000)) + 1,
    );
    expect(heard).toBe(jobs.length);
  });

  it('of a small number is found soon, however wide the bound', async () => {
    let walked = 0;
    const counting: Engine = {
      parallelism: 1,
      run: (job) => {
        walked += job.kind === 'walk' ? job.count : 0;
        return engine.run(job);
      },
    };
    const bound = 2 ** 32;
    const table = 2 * halfOfTable(Float64Array.of(bound)) + 1;
    const values = Float64Array.of(bound);
    const found = await findLogarithms({ group, engine: counting, signal: never }, elementsOf([-3 * table]), values);
    expect([...found]).toEqual([-3 * table]);
    expect(walked).toBeLessThanOrEqual(table + 2 * WALK_ELEMENTS);
  });

  it('is given up when the run ends', async () => {
    const ended = new AbortController();
    const stopping = (): void => ended.abort(new Error('over'));
    const work = { group, engine, signal: ended.signal, stepped: stopping };
    await expect(findLogarithms(work, elementsOf([2 ** 30]), Float64Array.of(2 ** 31))).rejects.toThrow('over');
  });

  it('is refused for bounds that are too large, no whole numbers, or too few', async () => {
    const work = { group, engine, signal: never };
    const element = elementsOf([0]);
    for (const bound of [MAX_LOGARITHM + 1, -1, 0.5, NaN]) {
      await expect(findLogarithms(work, element, Float64Array.of(bound))).rejects.toThrow(RangeError);
    }
    await expect(findLogarithms(work, element, new Float64Array(2))).rejects.toThrow(RangeError);
    expect(await findLogarithms(work, new Uint8Array(0), new Float64Array(0))).toEqual(new Float64Array(0));
    // The largest there may be is begun with.
    const ended = new AbortController();
    const begun = { ...work, signal: ended.signal, stepped: () => ended.abort(new Error('begun')) };
    await expect(findLogarithms(begun, element, Float64Array.of(MAX_LOGARITHM))).rejects.toThrow('begun');
  });
});

describe('the table', () => {
  it('is as small as the largest bound and as large as all searches together ask for', () => {
    expect(halfOfTable(Float64Array.of())).toBe(0);
    expect(halfOfTable(Float64Array.of(0, 0))).toBe(0);
    expect(halfOfTable(Float64Array.of(3, 100, 7))).toBe(100);
    // 4,000 searches of which each would have to be walked are better served by a table of all.
    expect(halfOfTable(new Float64Array(4_000).fill(20_000))).toBe(20_000);
    const one = halfOfTable(Float64Array.of(2 ** 40));
    const many = halfOfTable(new Float64Array(100).fill(2 ** 40));
    expect(one).toBeGreaterThan(2 ** 18);
    expect(one).toBeLessThan(2 ** 21);
    expect(many).toBeGreaterThan(one);
    expect(2 * many + 1).toBeLessThan(MAX_BABY_STEPS);
    expect(2 * halfOfTable(new Float64Array(4_096).fill(MAX_LOGARITHM)) + 1).toBeLessThan(MAX_BABY_STEPS);
  });
});

describe('at ± 2^40', () => {
  it('both ends, and what is beyond them, in the seconds that are printed', async () => {
    const bound = 2 ** 40;
    const values = [bound, -bound, bound - 1, 123_456_789_012, -987_654_321_098, 0];
    const cpu = process.cpuUsage();
    // What is one past the bound is looked for everywhere.
    expect(await logarithms([...values, bound + 1, -bound - 1], bound)).toEqual([...values, NaN, NaN]);
    const { user } = process.cpuUsage(cpu);
    process.stdout.write(`eight logarithms within ±2^40: ${(user / 1e6).toFixed(1)} s of one core (${group.kernel})\n`);
  });
});
