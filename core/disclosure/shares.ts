import { addCumulants, scaleCumulants } from '../noise/index.js';
import { criticalValue } from './critical-value.js';
import type { CountError } from './intervals.js';
import type { Estimate, Interval } from './released.js';

/** A released number of records, or a sum of some, and its error. */
export interface CountedWithError {
  /** As shown. */
  readonly value: number;
  readonly error: CountError;
}

/** Records that are in a rate's categories, and the rest of those that count. Their errors are independent. */
export interface Share {
  readonly yes: CountedWithError;
  readonly no: CountedWithError;
}

/** The share as everybody works it out from what is shown. yes and no together above 0. */
export function shareOf({ yes, no }: Share): number {
  return yes.value / (yes.value + no.value);
}

/**
 * Where the share among these very records lies. A share p is believed when yes·(1−p) − no·p, which the exact numbers
 * make 0, is no further from it than noise and rounding explain (the method of Fieller). Without noise the bounds are
 * those of the rounding, and certain.
 */
export function shareAmongThese(share: Share): Interval {
  const { yes, no } = share;
  if (!yes.error.noisy && !no.error.noisy) return certain(share);
  return believed(share, 0);
}

/**
 * Where the share lies that such records have in the long run. These records are taken for as many independent draws:
 * the method is Wilson's, with the variance of noise and rounding added to the binomial one.
 */
export function shareInTheLongRun(share: Share): Interval {
  return believed(share, Math.max(1, exactest(share.yes) + exactest(share.no)));
}

/**
 * One share less the other, from the two shares' long-run intervals (Newcombe's hybrid score method; noise and rounding
 * are in the intervals already).
 */
export function differenceOf(share: Estimate, reference: Estimate): Estimate {
  const value = share.value - reference.value;
  return {
    value,
    low: Math.max(-1, value - Math.hypot(share.value - share.low, reference.high - reference.value)),
    high: Math.min(1, value + Math.hypot(share.high - share.value, reference.value - reference.low)),
  };
}

/**
 * One share by the other: the same on the scale of logarithms (the method of variance estimates recovery, MOVER).
 * Null where the reference could be 0 or is: there is no upper end then.
 */
export function ratioOf(share: Estimate, reference: Estimate): Estimate | null {
  if (reference.low <= 0 || share.value <= 0) return null;
  const value = share.value / reference.value;
  const down = Math.hypot(Math.log(share.value / share.low), Math.log(reference.high / reference.value));
  const up = Math.hypot(Math.log(share.high / share.value), Math.log(reference.value / reference.low));
  return { value, low: value * Math.exp(-down), high: value * Math.exp(up) };
}

/** The smallest and the largest share of counts that are rounded to these. */
function certain({ yes, no }: Share): Interval {
  const [yesLow, yesHigh] = windowOf(yes);
  const [noLow, noHigh] = windowOf(no);
  return { low: yesLow / (yesLow + noHigh), high: yesHigh / (yesHigh + noLow) };
}

function windowOf({ value, error }: CountedWithError): [number, number] {
  return [Math.max(0, value - error.below), value + error.above];
}

/** The shown number less the mean of its error. */
function exactest({ value, error }: CountedWithError): number {
  return value - error.centre;
}

/**
 * All p for which yes·(1−p) − no·p is within its critical value. With p = share + q that is
 * (yes + no)²·q² ≤ w²·(variance at p), a quadratic in q as Wilson's is; w is taken at the share itself.
 * @param draws of the binomial law that yes comes from, 0 where yes is fixed
 */
function believed({ yes, no }: Share, draws: number): Interval {
  const all = exactest(yes) + exactest(no);
  const share = Math.min(1, Math.max(0, exactest(yes) / all));
  const [p, rest] = [share, 1 - share];
  const error = addCumulants(scaleCumulants(yes.error, rest), scaleCumulants(no.error, p));
  // The variance at share + q is v0 + v1·q + v2·q².
  const v0 = error.variance + draws * p * rest;
  const v1 = 2 * (no.error.variance * p - yes.error.variance * rest) + draws * (rest - p);
  const v2 = yes.error.variance + no.error.variance - draws;
  const w2 = criticalValue({ variance: v0, fourth: error.fourth }) ** 2;
  const a = all ** 2 - w2 * v2;
  // The noise is so strong beside the counts that no share can be told from another.
  if (a <= 0) return { low: 0, high: 1 };
  const root = Math.sqrt((w2 * v1) ** 2 + 4 * a * w2 * v0);
  return {
    low: Math.max(0, share + (w2 * v1 - root) / (2 * a)),
    high: Math.min(1, share + (w2 * v1 + root) / (2 * a)),
  };
}
