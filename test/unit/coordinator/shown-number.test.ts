import { describe, expect, it } from 'vitest';
import {
  shareOfShown,
  showCount,
  showEstimate,
  showLadder,
  showParts,
  showShare,
  type ShownNumber,
} from '../../../coordinator/index.js';
import type { DisclosurePolicy } from '../../../core/disclosure/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const policy: DisclosurePolicy = { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false };
const texts = (numbers: readonly ShownNumber[]): (number | string)[] =>
  numbers.map(({ value, status }) => value ?? status);
const text = (number: ShownNumber): number | string => texts([number])[0] ?? '';

describe('a count of a linkage report', () => {
  it.each([
    [-40, 'few'],
    [0, 'few'],
    [9, 'few'],
    [10, 10],
    [12, 10],
    [13, 15],
    [1_234_567, 1_234_565],
  ])('of %s is shown as %s', (count, shown) => {
    expect(text(showCount(count, policy))).toBe(shown);
  });

  it('goes by the threshold and the rounding of its run', () => {
    const strict = { ...policy, threshold: 50, roundTo: 20 };
    expect([49, 50, 89, 91].map((count) => text(showCount(count, strict)))).toEqual(['few', 60, 80, 100]);
    const midpoints = { ...policy, roundTo: 6, rounding: 'midpoint-6' } as const;
    expect([10, 12, 13].map((count) => text(showCount(count, midpoints)))).toEqual([9, 9, 15]);
  });
});

describe('links at rising thresholds', () => {
  const ladder = (wholes: number[], ...counts: number[]): (number | string)[] =>
    texts(showLadder(wholes, counts, 0, policy));

  it('are shown where they differ by as much as may be shown', () => {
    expect(ladder([500, 400], 300, 290, 280)).toEqual([300, 290, 280]);
  });

  it('are not where they differ by less, or not at all: the difference is a count of its own', () => {
    expect(ladder([500, 400], 300, 291, 290)).toEqual([300, 'close', 290]);
    expect(ladder([500, 400], 300, 300, 300)).toEqual([300, 'close', 'close']);
  });

  it('are compared with the last that is shown, so that small steps do not add up to nothing', () => {
    expect(ladder([500, 400], 300, 292, 284, 276)).toEqual([300, 'close', 285, 'close']);
  });

  it('are not where few people of either side were not linked', () => {
    expect(ladder([309, 400], 300)).toEqual(['close']);
    expect(ladder([310, 400], 300)).toEqual([300]);
    expect(ladder([400, 309], 300)).toEqual(['close']);
    expect(ladder([400, 310], 300)).toEqual([300]);
  });

  it('are shown first where they matter most, and the others as far as they differ from that', () => {
    const counts = [300, 295, 289, 280];
    expect(texts(showLadder([500, 400], counts, 1, policy))).toEqual(['close', 295, 'close', 280]);
    expect(texts(showLadder([500, 400], counts, 2, policy))).toEqual([300, 'close', 290, 'close']);
  });

  it('are few before they are close', () => {
    expect(ladder([500, 400], 19, 9, 0)).toEqual([20, 'few', 'few']);
  });
});

describe('links key by key', () => {
  const parts = (total: number | 'close' | 'few', ...counts: number[]): (number | string)[] =>
    texts(
      showParts(typeof total === 'number' ? showCount(total, policy) : { value: null, status: total }, counts, policy),
    );

  it('are shown where all are large', () => {
    expect(parts(120, 100, 20)).toEqual([100, 20]);
    expect(parts(100, 100)).toEqual([100]);
  });

  it('take the next smallest with them where one alone is small: the total would give it away', () => {
    expect(parts(133, 100, 30, 3)).toEqual([100, 'secondary', 'few']);
    expect(parts(130, 100, 30, 0)).toEqual([100, 'secondary', 'few']);
  });

  it('take it where the small ones together are small as well', () => {
    expect(parts(139, 100, 30, 4, 5)).toEqual([100, 'secondary', 'few', 'few']);
    expect(parts(140, 100, 30, 4, 6)).toEqual([100, 30, 'few', 'few']);
  });

  it('are not where the total is not, for they add up to it', () => {
    expect(parts('close', 100, 20)).toEqual(['secondary', 'secondary']);
    expect(parts('few', 4, 3)).toEqual(['few', 'few']);
  });

  it(`never let a reader tell less than the threshold from the total and the rest (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const below = (bound: number): number => Buffer.from(rng.bytes(4)).readUInt32BE() % bound;
    for (let round = 0; round < 20_000; round += 1) {
      const counts = Array.from({ length: 1 + below(8) }, () => below(below(2) === 0 ? 15 : 200));
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shown = showParts(showCount(total, policy), counts, policy);
      const hidden = counts.filter((_, index) => shown[index]?.value === null);
      const rest = hidden.reduce((sum, count) => sum + count, 0);
      const safe = total < 10 || hidden.length === 0 || (hidden.length > 1 && rest >= 10);
      expect(safe, counts.join(' ')).toBe(true);
    }
  });
});

describe('a share of people', () => {
  const share = (part: number, whole: number): number | string => text(showShare(part, whole, policy));

  it.each([
    [9, 100, 'few'],
    [10, 100, 0.1],
    [90, 100, 0.9],
    [91, 100, 'most'],
    [100, 100, 'most'],
    [9, 9, 'few'],
    [20, 9, 'few'],
    [20, 15, 'most'],
    [33, 100, 0.35],
    [12_345, 100_001, 0.12],
  ])('of %i in %i is shown as %s: of rounded counts, in whole per cent', (part, whole, shown) => {
    expect(share(part, whole)).toBe(shown);
  });

  it('of two counts is shown where both are', () => {
    const [few, one, two] = [showCount(3, policy), showCount(33, policy), showCount(100, policy)];
    expect(text(shareOfShown(one, two))).toBe(0.35);
    expect(text(shareOfShown(few, two))).toBe('few');
    expect(text(shareOfShown(two, few))).toBe('few');
    expect(text(shareOfShown(two, one))).toBe(1);
  });
});

describe('an estimate', () => {
  it('is given to tenths of a per cent, where it rests on enough links', () => {
    expect(text(showEstimate(0.98765, 10, policy))).toBe(0.988);
    expect(text(showEstimate(0.98765, 9, policy))).toBe('few');
    expect(text(showEstimate(null, 10, policy))).toBe('not-estimable');
    expect(text(showEstimate(null, 9, policy))).toBe('few');
  });
});
