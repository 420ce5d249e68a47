import type { DisclosurePolicy } from './policy.js';
import type { CellStatus } from './released.js';

/** Shorthand of the Government Statistical Service: confidential. */
export const CONFIDENTIAL = '[c]';
/** Not applicable: it can't occur. */
export const NOT_APPLICABLE = '[z]';
/** Not available. */
export const NOT_AVAILABLE = '[x]';
/** Rounds to 0 and isn't 0. No release has one, for so small a number is not shown; readers look for it in the list. */
export const LOW = '[low]';

/** What stands in place of a number that isn't shown; empty where it is. */
export function markOf(status: CellStatus): string {
  if (status === 'ok') return '';
  return status === 'not-collected' ? NOT_AVAILABLE : CONFIDENTIAL;
}

/** What the marks mean that occur among these. */
export function markNotes(statuses: ReadonlySet<CellStatus>, { threshold }: DisclosurePolicy): string[] {
  const reasons = [
    ...(statuses.has('primary') ? [`fewer than ${threshold}, or none`] : []),
    ...(statuses.has('secondary') ? ['it would give away a number that is not shown'] : []),
    ...(statuses.has('class') ? ['it would say that everybody in a group is alike'] : []),
  ];
  return [
    ...(reasons.length === 0
      ? []
      : [`${CONFIDENTIAL} not shown, so that nobody can be picked out: ${reasons.join('; or ')}.`]),
    ...(statuses.has('not-collected') ? [`${NOT_AVAILABLE} not available: there is nothing to make it from.`] : []),
  ];
}

export function roundingNote({ roundTo, rounding }: DisclosurePolicy): string {
  return rounding === 'midpoint-6'
    ? 'Counts are rounded to the middle of 1 to 6 (3), 7 to 12 (9) and so on.'
    : `Counts are rounded to the nearest ${roundTo}.`;
}
