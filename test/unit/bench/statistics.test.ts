import { describe, expect, it } from 'vitest';

import { growthExponent, quantile, spreadOf, sum } from '../../../bench/statistics.js';

describe('statistics of timings', () => {
  it('takes quantiles on straight lines between samples', () => {
    const sorted = [10, 20, 40, 80, 160];
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([10, 20, 40, 80, 160]);
    expect(quantile(sorted, 0.1)).toBeCloseTo(14);
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(quantile([7], 0.25)).toBe(7);
  });

  it('refuses quantiles that there aren’t', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    for (const share of [-0.01, 1.01, Number.NaN]) expect(() => quantile([1, 2, 3], share)).toThrow(RangeError);
  });

  it('sums timings up, in whatever order they came', () => {
    const samples = [9, 3, 11, 5, 7];
    expect(spreadOf(samples)).toEqual({ minimum: 3, firstQuartile: 5, median: 7, samples: 5 });
    expect(samples).toEqual([9, 3, 11, 5, 7]);
    expect(sum(samples)).toBe(35);
    expect(sum([])).toBe(0);
  });
});

describe('the exponent of growth', () => {
  it.each([0, 0.5, 1, 1.5, 2])('finds the power %d', (power) => {
    const points = [1_000, 2_000, 5_000, 100_000].map((size) => ({ size, cost: 3.7 * size ** power }));
    expect(growthExponent(points)).toBeCloseTo(power, 10);
  });

  it('is below 1 where a fixed cost is added to a linear one', () => {
    const exponent = growthExponent([1_000, 10_000].map((size) => ({ size, cost: 5 + size / 1_000 })));
    expect(exponent).toBeCloseTo(Math.log10(15 / 6), 10);
  });

  it('goes through the middle of points that are on no line', () => {
    // Doubling, then the same again: in logarithms 0, 1, 1, of which the least-squares slope is 1/2.
    const points = [
      { size: 1, cost: 1 },
      { size: 2, cost: 2 },
      { size: 4, cost: 2 },
    ];
    expect(growthExponent(points)).toBeCloseTo(0.5, 10);
  });

  it('is nothing where there is no line', () => {
    expect(growthExponent([])).toBeNull();
    expect(growthExponent([{ size: 10, cost: 1 }])).toBeNull();
    expect(
      growthExponent([
        { size: 10, cost: 1 },
        { size: 10, cost: 2 },
      ]),
    ).toBeNull();
    expect(
      growthExponent([
        { size: 10, cost: 0 },
        { size: 20, cost: 2 },
      ]),
    ).toBeNull();
  });
});
