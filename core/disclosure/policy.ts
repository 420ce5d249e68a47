import { DisclosureError } from './errors.js';

/** What has to happen to counts before anybody but the coordinator sees them. */
export interface DisclosurePolicy {
  /** Counts below this are suppressed, zero among them. MINIMUM_THRESHOLD..MAXIMUM_THRESHOLD. */
  readonly threshold: number;
  /**
   * The counts that remain are rounded to the nearest multiple of this. MINIMUM_ROUNDING..threshold; with `midpoint-6`
   * the coarsest base that anybody asked for, at most MIDPOINT_WIDTH.
   */
  readonly roundTo: number;
  /** `base`: to the nearest multiple of roundTo. `midpoint-6`: 1..6 to 3, 7..12 to 9 and so on, 0 stays. */
  readonly rounding: 'base' | 'midpoint-6';
  /** True where the template has justified showing that everybody in a line is in one category. */
  readonly wholeLines: boolean;
}

/** No template may publish a count below this (export rule of the ONS and of UK LLC). */
export const MINIMUM_THRESHOLD = 10;
/** A higher threshold is a mistake before it is a policy. */
export const MAXIMUM_THRESHOLD = 1000;
/** Published counts are at least this coarse (practice of the Ministry of Justice). */
export const MINIMUM_ROUNDING = 5;
/** How many counts midpoint-6 rounding takes together (OpenSAFELY, for tables of times to an event). */
export const MIDPOINT_WIDTH = 6;

/**
 * Thrown when a number is outside its limits, or rounding is coarser than the threshold, so that a count which may be
 * published could come out as 0, or coarser than the midpoints it is to be rounded to: DisclosureError BAD_POLICY.
 */
export function assertPolicy({ threshold, roundTo, rounding }: DisclosurePolicy): void {
  if (!Number.isInteger(threshold) || threshold < MINIMUM_THRESHOLD || threshold > MAXIMUM_THRESHOLD) {
    throw new DisclosureError(
      'BAD_POLICY',
      `The threshold must be a whole number from ${MINIMUM_THRESHOLD} to ${MAXIMUM_THRESHOLD}.`,
    );
  }
  if (!Number.isInteger(roundTo) || roundTo < MINIMUM_ROUNDING || roundTo > threshold) {
    throw new DisclosureError(
      'BAD_POLICY',
      `Counts must be rounded to a whole number from ${MINIMUM_ROUNDING} to the threshold.`,
    );
  }
  if (rounding === 'midpoint-6' && roundTo > MIDPOINT_WIDTH) {
    throw new DisclosureError(
      'BAD_POLICY',
      `Counts can't be rounded both to midpoints of ${MIDPOINT_WIDTH} and to multiples of more than that.`,
    );
  }
}

/**
 * The policy that satisfies all of them: the template's and each participating agency's. Of two ways of rounding the
 * coarser holds: midpoint-6, which takes six counts together, as long as nobody's base is above six, otherwise the
 * largest base. A line of one category is shown only where all of them say that it may be.
 * Thrown when there is none, or one of them is outside the limits: DisclosureError BAD_POLICY.
 */
export function strictestPolicy(policies: readonly DisclosurePolicy[]): DisclosurePolicy {
  if (policies.length === 0) throw new DisclosureError('BAD_POLICY', 'A table needs a disclosure policy.');
  policies.forEach(assertPolicy);
  const roundTo = Math.max(...policies.map((policy) => policy.roundTo));
  const hasMidpoints = policies.some(({ rounding }) => rounding === 'midpoint-6');
  return {
    threshold: Math.max(...policies.map(({ threshold }) => threshold)),
    roundTo,
    rounding: hasMidpoints && roundTo <= MIDPOINT_WIDTH ? 'midpoint-6' : 'base',
    wholeLines: policies.every(({ wholeLines }) => wholeLines),
  };
}

/** A count from 0 up as it is published. Halves of a base go up. */
export function roundCount(count: number, { roundTo, rounding }: DisclosurePolicy): number {
  if (rounding === 'base') return roundTo * Math.round(count / roundTo);
  return count === 0 ? 0 : MIDPOINT_WIDTH * Math.ceil(count / MIDPOINT_WIDTH) - MIDPOINT_WIDTH / 2;
}

/** What rounding did to a published count, in words. */
export function describeRounding({ roundTo, rounding }: DisclosurePolicy): string {
  return rounding === 'base'
    ? `Rounded to the nearest ${roundTo}.`
    : `Rounded to the middle of a range of ${MIDPOINT_WIDTH}.`;
}
