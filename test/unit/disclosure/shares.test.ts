import { describe, expect, it } from 'vitest';

import { criticalValue } from '../../../core/disclosure/critical-value.js';
import { countError, NORMAL_QUANTILE } from '../../../core/disclosure/intervals.js';
import type { CountError } from '../../../core/disclosure/intervals.js';
import { differenceOf, ratioOf, shareAmongThese, shareInTheLongRun, shareOf } from '../../../core/disclosure/shares.js';
import type { Share } from '../../../core/disclosure/shares.js';
import { sumLaw } from '../../../core/noise/index.js';
import { noiseOf, usualPolicy } from './shown-fixture.js';

const none: CountError = { variance: 0, fourth: 0, centre: 0, below: 0, above: 0, noisy: false };

function share(yes: number, no: number, error: CountError): Share {
  return { yes: { value: yes, error }, no: { value: no, error } };
}

/** Of counts that nobody changed. */
function exactly(yes: number, trials: number): { value: number; low: number; high: number } {
  const counts = share(yes, trials - yes, none);
  return { value: shareOf(counts), ...shareInTheLongRun(counts) };
}

function near(value: number, digits: number): number {
  return expect.closeTo(value, digits) as number;
}

describe('intervals of shares', () => {
  it("without noise and rounding are Wilson's", () => {
    // Newcombe, Two-sided confidence intervals for the single proportion, 1998: 81 of 263, 15 of 148.
    expect(exactly(81, 263)).toEqual({
      value: 81 / 263,
      low: near(0.2553, 4),
      high: near(0.3662, 4),
    });
    expect(exactly(15, 148)).toEqual({
      value: 15 / 148,
      low: near(0.0624, 4),
      high: near(0.1605, 4),
    });
  });

  it("differ by Newcombe's limits", () => {
    // Newcombe, Interval estimation for the difference between independent proportions, 1998, method 10.
    expect(differenceOf(exactly(56, 70), exactly(48, 80))).toEqual({
      value: near(0.2, 12),
      low: near(0.0524, 4),
      high: near(0.3339, 4),
    });
    expect(differenceOf(exactly(9, 10), exactly(3, 10))).toEqual({
      value: near(0.6, 12),
      low: near(0.1705, 4),
      high: near(0.809, 4),
    });
  });

  it('have ratios whose inverse is the other way round, and differences whose negative is', () => {
    const [one, other] = [exactly(56, 70), exactly(48, 80)];
    const ratio = ratioOf(one, other);
    const inverse = ratioOf(other, one);
    expect(ratio?.value).toBeCloseTo(4 / 3, 12);
    expect(ratio?.low).toBeCloseTo(1 / (inverse?.high ?? 0), 12);
    expect(ratio?.high).toBeCloseTo(1 / (inverse?.low ?? 0), 12);
    expect(differenceOf(one, other).low).toBeCloseTo(-differenceOf(other, one).high, 12);
    // The logarithms' limits, by hand.
    const [a, b] = [Math.log(one.value / one.low), Math.log(other.high / other.value)];
    expect(Math.log((ratio?.value ?? 0) / (ratio?.low ?? 0))).toBeCloseTo(Math.sqrt(a * a + b * b), 12);
  });

  it('have no ratio to a share that may be none', () => {
    expect(ratioOf(exactly(10, 20), { value: 0.3, low: 0, high: 0.6 })).toBeNull();
    expect(ratioOf({ value: 0.3, low: 0, high: 0.6 }, exactly(10, 20))?.low).toBe(0);
  });

  it('hold exactly the shares that noise and rounding explain', () => {
    const error = countError(noiseOf(1, 2, 3), usualPolicy, 1);
    for (const [yes, no] of [
      [20, 60],
      [150, 40],
      [1000, 1005],
    ] as const) {
      for (const draws of [0, yes + no]) {
        const counts = share(yes, no, error);
        const { low, high } = draws === 0 ? shareAmongThese(counts) : shareInTheLongRun(counts);
        const p = yes / (yes + no);
        const noiseAt = (q: number, power: 2 | 4): number => (1 - q) ** power + q ** power;
        const w = criticalValue({
          variance: error.variance * noiseAt(p, 2) + draws * p * (1 - p),
          fourth: error.fourth * noiseAt(p, 4),
        });
        for (const end of [low, high]) {
          const off = Math.abs(yes * (1 - end) - no * end);
          expect(off / Math.sqrt(error.variance * noiseAt(end, 2) + draws * end * (1 - end))).toBeCloseTo(w, 8);
        }
        expect([low < p, p < high]).toEqual([true, true]);
      }
    }
  });

  it('are everything where the noise drowns the counts', () => {
    const error = countError(noiseOf(0.5, 3, 6), usualPolicy, 1);
    expect(shareAmongThese(share(10, 15, error))).toEqual({ low: 0, high: 1 });
    expect(shareInTheLongRun(share(10, 15, error))).toEqual({ low: 0, high: 1 });
  });

  it('without noise are those of the counts that are rounded to these, and certain', () => {
    const error = countError(null, usualPolicy, 1);
    expect(shareAmongThese(share(20, 60, error))).toEqual({ low: 18 / 80, high: 22 / 80 });
  });

  it('are narrower among these records than in the long run', () => {
    const counts = share(100, 300, countError(noiseOf(2, 1, 2), usualPolicy, 1));
    const [these, longRun] = [shareAmongThese(counts), shareInTheLongRun(counts)];
    expect(longRun.low).toBeLessThan(these.low);
    expect(longRun.high).toBeGreaterThan(these.high);
  });
});

describe('the critical value', () => {
  it('is the normal one without excess kurtosis', () => {
    expect(criticalValue({ variance: 4, fourth: 0 })).toBe(NORMAL_QUANTILE);
    expect(criticalValue({ variance: 0, fourth: 0 })).toBe(NORMAL_QUANTILE);
  });

  it.each([2, 3, 6, 20])('for the noise of %d mixers is that of the exact law, within a hundredth', (mixers) => {
    const noise = noiseOf(0.5, 3, mixers);
    const law = sumLaw(noise.law, mixers);
    const deviation = Math.sqrt(law.variance);
    const { variance, fourth } = countError(noise, usualPolicy, 1);
    const critical = criticalValue({ variance: variance - 2, fourth: fourth + 5.2 });
    // The middle of the step at which the law passes the share.
    expect(Math.abs((law.quantile(0.975) - critical * deviation) / deviation)).toBeLessThan(0.01 + 1 / deviation);
  });

  it('grows no further than a Laplace law asks for, and shrinks no further than a uniform one', () => {
    expect(criticalValue({ variance: 1, fourth: 100 })).toBe(criticalValue({ variance: 1, fourth: 3 }));
    expect(criticalValue({ variance: 1, fourth: -100 })).toBe(criticalValue({ variance: 1, fourth: -1.2 }));
    expect(criticalValue({ variance: 1, fourth: 2.9 })).toBeLessThan(criticalValue({ variance: 1, fourth: 3 }));
  });
});
