import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  DisclosureError,
  MAXIMUM_THRESHOLD,
  MINIMUM_ROUNDING,
  MINIMUM_THRESHOLD,
  protectTable,
  strictestPolicy,
} from '../../../core/disclosure/index.js';
import type { CountTable, DisclosureErrorCode, DisclosurePolicy } from '../../../core/disclosure/index.js';

const policy: DisclosurePolicy = { threshold: 10, roundTo: 5 };

/** One dimension with as many categories as there are counts. */
function tableOf(counts: readonly number[]): CountTable {
  const categories = counts.map((_, index) => ({ code: `c${index}`, label: `Category ${index}` }));
  return {
    dimensions: [{ name: 'police.crimes.group', label: 'Group', categories }],
    cells: counts.map((count, index) => ({ categories: [index], count })),
  };
}

function codeOf(action: () => unknown): DisclosureErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof DisclosureError) return error.code;
    throw error;
  }
  return undefined;
}

describe('protecting a table', () => {
  it('suppresses what is below the threshold, zero too, and rounds the rest', () => {
    const { cells, suppressed } = protectTable(tableOf([0, 1, 9, 10, 12, 13, 17, 18, 1000]), policy);
    expect(cells.map(({ value }) => value)).toEqual([null, null, null, 10, 10, 15, 15, 20, 1000]);
    expect(cells.map(({ status }) => status)).toEqual([
      ...Array<string>(3).fill('primary'),
      ...Array<string>(6).fill('ok'),
    ]);
    expect(suppressed).toBe(3);
  });

  it('says the same of every suppressed cell, so that none and few can not be told apart', () => {
    const { cells } = protectTable(tableOf([0, 9]), policy);
    expect({ ...cells[0], categories: [] }).toEqual({ ...cells[1], categories: [] });
  });

  it('gives a reason in words and the policy for every table', () => {
    const released = protectTable(tableOf([3, 30]), { threshold: 20, roundTo: 10 });
    expect(released.cells.map(({ reason }) => reason)).toEqual([
      'Suppressed: fewer than 20, or none.',
      'Rounded to the nearest 10.',
    ]);
    expect(released.policy).toEqual({ threshold: 20, roundTo: 10 });
  });

  it('rounds halves up', () => {
    expect(protectTable(tableOf([15, 25]), { threshold: 10, roundTo: 10 }).cells.map(({ value }) => value)).toEqual([
      20, 30,
    ]);
  });

  it.each([
    ['a negative count', tableOf([-1])],
    ['half a person', tableOf([20.5])],
    ['no number', tableOf([Number.NaN])],
    ['a category that is not there', { ...tableOf([20]), cells: [{ categories: [1], count: 20 }] }],
    ['a dimension too many', { ...tableOf([20]), cells: [{ categories: [0, 0], count: 20 }] }],
    ['a dimension too few', { ...tableOf([20]), cells: [{ categories: [], count: 20 }] }],
  ])('refuses %s', (_, table) => {
    expect(codeOf(() => protectTable(table, policy))).toBe('BAD_TABLE');
  });

  it.each([
    [MINIMUM_THRESHOLD, MINIMUM_ROUNDING, undefined],
    [MINIMUM_THRESHOLD - 1, MINIMUM_ROUNDING, 'BAD_POLICY'],
    [MAXIMUM_THRESHOLD, MINIMUM_ROUNDING, undefined],
    [MAXIMUM_THRESHOLD + 1, MINIMUM_ROUNDING, 'BAD_POLICY'],
    [MINIMUM_THRESHOLD, MINIMUM_ROUNDING - 1, 'BAD_POLICY'],
    [12, 12, undefined],
    [12, 13, 'BAD_POLICY'],
    [12.5, 5, 'BAD_POLICY'],
    [12, 5.5, 'BAD_POLICY'],
  ])('with threshold %d and rounding to %d: %s', (threshold, roundTo, code) => {
    expect(codeOf(() => protectTable(tableOf([20]), { threshold, roundTo }))).toBe(code);
  });

  it('never publishes a count below the threshold, nor a value further from the count than half the base', () => {
    const policies = fc
      .integer({ min: MINIMUM_THRESHOLD, max: MAXIMUM_THRESHOLD })
      .chain((threshold) =>
        fc.integer({ min: MINIMUM_ROUNDING, max: threshold }).map((roundTo) => ({ threshold, roundTo })),
      );
    fc.assert(
      fc.property(policies, fc.array(fc.nat(3000)), (anyPolicy, counts) => {
        protectTable(tableOf(counts), anyPolicy).cells.forEach(({ value }, index) => {
          const count = counts[index] ?? 0;
          expect(value === null).toBe(count < anyPolicy.threshold);
          if (value !== null) {
            expect(value % anyPolicy.roundTo).toBe(0);
            expect(value).toBeGreaterThan(0);
            expect(Math.abs(value - count)).toBeLessThanOrEqual(anyPolicy.roundTo / 2);
          }
        });
      }),
    );
  });
});

describe('the strictest of several policies', () => {
  it('takes the highest threshold and the coarsest rounding', () => {
    const policies = [policy, { threshold: 30, roundTo: 5 }, { threshold: 20, roundTo: 20 }];
    expect(strictestPolicy(policies)).toEqual({ threshold: 30, roundTo: 20 });
  });

  it('refuses none at all, and one that is too lax even beside a strict one', () => {
    expect(codeOf(() => strictestPolicy([]))).toBe('BAD_POLICY');
    expect(codeOf(() => strictestPolicy([policy, { threshold: 3, roundTo: 3 }]))).toBe('BAD_POLICY');
  });
});
