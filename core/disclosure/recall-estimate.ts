import { addCumulants, NO_ERROR, scaleCumulants } from '../noise/index.js';
import type { Cumulants } from '../noise/index.js';
import { criticalValue } from './critical-value.js';
import type { CountedWithError } from './shares.js';
import type { Estimate, Interval } from './released.js';
import type { RecallGuess } from './table.js';

/** A group's linked people by what they agree in, as shown. */
export interface AgreementCounts {
  readonly all: CountedWithError;
  /** In all but one thing, one by one. */
  readonly butOne: readonly [CountedWithError, CountedWithError, CountedWithError];
  /** In less: linked by keys that are content with it. */
  readonly other: CountedWithError;
}

/** Recall for one guess of how many fail in several things. */
export interface RecallAt {
  /** Above 1 where more of them were found than the guess allows for. */
  readonly value: number;
  /** Of its logarithm: chance, noise and rounding, not the guess. */
  readonly error: Cumulants;
}

/**
 * Two records of one person may fail to agree in name, in birth date and in place. With a the linked that agree in
 * everything and b, c, d those that fail in one thing each, the people in both would be
 *
 *     a (1 + b/a) (1 + c/a) (1 + d/a)
 *
 * if failures came independently: b/a says how often the first thing fails, and so on, and what the product has beside
 * a + b + c + d fail in several. They come together more often than that: for each of those there are `several`. Everybody
 * linked, divided by all of these, is the recall.
 *
 * Counts are above 0.
 */
export function recallAt({ all, butOne, other }: AgreementCounts, several: number): RecallAt {
  const classes = [all, ...butOne, other];
  const counts = classes.map(exactest);
  const [a = 0, b = 0, c = 0, d = 0, found = 0] = counts;
  const few = a + b + c + d;
  const product = a * (1 + b / a) * (1 + c / a) * (1 + d / a);
  const people = few + several * (product - few);
  const linked = few + found;

  // By how much `product`, then the logarithm of `people`, grows with each class. What was found tells nothing of people.
  const shares = [b, c, d].map((count) => product / (a + count));
  const slopes = [shares.reduce((sum, share) => sum + share, (-2 * product) / a), ...shares];
  const growth = [...slopes.map((slope) => (1 + several * (slope - 1)) / people), 0];
  // The people are taken as they are: chance says who of them fails in what, not how many there are.
  const chance = growth.reduce((sum, slope, index) => sum + slope ** 2 * (counts[index] ?? 0), -1 / people);
  const error = classes.reduce<Cumulants>(
    (sum, own, index) => addCumulants(sum, scaleCumulants(own.error, 1 / linked - (growth[index] ?? 0))),
    { ...NO_ERROR, variance: Math.max(0, chance) },
  );
  return { value: linked / people, error };
}

/** With the likeliest guess; the 95 % interval holds for every guess between the least and the most. */
export function recallOf(counts: AgreementCounts, guess: RecallGuess): Estimate {
  return hull(guess, 1, (several) => recallAt(counts, several));
}

/** One recall by another, the guess being the same for both. */
export function recallRatio(counts: AgreementCounts, reference: AgreementCounts, guess: RecallGuess): Estimate {
  return hull(guess, Infinity, (several) => {
    const [mine, theirs] = [recallAt(counts, several), recallAt(reference, several)];
    return { value: possible(mine) / possible(theirs), error: addCumulants(mine.error, theirs.error) };
  });
}

/** Whether even with the most that is guessed there are fewer people than were found, more surely than by chance. */
export function isContradicted(counts: AgreementCounts, guess: RecallGuess): boolean {
  return aroundLogarithm(recallAt(counts, guess.most)).low > 1;
}

/** How far apart the recalls with the least and with the most are that is guessed, as a share of the likeliest. */
export function guessedShare(counts: AgreementCounts, { least, likely, most }: RecallGuess): number {
  const at = (several: number): number => possible(recallAt(counts, several));
  return (at(least) - at(most)) / at(likely);
}

/** The 95 % interval of a number whose logarithm has this error. */
export function aroundLogarithm({ value, error }: RecallAt): Interval {
  const factor = Math.exp(criticalValue(error) * Math.sqrt(error.variance));
  return { low: value / factor, high: value * factor };
}

/** Nobody is found who isn't there. */
function possible({ value }: RecallAt): number {
  return Math.min(1, value);
}

function hull({ least, likely, most }: RecallGuess, limit: number, at: (several: number) => RecallAt): Estimate {
  const intervals = [least, likely, most].map((several) => aroundLogarithm(at(several)));
  return {
    value: Math.min(limit, at(likely).value),
    low: Math.min(limit, ...intervals.map(({ low }) => low)),
    high: Math.min(limit, Math.max(...intervals.map(({ high }) => high))),
  };
}

/** The shown number less the mean of its error. */
function exactest({ value, error }: CountedWithError): number {
  return value - error.centre;
}
