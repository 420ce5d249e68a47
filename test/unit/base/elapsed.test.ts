import { expect, it } from 'vitest';

import { Elapsed } from '../../../core/base/index.js';

it('goes on with its clock, and on when that is set back', () => {
  const at = new Date('2026-04-02T09:30:00Z');
  const elapsed = new Elapsed({ now: () => at });
  const after = (ms: number): number => {
    at.setTime(at.getTime() + ms);
    return elapsed.ms;
  };
  expect([0, 5, 0, 1_000].map(after)).toEqual([0, 5, 5, 1_005]);
  expect([-365 * 86_400_000, 1, 999].map(after)).toEqual([1_005, 1_006, 2_005]);
});
