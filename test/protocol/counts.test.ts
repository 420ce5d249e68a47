import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CHUNK_RECORDS } from '../../core/private-join/index.js';
import { arbitraryWorld } from '../support/arbitrary-world.js';
import { naiveCounts, naiveSums } from '../support/naive-join.js';
import type { PlainRecord } from '../support/naive-join.js';
import { list, threePartyPlan } from '../support/plans.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';

const RANDOM_WORLDS = 120;

describe('the whole join, all parties in one process', () => {
  it(`counts and adds up what the naive join does, in ${RANDOM_WORLDS} random worlds (seed ${testSeed})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorld, async ({ plan, lists }) => {
        const { counts, sums, ends } = await runWorld(plan, lists, { seed: testSeed });
        expect(counts).toEqual(naiveCounts(plan, lists));
        expect(sums).toEqual(naiveSums(plan, lists));
        expect(new Set(Object.values(ends))).toEqual(new Set(['finished']));
      }),
      { ...propertyOptions, numRuns: RANDOM_WORLDS },
    );
  });

  it('counts lists longer than a chunk, and does not mind their order', async () => {
    const plan = threePartyPlan();
    const size = CHUNK_RECORDS + 1;
    const victims = Array.from({ length: size }, (_, index) => ({
      keys: [`p${index}`, `q${index}`, `c${index >> 1}`],
      label: 1 + (index % 2),
    }));
    const support = Array.from({ length: CHUNK_RECORDS }, (_, index) => ({
      keys: [`p${index * 2}`, null],
      label: 1 + (index % 3),
    }));
    const prosecutions = Array.from({ length: 40 }, (_, index) => ({ keys: [`c${index}`], label: 1 + (index % 2) }));
    const lists = new Map<string, readonly PlainRecord[]>([
      ['victims/police', victims],
      ['support/charity', support],
      ['prosecutions/cps', prosecutions],
    ]);
    const reversed = new Map([...lists].map(([id, records]) => [id, [...records].reverse()]));
    const expected = naiveCounts(plan, lists);
    expect((await runWorld(plan, lists)).counts).toEqual(expected);
    expect((await runWorld(plan, reversed)).counts).toEqual(expected);
    expect(expected.reduce((sum, count) => sum + count, 0)).toBe(size);
  });

  it('counts an empty world', async () => {
    const plan = threePartyPlan({ minimumTally: 0 });
    const { counts } = await runWorld(plan, new Map());
    expect(counts).toEqual(Array.from({ length: plan.cells }, () => 0));
  });

  it('ends with POPULATION_TOO_SMALL at every party when too little is left to count', async () => {
    const records = [{ keys: ['a', 'b', 'c'], label: 1 }];
    const lists = new Map([['victims/police', records]]);
    const atLimit = await runWorld(threePartyPlan({ minimumTally: 1 }), lists);
    expect(atLimit.ends).toEqual({ police: 'finished', charity: 'finished', cps: 'finished', coordinator: 'finished' });
    const below = await runWorld(threePartyPlan({ minimumTally: 2 }), lists);
    expect(new Set(Object.values(below.ends))).toEqual(new Set(['POPULATION_TOO_SMALL']));
  });

  it('decodes tables with many cells', async () => {
    const plan = threePartyPlan({
      mixers: ['police', 'cps'],
      lists: [list('victims', 'police', 'base', ['case'], 2999, 1)],
      links: [],
      cells: 3000,
    });
    const lists = new Map([['victims/police', [1, 1500, 2999].map((label) => ({ keys: [null], label }))]]);
    const { counts } = await runWorld(plan, lists);
    expect(counts).toEqual(naiveCounts(plan, lists));
  });
});
