import { describe, expect, it } from 'vitest';

import { sumLaw } from '../../../core/noise/index.js';
import { countError, countInterval, roundingWindow } from '../../../core/disclosure/intervals.js';
import { roundCount } from '../../../core/disclosure/policy.js';
import type { DisclosurePolicy } from '../../../core/disclosure/policy.js';
import type { TableNoise } from '../../../core/disclosure/table.js';
import { noiseOf, usualPolicy } from './shown-fixture.js';

const policies: DisclosurePolicy[] = [
  usualPolicy,
  { ...usualPolicy, roundTo: 6 },
  { ...usualPolicy, roundTo: 10 },
  { ...usualPolicy, threshold: 100, roundTo: 37 },
  { ...usualPolicy, roundTo: 6, rounding: 'midpoint-6' },
];

/** Exact: how often the interval covers the counts exact..exact+width-1, as if each were shown. */
function coverage(noise: TableNoise, policy: DisclosurePolicy, exact: number, width: number): number {
  const law = sumLaw(noise.law, noise.mixers);
  const reach = law.quantile(1 - 1e-9);
  let covered = 0;
  for (let count = exact; count < exact + width; count += 1) {
    for (let x = -reach; x <= reach; x += 1) {
      const { low, high } = countInterval(roundCount(Math.max(0, count + x), policy), noise, policy);
      if (low <= count && count <= high) covered += law.probability(x);
    }
  }
  return covered / width;
}

describe.each(policies)('with counts rounded by $rounding $roundTo', (policy) => {
  const { below, above } = roundingWindow(policy);
  const width = below + above + 1;

  it('the window of a rounded count holds the counts that are rounded to it, and no others', () => {
    for (let count = policy.threshold; count < policy.threshold + 4 * width; count += 1) {
      const value = roundCount(count, policy);
      expect(count).toBeGreaterThanOrEqual(value - below);
      expect(count).toBeLessThanOrEqual(value + above);
      expect(roundCount(value - below, policy)).toBe(value);
      expect(roundCount(value - below - 1, policy)).not.toBe(value);
      expect(roundCount(value + above, policy)).toBe(value);
      expect(roundCount(value + above + 1, policy)).not.toBe(value);
    }
  });

  it('without noise the interval is that window: it covers every count, always', () => {
    for (let count = policy.threshold; count < 500; count += 1) {
      const { low, high } = countInterval(roundCount(count, policy), null, policy);
      expect([low <= count && count <= high, high - low + 1]).toEqual([true, width]);
    }
  });

  it('with noise it is the shortest that covers 95 % over the residues of the base', () => {
    const noise = noiseOf(0.5, 1, 3);
    const { low, high } = countInterval(1200, noise, policy);
    const covered = coverage(noise, policy, 5000, width);
    expect(covered).toBeGreaterThanOrEqual(0.95);
    // One less would be too few: nothing at the ends is there for nothing.
    const law = sumLaw(noise.law, noise.mixers);
    const ends = [low, high].map((end) =>
      Array.from({ length: width }, (_, place) => law.probability(1200 + above - place - end)).reduce(
        (a, b) => a + b,
        0,
      ),
    );
    expect(covered - Math.min(...ends) / width).toBeLessThan(0.95);
    expect(1200 - low - (high - 1200)).toBeLessThanOrEqual(2);
  });

  it('says of a sum of rounding errors what all combinations of two say', () => {
    const errors = Array.from({ length: width }, (_, place) => place - above);
    const sums = errors.flatMap((one) => errors.map((other) => one + other));
    const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
    const moment = (power: number): number => sums.reduce((a, b) => a + (b - mean) ** power, 0) / sums.length;
    const error = countError(null, policy, 2);
    expect(error.centre).toBeCloseTo(mean, 12);
    expect(error.variance).toBeCloseTo(moment(2), 9);
    expect(error.fourth / (moment(4) - 3 * moment(2) ** 2)).toBeCloseTo(1, 9);
    expect([error.below, error.above]).toEqual([Math.max(...sums), -Math.min(...sums)]);
  });
});

describe('the interval of a count with noise', () => {
  it('covers 95 to 97 % in every setting, exactly worked out', () => {
    const shares = [2, 3, 4, 5, 6].flatMap((mixers) =>
      [0.5, 1, 2].flatMap((epsilon) =>
        [1, 2, 3].map((limit) => coverage(noiseOf(epsilon, limit, mixers), usualPolicy, 5000, 5)),
      ),
    );
    expect(shares).toHaveLength(45);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.95);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.97);
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    process.stdout.write(
      `\nCount intervals, exact coverage in 45 settings: ${percent(Math.min(...shares))} to ` +
        `${percent(Math.max(...shares))} %, on average ${percent(mean)} %\n`,
    );
  });

  it('is about numbers that are shown: near the threshold it covers as docs/intervals.md says', () => {
    const noise = noiseOf(1, 1, 3);
    const law = sumLaw(noise.law, noise.mixers);
    const ofShown = (count: number): number[] => {
      let [shown, covered] = [0, 0];
      for (let noisy = usualPolicy.threshold; noisy < count + 200; noisy += 1) {
        const { low, high } = countInterval(roundCount(noisy, usualPolicy), noise, usualPolicy);
        shown += law.probability(noisy - count);
        if (low <= count && count <= high) covered += law.probability(noisy - count);
      }
      return [shown, covered / shown].map((share) => Math.round(100 * share));
    };
    expect([0, 5, 9].map(ofShown)).toEqual([
      [3, 68],
      [16, 94],
      [45, 91],
    ]);
    // Rounded to whole per cents.
    for (let count = 10; count < 60; count += 1) expect(ofShown(count)[1], `${count}`).toBeGreaterThanOrEqual(95);
  });

  it('has no end below 0', () => {
    expect(countInterval(10, noiseOf(0.5, 3, 6), usualPolicy).low).toBe(0);
  });

  it('is never narrower than rounding alone, however weak the noise', () => {
    const coarse = { ...usualPolicy, threshold: 1000, roundTo: 1000 };
    const { low, high } = countInterval(5000, noiseOf(10, 1, 2), coarse);
    expect(low).toBeLessThanOrEqual(4500);
    expect(high).toBeGreaterThanOrEqual(5499);
  });

  it('of a total is as wide as the noise of all its cells asks for, and no wider than that of each by itself', () => {
    const noise = noiseOf(1, 1, 3);
    const widthOf = (cells: number): number => {
      const { low, high } = countInterval(1_000_000, { ...noise, mixers: noise.mixers * cells }, usualPolicy);
      return high - low;
    };
    const deviation = Math.sqrt(countError(noise, usualPolicy, 1).variance - 2);
    // Of so many draws the law is the normal one.
    expect(widthOf(100) / (2 * 1.96 * deviation * 10)).toBeCloseTo(1, 1);
    expect(widthOf(65_536) / (2 * 1.96 * deviation * 256)).toBeCloseTo(1, 2);
    expect(widthOf(4)).toBeGreaterThan(widthOf(1));
    expect(widthOf(4)).toBeLessThan(4 * widthOf(1));
  });

  it('does not depend on what was asked before', () => {
    const noise = noiseOf(1, 2, 3);
    const before = countInterval(100, noise, usualPolicy);
    countInterval(100, { ...noise, mixers: 5 }, usualPolicy);
    countInterval(100, noise, { ...usualPolicy, roundTo: 10 });
    expect(countInterval(100, noise, usualPolicy)).toEqual(before);
    expect(countInterval(100, { ...noiseOf(1, 2, 3), mixers: 5 }, usualPolicy)).toEqual(
      countInterval(100, { ...noise, mixers: 5 }, usualPolicy),
    );
  });
});

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
