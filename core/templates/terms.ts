import type { DisclosurePolicy } from '../disclosure/index.js';
import type { BoundTemplate } from './bound.js';
import type { Floors } from './offer.js';
import { MIDPOINT_WIDTH } from './template-schema.js';

/** What holds in a run: the template's word, or an agency's where that is stricter. */
export interface RunTerms extends DisclosurePolicy {
  /**
   * How many records of the population one person may have, those of all agencies together: what a change of her data,
   * or of a record that they link to, can move.
   */
  readonly contributions: number;
  /** Privacy loss of the counts; null where they are exact. */
  readonly epsilon: number | null;
  /** Privacy loss of list sizes and overlaps towards the coordinator; null where they are exact. */
  readonly overlapEpsilon: number | null;
  /** For each measure of the template the privacy loss of all its columns together; null where they are exact. */
  readonly measures: readonly (number | null)[];
}

/**
 * What a run takes from the privacy budget of every snapshot in it. Numbers without noise are 0 here: no budget bounds
 * what those give away, which is why governance has to sign for them.
 */
export interface RunCost {
  readonly counts: number;
  readonly overlaps: number;
  readonly measures: readonly number[];
  /** Privacy losses add up (sequential composition). */
  readonly total: number;
}

/**
 * What an agency's node gives away of one snapshot, and of one dataset in a calendar quarter, where its policy says
 * nothing else.
 */
export const DEFAULT_BUDGET = { perSnapshot: 10, perQuarter: 40 } as const;

/** What of those who take part decides on the terms. */
export interface TermsParticipant {
  readonly datasets: readonly { readonly dataset: string }[];
  readonly floors: Floors;
}

/**
 * The strictest of the template and of everybody who takes part. Every party derives it for itself. Of nobody, it is what
 * holds at the least.
 */
export function runTerms(bound: BoundTemplate, participants: readonly TermsParticipant[]): RunTerms {
  const { disclosure, measures = [] } = bound.template;
  const floors = participants.map((participant) => participant.floors);
  const mostEpsilon = Math.min(...floors.map(({ epsilon }) => epsilon ?? Number.POSITIVE_INFINITY));
  const strictest = (epsilon: number | 'none'): number | null => {
    const least = Math.min(epsilon === 'none' ? Number.POSITIVE_INFINITY : epsilon, mostEpsilon);
    return least === Number.POSITIVE_INFINITY ? null : least;
  };
  const roundTo = Math.max(disclosure.roundTo, ...floors.map((floor) => floor.roundTo));
  return {
    // Rounding coarser than the threshold would show counts as 0, so an agency that asks for it raises both.
    threshold: Math.max(disclosure.threshold, roundTo, ...floors.map((floor) => floor.threshold)),
    roundTo,
    rounding: disclosure.rounding === 'midpoint-6' && roundTo <= MIDPOINT_WIDTH ? 'midpoint-6' : 'base',
    wholeLines: disclosure.wholeLines !== undefined,
    contributions: bound.population.contributionLimit * populationLists(bound, participants),
    epsilon: strictest(disclosure.epsilon),
    overlapEpsilon: strictest(disclosure.overlapEpsilon ?? disclosure.epsilon),
    measures: measures.map((measure) => strictest(measure.epsilon ?? disclosure.epsilon)),
  };
}

/** Where people are counted, one whom several agencies hold is one record; where records are, each agency's count. */
function populationLists({ unit, population }: BoundTemplate, participants: readonly TermsParticipant[]): number {
  if (unit === 'person') return 1;
  const { dataset } = population.dataset;
  const lists = participants.filter(({ datasets }) => datasets.some((offered) => offered.dataset === dataset));
  return Math.max(1, lists.length);
}

/** What disclosure control has to know of them, and nothing else. */
export function policyOf({ threshold, roundTo, rounding, wholeLines }: RunTerms): DisclosurePolicy {
  return { threshold, roundTo, rounding, wholeLines };
}

export function runCost(terms: RunTerms): RunCost {
  const counts = terms.epsilon ?? 0;
  const overlaps = terms.overlapEpsilon ?? 0;
  const measures = terms.measures.map((epsilon) => epsilon ?? 0);
  return { counts, overlaps, measures, total: measures.reduce((sum, cost) => sum + cost, counts + overlaps) };
}
