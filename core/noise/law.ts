/**
 * The law of one mixer's noise on one number: two-sided geometric, P(X = x) proportional to alpha^|x|, cut off at ±bound
 * (Ghosh, Roughgarden and Sundararajan, Universally Utility-Maximizing Privacy Mechanisms, 2009; the truncation is ours,
 * docs/privacy.md has the proof).
 */
export interface NoiseLaw {
  /** In (0, 1): exp(-epsilon / sensitivity). */
  readonly alpha: number;
  /** Largest absolute value, a whole number from 1 up. Where noise is dummies it is also the shift that makes it positive. */
  readonly bound: number;
}

export interface NoiseStrength {
  /** Privacy loss, MINIMUM_EPSILON..MAXIMUM_EPSILON. */
  readonly epsilon: number;
  /** By how much all the numbers of the table together can differ when one person's data do: a whole number from 1 up. */
  readonly sensitivity: number;
}

/** Less would drown any table. */
export const MINIMUM_EPSILON = 0.01;
/** More would hide nobody. */
export const MAXIMUM_EPSILON = 10;
/** Probability with which truncation may tell more than epsilon allows. */
export const NOISE_DELTA = 1e-9;
/** Sensitivities beyond this would not leave whole numbers exact. */
export const MAXIMUM_SENSITIVITY = 2 ** 32;

/**
 * The law whose noise hides a difference of `sensitivity` up to epsilon and, with probability NOISE_DELTA, more.
 * Thrown when a number is outside its limits: RangeError.
 */
export function geometricLaw({ epsilon, sensitivity }: NoiseStrength): NoiseLaw {
  if (!(epsilon >= MINIMUM_EPSILON && epsilon <= MAXIMUM_EPSILON))
    throw new RangeError('epsilon is outside its limits');
  if (!Number.isInteger(sensitivity) || sensitivity < 1 || sensitivity > MAXIMUM_SENSITIVITY) {
    throw new RangeError('the sensitivity is outside its limits');
  }
  const rate = epsilon / sensitivity;
  const alpha = Math.exp(-rate);
  // The first bound that could do, without the normalisation, which `revealed` has.
  const share = -Math.expm1(-epsilon) / (1 + alpha);
  let bound = Math.max(sensitivity, sensitivity - 2 + Math.floor(Math.log(share / NOISE_DELTA) / rate));
  while (revealed({ alpha, bound }, sensitivity) > NOISE_DELTA) bound += 1;
  return { alpha, bound };
}

/**
 * Probability that noise falls where it couldn't if the number it is added to were `difference` smaller: among the
 * largest `difference` values. That is what truncation gives away. A difference spread over several cells gives away
 * less, for the largest values are the rarest.
 */
export function revealed({ alpha, bound }: NoiseLaw, difference: number): number {
  const rate = -Math.log(alpha);
  const top = Math.exp(-rate * (bound - difference + 1)) * -Math.expm1(-rate * difference);
  const all = 1 + alpha - 2 * Math.exp(-rate * (bound + 1));
  return top / all;
}

/** P(X = x); 0 beyond the bound. */
export function probability({ alpha, bound }: NoiseLaw, x: number): number {
  if (Math.abs(x) > bound) return 0;
  const rate = -Math.log(alpha);
  return (Math.exp(-rate * Math.abs(x)) * -Math.expm1(-rate)) / (1 + alpha - 2 * Math.exp(-rate * (bound + 1)));
}

/** Of one mixer's noise; that of the untruncated law, from which it differs by less than a part in a thousand. */
export function noiseVariance({ alpha }: NoiseLaw): number {
  return (2 * alpha) / (1 - alpha) ** 2;
}
