import { noiseVariance, probability } from './law.js';
import type { NoiseLaw } from './law.js';

/** The law of a sum of independent draws of noise: symmetric about 0, falling on both sides. */
export interface SumLaw {
  /**
   * 1: the law is exact. Above: it is that of the nearest multiple of `step`, at most 1/STEPS_PER_DEVIATION of the sum's
   * standard deviation, and probabilities in between are interpolated; `atMost` is off by less than SUM_LAW_ERROR.
   */
  readonly step: number;
  /** Of the sum. */
  readonly variance: number;
  /** P(sum = x) for a whole x. */
  readonly probability: (x: number) => number;
  /** P(sum ≤ x) for a whole x. */
  readonly atMost: (x: number) => number;
  /** The smallest whole x with P(sum ≤ x) ≥ share. share in (0, 1). */
  readonly quantile: (share: number) => number;
}

/** Draws that a sum may have: all cells of the largest table by as many mixers as there may be, and more. */
export const MAXIMUM_COPIES = 2 ** 24;
/** A law whose standard deviation is this many steps is as good as one without steps. */
export const STEPS_PER_DEVIATION = 64;
/** Largest error of P(sum ≤ x) where the law isn't exact. */
export const SUM_LAW_ERROR = 5e-4;
/** Probability below which the ends of a law are left out at each convolution: nothing, even MAXIMUM_COPIES times. */
const NEGLIGIBLE = 1e-18;

/**
 * The law of the sum of `copies` draws: by convolution, doubling the copies. Where the support is too large for that the
 * draws are replaced by two-sided geometric draws of multiples of a step with the same variance; the more copies, the
 * less matters that the step grows beside a single draw, since sums tend to the normal law.
 * Thrown when copies isn't a whole number in 1..MAXIMUM_COPIES: RangeError.
 */
export function sumLaw(law: NoiseLaw, copies: number): SumLaw {
  if (!Number.isInteger(copies) || copies < 1 || copies > MAXIMUM_COPIES) {
    throw new RangeError('the number of draws is outside its limits');
  }
  const variance = copies * noiseVariance(law);
  // Up to twice the resolution that is needed the law stays exact.
  const step = Math.max(1, Math.floor(Math.sqrt(variance) / STEPS_PER_DEVIATION));
  return lawOf(power(masses(step === 1 ? law : coarser(law, step)), copies), step, variance);
}

/** The law of the draw in steps, of the same variance v = 2α/(1−α)²: the smaller root of vα² − 2(v+1)α + v. */
function coarser(law: NoiseLaw, step: number): NoiseLaw {
  const v = noiseVariance(law) / step ** 2;
  return { alpha: v / (v + 1 + Math.sqrt(2 * v + 1)), bound: Math.max(1, Math.round(law.bound / step)) };
}

/** P(X = x) at place x + bound. */
function masses(law: NoiseLaw): Float64Array {
  const all = Float64Array.from({ length: 2 * law.bound + 1 }, (_, place) => probability(law, place - law.bound));
  return trim(all);
}

/** The law of as many draws, by repeated doubling. Every array is odd in length, its middle the place of 0. */
function power(one: Float64Array, copies: number): Float64Array {
  let result: Float64Array | undefined;
  let doubled = one;
  for (let rest = copies; ; doubled = convolve(doubled, doubled)) {
    if (rest % 2 === 1) result = result === undefined ? doubled : convolve(result, doubled);
    rest = Math.floor(rest / 2);
    if (rest === 0) return result ?? doubled;
  }
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i += 1) {
    const mass = a[i] ?? 0;
    for (let j = 0; j < b.length; j += 1) sum[i + j] = (sum[i + j] ?? 0) + mass * (b[j] ?? 0);
  }
  return trim(sum);
}

/** The same off both ends. */
function trim(masses: Float64Array): Float64Array {
  let end = 0;
  while ((masses[end] ?? 1) < NEGLIGIBLE) end += 1;
  return masses.subarray(end, masses.length - end);
}

function lawOf(masses: Float64Array, step: number, variance: number): SumLaw {
  const radius = (masses.length - 1) / 2;
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const upTo = new Float64Array(masses.length);
  let sum = 0;
  masses.forEach((mass, place) => {
    sum += mass / total;
    upTo[place] = sum;
  });
  /** The mass of a lattice point lies evenly on the `step` around it. */
  const atMost = (x: number): number => {
    const place = (x + 0.5) / step + radius + 0.5;
    const whole = Math.floor(place);
    if (whole < 0) return 0;
    if (whole >= masses.length) return 1;
    const below = whole === 0 ? 0 : (upTo[whole - 1] ?? 0);
    return below + (place - whole) * ((upTo[whole] ?? 1) - below);
  };
  return {
    step,
    variance,
    atMost,
    probability: (x) => (step === 1 ? (masses[x + radius] ?? 0) / total : atMost(x) - atMost(x - 1)),
    quantile: (share) => {
      let low = -(radius + 1) * step;
      let high = (radius + 1) * step;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (atMost(middle) >= share) high = middle;
        else low = middle;
      }
      return high;
    },
  };
}
