import { noiseVariance } from './law.js';
import type { NoiseLaw } from './law.js';

/**
 * Second and fourth cumulant of a number's error: its variance, and how much heavier its tails are than a normal law's
 * of that variance. Cumulants of independent errors add up; an error times k has k² and k⁴ times them. The errors here
 * are symmetric, so that the third is 0.
 */
export interface Cumulants {
  readonly variance: number;
  /** 0 for a normal law; the excess kurtosis is fourth / variance². */
  readonly fourth: number;
}

/** Of a number without error. */
export const NO_ERROR: Cumulants = { variance: 0, fourth: 0 };

/**
 * Of the sum of `copies` independent draws. A two-sided geometric number is the difference of two geometric ones, whose
 * cumulants are known; what is cut off beyond the bound changes them by less than two parts in a thousand.
 */
export function noiseCumulants(law: NoiseLaw, copies: number): Cumulants {
  const { alpha } = law;
  const fourth = (2 * alpha * (1 + 4 * alpha + alpha ** 2)) / (1 - alpha) ** 4;
  return { variance: copies * noiseVariance(law), fourth: copies * fourth };
}

export function addCumulants(a: Cumulants, b: Cumulants): Cumulants {
  return { variance: a.variance + b.variance, fourth: a.fourth + b.fourth };
}

/** Of the error times `factor`. */
export function scaleCumulants({ variance, fourth }: Cumulants, factor: number): Cumulants {
  return { variance: variance * factor ** 2, fourth: fourth * factor ** 4 };
}
