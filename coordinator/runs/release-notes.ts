import { listed } from '../../core/base/index.js';
import type { CellStatus, ReleasedTable } from '../../core/disclosure/index.js';
import {
  runCost,
  type BoundTemplate,
  type Participant,
  type Roster,
  type RunTerms,
} from '../../core/templates/index.js';
import { linkageNotes } from '../linkage/linkage-notes.js';
import type { ReleasedLinkage } from '../linkage/released-linkage.js';
import { amountCost } from './amount.js';
import { optOutNotes, type ReleasedOptOuts } from './opt-outs.js';
import type { ReleaseSource } from './participants.js';

export interface NotesInput {
  readonly bound: BoundTemplate;
  readonly participants: readonly Participant[];
  readonly terms: RunTerms;
  readonly roster: Roster;
  readonly table: ReleasedTable;
  readonly linkage: ReleasedLinkage | null;
  readonly sources: readonly ReleaseSource[];
  readonly optOuts: ReleasedOptOuts | null;
}

/** What a reader of the table has to know beyond it, in plain words. The meaning of its marks is whoever prints it to say. */
export function releaseNotes(input: NotesInput): string[] {
  return [
    participation(input),
    ...optOutNotes(input.optOuts, input.terms.threshold),
    ...suppression(input.table),
    ...noise(input),
    ...linkageNotes(input),
    ...strictness(input),
    ...partialDatasets(input.bound),
    ...rejectedRows(input.sources),
  ];
}

function participation({ participants, roster }: NotesInput): string {
  const names = participants.map(({ agency }) => nameOf(agency, roster));
  return `Every agency that offers these data took part: ${listed(names)}.`;
}

const whyNotShown: Readonly<Record<Exclude<CellStatus, 'ok'>, string>> = {
  primary: 'too small, or empty',
  secondary: 'because they would give others away',
  class: 'because they would say that everybody in their line is alike',
  'not-collected': 'because nobody records it',
};

function suppression({ cells, totals }: ReleasedTable): string[] {
  const withheld = [...withheldOf('cells', cells), ...withheldOf('totals', totals)];
  return withheld.length === 0 ? ['Every cell of the table is shown.'] : withheld;
}

function withheldOf(what: 'cells' | 'totals', cells: readonly { readonly status: CellStatus }[]): string[] {
  const kinds = (['primary', 'secondary', 'class', 'not-collected'] as const)
    .map((status) => ({ status, count: cells.filter((cell) => cell.status === status).length }))
    .filter(({ count }) => count > 0);
  if (kinds.length === 0) return [];
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
  const reasons = kinds.map((kind) => `${kind.count} ${whyNotShown[kind.status]}`);
  return [`Not shown: ${count} of ${cells.length} ${what}, ${listed(reasons)}.`];
}

function noise({ bound, terms, table }: NotesInput): string[] {
  const cost = runCost(terms);
  const counts =
    table.noise === null
      ? 'No noise was added to the counts.'
      : `Every agency added random noise to every count before anybody saw it (epsilon ${amountCost(table.noise.epsilon)}; ` +
        `standard deviation ${table.noise.standardDeviation.toFixed(1)}); intervals say where the exact count is 19 times in 20.`;
  const measures = bound.measures.map(({ kind, dataset, field }, index) => {
    const epsilon = terms.measures[index] ?? null;
    const what = `the ${kind} of ${dataset}.${field}`;
    return epsilon === null
      ? `No noise was added to ${what}.`
      : `Noise was added to ${what} as well (epsilon ${amountCost(epsilon)}).`;
  });
  const overlaps =
    terms.overlapEpsilon === null
      ? []
      : [
          `How many records each agency has, and how many are linked, was hidden from the coordinator as well (epsilon ${amountCost(terms.overlapEpsilon)}).`,
        ];
  const spent =
    cost.total === 0
      ? []
      : [
          `The table cost ${amountCost(cost.total)} of the privacy budget of each agency for these data. Asked again of the ` +
            'same data, it is given again for nothing.',
        ];
  return [counts, ...measures, ...overlaps, ...spent];
}

/** Where an agency demands more than the template does. */
function strictness({ bound, participants, terms, roster }: NotesInput): string[] {
  const { threshold, roundTo, epsilon } = bound.template.disclosure;
  const notes: string[] = [];
  if (terms.threshold > threshold) {
    const who = participants.filter(({ floors }) => Math.max(floors.threshold, floors.roundTo) === terms.threshold);
    notes.push(`The template would show counts from ${threshold} on; ${demanding(who, roster)} ${terms.threshold}.`);
  }
  if (terms.roundTo > roundTo) {
    const who = participants.filter(({ floors }) => floors.roundTo === terms.roundTo);
    notes.push(`The template would round to ${roundTo}; ${demanding(who, roster)} ${terms.roundTo}.`);
  }
  if (terms.epsilon !== null && (epsilon === 'none' || terms.epsilon < epsilon)) {
    const who = participants.filter(({ floors }) => floors.epsilon === terms.epsilon);
    const lax = epsilon === 'none' ? 'would add no noise to the counts' : `allows an epsilon of ${amountCost(epsilon)}`;
    notes.push(`The template ${lax}; ${demanding(who, roster)} ${amountCost(terms.epsilon)} at most.`);
  }
  return notes;
}

function demanding(who: readonly Participant[], roster: Roster): string {
  const names = who.map(({ agency }) => nameOf(agency, roster));
  return `${listed(names)} ${names.length === 1 ? 'asks' : 'ask'} for`;
}

function partialDatasets({ population, links }: BoundTemplate): string[] {
  return [population, ...links]
    .filter(({ dataset }) => dataset.partial)
    .map(
      ({ dataset: { title } }) =>
        `${title} is known not to hold everybody: whoever is not found there may still be in reality.`,
    );
}

/** Where it is a whole per cent at least; a reader finds the others beside the sources. */
function rejectedRows(sources: readonly ReleaseSource[]): string[] {
  return sources.flatMap(({ agencyName, dataset, rejectedPercent }) =>
    rejectedPercent === null || rejectedPercent < 1
      ? []
      : [
          `${agencyName} left ${rejectedPercent} % of its rows of ${dataset} out: a value in them is not one that the dataset ` +
            'allows. Whoever they are about is counted as if not recorded there.',
        ],
  );
}

function nameOf(agency: string, { agencies }: Roster): string {
  return agencies.find(({ id }) => id === agency)?.name ?? agency;
}
