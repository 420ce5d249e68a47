import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isQuarter, quarterOf, quartersBetween } from '../../../core/templates/index.js';

describe('quarters', () => {
  it.each(['2025-Q1', '1999-Q4'])('knows %s', (text) => {
    expect(isQuarter(text)).toBe(true);
  });

  it.each(['2025-Q0', '2025-Q5', '2025Q1', '25-Q1', '2025-q1', '2025-Q1 ', '3025-Q1', ''])(
    'does not know %j',
    (text) => {
      expect(isQuarter(text)).toBe(false);
    },
  );

  it.each([
    ['2025-01-01', '2025-Q1'],
    ['2025-03-31', '2025-Q1'],
    ['2025-04-01', '2025-Q2'],
    ['2024-12-31', '2024-Q4'],
  ])('puts %s in %s', (date, quarter) => {
    expect(quarterOf(date)).toBe(quarter);
  });

  it.each(['2025-02-30', '2025-13-01', ' 2025-01-01', '2025-Q1'])('has no quarter for %j', (text) => {
    expect(() => quarterOf(text)).toThrow(RangeError);
  });

  it('counts across years', () => {
    expect(quartersBetween('2024-Q3', '2025-Q2')).toEqual(['2024-Q3', '2024-Q4', '2025-Q1', '2025-Q2']);
    expect(quartersBetween('2025-Q2', '2025-Q2')).toEqual(['2025-Q2']);
    expect(quartersBetween('2025-Q2', '2025-Q1')).toEqual([]);
  });

  it('sorts as text as in time', () => {
    const day = fc.date({ min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });
    const iso = day.map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(iso, iso, (a, b) => {
        const [first, last] = a <= b ? [a, b] : [b, a];
        const quarters = quartersBetween(quarterOf(first), quarterOf(last));
        expect(quarters).toEqual(quarters.toSorted());
        expect(quarters.every(isQuarter)).toBe(true);
        expect(quarters.at(-1)).toBe(quarterOf(last));
      }),
    );
  });
});
