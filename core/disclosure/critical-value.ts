import type { Cumulants } from '../noise/index.js';
import { NORMAL_QUANTILE } from './intervals.js';

/** Of a uniform and of a Laplace law: what noise and rounding can make is between them, and the series ends there. */
const KURTOSIS_LIMITS = [-1.2, 3] as const;

/**
 * How many of its standard deviations a symmetric error stays within with probability CONFIDENCE: the first terms of the
 * series of Cornish and Fisher. Sums of few two-sided geometric numbers have heavier tails than the normal law has.
 */
export function criticalValue({ variance, fourth }: Cumulants): number {
  if (variance === 0) return NORMAL_QUANTILE;
  const kurtosis = Math.min(KURTOSIS_LIMITS[1], Math.max(KURTOSIS_LIMITS[0], fourth / variance ** 2));
  return NORMAL_QUANTILE + ((NORMAL_QUANTILE ** 3 - 3 * NORMAL_QUANTILE) * kurtosis) / 24;
}
