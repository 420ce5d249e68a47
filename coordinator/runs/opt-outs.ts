import { noiseVariance } from '../../core/noise/index.js';
import { optOutLists, type JoinPlan } from '../../core/private-join/index.js';
import { policyOf, type RunTerms } from '../../core/templates/index.js';
import { notShown, showCount, type ShownNumber } from '../linkage/shown-number.js';
import type { ReleaseSource } from './participants.js';

/** How many were left out because they had told an agency that their data are not to be used. */
export interface ReleasedOptOuts {
  /** The lists that leave people out, in roster order, and of which day. */
  readonly lists: readonly ReleaseSource[];
  /** What is counted: people of the population, or its records. */
  readonly unit: 'person' | 'record';
  readonly leftOut: ShownNumber;
  /** Standard deviation of the decoys' noise in it; 0 where it has none. */
  readonly standardDeviation: number;
}

export interface OptOutsInput {
  readonly plan: JoinPlan;
  readonly terms: RunTerms;
  readonly lists: readonly ReleaseSource[];
  /** As the join said; not protected. Null where no agency brought a list. */
  readonly leftOut: number | null;
}

/**
 * What may be shown of it: the number rounded, where it is not of few. Those left out are in no cell, so it is no total of
 * the table. Where counts have noise and the lists' overlaps have none it would be the one exact number: it is withheld.
 */
export function makeOptOuts({ plan, terms, lists, leftOut }: OptOutsInput): ReleasedOptOuts | null {
  if (leftOut === null) return null;
  const isWithheld = terms.epsilon !== null && terms.overlapEpsilon === null;
  return {
    lists,
    unit: plan.base.unit,
    leftOut: isWithheld ? notShown('withheld') : showCount(leftOut, policyOf(terms)),
    standardDeviation: Number(deviationOf(plan).toFixed(1)),
  };
}

/** Of every group of decoys that has a record in an opt-out list those in the population's are left out. */
function deviationOf(plan: JoinPlan): number {
  const { decoys, mixers, lists, base } = plan;
  if (decoys === null) return 0;
  const bases = new Set(lists.filter(({ role }) => role === 'base').map(({ id }) => id));
  const optOuts = new Set(optOutLists(plan).map(({ id }) => id));
  const squares = decoys.patterns.map((pattern) => {
    if (!pattern.some(({ list }) => optOuts.has(list))) return 0;
    const records = pattern.filter(({ list }) => bases.has(list)).length;
    return base.unit === 'person' ? Math.min(1, records) : records ** 2;
  });
  return Math.sqrt(mixers.length * squares.reduce<number>((sum, one) => sum + one, 0) * noiseVariance(decoys.law));
}

/** In words; nothing where no agency brought a list. @param threshold counts below it are not shown */
export function optOutNotes(optOuts: ReleasedOptOuts | null, threshold: number): string[] {
  if (optOuts === null) return [];
  const { lists, unit } = optOuts;
  const who =
    unit === 'person'
      ? 'People left out because they opted out'
      : 'Records left out because the people they are of opted out';
  const agencies = lists.map(({ agencyName, asAt }) => `${agencyName} (as at ${asAt})`);
  return [
    `${who}: ${numberInWords(optOuts, threshold)}. Whoever is in the opt-out list of one agency is left out of what every ` +
      `agency holds; lists came from ${agencies.join(', ')}.`,
  ];
}

function numberInWords({ leftOut: { value, status }, standardDeviation }: ReleasedOptOuts, threshold: number): string {
  const noise =
    standardDeviation === 0 ? '' : `, as far as random noise lets it be told (standard deviation ${standardDeviation})`;
  if (value !== null) return `${value}${noise}`;
  return status === 'few'
    ? `fewer than ${threshold}${noise}`
    : 'not shown, for it has no noise in it and the counts have';
}
