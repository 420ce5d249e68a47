import { geometricLaw, noiseVariance } from '../noise/index.js';
import type { NoiseLaw } from '../noise/index.js';
import { AGREEMENT_CLASSES, MAX_DUMMIES } from '../private-join/index.js';
import type { BoundMeasure, BoundTemplate, MeasureColumn } from './bound.js';
import type { RunTerms } from './terms.js';

/**
 * Moving one record from one cell to another, or from one pattern of lists to another, changes two numbers by one. So
 * epsilon bounds any change to what agencies record about a person, not only whether they do.
 */
const NUMBERS_A_RECORD_CHANGES = 2;

/** What of a run's terms decides on its noise. */
type NoiseTerms = Pick<RunTerms, 'epsilon' | 'overlapEpsilon' | 'contributions'>;

/** Noise of one mixer on the count of a cell; null where counts are exact. */
export function countLaw({ epsilon, contributions }: NoiseTerms): NoiseLaw | null {
  return epsilon === null ? null : geometricLaw({ epsilon, sensitivity: NUMBERS_A_RECORD_CHANGES * contributions });
}

/** Noise of one mixer on the number of decoys of a pattern; null where there are none. */
export function overlapLaw({ overlapEpsilon, contributions }: NoiseTerms): NoiseLaw | null {
  return countLaw({ epsilon: overlapEpsilon, overlapEpsilon, contributions });
}

/** How many cells decoys may end in (`discardCells`), where there are any: those have the noise of counts too. */
export function discardedCells(
  { agreement }: Pick<BoundTemplate, 'agreement'>,
  { overlapEpsilon }: Pick<NoiseTerms, 'overlapEpsilon'>,
): number {
  if (overlapEpsilon === null) return 0;
  return agreement === null ? 1 : AGREEMENT_CLASSES;
}

/** Privacy loss of each column of a measure: its own, split evenly. */
export function columnEpsilon({ columns }: BoundMeasure, epsilon: number): number {
  return epsilon / columns.length;
}

/** By how much the sums of a column, those of all cells together, can differ when one person's data do. */
export function columnSensitivity({ magnitude }: MeasureColumn, { contributions }: NoiseTerms): number {
  return NUMBERS_A_RECORD_CHANGES * contributions * magnitude;
}

/**
 * Noise of one mixer on a column's sum of a cell; null where sums are exact. `epsilon` is the whole measure's.
 * Thrown when the sensitivity is beyond MAXIMUM_SENSITIVITY: RangeError.
 */
export function columnLaw(
  measure: BoundMeasure,
  column: MeasureColumn,
  epsilon: number | null,
  terms: NoiseTerms,
): NoiseLaw | null {
  if (epsilon === null) return null;
  return geometricLaw({ epsilon: columnEpsilon(measure, epsilon), sensitivity: columnSensitivity(column, terms) });
}

/** Of a count, in records, when so many mixers add the noise: all of it is in every count, so the variances add up. */
export function noiseDeviation(law: NoiseLaw, mixers: number): number {
  return Math.sqrt(mixers * noiseVariance(law));
}

/**
 * Whether one mixer's dummies in so many cells, or its decoys of so many patterns in one list, are sure to stay within
 * MAX_DUMMIES: its noise is shifted by the bound and is at most the bound.
 */
export function fitsDummies(numbers: number, { bound }: NoiseLaw): boolean {
  return numbers * 2 * bound <= MAX_DUMMIES;
}
