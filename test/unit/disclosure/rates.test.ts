import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { releaseRates, SHARE_BAND } from '../../../core/disclosure/rates.js';
import type { ShownTable } from '../../../core/disclosure/shown.js';
import { propertyOptions } from '../../support/seeded-rng.js';
import { cellOf, noiseOf, shownTable, usualPolicy } from './shown-fixture.js';
import type { Figure } from './shown-fixture.js';

/** Columns: yes, no, not recorded. A rate for each row. */
const rate = { of: 1, yes: [0], among: [0, 1], by: [0] };
const wholeLines = { ...usualPolicy, wholeLines: true };

function rateOf(
  row: readonly Figure[],
  shape: Parameters<typeof shownTable>[1] = {},
): ReturnType<typeof releaseRates>[0] | undefined {
  return releaseRates(shownTable([row], shape), rate)[0];
}

describe('rates', () => {
  it('are those of the rounded counts, of the categories that count', () => {
    const [first, second] = releaseRates(
      shownTable([
        [20, 60, 500],
        [100, 100, 'primary'],
      ]),
      rate,
    );
    expect(first).toMatchObject({ group: [0, null], value: 0.25, status: 'ok', band: null });
    expect(first).toMatchObject({ interval: { low: 18 / 80, high: 22 / 80 }, difference: null, ratio: null });
    expect(second).toMatchObject({ group: [1, null], value: 0.5, status: 'ok' });
    expect(second?.difference?.value).toBeCloseTo(0.25, 12);
    expect(second?.ratio?.value).toBeCloseTo(2, 12);
  });

  it('add up categories, and dimensions that neither the rate nor its groups have', () => {
    const table = shownTable([
      [20, 60, 30],
      [100, 100, 10],
    ]);
    const all = releaseRates(table, { of: 1, yes: [0, 2], among: [0, 1, 2], by: [] });
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ group: [null, null], value: 0.5, difference: null });
    // Errors of four cells, and of two.
    expect(all[0]?.interval).toEqual({ low: (160 - 8) / (320 - 8 + 4), high: 168 / (168 + 156) });
  });

  it.each<[string, readonly Figure[], string]>([
    ['the yes', ['primary', 60, 500], 'primary'],
    ['the no', [20, 'primary', 500], 'primary'],
    ['the no, for the sake of another', [20, 'secondary', 500], 'secondary'],
    ['both, for different reasons', ['primary', 'secondary', 500], 'secondary'],
    ['the no, for being nearly all', ['primary', 'class', 500], 'class'],
    ['both', ['primary', 'primary', 500], 'primary'],
  ])('are suppressed where %s is: with one count the rate would be the other', (_, row, status) => {
    expect(rateOf(row)).toMatchObject({ value: null, status, interval: null, longRun: null, band: null });
    expect(rateOf(row)?.reason).toMatch(/^Suppressed/);
  });

  it('say nothing of a group that has only one of the two kinds', () => {
    expect(rateOf([20])).toMatchObject({ value: null, status: 'not-collected', band: null });
    const elsewhere = releaseRates(shownTable([[20, 30, 40]]), { ...rate, yes: [5], among: [5, 6] });
    expect(elsewhere[0]).toMatchObject({ value: null, status: 'not-collected' });
  });

  it.each<[number, number, string | null]>([
    [10, 195, '<5%'],
    [10, 190, null],
    [190, 10, null],
    [195, 10, '>95%'],
  ])('near none and all are bands: %d yes and %d no', (yes, no, band) => {
    const released = rateOf([yes, no, 0]);
    expect(released?.band).toBe(band);
    expect(released?.value === null).toBe(band !== null);
    expect(released?.status).toBe(band === null ? 'ok' : 'class');
    expect(released?.interval === null).toBe(band !== null);
    expect(released?.longRun === null).toBe(band !== null);
  });

  it('near none and all are figures where the template has justified whole lines', () => {
    expect(rateOf([10, 195, 0], { policy: wholeLines })).toMatchObject({ value: 10 / 205, band: null, status: 'ok' });
  });

  it('are not compared with, nor stand beside, what is not shown', () => {
    const rows: Figure[][] = [
      [10, 300, 0],
      [100, 100, 0],
      [50, 150, 0],
    ];
    expect(releaseRates(shownTable(rows), rate).map(({ difference, ratio }) => [difference, ratio])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
    const [, banded, compared] = releaseRates(shownTable([rows[1] ?? [], rows[0] ?? [], rows[2] ?? []]), rate);
    expect([banded?.difference, banded?.ratio]).toEqual([null, null]);
    expect(compared?.difference?.value).toBeCloseTo(-0.25, 12);
  });

  it.each<[string, readonly Figure[], number | null, string | null]>([
    // Below 10 of 998 or more.
    ['a count below the threshold beside a large one', ['primary', 1000, 500], null, '<5%'],
    ['the same the other way round', [1000, 'primary', 500], null, '>95%'],
    // 9 of 182 is less than 5 %, 9 of 172 more.
    ['one that is just large enough', ['primary', 175, 500], null, '<5%'],
    ['one that is just too small', ['primary', 170, 500], null, null],
    ['a count that is suppressed for others, of which nothing is known', ['secondary', 1000, 500], null, null],
    // 500 in all, 9 of them at most no, and 5 not recorded.
    ['nearly all, by the total', ['class', 'primary', 'primary'], 500, '>95%'],
    ['nearly all of few', ['class', 'primary', 'primary'], 100, null],
    ['nearly all, without a total', ['class', 'primary', 'primary'], null, null],
    ['nearly none, by the total', ['primary', 'class', 'primary'], 500, '<5%'],
    ['another category that may be anything', ['class', 'primary', 'secondary'], 500, null],
  ])('have a band where the released figures leave no other: %s', (_, row, total, band) => {
    const totals = total === null ? [] : [cellOf([null, 0], 100_000), cellOf([0, null], total)];
    expect(rateOf(row, { totals })?.band).toBe(band);
    expect(rateOf(row, { totals })).toMatchObject({ value: null, interval: null, longRun: null });
  });

  it('take every band that they say from what every table of the kind has in common', () => {
    // All counts that a reader has to think possible: the band must hold for each of them.
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), fc.nat(600), (yes, no, rest) => {
        const figure = (count: number): Figure => (count < 10 ? 'primary' : 5 * Math.round(count / 5));
        const row = [yes, no, rest].map(figure);
        // The largest is suppressed, as it is when it would be nearly all of its line.
        const largest = [yes, no, rest].indexOf(Math.max(yes, no, rest));
        for (const status of ['class', 'secondary'] as const) {
          const hidden = row.map((shown, index) => (index === largest && typeof shown === 'number' ? status : shown));
          const total = cellOf([0, null], 5 * Math.round((yes + no + rest) / 5));
          for (const shape of [{}, { totals: [total] }]) {
            const band = rateOf(hidden, shape)?.band;
            if (band === '<5%') expect(yes / (yes + no)).toBeLessThan(SHARE_BAND);
            if (band === '>95%') expect(yes / (yes + no)).toBeGreaterThan(1 - SHARE_BAND);
          }
        }
      }),
      propertyOptions,
    );
  });

  it('are a function of what is released: counts behind suppressed cells change nothing', () => {
    const table: ShownTable = shownTable(
      [
        [100, 300, 'primary'],
        ['primary', 300, 40],
      ],
      { noise: noiseOf(1, 1, 3) },
    );
    // Reasons and intervals of cells aren't figures either.
    const again = { ...table, cells: table.cells.map((cell) => ({ ...cell, reason: '', interval: null })) };
    expect(releaseRates(again, rate)).toEqual(releaseRates(table, rate));
  });

  it('come in the order of their groups, whatever that of the cells', () => {
    const table = shownTable([
      [100, 300, 20],
      [200, 200, 20],
      [300, 100, 20],
    ]);
    const turned = { ...table, cells: table.cells.toReversed() };
    expect(releaseRates(turned, rate)).toEqual(releaseRates(table, rate));
  });

  it('have wider intervals with noise, and the value in each', () => {
    const [exact, noisy] = [null, noiseOf(1, 2, 3)].map((noise) => rateOf([100, 300, 0], { noise }));
    for (const kind of ['interval', 'longRun'] as const) {
      expect(noisy?.[kind]?.low).toBeLessThan(exact?.[kind]?.low ?? 0);
      expect(noisy?.[kind]?.high).toBeGreaterThan(exact?.[kind]?.high ?? 1);
    }
    expect([noisy?.value, exact?.value]).toEqual([0.25, 0.25]);
  });
});
