import { describe, expect, it } from 'vitest';

import { admission, ALIKE_PAIRS_PER_PERSON, chancePairs, linkingOrder } from '../../../core/linkage/index.js';
import type { ChancePairs, NonMatches } from '../../../core/linkage/index.js';

const KEYS = 3;

/** By set of three keys; sets that aren't named have none. */
function bySet(counts: Readonly<Record<number, number>>): Float64Array {
  const numbers = new Float64Array(2 ** KEYS);
  for (const [set, count] of Object.entries(counts)) numbers[Number(set)] = count;
  return numbers;
}

const NO_NOISE = { alone: 0, sets: 0, several: 0 };

function saying(changes: Partial<NonMatches> = {}): NonMatches {
  return { pairs: 1_000, alone: [0, 0, 0], sets: new Map(), several: 0, deviation: NO_NOISE, ...changes };
}

function chancesOf(observed: Readonly<Record<number, number>>, ...evidence: readonly NonMatches[]): ChancePairs {
  const chance = chancePairs(bySet(observed), evidence);
  if (chance === null) throw new RangeError('nothing is known');
  return chance;
}

const likely = (...of: Parameters<typeof chancesOf>): number[] => [...chancesOf(...of).likely];
const atMost = (...of: Parameters<typeof chancesOf>): number[] => [...chancesOf(...of).atMost];

describe('pairs that share keys by chance', () => {
  it('are unknown where nobody says anything, or of no pair of people', () => {
    expect(chancePairs(bySet({ 1: 5 }), [])).toBeNull();
    expect(chancePairs(bySet({ 1: 5 }), [saying({ pairs: 0 })])).toBeNull();
  });

  it('add up over agencies', () => {
    const evidence = [
      saying({ alone: [4, 0, 2], sets: new Map([[3, 4]]) }),
      saying({ alone: [3, 1, 0], sets: new Map([[3, 2]]), pairs: 500 }),
    ];
    expect(chancesOf({ 1: 9 }, ...evidence).inside).toBe(1_500);
    expect(likely({ 1: 9 }, ...evidence)).toEqual([0, 7, 1, 6, 2, 0, 0, 0]);
  });
});

describe('pairs that share one key alone', () => {
  it('are as many as is said, seen or not, and none where noise brings the sum below 0', () => {
    const evidence = [saying({ alone: [-4, 9, -1] }), saying({ alone: [3, -4, 1] })];
    expect(likely({ 1: 9 }, ...evidence)).toEqual([0, 0, 5, 0, 0, 0, 0, 0]);
    // Not the sum of what each has above 0.
    expect(likely({}, saying({ alone: [-4, 0, 0] }), saying({ alone: [6, 0, 0] }))[1]).toBe(2);
  });

  it('may be more by twice the noise, of which deviations of agencies add up in squares, however few there are', () => {
    const noisy = (alone: number): NonMatches['deviation'] => ({ ...NO_NOISE, alone });
    const evidence = [
      saying({ alone: [20, -8, 0], deviation: noisy(3) }),
      saying({ alone: [1, 1, 0], deviation: noisy(4) }),
    ];
    expect(likely({ 1: 9, 3: 9 }, ...evidence)).toEqual([0, 21, 0, 0, 0, 0, 0, 0]);
    expect(atMost({ 1: 9, 3: 9 }, ...evidence)).toEqual([0, 31, 10, 0, 10, 0, 0, 0]);
    expect(atMost({ 1: 9 }, saying({ alone: [20, 0, 0], deviation: { alone: 0, sets: 3, several: 3 } }))[1]).toBe(20);
  });
});

describe('pairs that share several keys', () => {
  it.each([
    // Of three keys there are three sets of two keys and one of three: noise makes one of so many known one time in ten.
    ['two keys', 3, Math.log(15) / Math.SQRT2],
    ['three keys', 7, Math.log(5) / Math.SQRT2],
  ])('are known of a set of %s only where noise would hardly make it, deviations adding up in squares', (_, set, z) => {
    const told = (count: number, other: number): number | undefined =>
      likely(
        { 1: 9 },
        saying({ sets: new Map([[set, count - 1]]), deviation: { ...NO_NOISE, sets: 3 } }),
        saying({ sets: new Map([[set, 1]]), deviation: { ...NO_NOISE, sets: other } }),
        // This one doesn't tell the set: its noise isn't in the number.
        saying({ deviation: { ...NO_NOISE, sets: 100 } }),
      )[set];
    expect(told(5 * z + 0.001, 4)).toBeCloseTo(5 * z + 0.001, 9);
    expect(told(5 * z - 0.001, 4)).toBe(0);
    expect(told(5 * z + 0.001, 4.01)).toBe(0);
  });

  it('are shared equally, beyond the known sets, by the others that were seen, of however many keys', () => {
    const evidence = saying({ sets: new Map([[3, 10]]), several: 18 });
    expect(likely({ 1: 7, 3: 4, 5: 4, 7: 1 }, evidence)).toEqual([0, 0, 0, 10, 0, 4, 0, 4]);
    expect(likely({ 5: 40 }, evidence)).toEqual([0, 0, 0, 10, 0, 8, 0, 0]);
    // Of 6 nothing is left once decoys are off.
    expect(likely({ 5: 4, 6: -1 }, evidence)).toEqual([0, 0, 0, 10, 0, 8, 0, 0]);
    expect(likely({}, evidence)).toEqual([0, 0, 0, 10, 0, 0, 0, 0]);
  });

  it.each([
    ['of all', { several: 10 }, 20],
    ['of the known sets', { sets: 10 }, 40],
    ['of both', { several: 6, sets: 8 }, 40],
  ])('are left only beyond three deviations of the noise %s', (_, noise, known) => {
    const deviation = { ...NO_NOISE, ...noise };
    const left = (several: number): number | undefined =>
      likely({ 5: 1 }, saying({ sets: new Map([[3, known]]), several: known + several, deviation }))[5];
    expect(left(30)).toBe(0);
    expect(left(30.01)).toBeCloseTo(30.01, 9);
  });

  it('aren’t left beyond noise of several agencies, which adds up in squares, nor where known sets exceed them', () => {
    const of = (several: number, deviation: number): NonMatches =>
      saying({ several, deviation: { ...NO_NOISE, several: deviation } });
    expect(likely({ 5: 1 }, of(10, 3), of(5, 4))[5]).toBe(0);
    expect(likely({ 5: 1 }, of(10, 3), of(5.01, 4))[5]).toBeCloseTo(15.01, 9);
    expect(likely({ 5: 1 }, saying({ sets: new Map([[3, 10]]), several: 9 }))[5]).toBe(0);
  });

  it('get no doubt added, for noise would unlink people who share three keys', () => {
    const deviation = { alone: 5, sets: 0, several: 0.1 };
    const evidence = saying({ sets: new Map([[3, 10]]), several: 18, deviation });
    expect(atMost({ 3: 4, 5: 4, 6: 1 }, evidence)).toEqual([0, 10, 10, 10, 10, 4, 4, 0]);
  });

  it('are expected by the number of people where noise hides them', () => {
    // 100 people make 4,950 pairs, 1,000 make 499,500.
    const noisy = { alone: 0, sets: 0, several: 0.1 };
    const alike = (...evidence: NonMatches[]): number => chancesOf({ 3: 5 }, ...evidence).alike;
    expect(alike(saying({ pairs: 4_950, deviation: { alone: 9, sets: 9, several: 0 } }))).toBe(0);
    expect(alike(saying({ pairs: 4_950, deviation: noisy }))).toBeCloseTo(100 * ALIKE_PAIRS_PER_PERSON, 12);
    const both = [saying({ pairs: 4_950 }), saying({ pairs: 499_500, deviation: noisy, sets: new Map([[3, 9]]) })];
    expect(alike(...both)).toBeCloseTo(1_000 * ALIKE_PAIRS_PER_PERSON, 12);
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
      alike: 0,
    };
    expect(linkingOrder(sets, observed, chance)).toEqual([3, 5, 4, 6, 2, 1, 7]);
  });

  it('ends with what was not seen once decoys are off', () => {
    const observed = bySet({ 1: 10, 2: 0, 3: -4 });
    const chance = { inside: 1, likely: bySet({ 1: 10 }), atMost: bySet({}), alike: 0 };
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
    const chance = { inside: 1_000, likely: bySet({ 1: 10 }), atMost: bySet({ 1: 10 }), alike: 0 };
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

  it('expects people who are alike among those who are free, as the others', () => {
    const chance = { inside: 5_000, likely: bySet({}), atMost: bySet({}), alike: 5 };
    const { alike, free } = admission(bySet({ 7: 10 }), { base: 100, linked: 50 }, chance);
    expect(free).toBeCloseTo(0.9 * 0.8, 12);
    expect(alike).toBeCloseTo(5 * 0.72, 12);
  });

  it('goes by what there may be at most, precision by what is likely', () => {
    const chance = { inside: 5_000, likely: bySet({}), atMost: bySet({ 1: 6 }), alike: 0 };
    const { expected, certainty } = admission(bySet({ 1: 10 }), { base: 100, linked: 50 }, chance);
    expect(expected?.[1]).toBe(0);
    expect(certainty[1]).toBeCloseTo(1 - 0.6 * 0.9 * 0.8, 12);
  });

  it('is of a set without links only where nothing speaks against it', () => {
    const chance = { inside: 5_000, likely: bySet({ 2: 1 }), atMost: bySet({ 2: 1 }), alike: 0 };
    const { certainty, expected } = admission(bySet({ 1: -3, 2: -3 }), people, chance);
    expect([certainty[1], certainty[2]]).toEqual([1, 0]);
    expect([expected?.[1], expected?.[2]]).toEqual([0, 0]);
  });

  it('has nobody free of nobody', () => {
    const chance = { inside: 5_000, likely: bySet({ 1: 1 }), atMost: bySet({ 1: 1 }), alike: 0 };
    expect(admission(bySet({}), { base: 0, linked: 0 }, chance).free).toBe(1);
  });
});
