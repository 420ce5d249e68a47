import { describe, expect, it } from 'vitest';

import { admission, ALIKE_PAIRS_PER_PERSON, chancePairs, linkingOrder } from '../../../core/linkage/index.js';
import type { NonMatches } from '../../../core/linkage/index.js';

const KEYS = 3;

/** By set of three keys; sets that aren't named have none. */
function bySet(counts: Readonly<Record<number, number>>): Float64Array {
  const numbers = new Float64Array(2 ** KEYS);
  for (const [set, count] of Object.entries(counts)) numbers[Number(set)] = count;
  return numbers;
}

function saying(changes: Partial<NonMatches> = {}): NonMatches {
  return { pairs: 1_000, sets: new Map(), byKeys: [0, 0, 0], deviation: { sets: 0, byKeys: 0 }, ...changes };
}

function likely(observed: Readonly<Record<number, number>>, evidence: readonly NonMatches[]): number[] {
  return [...(chancePairs(bySet(observed), evidence)?.likely ?? [])];
}

describe('pairs that share keys by chance', () => {
  it('are unknown where nobody says anything, or of no pair of people', () => {
    expect(chancePairs(bySet({ 1: 5 }), [])).toBeNull();
    expect(chancePairs(bySet({ 1: 5 }), [saying({ pairs: 0 })])).toBeNull();
  });

  it('add up over agencies', () => {
    const evidence = [saying({ sets: new Map([[1, 4]]) }), saying({ sets: new Map([[1, 3]]), pairs: 500 })];
    expect(chancePairs(bySet({ 1: 9 }), evidence)).toMatchObject({ inside: 1_500 });
    expect(likely({ 1: 9 }, evidence)).toEqual([0, 7, 0, 0, 0, 0, 0, 0]);
  });

  it('of one set are known only where noise would hardly make them, deviations of agencies adding up in squares', () => {
    // Three sets of one key: ln(15)/√2 deviations, of 3 and 4 together 5.
    const limit = (Math.log(15) / Math.SQRT2) * 5;
    const told = (count: number): number | undefined =>
      likely({ 1: 9, 7: 9 }, [
        saying({ sets: new Map([[1, count]]), deviation: { sets: 3, byKeys: 0 }, byKeys: [count, 0, 0] }),
        saying({ sets: new Map([[1, 0]]), deviation: { sets: 4, byKeys: 0 } }),
      ])[1];
    expect(told(limit + 0.01)).toBe(limit + 0.01);
    const unknown = chancePairs(bySet({ 1: 9 }), [
      saying({ sets: new Map([[1, limit]]), deviation: { sets: 5, byKeys: 0 } }),
    ]);
    expect(unknown?.likely[1]).toBe(0);
  });

  it('beyond the known sets of a class are shared equally by its others that were seen', () => {
    const evidence = [saying({ sets: new Map([[3, 10]]), byKeys: [0, 18, 7] })];
    // Sets 5 and 6 are of two keys as well; 5 alone was seen. Nothing was seen of all three keys' other sets.
    expect(likely({ 3: 4, 5: 4, 7: 1 }, evidence)).toEqual([0, 0, 0, 10, 0, 8, 0, 7]);
    expect(likely({ 5: 4, 6: 1 }, evidence)).toEqual([0, 0, 0, 10, 0, 4, 4, 0]);
    expect(likely({ 5: 4, 6: -1 }, evidence)[6]).toBe(0);
  });

  it.each([
    ['two keys', 3, [0, 30, 0], [0, 30.01, 0]],
    ['three keys', 7, [0, 0, 30], [0, 0, 30.01]],
    ['one key', 1, [0, 0, 0], [0.01, 0, 0]],
  ] as const)('of %s are left only beyond their noise', (_, set, within, beyond) => {
    const left = (byKeys: NonMatches['byKeys']): number =>
      likely({ [set]: 5 }, [saying({ byKeys, deviation: { sets: 0, byKeys: 10 } })])[set] ?? 0;
    expect(left(within)).toBe(0);
    expect(left(beyond)).toBeGreaterThan(0);
  });

  it('may be more where one key alone is shared and nothing is known of it, as often as each set was seen', () => {
    const evidence = [saying({ byKeys: [6, 6, 0], deviation: { sets: 0, byKeys: 3 } })];
    const chance = chancePairs(bySet({ 1: 30, 2: 60, 3: 5 }), evidence);
    expect([...(chance?.atMost ?? [])].slice(1, 4)).toEqual([3, 6, 0]);
    expect([...(chance?.likely ?? [])].slice(1, 4)).toEqual([3, 3, 0]);
  });

  it('of two keys or more are expected by the number of people where noise hides them, less those that are known', () => {
    // 100 people make 4,950 pairs, 1,000 make 499,500.
    const noisy = { sets: 0, byKeys: 10 };
    const unseen = (...evidence: NonMatches[]): number => chancePairs(bySet({ 3: 5 }), evidence)?.unseen ?? Number.NaN;
    const told = (pairs: number, changes: Partial<NonMatches> = {}): NonMatches => saying({ pairs, ...changes });
    expect(unseen(told(4_950), told(499_500))).toBe(0);
    expect(unseen(told(4_950, { deviation: noisy }))).toBeCloseTo(100 * ALIKE_PAIRS_PER_PERSON, 12);
    expect(unseen(told(4_950), told(499_500, { deviation: noisy }))).toBeCloseTo(1_000 * ALIKE_PAIRS_PER_PERSON, 12);
    const known = told(499_500, { deviation: noisy, sets: new Map([[3, 0.25]]) });
    expect(unseen(known)).toBeCloseTo(1_000 * ALIKE_PAIRS_PER_PERSON - 0.25, 12);
  });
});

describe('the order in which sets link', () => {
  const sets = [1, 2, 3, 4, 5, 6, 7];

  it('goes by chance, then by the number of keys, then by the smaller number', () => {
    const observed = bySet({ 1: 10, 2: 10, 3: 10, 4: 10, 5: 10, 6: 10, 7: 10 });
    const chance = {
      inside: 1,
      likely: bySet({ 7: 9, 1: 2, 2: 1, 6: 1 }),
      atMost: bySet({}),
      unseen: 0,
    };
    expect(linkingOrder(sets, observed, chance)).toEqual([3, 5, 4, 6, 2, 1, 7]);
  });

  it('ends with what was not seen once decoys are off', () => {
    const observed = bySet({ 1: 10, 2: 0, 3: -4 });
    const chance = { inside: 1, likely: bySet({ 1: 10 }), atMost: bySet({}), unseen: 0 };
    expect(linkingOrder([1, 2, 3], observed, chance)).toEqual([1, 3, 2]);
  });

  it('goes by the number of keys alone where nothing is known', () => {
    expect(linkingOrder(sets, bySet({ 1: 1 }), null)).toEqual([7, 3, 5, 6, 1, 2, 4]);
  });
});

describe('admission', () => {
  const people = { base: 100, linked: 50 };

  it('is of everything where nothing is known', () => {
    const { expected, certainty } = admission(bySet({ 1: 3 }), people, null);
    expect(expected).toBeNull();
    expect([...certainty]).toEqual(Array.from({ length: 8 }, () => 1));
  });

  it('expects chance among people who are free: of each side what right links leave', () => {
    // 20 right links of 100 and 50 people leave .8 and .6 of them; 10 of 1,000 pairs are 50 of 5,000.
    const chance = { inside: 1_000, likely: bySet({ 1: 10 }), atMost: bySet({ 1: 10 }), unseen: 0 };
    const { expected, certainty, free } = admission(bySet({ 1: 10, 7: 20 }), people, chance);
    expect(free).toBeCloseTo(0.48, 12);
    expect(expected?.[1]).toBe(10);
    expect(certainty[1]).toBe(0);
    expect(certainty[7]).toBe(1);
    const more = admission(bySet({ 1: 24, 7: 20 }), people, { ...chance, likely: bySet({ 1: 5 }) });
    // r = 20 + 24 − 25·free settles with free = (1 − r/100)(1 − r/50).
    const right = 44 - 25 * more.free;
    expect(more.free).toBeCloseTo((1 - right / 100) * (1 - right / 50), 2);
  });

  it('counts pairs that the noise hides, of free people as the others', () => {
    const chance = { inside: 5_000, likely: bySet({}), atMost: bySet({}), unseen: 5 };
    const { unseen, free } = admission(bySet({ 7: 10 }), { base: 100, linked: 50 }, chance);
    expect(free).toBeCloseTo(0.9 * 0.8, 12);
    expect(unseen).toBeCloseTo(5 * 0.72, 12);
  });

  it('goes by what there may be at most, precision by what is likely', () => {
    const chance = { inside: 5_000, likely: bySet({}), atMost: bySet({ 1: 6 }), unseen: 0 };
    const { expected, certainty } = admission(bySet({ 1: 10 }), { base: 100, linked: 50 }, chance);
    expect(expected?.[1]).toBe(0);
    expect(certainty[1]).toBeCloseTo(1 - 0.6 * 0.9 * 0.8, 12);
  });

  it('is of a set without links only where nothing speaks against it', () => {
    const chance = { inside: 5_000, likely: bySet({ 2: 1 }), atMost: bySet({ 2: 1 }), unseen: 0 };
    const { certainty, expected } = admission(bySet({ 1: -3, 2: -3 }), people, chance);
    expect([certainty[1], certainty[2]]).toEqual([1, 0]);
    expect([expected?.[1], expected?.[2]]).toEqual([0, 0]);
  });

  it('has nobody free of nobody', () => {
    const chance = { inside: 5_000, likely: bySet({ 1: 1 }), atMost: bySet({ 1: 1 }), unseen: 0 };
    expect(admission(bySet({}), { base: 0, linked: 0 }, chance).free).toBe(1);
  });
});
