import { noiseCumulants, sumLaw } from '../noise/index.js';
import type { Cumulants, NoiseLaw, SumLaw } from '../noise/index.js';
import type { DisclosurePolicy } from './policy.js';
import type { Interval } from './released.js';
import type { TableNoise } from './table.js';

/** Probability with which an interval has what it is about in it. */
export const CONFIDENCE = 0.95;
/** The standard normal quantile that leaves half of the rest above it. */
export const NORMAL_QUANTILE = 1.959963984540054;

/** Counts from `below` under a rounded one to `above` over it are rounded to it. */
export interface RoundingWindow {
  readonly below: number;
  readonly above: number;
}

const MIDPOINT_6: RoundingWindow = { below: 2, above: 3 };

export function roundingWindow({ rounding, roundTo }: DisclosurePolicy): RoundingWindow {
  if (rounding === 'midpoint-6') return MIDPOINT_6;
  // Halves go up: 15 to 20 where the base is 10.
  return { below: Math.floor(roundTo / 2), above: Math.ceil(roundTo / 2) - 1 };
}

/**
 * Where the exact count of these records lies that is shown as `value`.
 *
 * Without noise every count that is rounded to the value, and no other: covers always. With noise the error of the value
 * is the sum of the mixers' noise and of the rounding error; the latter is taken to be as often any whole number of the
 * window as another, which holds exactly on average over the residues of the rounding base. From the exact law of that
 * sum the shortest run of whole numbers that covers CONFIDENCE or more; where it can't be symmetric, one more of them
 * below, since counts are shown only above a threshold. Never narrower than the rounding alone.
 * @param value whole, as shown
 * @param noise with as many `mixers` as draws are in the number: of a total, cells times mixers
 */
export function countInterval(value: number, noise: TableNoise | null, policy: DisclosurePolicy): Interval {
  const { below, above } = noise === null ? roundingWindow(policy) : reachOf(noise, roundingWindow(policy));
  return { low: Math.max(0, value - below), high: value + above };
}

/**
 * The error of one released count: noise and rounding. The error's mean is `centre`, 0 but for even bases, whose windows
 * aren't symmetric.
 * @param cells of how many counts it is the sum
 */
export function countError(noise: TableNoise | null, policy: DisclosurePolicy, cells: number): CountError {
  const { below, above } = roundingWindow(policy);
  const width = below + above + 1;
  const added = noise === null ? { variance: 0, fourth: 0 } : noiseCumulants(noise.law, noise.mixers);
  return {
    centre: (cells * (below - above)) / 2,
    variance: cells * (added.variance + (width ** 2 - 1) / 12),
    // Of a whole number that is as often any of `width` as another.
    fourth: cells * (added.fourth - (width ** 4 - 1) / 120),
    below: cells * below,
    above: cells * above,
    noisy: noise !== null,
  };
}

/** Error of a released count, or of a sum of several: released less exact. */
export interface CountError extends Cumulants, RoundingWindow {
  readonly centre: number;
  /** False: nothing but rounding, so that the exact count lies in the window for certain. */
  readonly noisy: boolean;
}

/** Intervals of one law are all alike, and a table has thousands: each is worked out once, and forgotten with its law. */
const known = new WeakMap<NoiseLaw, Map<string, RoundingWindow>>();

function reachOf({ law, mixers }: TableNoise, window: RoundingWindow): RoundingWindow {
  const ofLaw = known.get(law) ?? new Map<string, RoundingWindow>();
  known.set(law, ofLaw);
  const name = `${mixers} ${window.below} ${window.above}`;
  const reach = ofLaw.get(name) ?? shortestReach(sumLaw(law, mixers), window);
  ofLaw.set(name, reach);
  return reach;
}

/** The law falls on both sides of its centre, so that the shortest run of a coverage is the one in its middle. */
function shortestReach(law: SumLaw, window: RoundingWindow): RoundingWindow {
  const centre = (window.below - window.above) / 2;
  /** Errors from..from+length-1: as far below the centre as above it, or one less below. */
  const runOf = (length: number): RoundingWindow => {
    const from = Math.ceil(centre - (length - 1) / 2);
    return { below: from + length - 1, above: -from };
  };
  const covers = (length: number): boolean => {
    const { below, above } = runOf(length);
    return errorAtMost(law, window, below) - errorAtMost(law, window, -above - 1) >= CONFIDENCE;
  };
  let short = window.below + window.above;
  let long = short + 1;
  while (!covers(long)) [short, long] = [long, 2 * long];
  while (long - short > 1) {
    const middle = Math.floor((short + long) / 2);
    if (covers(middle)) long = middle;
    else short = middle;
  }
  return runOf(long);
}

/** P(noise + rounding error ≤ x); the rounding error is as often each of -above..below as another. */
function errorAtMost(law: SumLaw, { below, above }: RoundingWindow, x: number): number {
  let sum = 0;
  for (let rounding = -above; rounding <= below; rounding += 1) sum += law.atMost(x - rounding);
  return sum / (below + above + 1);
}
