import { CONFIDENTIAL, NOT_AVAILABLE, roundCount, type DisclosurePolicy } from '../../core/disclosure/index.js';

/**
 * The only place that decides which numbers of a linkage report may be shown, and how coarse they are. What goes in has
 * either noise in it or is exact; what comes out is rounded, is not shown where it is about few people, and does not tell
 * a number about few by its difference from another (docs/privacy.md).
 *
 * ok: shown. few: fewer than the threshold, or none. most: all but fewer than the threshold. close: so near to another
 * number shown that their difference would be few. secondary: it would give away one that is few. withheld: exact, where
 * the table is not, or where it would give away a cell of the table. not-estimable: there is nothing to tell it from.
 */
export const SHOWN_STATUSES = ['ok', 'few', 'most', 'close', 'secondary', 'withheld', 'not-estimable'] as const;
export type ShownStatus = (typeof SHOWN_STATUSES)[number];

/** A number of a linkage report: a count as it was rounded, or a share 0..1. */
export interface ShownNumber {
  /** Null exactly where the status is not `ok`. */
  readonly value: number | null;
  readonly status: ShownStatus;
}

/** Places behind the point of a share of people: whole per cent, so that it says no more than the rounded counts. */
const SHARE_PLACES = 2;
/** Of an estimate of precision or recall, which is of no person: tenths of a per cent. */
const ESTIMATE_PLACES = 3;

export function notShown(status: Exclude<ShownStatus, 'ok'>): ShownNumber {
  return { value: null, status };
}

/** A count that stands by itself. Noise may have made it negative, or not whole. */
export function showCount(count: number, policy: DisclosurePolicy): ShownNumber {
  return count < policy.threshold ? notShown('few') : shown(roundCount(count, policy));
}

/**
 * Counts of which each is a part of the one before, as links are with a rising threshold: what lies between two of them is
 * a count of its own, and so is what lies between one and each of the `wholes` of which it is a part. A number is shown
 * only where it differs by as much as may be shown from every whole and from those that are shown already: `first`, the
 * place of the one that matters most, then the others as they come.
 */
export function showLadder(
  wholes: readonly number[],
  counts: readonly number[],
  first: number,
  policy: DisclosurePolicy,
): readonly ShownNumber[] {
  const others: number[] = [];
  const ladder = new Map<number, ShownNumber>();
  for (const place of new Set([first, ...counts.keys()])) {
    const count = counts[place] ?? 0;
    const one = showCount(count, policy);
    const isClose =
      wholes.some((whole) => whole - count < policy.threshold) ||
      others.some((other) => Math.abs(other - count) < policy.threshold);
    if (one.value !== null && !isClose) others.push(count);
    ladder.set(place, one.value !== null && isClose ? notShown('close') : one);
  }
  return counts.map((_, place) => ladder.get(place) ?? notShown('few'));
}

/**
 * Counts that add up to a total. Where the total is shown, those that are not must add up to as much as may be shown; else
 * the smallest others go with them. Where it isn't, neither are they: they would add up to it.
 */
export function showParts(
  total: ShownNumber,
  parts: readonly number[],
  policy: DisclosurePolicy,
): readonly ShownNumber[] {
  const first = parts.map((part) => showCount(part, policy));
  if (total.value === null)
    return first.map(({ value, status }) => notShown(value === null ? statusOf(status) : 'secondary'));
  const hidden = new Set(first.flatMap(({ value }, index) => (value === null ? [index] : [])));
  const smallestFirst = [...parts.keys()].sort((a, b) => (parts[a] ?? 0) - (parts[b] ?? 0));
  for (const index of smallestFirst) {
    // One alone is below the threshold, so that a sum that isn't is of two at least.
    const sum = [...hidden].reduce((all, each) => all + (parts[each] ?? 0), 0);
    if (hidden.size === 0 || sum >= policy.threshold) break;
    hidden.add(index);
  }
  return first.map((one, index) => (one.value !== null && hidden.has(index) ? notShown('secondary') : one));
}

/** A part of a whole, from their rounded counts. Not shown where few people are in the part, or few are not. */
export function showShare(part: number, whole: number, policy: DisclosurePolicy): ShownNumber {
  if (whole < policy.threshold || part < policy.threshold) return notShown('few');
  if (whole - part < policy.threshold) return notShown('most');
  return shown(rounded(roundCount(part, policy) / roundCount(whole, policy), SHARE_PLACES));
}

/** The share that two counts make which are shown; what is not shown of them is not shown of it. */
export function shareOfShown(part: ShownNumber, whole: ShownNumber): ShownNumber {
  if (part.value === null) return part;
  if (whole.value === null) return whole;
  return shown(Math.min(1, rounded(part.value / whole.value, SHARE_PLACES)));
}

/** An estimate 0..1 that rests on so many links; null where there is none. */
export function showEstimate(estimate: number | null, links: number, policy: DisclosurePolicy): ShownNumber {
  if (links < policy.threshold) return notShown('few');
  return estimate === null ? notShown('not-estimable') : shown(rounded(estimate, ESTIMATE_PLACES));
}

function shown(value: number): ShownNumber {
  return { value, status: 'ok' };
}

function statusOf(status: ShownStatus): Exclude<ShownStatus, 'ok'> {
  return status === 'ok' ? 'secondary' : status;
}

function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}

/** What stands in place of a number that isn't shown; empty where it is. */
export function shownMarkOf(status: ShownStatus): string {
  if (status === 'ok') return '';
  return status === 'not-estimable' ? NOT_AVAILABLE : CONFIDENTIAL;
}
