import { addCumulants, NO_ERROR, scaleCumulants } from '../noise/index.js';
import type { Cumulants } from '../noise/index.js';
import { criticalValue } from './critical-value.js';
import type { CountedWithError } from './shares.js';
import type { Estimate, Interval } from './released.js';

/** A group's linked people by what they agree in, as shown. */
export interface AgreementCounts {
  readonly all: CountedWithError;
  /** In all but one thing, one by one. */
  readonly butOne: readonly [CountedWithError, CountedWithError, CountedWithError];
  /** In less: linked by keys that are content with it. */
  readonly other: CountedWithError;
}

/**
 * Of the people who fail to agree in several things some are found and some are not. How many were not is never seen: so
 * many for each that is seen, between none and one. On data whose truth is known it was mostly about a half
 * (docs/linkage.md).
 */
export const UNSEEN_PER_SEEN = { least: 0, likely: 0.5, most: 1 } as const;

/** Recall for one guess of how many were not seen. */
export interface RecallAt {
  /** 0..1. */
  readonly value: number;
  /** Of its logarithm: chance, noise and rounding, not the guess. */
  readonly error: Cumulants;
  /** Of the people who are in both datasets, the share that is nothing but the guess. */
  readonly guessed: number;
}

/**
 * Two records of one person may fail to agree in name, in birth date and in place. With a the linked that agree in
 * everything and b, c, d those that fail in one thing each, the people in both would be
 *
 *     a (1 + b/a) (1 + c/a) (1 + d/a)
 *
 * if failures came independently: b/a says how often the first thing fails, and so on, and the rest of the product is how
 * many fail in several. They come together more often than that, so it is at least what was found of them; and for each of
 * those `unseen` more, who were not found. Everybody linked, divided by all of these, is the recall.
 *
 * Counts are above 0.
 */
export function recallAt({ all, butOne, other }: AgreementCounts, unseen: number): RecallAt {
  const classes = [all, ...butOne, other];
  const counts = classes.map(exactest);
  const [a = 0, b = 0, c = 0, d = 0, found = 0] = counts;
  const few = a + b + c + d;
  const product = a * (1 + b / a) * (1 + c / a) * (1 + d / a);
  const isProduct = product - few > found;
  const seen = isProduct ? product - few : found;
  const people = few + (1 + unseen) * seen;
  const linked = few + found;

  // By how much `product`, then the logarithm of `people`, grows with each class.
  const shares = [b, c, d].map((count) => product / (a + count));
  const slopes = [shares.reduce((sum, share) => sum + share, (-2 * product) / a), ...shares, 0];
  const growth = isProduct
    ? slopes.map((slope, index) => ((1 + unseen) * slope - (index < 4 ? unseen : 0)) / people)
    : slopes.map((_, index) => (index < 4 ? 1 : 1 + unseen) / people);
  // The people are taken as they are: chance says who of them fails in what, not how many there are.
  const chance = growth.reduce((sum, slope, index) => sum + slope ** 2 * (counts[index] ?? 0), -1 / people);
  const error = classes.reduce<Cumulants>(
    (sum, own, index) => addCumulants(sum, scaleCumulants(own.error, 1 / linked - (growth[index] ?? 0))),
    { ...NO_ERROR, variance: Math.max(0, chance) },
  );
  return { value: linked / people, error, guessed: (unseen * seen) / people };
}

/** With the likeliest guess; the 95 % interval holds for every guess between the least and the most. */
export function recallOf(counts: AgreementCounts): Estimate {
  const { value } = recallAt(counts, UNSEEN_PER_SEEN.likely);
  return hull(
    value,
    eachGuess((unseen) => recallAt(counts, unseen)),
    1,
  );
}

/** One recall by another, the guess being the same for both. */
export function recallRatio(counts: AgreementCounts, reference: AgreementCounts): Estimate {
  const at = (unseen: number): Pick<RecallAt, 'value' | 'error'> => {
    const [mine, theirs] = [recallAt(counts, unseen), recallAt(reference, unseen)];
    return { value: mine.value / theirs.value, error: addCumulants(mine.error, theirs.error) };
  };
  return hull(at(UNSEEN_PER_SEEN.likely).value, eachGuess(at), Infinity);
}

/** The 95 % interval of a number whose logarithm has this error. */
export function aroundLogarithm({ value, error }: Pick<RecallAt, 'value' | 'error'>): Interval {
  const factor = Math.exp(criticalValue(error) * Math.sqrt(error.variance));
  return { low: value / factor, high: value * factor };
}

function eachGuess(at: (unseen: number) => Pick<RecallAt, 'value' | 'error'>): Interval[] {
  const { least, likely, most } = UNSEEN_PER_SEEN;
  return [least, likely, most].map((unseen) => aroundLogarithm(at(unseen)));
}

function hull(value: number, intervals: readonly Interval[], most: number): Estimate {
  return {
    value,
    low: Math.min(...intervals.map(({ low }) => low)),
    high: Math.min(most, Math.max(...intervals.map(({ high }) => high))),
  };
}

/** The shown number less the mean of its error. */
function exactest({ value, error }: CountedWithError): number {
  return value - error.centre;
}
