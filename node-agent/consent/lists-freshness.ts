import type { ListsRead } from './left-out.js';

/** Clocks are set right by a little now and then: a reading so far ahead of now is one of just now. */
export const CLOCK_CORRECTION_MS = 60_000;

/**
 * Whether opt-out lists may be answered by. `unread`: nobody has read them yet. `stale`: they were read longer ago than may
 * be. `ahead`: they were read later than the clock says it is, so nobody knows when. Only by `fresh` ones is anything answered.
 */
export type ListsFreshness = 'unread' | 'fresh' | 'stale' | 'ahead';

/** Exactly as old as may be is fresh. */
export function freshnessOf(
  lists: Pick<ListsRead, 'readAt'> | null | undefined,
  maximumAgeMs: number,
  now: Date,
): ListsFreshness {
  if (lists === null || lists === undefined) return 'unread';
  const ageMs = now.getTime() - Date.parse(lists.readAt);
  if (ageMs < -CLOCK_CORRECTION_MS) return 'ahead';
  return ageMs > maximumAgeMs ? 'stale' : 'fresh';
}
