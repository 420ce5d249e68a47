import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { releaseQuantiles } from '../../../core/disclosure/quantiles.js';
import type { ReleasedQuantile } from '../../../core/disclosure/released.js';
import { fastUniform, noiseSampler, Tally } from '../../support/simulation.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { noiseOf, shownTable } from './shown-fixture.js';
import type { Figure } from './shown-fixture.js';

/** Columns 1.. are bands, column 0 is not recorded. */
function quantilesOf(
  row: readonly Figure[],
  at: readonly number[],
  shape: Parameters<typeof shownTable>[1] = {},
): ReleasedQuantile[] {
  const bands = row.slice(1).map((_, index) => index + 1);
  return releaseQuantiles(shownTable([row], shape), { of: 1, bands, at, by: [0] });
}

function placesOf(row: readonly Figure[], at: readonly number[]): (number | null)[] {
  return quantilesOf(row, at).map(({ value }) => value);
}

/** The quantile of records written out one by one. */
function slowly(counts: readonly number[], at: number): number {
  const records = counts.flatMap((count, band) => Array<number>(count).fill(band));
  return records[Math.max(0, Math.ceil(at * records.length - 1e-6) - 1)] ?? -1;
}

describe('quantiles', () => {
  it('are the band in which the record lies that is so far on its way', () => {
    expect(placesOf([500, 20, 30, 50], [0.2, 0.21, 0.5, 0.51, 0.99])).toEqual([1, 2, 2, 3, 3]);
    // Ten parts of a hundred, written as tenths, aren't exact in binary.
    expect(placesOf([0, 10, 20, 30, 40], [0.1, 0.3, 0.6])).toEqual([1, 2, 3]);
  });

  it('are those of the records written out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 99 }),
        (fives, percent) => {
          const counts = fives.map((five) => 5 * five);
          expect(placesOf([0, ...counts], [percent / 100])).toEqual([slowly(counts, percent / 100) + 1]);
        },
      ),
      propertyOptions,
    );
  });

  it('are worked out for each group by itself', () => {
    const table = shownTable([
      [0, 100, 10, 10],
      [0, 10, 10, 100],
    ]);
    const released = releaseQuantiles(table, { of: 1, bands: [1, 2, 3], at: [0.5], by: [0] });
    expect(released.map(({ group, at, value }) => [group, at, value])).toEqual([
      [[0, null], 0.5, 1],
      [[1, null], 0.5, 3],
    ]);
    const together = releaseQuantiles(table, { of: 1, bands: [1, 2, 3], at: [0.5], by: [] });
    expect(together.map(({ group, value }) => [group, value])).toEqual([[[null, null], 2]]);
  });

  it.each<[string, readonly Figure[], number | null]>([
    ['a small band far from it', [0, 'primary', 100, 500], 3],
    // With 0 in the first band the median is in the second, with 9 too.
    ['a small band that could not move it', [0, 'primary', 50, 20], 2],
    ['a small band that could', [0, 'primary', 20, 25], null],
    ['a band of which nothing is known', [0, 'secondary', 20, 500], null],
    ['the band that it is in whatever the number', [0, 10, 'secondary', 10], 2],
    ['the same, were there not small ones beside it', [0, 'primary', 'secondary', 'primary', 10], null],
    ['a band that is left out anyway', ['secondary', 20, 500], 2],
  ])('are shown where every number that may be suppressed gives the same: %s', (_, row, value) => {
    const [median] = quantilesOf(row, [0.5]);
    expect(median?.value).toBe(value);
    expect(median?.status === 'ok').toBe(value !== null);
    expect(median?.interval === null).toBe(value === null);
    if (value === null) expect(median?.reason).toMatch(/^Suppressed/);
  });

  it('never say what some possible number would make false', () => {
    const figure = fc.oneof(fc.integer({ min: 2, max: 30 }), fc.constantFrom('primary' as const, 'secondary' as const));
    fc.assert(
      fc.property(
        fc.array(figure, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(9), { minLength: 5, maxLength: 5 }),
        fc.array(fc.integer({ min: 10, max: 400 }), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 99 }),
        (figures, small, large, percent) => {
          const row = figures.map((one) => (typeof one === 'number' ? 5 * one : one));
          const counts = row.map((one, band) =>
            typeof one === 'number' ? one : ((one === 'primary' ? small : large)[band] ?? 0),
          );
          const [value] = placesOf([0, ...row], [percent / 100]);
          if (value !== null) expect(value).toBe(slowly(counts, percent / 100) + 1);
        },
      ),
      propertyOptions,
    );
  });

  it('are suppressed where no band is shown, and absent where there is none', () => {
    expect(quantilesOf([100, 'primary', 'primary'], [0.5])[0]).toMatchObject({ value: null, status: 'primary' });
    expect(quantilesOf([100, 'primary'], [0.5])[0]).toMatchObject({ value: null, status: 'primary' });
    const absent = releaseQuantiles(shownTable([[20, 30]]), { of: 1, bands: [7, 8], at: [0.5], by: [0] });
    expect(absent[0]).toMatchObject({ value: null, status: 'not-collected', interval: null });
  });

  it('without noise reach as far as rounding may have moved them', () => {
    // 98 to 102 below, 98 to 102 above: either band.
    expect(quantilesOf([0, 100, 100], [0.5])[0]).toMatchObject({ value: 1, interval: { low: 1, high: 2 } });
    expect(quantilesOf([0, 100, 90], [0.5])[0]).toMatchObject({ value: 1, interval: { low: 1, high: 1 } });
    // 100 may be 102; 50 and 55 together may be 101.
    expect(quantilesOf([0, 100, 50, 55], [0.5])[0]).toMatchObject({ value: 2, interval: { low: 1, high: 2 } });
  });

  it(`with noise reach as far as that the exact one is in them 95 times in 100 or more (seed ${testSeed})`, () => {
    const uniform = fastUniform(testSeed);
    const noise = noiseOf(1, 1, 3);
    const draw = noiseSampler(noise.law, noise.mixers, uniform);
    const tally = new Tally();
    let wide = 0;
    for (let run = 0; run < 4000; run += 1) {
      const counts = [0, 1, 2, 3, 4].map(() => 30 + Math.floor(uniform() * 60));
      const row = counts.map((count) => 5 * Math.round((count + draw()) / 5));
      const [median] = quantilesOf([0, ...row], [0.5], { noise });
      const [low, high] = [median?.interval?.low ?? 9, median?.interval?.high ?? 0];
      const exact = slowly(counts, 0.5) + 1;
      tally.add('median', low <= exact && exact <= high);
      if (high > low) wide += 1;
      expect(low <= (median?.value ?? 0) && (median?.value ?? 9) <= high).toBe(true);
    }
    process.stdout.write(
      `\nMedian bands: ${(100 * tally.share()).toFixed(1)} % covered, ${wide} of 4000 of more than one\n`,
    );
    expect(tally.share()).toBeGreaterThan(0.95);
    // An interval of all bands would cover as well.
    expect(wide).toBeLessThan(3000);
  });
});
