import { describe, expect, it } from 'vitest';

import {
  geometricLaw,
  MAXIMUM_EPSILON,
  MAXIMUM_SENSITIVITY,
  MINIMUM_EPSILON,
  NOISE_DELTA,
  noiseCumulants,
  noiseVariance,
  probability,
  revealed,
} from '../../../core/noise/index.js';
import type { NoiseLaw } from '../../../core/noise/index.js';

const settings = [0.01, 0.1, 0.5, 1, 2, 10].flatMap((epsilon) =>
  [1, 2, 6, 40].map((sensitivity) => ({ epsilon, sensitivity })),
);

function values({ bound }: NoiseLaw): number[] {
  return Array.from({ length: 2 * bound + 1 }, (_, place) => place - bound);
}

/** Σ x^power · P(x). */
function moment(law: NoiseLaw, power: number): number {
  return values(law).reduce((sum, x) => sum + x ** power * probability(law, x), 0);
}

describe.each(settings)('the law for epsilon $epsilon and sensitivity $sensitivity', ({ epsilon, sensitivity }) => {
  const law = geometricLaw({ epsilon, sensitivity });

  it('is a law, symmetric, and nothing beyond its bound', () => {
    expect(moment(law, 0)).toBeCloseTo(1, 10);
    expect(probability(law, law.bound)).toBeGreaterThan(0);
    expect(probability(law, law.bound)).toBe(probability(law, -law.bound));
    expect(probability(law, law.bound + 1)).toBe(0);
  });

  it('hides a difference of the sensitivity up to epsilon wherever both numbers could be', () => {
    const ratios = values(law)
      .filter((x) => x - sensitivity >= -law.bound)
      .map((x) => Math.abs(Math.log(probability(law, x) / probability(law, x - sensitivity))));
    const largest = ratios.reduce((most, ratio) => Math.max(most, ratio));
    expect(largest).toBeLessThanOrEqual(epsilon * (1 + 1e-9));
    expect(largest).toBeGreaterThan(epsilon * 0.99);
  });

  it('tells more with no more than the stated probability, and with a bound smaller by one would', () => {
    const top = values(law)
      .filter((x) => x > law.bound - sensitivity)
      .reduce((sum, x) => sum + probability(law, x), 0);
    expect(revealed(law, sensitivity)).toBeCloseTo(top, 15);
    expect(revealed(law, sensitivity)).toBeLessThanOrEqual(NOISE_DELTA);
    if (law.bound > sensitivity) {
      expect(revealed({ ...law, bound: law.bound - 1 }, sensitivity)).toBeGreaterThan(NOISE_DELTA);
    }
  });

  it('has the variance and the fourth cumulant that are said of it', () => {
    const variance = moment(law, 2);
    const fourth = moment(law, 4) - 3 * variance ** 2;
    expect(Math.abs(noiseVariance(law) / variance - 1)).toBeLessThan(1e-3);
    expect(Math.abs(noiseCumulants(law, 1).fourth / fourth - 1)).toBeLessThan(2e-3);
    expect(noiseCumulants(law, 7)).toEqual({
      variance: 7 * noiseVariance(law),
      fourth: 7 * noiseCumulants(law, 1).fourth,
    });
  });
});

describe('limits of the law', () => {
  it.each([
    ['the smallest epsilon', MINIMUM_EPSILON, 1, true],
    ['less', MINIMUM_EPSILON * 0.999, 1, false],
    ['the largest epsilon', MAXIMUM_EPSILON, 1, true],
    ['more', MAXIMUM_EPSILON * 1.001, 1, false],
    ['no epsilon', Number.NaN, 1, false],
    ['no sensitivity', 1, 0, false],
    ['half a record', 1, 1.5, false],
    ['the largest sensitivity', 1, MAXIMUM_SENSITIVITY, true],
    ['more', 1, MAXIMUM_SENSITIVITY + 1, false],
  ])('%s: %d, %d', (_, epsilon, sensitivity, taken) => {
    const make = (): NoiseLaw => geometricLaw({ epsilon, sensitivity });
    if (taken) expect(make().bound).toBeGreaterThan(0);
    else expect(make).toThrow(RangeError);
  });
});
