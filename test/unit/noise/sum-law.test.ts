import { describe, expect, it } from 'vitest';

import {
  geometricLaw,
  MAXIMUM_COPIES,
  noiseVariance,
  probability,
  STEPS_PER_DEVIATION,
  SUM_LAW_ERROR,
  sumLaw,
} from '../../../core/noise/index.js';
import type { NoiseLaw } from '../../../core/noise/index.js';

const weak = geometricLaw({ epsilon: 2, sensitivity: 2 });
const strong = geometricLaw({ epsilon: 1, sensitivity: 2_000_000 });

/** The law of the sum by adding up every combination: slow, and nothing to get wrong. */
function everyCombination(law: NoiseLaw, copies: number): Map<number, number> {
  let sum = new Map([[0, 1]]);
  for (let copy = 0; copy < copies; copy += 1) {
    const next = new Map<number, number>();
    for (const [x, mass] of sum) {
      for (let y = -law.bound; y <= law.bound; y += 1) {
        next.set(x + y, (next.get(x + y) ?? 0) + mass * probability(law, y));
      }
    }
    sum = next;
  }
  return sum;
}

/** P(sum > x) of Laplace numbers of scale 1, x ≥ 0: their characteristic functions' powers, inverted. */
const laplaceTails = [
  [1, (x: number) => Math.exp(-x) / 2],
  [2, (x: number) => (Math.exp(-x) * (2 + x)) / 4],
  [3, (x: number) => (Math.exp(-x) * (8 + 5 * x + x ** 2)) / 16],
] as const;

const normalQuantiles = [
  [0.975, 1.959964],
  [0.8, 0.841621],
  [0.5, 0],
] as const;

describe('the law of a sum of noise', () => {
  it.each([1, 2, 3, 5])('of %d draws is that of every combination', (copies) => {
    const law = sumLaw(weak, copies);
    const expected = everyCombination(weak, copies);
    expect(law.step).toBe(1);
    let upTo = 0;
    for (let x = -copies * weak.bound - 1; x <= copies * weak.bound + 1; x += 1) {
      upTo += expected.get(x) ?? 0;
      expect(Math.abs(law.probability(x) - (expected.get(x) ?? 0))).toBeLessThan(1e-14);
      expect(Math.abs(law.atMost(x) - upTo)).toBeLessThan(1e-12);
    }
  });

  it('has quantiles that are the first whole number up to which there is so much', () => {
    const law = sumLaw(weak, 3);
    for (const share of [1e-6, 0.025, 0.3, 0.5, 0.7, 0.975, 1 - 1e-6]) {
      const quantile = law.quantile(share);
      expect(law.atMost(quantile)).toBeGreaterThanOrEqual(share);
      expect(law.atMost(quantile - 1)).toBeLessThan(share);
    }
  });

  it.each(laplaceTails)(
    'of %d draws too wide to convolve is the continuous one within its stated error',
    (copies, tail) => {
      const law = sumLaw(strong, copies);
      const scale = -1 / Math.log(strong.alpha);
      expect(law.step).toBeGreaterThan(1);
      expect(law.step).toBeLessThanOrEqual(Math.sqrt(law.variance) / STEPS_PER_DEVIATION);
      const errors = Array.from({ length: 400 }, (_, place) => {
        const x = Math.round((place / 40) * scale);
        return Math.abs(1 - law.atMost(x) - tail((x + 0.5) / scale));
      });
      expect(Math.max(...errors)).toBeLessThan(SUM_LAW_ERROR);
      expect(Math.abs(law.atMost(-1) + law.probability(0) / 2 - 0.5)).toBeLessThan(1e-9);
    },
  );

  it('of very many draws is normal within its stated error', () => {
    for (const copies of [20_000, MAXIMUM_COPIES]) {
      const law = sumLaw(weak, copies);
      const deviation = Math.sqrt(copies * noiseVariance(weak));
      for (const [share, quantile] of normalQuantiles) {
        const x = Math.round(quantile * deviation);
        const density = Math.exp(-(quantile ** 2) / 2) / Math.sqrt(2 * Math.PI);
        const expected = share + density * ((x + 0.5) / deviation - quantile);
        expect(Math.abs(law.atMost(x) - expected)).toBeLessThan(SUM_LAW_ERROR);
      }
    }
  });

  it('does not jump where it stops being exact', () => {
    // The standard deviation of this many draws passes 2 * STEPS_PER_DEVIATION.
    const copies = Math.ceil((2 * STEPS_PER_DEVIATION) ** 2 / noiseVariance(weak));
    const exact = sumLaw(weak, copies - 1);
    const stepped = sumLaw(weak, copies);
    expect([exact.step, stepped.step]).toEqual([1, 2]);
    for (const share of [0.025, 0.5, 0.975]) {
      expect(Math.abs(exact.quantile(share) - stepped.quantile(share))).toBeLessThanOrEqual(2);
      expect(Math.abs(exact.atMost(exact.quantile(share)) - stepped.atMost(exact.quantile(share)))).toBeLessThan(
        SUM_LAW_ERROR,
      );
    }
  });

  it.each([
    [1, true],
    [0, false],
    [1.5, false],
    [MAXIMUM_COPIES, true],
    [MAXIMUM_COPIES + 1, false],
  ])('of %d draws: %s', (copies, taken) => {
    const make = (): number => sumLaw(weak, copies).variance;
    if (taken) expect(make()).toBe(copies * noiseVariance(weak));
    else expect(make).toThrow(RangeError);
  });
});
