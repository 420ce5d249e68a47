import { describe, expect, it } from 'vitest';

import { clopperPearson, fit, logGamma } from '../../support/statistics.js';
import { binomial, fastUniform } from '../../support/simulation.js';

/** As many of each whole number as said. */
function sampleOf(counts: readonly number[]): number[] {
  return counts.flatMap((count, x) => Array<number>(count).fill(x));
}

function near(value: number, digits: number): number {
  return expect.closeTo(value, digits) as number;
}

describe('what the statistical tests judge by', () => {
  it('gives chi-square statistics their known probabilities', () => {
    // A die thrown 120 times; 11.070 on 5 degrees is exceeded with probability 0.05.
    const die = (x: number): number => (x >= 0 && x < 6 ? 1 / 6 : 0);
    const even = fit(sampleOf([20, 20, 20, 20, 20, 20]), die);
    expect([even.statistic, even.degrees]).toEqual([near(0, 12), 5]);
    expect(even.p).toBeCloseTo(1, 12);
    const loaded = fit(sampleOf([5, 8, 9, 8, 10, 20].map((count) => count * 2)), die);
    expect(loaded.statistic).toBeCloseTo(26.8, 10);
    expect(loaded.p).toBeCloseTo(6.2392e-5, 8);
    const usual = fit(sampleOf([15, 16, 21, 20, 24, 24]), die);
    expect(usual.p).toBeCloseTo(0.5934, 4);
  });

  it('gives the known limits of a probability', () => {
    // 5 of 20: Clopper and Pearson's 95 % limits are 0.0866 and 0.4910.
    expect(clopperPearson(5, 20, 0.025)).toEqual({ low: near(0.0866, 4), high: near(0.491, 3) });
    expect(clopperPearson(0, 20, 0.025)).toEqual({ low: 0, high: near(0.1684, 4) });
    expect(clopperPearson(20, 20, 0.025)).toEqual({ low: near(0.8316, 4), high: 1 });
  });

  it('knows factorials', () => {
    expect(Math.exp(logGamma(6))).toBeCloseTo(120, 8);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
  });

  it('draws binomial numbers of the right law', () => {
    const uniform = fastUniform('binomial');
    const sample = Array.from({ length: 20_000 }, () => binomial(10, 0.3, uniform));
    const ways = [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1];
    expect(fit(sample, (x) => (ways[x] ?? 0) * 0.3 ** x * 0.7 ** (10 - x)).p).toBeGreaterThan(1e-3);
  });
});
