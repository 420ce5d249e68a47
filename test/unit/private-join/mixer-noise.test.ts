import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, toHex } from '../../../core/base/index.js';
import type { NoiseSource } from '../../../core/noise/index.js';
import { carryOut } from '../../../core/private-join/carry-out.js';
import { decoyChunks, decoysOf, drawDecoys, groupsIn, makeDecoys } from '../../../core/private-join/decoys.js';
import { drawDummies, dummyChunks, makeDummies, mostDummies } from '../../../core/private-join/dummies.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import type { Job } from '../../../core/private-join/jobs.js';
import { asksForNoise, assertNoiseFits, MixerNoise } from '../../../core/private-join/mixer-noise.js';
import { CHUNK_RECORDS, DISCARD_CELL, MAX_DUMMIES, MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/plan.js';
import type { DecoyPattern, JoinPlan } from '../../../core/private-join/plan.js';
import { recordWidth, separate } from '../../../core/private-join/records.js';
import { list, threePartyPlan } from '../../support/plans.js';
import { seededRng } from '../../support/seeded-rng.js';

let group: Group;
let jointKey: Uint8Array;
let remainingKey: Uint8Array;
beforeAll(async () => {
  group = await createGroup();
  jointKey = group.multiplyBase(group.scalar(77));
  remainingKey = group.multiplyBase(group.scalar(30));
});

const law = { alpha: 0.5, bound: 200 };
const signal = new AbortController().signal;
const seed = new Uint8Array(32).fill(4);

/** Noise that a test can foresee. */
const noise: NoiseSource = {
  draw: ({ bound }, target) =>
    target.kind === 'cell' ? (target.cell % 3) - 1 : target.kind === 'decoys' ? target.pattern * bound - bound : 0,
};

const patterns: readonly DecoyPattern[] = [
  [{ list: 'victims/police', shared: [] }],
  [
    { list: 'victims/police', shared: ['exact.2'] },
    { list: 'support/charity', shared: ['exact.2'] },
  ],
  [
    { list: 'victims/police', shared: ['exact.1', 'case'] },
    { list: 'prosecutions/cps', shared: ['case'] },
  ],
];
const countLaw = { alpha: 0.6, bound: 150 };
const plan: JoinPlan = { ...threePartyPlan(), noise: countLaw, decoys: { law, patterns } };
const [victims, support, prosecutions] = plan.lists;
if (victims === undefined || support === undefined || prosecutions === undefined) throw new Error('no lists');

function parts(bytes: Uint8Array, width: number): string[] {
  return Array.from({ length: bytes.length / width }, (_, index) =>
    toHex(bytes.slice(index * width, (index + 1) * width)),
  );
}

function opened(secret: number, ciphertexts: Uint8Array): string[] {
  return parts(group.removeShare(group.scalar(secret), ciphertexts), 64).map((pair) => pair.slice(64));
}

function point(cell: number): string {
  return toHex(group.multiplyBase(group.scalar(cell)));
}

describe('a mixer’s dummies', () => {
  it('are the bound and its noise of every cell of the table, and of the cell of decoys', async () => {
    const { cells, counts, total } = await carryOut(drawDummies(plan, noise), signal);
    expect([...cells]).toEqual([...plan.tableCells, DISCARD_CELL]);
    expect([...counts]).toEqual([...cells].map((cell) => countLaw.bound + (cell % 3) - 1));
    expect(total).toBe(counts.reduce((sum, count) => sum + count, 0));
    const bare = await carryOut(drawDummies({ ...plan, decoys: null }, noise), signal);
    expect([...bare.cells]).toEqual(plan.tableCells);
    expect((await carryOut(drawDummies({ ...plan, noise: null, decoys: null }, noise), signal)).total).toBe(0);
  });

  it('follow the law of the decoys in their cell where counts are exact', async () => {
    const laws: unknown[] = [];
    const source: NoiseSource = { draw: (asked) => laws.push(asked) };
    const decoys = { law: { alpha: 0.9, bound: 7 }, patterns };
    await carryOut(drawDummies({ ...plan, noise: null, decoys }, source), signal);
    expect(laws).toEqual([decoys.law]);
  });

  it('go through the engine in whole chunks, each with its own cells', async () => {
    const dummies = await carryOut(drawDummies(plan, noise), signal);
    const chunks = [...dummyChunks(group, dummies)];
    expect(chunks.slice(0, -1).map(({ length }) => length / 32)).toEqual(
      Array.from({ length: chunks.length - 1 }, () => CHUNK_RECORDS),
    );
    const expected = [...dummies.cells].flatMap((cell, index) =>
      Array.from({ length: dummies.counts[index] ?? 0 }, () => toHex(group.scalar(cell))),
    );
    expect(parts(concatBytes(...chunks), 32)).toEqual(expected);
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
  });

  it.each([0, 2])('encrypt their cell under the remaining key and %i zeros under all of it', (sums) => {
    const cells = concatBytes(group.scalar(0), group.scalar(5));
    const made = makeDummies(group, seededRng(1), { kind: 'dummies', sums, cells, remainingKey, jointKey });
    expect(made).toHaveLength(2 * recordWidth(0, sums));
    const records = [made.slice(0, made.length / 2), made.slice(made.length / 2)];
    expect(records.flatMap((record) => opened(30, record.slice(0, 64)))).toEqual([point(0), point(5)]);
    for (const record of records) {
      expect(opened(77, record.slice(64))).toEqual(Array.from({ length: sums }, () => toHex(IDENTITY)));
    }
    expect(new Set(parts(made, 32)).size).toBe(made.length / 32);
  });
});

describe('a mixer’s decoys', () => {
  it('are of each pattern the bound and its noise, one record in each list of it', () => {
    const groups = drawDecoys(plan, noise);
    expect([...groups]).toEqual([0, 200, 400]);
    expect(plan.lists.map((item) => decoysOf(plan, item, groups))).toEqual([600, 200, 400]);
    expect([...drawDecoys({ ...plan, decoys: null }, noise)]).toEqual([]);
  });

  it('go through the engine in whole chunks, whatever patterns meet in one', () => {
    const groups = drawDecoys(plan, noise);
    const chunks = [...decoyChunks(plan, victims, groups)];
    expect(chunks.map(groupsIn)).toEqual([256, 256, 88]);
    expect(chunks[0]).toEqual([
      { pattern: 1, from: 0, to: 200, shared: [null, 'exact.2', null] },
      { pattern: 2, from: 0, to: 56, shared: ['exact.1', null, 'case'] },
    ]);
    expect(chunks[2]).toEqual([{ pattern: 2, from: 312, to: 400, shared: ['exact.1', null, 'case'] }]);
    expect([...decoyChunks({ ...plan, decoys: null }, victims, groups)]).toEqual([]);
  });

  it('share with the other lists what the pattern says and nothing else, under each list’s own generator', () => {
    const twice = group.multiplyBase(group.scalar(2));
    const base = group.multiplyBase(group.scalar(1));
    const job = (columns: readonly (string | null)[], generator: Uint8Array): Uint8Array =>
      makeDecoys(group, seededRng(columns.length), {
        kind: 'decoys',
        keyColumns: columns.length,
        sums: 1,
        groups: [{ pattern: 2, from: 3, to: 5, shared: columns }],
        seed,
        generator,
        jointKey,
      });
    const inVictims = separate(3, 1, job(['exact.1', null, 'case'], twice));
    const inProsecutions = separate(1, 1, job(['case'], base));
    const doubled = parts(group.multiply(group.scalar(2), inProsecutions.keys), 32);
    const columns = parts(inVictims.keys, 32);
    expect([columns[2], columns[5]]).toEqual(doubled);
    expect(new Set([...columns, ...doubled]).size).toBe(6);
    // Label and number are 0, freshly encrypted.
    const { ciphertexts } = inVictims;
    expect(opened(77, ciphertexts)).toEqual(Array.from({ length: 4 }, () => toHex(IDENTITY)));
    expect(new Set(parts(ciphertexts, 32)).size).toBe(8);
  });

  it('are others with another seed, pattern, group or column', () => {
    const key = (changes: { seed?: Uint8Array; pattern?: number; from?: number; name?: string }): string => {
      const { pattern = 1, from = 0, name = 'case' } = changes;
      const generator = group.multiplyBase(group.scalar(1));
      const groups = [{ pattern, from, to: from + 1, shared: [name] }];
      const shape = { kind: 'decoys', keyColumns: 1, sums: 0, groups, generator, jointKey } as const;
      return toHex(makeDecoys(group, seededRng(1), { ...shape, seed: changes.seed ?? seed }).slice(0, 32));
    };
    expect(key({})).toBe(key({}));
    const changes = [{}, { seed: new Uint8Array(32) }, { pattern: 2 }, { from: 1 }, { name: 'exact.1' }];
    expect(new Set(changes.map(key)).size).toBe(5);
  });
});

describe('a mixer’s noise', () => {
  const options = { source: noise, seed, signal };

  it('says how many records it adds, and makes as many', async () => {
    const mixer = new MixerNoise({ ...options, plan, group });
    const additions = [mixer.decoys(victims, group.multiplyBase(group.scalar(1)), { jointKey })];
    additions.push(await mixer.dummies({ jointKey, remainingKey }));
    const kinds: Job['kind'][] = [];
    for (const { count, batches } of additions.map((one) => ({ count: one.count, batches: [...one.batches()] }))) {
      expect(batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(count);
      expect(count).toBeGreaterThan(CHUNK_RECORDS);
      kinds.push(...batches.map(({ job }) => job.kind));
    }
    expect(new Set(kinds)).toEqual(new Set(['decoys', 'dummies']));
  });

  it('may be missing only where the plan asks for none', async () => {
    const quiet = threePartyPlan();
    const mixer = new MixerNoise({ ...options, plan: quiet, group, source: null });
    expect((await mixer.dummies({ jointKey, remainingKey })).count).toBe(0);
    expect(mixer.decoys(victims, jointKey, { jointKey }).count).toBe(0);
    const column = { dataset: 'victims', magnitude: 1, noise: law };
    const noisy = [
      { ...quiet, noise: law },
      { ...quiet, decoys: { law, patterns } },
      { ...quiet, sums: [column] },
    ];
    for (const one of noisy) {
      expect(() => new MixerNoise({ ...options, plan: one, group, source: null })).toThrow(RangeError);
    }
    expect(asksForNoise({ ...quiet, sums: [{ ...column, noise: null }] })).toBe(false);
  });

  it('is bounded: dummies of a tally, decoys of a list, lists with decoys', () => {
    const most = (bound: number, cells: number, changes: Partial<JoinPlan> = {}): JoinPlan => ({
      ...threePartyPlan(),
      noise: { alpha: 0.5, bound },
      tableCells: Array.from({ length: cells }, (_, index) => index + 1),
      ...changes,
    });
    // 2 * bound dummies a cell.
    expect(mostDummies(most(1024, 1024))).toBe(MAX_DUMMIES);
    expect(() => assertNoiseFits(most(1024, 1024))).not.toThrow();
    expect(() => assertNoiseFits(most(1024, 1025))).toThrow(RangeError);
    expect(() => assertNoiseFits(most(MAX_DUMMIES / 2 + 1, 1))).toThrow(RangeError);
    expect(() => new MixerNoise({ ...options, plan: most(1024, 1025), group })).toThrow(RangeError);
    const withDecoys = (bound: number, count: number, lists = plan.lists): JoinPlan =>
      most(1, 1, {
        lists,
        decoys: {
          law: { alpha: 0.5, bound },
          patterns: Array.from({ length: count }, () => [{ list: 'victims/police', shared: [] }]),
        },
      });
    expect(() => assertNoiseFits(withDecoys(MAX_DUMMIES / 16, 8))).not.toThrow();
    expect(() => assertNoiseFits(withDecoys(MAX_DUMMIES / 16 + 1, 8))).toThrow(RangeError);
    const lists = Array.from({ length: MAX_LISTS_WITH_DECOYS + 1 }, (_, index) =>
      list('victims', `agency-${index}`, 'base', ['case'], 1, 1),
    );
    expect(() => assertNoiseFits(withDecoys(1, 1, lists.slice(1)))).not.toThrow();
    expect(() => assertNoiseFits(withDecoys(1, 1, lists))).toThrow(RangeError);
    expect(() => assertNoiseFits({ ...withDecoys(1, 1, lists), decoys: null })).not.toThrow();
  });
});
