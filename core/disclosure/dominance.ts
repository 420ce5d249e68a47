/** What is known of the sum of a measure over some records. */
export interface BoundedSum {
  /** Σ (value - centre) over the records that have a value. */
  readonly value: number;
  /** How many those are. */
  readonly present: number;
}

/** The ends that every value was clipped to, and where values were counted from. */
export interface ClippingRange {
  readonly range: readonly [number, number];
  readonly centre: number;
}

/** The p of the p % rule: how close, in per cent of it, somebody who knows the second largest value may come to the largest. */
export const DOMINANCE_PERCENT = 10;
/** Of the sum, counted from the end of the range that lies nearer, the share that one record may at most be able to make up. */
export const LARGEST_SHARE = 1 / (2 + DOMINANCE_PERCENT / 100);

/**
 * Whether one record could make up more of the sum than LARGEST_SHARE, about 48 %. Single values are never seen, so the
 * width of the clipping range stands for the largest: where the sum is at least (2 + p/100) times that, sum - x1 - x2 >=
 * p/100 · x1 holds whatever the two largest values x1 and x2 are, which is the p % rule (Hundepool et al., Handbook on
 * Statistical Disclosure Control, chapter 4, sensitivity rules of magnitude tables). Values may be negative: they are
 * counted from either end of the range, so that a group at the lower end is as safe as one at the upper.
 */
export function dominated({ value, present }: BoundedSum, { range: [low, high], centre }: ClippingRange): boolean {
  const fromLow = value + present * (centre - low);
  const fromHigh = present * (high - centre) - value;
  return Math.min(fromLow, fromHigh) * LARGEST_SHARE < high - low;
}
