import { MAXIMUM_SENSITIVITY, MINIMUM_EPSILON } from '../noise/index.js';
import type { NoiseLaw } from '../noise/index.js';
import { MAX_LISTS_WITH_DECOYS, MAX_LOGARITHM } from '../private-join/index.js';
import type { DecoyPlan, JoinPlan, ListPlan, SumColumn } from '../private-join/index.js';
import type { BoundTemplate } from './bound.js';
import { decoyPatterns, mostPatternsOfAList, tooManyPatterns } from './decoy-patterns.js';
import { TemplateError } from './errors.js';
import {
  columnEpsilon,
  columnLaw,
  columnSensitivity,
  countLaw,
  discardedCells,
  fitsDummies,
  overlapLaw,
} from './run-noise.js';
import type { RunTerms } from './terms.js';

export interface NoisePlanInput {
  readonly bound: BoundTemplate;
  readonly terms: RunTerms;
  readonly lists: readonly ListPlan[];
  /** How many cells the table has. */
  readonly cells: number;
  readonly mixers: number;
}

/**
 * What every mixer adds to counts, lists and sums under these terms.
 * Thrown when a run couldn't carry it, for what the template allows an agency's floors or the number of lists may not:
 * TemplateError BAD_OFFER.
 */
export function planNoise(input: NoisePlanInput): Pick<JoinPlan, 'noise' | 'decoys' | 'sums'> {
  return { noise: planCounts(input), decoys: planDecoys(input), sums: planSums(input) };
}

function planCounts({ bound, terms, cells }: NoisePlanInput): NoiseLaw | null {
  const law = countLaw(terms);
  if (law !== null && !fitsDummies(cells + discardedCells(bound, terms), law)) {
    throw badOffer(`An epsilon of ${terms.epsilon} asks for more noise in ${cells} cells than a run can carry.`);
  }
  return law;
}

function planDecoys({ terms, lists }: NoisePlanInput): DecoyPlan | null {
  const law = overlapLaw(terms);
  if (law === null) return null;
  if (tooManyPatterns(lists)) {
    const joined = lists.filter(({ role }) => role !== 'opt-out').length;
    throw badOffer(
      `The overlaps of ${joined} lists can't be hidden, at most those of ${MAX_LISTS_WITH_DECOYS}: ` +
        'fewer agencies must take part, or a template that says overlapEpsilon: none.',
    );
  }
  const patterns = decoyPatterns(lists);
  if (!fitsDummies(mostPatternsOfAList(patterns), law)) {
    throw badOffer(`An epsilon of ${terms.overlapEpsilon} asks for more decoys than a list can carry.`);
  }
  return { law, patterns };
}

function planSums({ bound, terms, mixers }: NoisePlanInput): SumColumn[] {
  return bound.measures.flatMap((measure, index) => {
    const epsilon = terms.measures[index] ?? null;
    if (epsilon !== null && columnEpsilon(measure, epsilon) < MINIMUM_EPSILON) {
      throw badOffer(
        `An epsilon of ${epsilon} is too small for ${measure.columns.length} sums of a measure: ` +
          `each needs ${MINIMUM_EPSILON}.`,
      );
    }
    return measure.columns.map((column): SumColumn => {
      const tooLarge = `An epsilon of ${epsilon} makes sums of a measure too large to be opened.`;
      if (epsilon !== null && columnSensitivity(column, terms) > MAXIMUM_SENSITIVITY) throw badOffer(tooLarge);
      const noise = columnLaw(measure, column, epsilon, terms);
      if (noise !== null && mixers * noise.bound > MAX_LOGARITHM) throw badOffer(tooLarge);
      return { dataset: measure.dataset, magnitude: column.magnitude, noise };
    });
  });
}

function badOffer(message: string): TemplateError {
  return new TemplateError('BAD_OFFER', message);
}
