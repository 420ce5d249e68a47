import { DisclosureError } from './errors.js';

/** What has to happen to counts before anybody but the coordinator sees them. */
export interface DisclosurePolicy {
  /** Counts below this are suppressed, zero among them. MINIMUM_THRESHOLD..MAXIMUM_THRESHOLD. */
  readonly threshold: number;
  /** The counts that remain are rounded to the nearest multiple of this. MINIMUM_ROUNDING..threshold. */
  readonly roundTo: number;
}

/** No template may publish a count below this (export rule of the ONS and of UK LLC). */
export const MINIMUM_THRESHOLD = 10;
/** A higher threshold is a mistake before it is a policy. */
export const MAXIMUM_THRESHOLD = 1000;
/** Published counts are at least this coarse (practice of the Ministry of Justice). */
export const MINIMUM_ROUNDING = 5;

/**
 * Thrown when a number is outside its limits, or rounding is coarser than the threshold, so that a count which may be
 * published could come out as 0: DisclosureError BAD_POLICY.
 */
export function assertPolicy({ threshold, roundTo }: DisclosurePolicy): void {
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
}

/**
 * The policy that satisfies all of them: the template's and each participating agency's.
 * Thrown when there is none, or one of them is outside the limits: DisclosureError BAD_POLICY.
 */
export function strictestPolicy(policies: readonly DisclosurePolicy[]): DisclosurePolicy {
  if (policies.length === 0) throw new DisclosureError('BAD_POLICY', 'A table needs a disclosure policy.');
  policies.forEach(assertPolicy);
  return {
    threshold: Math.max(...policies.map(({ threshold }) => threshold)),
    roundTo: Math.max(...policies.map(({ roundTo }) => roundTo)),
  };
}
