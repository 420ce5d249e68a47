import { describe, expect, it } from 'vitest';

import { CLOCK_CORRECTION_MS, freshnessOf } from '../../../node-agent/consent/lists-freshness.js';

const readAt = '2026-04-02T09:30:00.000Z';
const HOUR_MS = 3_600_000;
const after = (milliseconds: number): Date => new Date(Date.parse(readAt) + milliseconds);

describe('opt-out lists', () => {
  it.each([
    ['exactly as old as they may be', HOUR_MS, 'fresh'],
    ['a moment older', HOUR_MS + 1, 'stale'],
    ['read as far ahead of the clock as it may be set right', -CLOCK_CORRECTION_MS, 'fresh'],
    ['read a moment further ahead', -CLOCK_CORRECTION_MS - 1, 'ahead'],
  ] as const)('that are %s', (_, ageMs, expected) => {
    expect(freshnessOf({ readAt }, HOUR_MS, after(ageMs))).toBe(expected);
  });

  it('that were never read', () => {
    expect([freshnessOf(null, HOUR_MS, after(0)), freshnessOf(undefined, HOUR_MS, after(0))]).toEqual([
      'unread',
      'unread',
    ]);
  });
});
