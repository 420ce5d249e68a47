import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DOMINANCE_PERCENT, dominated, LARGEST_SHARE } from '../../../core/disclosure/index.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';

describe('dominance', () => {
  const scores = { range: [0, 100], centre: 50 } as const;

  it('is possible where a value at the end of the range would be too much of the sum', () => {
    // From 0, the sum is 209 and 210; the widest value is 100, and 100 / 210 the largest share.
    expect(100 / 210).toBeCloseTo(LARGEST_SHARE, 12);
    expect(dominated({ value: 209 - 20 * 50, present: 20 }, scores)).toBe(true);
    expect(dominated({ value: 210 - 20 * 50, present: 20 }, scores)).toBe(false);
  });

  it('is the same from the other end', () => {
    expect(dominated({ value: 20 * 50 - 209, present: 20 }, scores)).toBe(true);
    expect(dominated({ value: 20 * 50 - 210, present: 20 }, scores)).toBe(false);
  });

  it('of values around 0 too', () => {
    const change = { range: [-10, 10], centre: 0 } as const;
    expect(dominated({ value: 0, present: 10 }, change)).toBe(false);
    expect(dominated({ value: -100, present: 10 }, change)).toBe(true);
    expect(dominated({ value: 100, present: 10 }, change)).toBe(true);
    expect(dominated({ value: 0, present: 4 }, change)).toBe(true);
  });

  it(`passes nothing that the p % rule on the single values would not (seed ${testSeed})`, () => {
    const values = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(values, (all) => {
        const sum = all.reduce((total, value) => total + value, 0);
        if (dominated({ value: sum - 50 * all.length, present: all.length }, scores)) return;
        for (const sided of [all, all.map((value) => 100 - value)]) {
          const [first = 0, second = 0, ...rest] = sided.toSorted((a, b) => b - a);
          expect(second).toBeLessThanOrEqual(first);
          expect(rest.reduce((total, value) => total + value, 0)).toBeGreaterThanOrEqual(
            (DOMINANCE_PERCENT / 100) * first - 1e-9,
          );
        }
      }),
      propertyOptions,
    );
  });
});
