import { describe, expect, it } from 'vitest';

import {
  assertPolicy,
  DisclosureError,
  MAXIMUM_THRESHOLD,
  MIDPOINT_WIDTH,
  MINIMUM_ROUNDING,
  MINIMUM_THRESHOLD,
  roundCount,
  strictestPolicy,
} from '../../../core/disclosure/index.js';
import type { DisclosureErrorCode, DisclosurePolicy } from '../../../core/disclosure/index.js';
import { usualPolicy } from './shown-fixture.js';

function codeOf(action: () => unknown): DisclosureErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof DisclosureError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a policy', () => {
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
    expect(codeOf(() => assertPolicy({ ...usualPolicy, threshold, roundTo }))).toBe(code);
  });

  it.each([
    [MIDPOINT_WIDTH, undefined],
    [MIDPOINT_WIDTH + 1, 'BAD_POLICY'],
  ])('with midpoints and a base of %d: %s', (roundTo, code) => {
    expect(codeOf(() => assertPolicy({ ...usualPolicy, roundTo, rounding: 'midpoint-6' }))).toBe(code);
  });
});

describe('rounding', () => {
  const midpoint: DisclosurePolicy = { ...usualPolicy, rounding: 'midpoint-6' };

  it('to a base takes the nearest multiple, halves up', () => {
    expect([10, 12, 13, 17, 18, 1000].map((count) => roundCount(count, usualPolicy))).toEqual([
      10, 10, 15, 15, 20, 1000,
    ]);
    expect([15, 25].map((count) => roundCount(count, { ...usualPolicy, roundTo: 10 }))).toEqual([20, 30]);
  });

  it('to midpoints takes six counts together and leaves 0', () => {
    expect([0, 1, 6, 7, 12, 13, 18, 19].map((count) => roundCount(count, midpoint))).toEqual([
      0, 3, 3, 9, 9, 15, 15, 21,
    ]);
  });
});

describe('the strictest of several policies', () => {
  it('takes the highest threshold and the largest base', () => {
    const policies = [usualPolicy, { ...usualPolicy, threshold: 30 }, { ...usualPolicy, threshold: 20, roundTo: 20 }];
    expect(strictestPolicy(policies)).toEqual({ ...usualPolicy, threshold: 30, roundTo: 20 });
  });

  it.each([
    [5, 'midpoint-6'],
    [6, 'midpoint-6'],
    [7, 'base'],
  ] as const)('of midpoints and a base of %d holds the coarser: %s', (roundTo, rounding) => {
    const policies: DisclosurePolicy[] = [
      { ...usualPolicy, rounding: 'midpoint-6' },
      { ...usualPolicy, roundTo },
    ];
    expect(strictestPolicy(policies)).toMatchObject({ roundTo, rounding });
    expect(codeOf(() => assertPolicy(strictestPolicy(policies)))).toBeUndefined();
  });

  it('shows whole lines only where everybody lets it', () => {
    const yes = { ...usualPolicy, wholeLines: true };
    expect(strictestPolicy([yes, yes]).wholeLines).toBe(true);
    expect(strictestPolicy([yes, usualPolicy]).wholeLines).toBe(false);
  });

  it('refuses none at all, and one that is too lax even beside a strict one', () => {
    expect(codeOf(() => strictestPolicy([]))).toBe('BAD_POLICY');
    expect(codeOf(() => strictestPolicy([usualPolicy, { ...usualPolicy, threshold: 3, roundTo: 3 }]))).toBe(
      'BAD_POLICY',
    );
  });
});
