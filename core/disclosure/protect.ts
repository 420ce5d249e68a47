import { noiseVariance } from '../noise/index.js';
import { classFigures } from './class.js';
import { dominated } from './dominance.js';
import { addUp, figuresOf } from './figures.js';
import type { Figures } from './figures.js';
import { countInterval } from './intervals.js';
import { releaseMeasure } from './measures.js';
import { assertPolicy, describeRounding, roundCount } from './policy.js';
import type { DisclosurePolicy } from './policy.js';
import { releaseQuantiles } from './quantiles.js';
import { releaseRates } from './rates.js';
import { releaseRecalls } from './recall.js';
import type { CellStatus, Group, ReleasedCell, ReleasedMeasure, ReleasedTable } from './released.js';
import type { MeasureGroup, ShownTable } from './shown.js';
import type { LinearSolver } from './solver.js';
import { suppressSecondary } from './suppression.js';
import type { CountTable, EarlierTable, MeasureTable, Presentation, TableNoise } from './table.js';
import { assertInput } from './table-checks.js';

/** Everything a release is made from. None of it may be shown as it is. */
export interface ProtectInput {
  readonly table: CountTable;
  /** In every count; null where counts are exact. */
  readonly noise: TableNoise | null;
  readonly measures: readonly MeasureTable[];
  readonly presentation: Presentation;
  readonly earlier: readonly EarlierTable[];
}

/** Of a larger table the totals are not shown, because what they give away could not be checked in reasonable time. */
export const MAX_AUDITED_CELLS = 2000;

/**
 * Makes a table that may be published. What is too small, would say that a whole line is alike, or differs by few from
 * what was released before, is suppressed; then whatever would give it away by the totals shown; the rest is rounded.
 * Totals are rounded sums of the counts, not sums of rounded counts; rates, quantiles and recall are made from what is shown.
 *
 * It takes up to seconds, without a pause, for a table of MAX_AUDITED_CELLS.
 *
 * Thrown when the policy is outside its limits: DisclosureError BAD_POLICY; when a count isn't a whole number, or is below
 * 0 without noise, or parts don't fit each other: DisclosureError BAD_TABLE; when the solver fails: DisclosureError
 * DISCLOSURE_FAILED.
 */
export function protectTable(input: ProtectInput, policy: DisclosurePolicy, solver: LinearSolver): ReleasedTable {
  assertPolicy(policy);
  assertInput(input);
  const { table, noise, presentation } = input;
  const isAudited = table.cells.length <= MAX_AUDITED_CELLS;
  const figures = figuresOf(table, isAudited ? presentation.margins : 'none');
  const counts = addUp(
    figures,
    table.cells.map(({ count }) => count),
  );
  const verdicts = judge(input, figures, counts, policy);
  suppressMore(figures, counts, verdicts, policy, solver);

  const show = (categories: Group, figure: number, cells: number): ReleasedCell => {
    const { status, reason } = verdicts[figure] ?? WITHHELD;
    if (status !== 'ok') return { categories, value: null, status, reason, interval: null };
    const value = roundCount(counts[figure] ?? 0, policy);
    const added = noise === null ? null : { ...noise, mixers: noise.mixers * cells };
    return { categories, value, status, reason, interval: countInterval(value, added, policy) };
  };
  const cells = table.cells.map(({ categories }, cell) => show(categories, cell, 1));
  const totals = isAudited
    ? figures.totals.map((total) => show(total.categories, total.figure, total.cells.length))
    : figuresOf(table, presentation.margins).totals.map(({ categories }) => unauditedTotal(categories));

  const shown: ShownTable = { dimensions: table.dimensions, cells, totals, policy, noise };
  return {
    dimensions: table.dimensions,
    cells,
    totals,
    rates: presentation.rate === null ? [] : releaseRates(shown, presentation.rate),
    quantiles: presentation.quantiles === null ? [] : releaseQuantiles(shown, presentation.quantiles),
    recalls: presentation.recall === null ? [] : releaseRecalls(shown, presentation.recall),
    measures: input.measures.map((measure) => protectMeasure(measure, shown, figures, policy, solver)),
    policy,
    noise: noise === null ? null : { epsilon: noise.epsilon, standardDeviation: deviationOf(noise) },
    suppressed: cells.filter(({ value }) => value === null).length,
  };
}

interface Verdict {
  readonly status: CellStatus;
  readonly reason: string;
}

const WITHHELD: Verdict = {
  status: 'secondary',
  reason: 'Suppressed: it would give another number of the table away.',
};
const CLASS: Verdict = {
  status: 'class',
  reason: 'Suppressed: it would say that all, or nearly all, in its line are in one category.',
};
const TOO_LIKE_EARLIER: Verdict = {
  status: 'secondary',
  reason: 'Suppressed: with a table released before it would tell of a few records.',
};
const DOMINATED: Verdict = { status: 'primary', reason: 'Suppressed: one record could make up too much of it.' };

function tooFew({ threshold }: DisclosurePolicy, what: string): Verdict {
  return { status: 'primary', reason: `Suppressed: fewer than ${threshold}${what}, or none.` };
}

/** What is to become of every figure for its own sake. */
function judge(input: ProtectInput, figures: Figures, counts: Float64Array, policy: DisclosurePolicy): Verdict[] {
  const { threshold } = policy;
  const alike = policy.wholeLines ? new Set<number>() : classFigures(input.table, figures, counts, threshold);
  const close = closeToEarlier(input.earlier, figures, counts, policy);
  const small = tooFew(policy, '');
  const fine: Verdict = {
    status: 'ok',
    reason: input.noise === null ? describeRounding(policy) : `With noise. ${describeRounding(policy)}`,
  };
  return Array.from(counts, (count, figure) => {
    if (count < threshold) return small;
    if (alike.has(figure)) return CLASS;
    return close.has(figure) ? TOO_LIKE_EARLIER : fine;
  });
}

/** Figures whose published value would differ from that of an earlier table by less than the threshold, but differ. */
function closeToEarlier(
  earlier: readonly EarlierTable[],
  figures: Figures,
  counts: Float64Array,
  policy: DisclosurePolicy,
): ReadonlySet<number> {
  const close = new Set<number>();
  const compare = (figure: number, released: number | null): void => {
    if (released === null) return;
    const difference = Math.abs(roundCount(Math.max(counts[figure] ?? 0, 0), policy) - released);
    if (difference > 0 && difference < policy.threshold) close.add(figure);
  };
  for (const { values, totals } of earlier) {
    values.forEach((value, cell) => compare(cell, value));
    figures.totals.forEach(({ figure }, index) => compare(figure, totals[index] ?? null));
  }
  return close;
}

/** Adds what must go for the sake of what has gone. */
function suppressMore(
  figures: Figures,
  values: Float64Array,
  verdicts: Verdict[],
  { threshold }: DisclosurePolicy,
  solver: LinearSolver,
): void {
  const withheld = Uint8Array.from(verdicts, ({ status }) => (status === 'ok' ? 0 : 1));
  const suppressed = suppressSecondary({ figures, values, threshold, withheld }, solver);
  for (const [figure, { status }] of verdicts.entries()) {
    if (suppressed[figure] === 1 && status === 'ok') verdicts[figure] = WITHHELD;
  }
}

function unauditedTotal(categories: Group): ReleasedCell {
  const reason = `Not shown: the table has more than ${MAX_AUDITED_CELLS} cells, too many to check what totals give away.`;
  return { categories, value: null, status: 'secondary', reason, interval: null };
}

/**
 * A measure is shown where the count is, if enough of the records have a value and none of them could dominate. The numbers
 * of records with a value are a table with totals of its own, so what that withholds is protected in the same way.
 */
function protectMeasure(
  measure: MeasureTable,
  { cells, totals }: ShownTable,
  figures: Figures,
  policy: DisclosurePolicy,
  solver: LinearSolver,
): ReleasedMeasure {
  const column = (pick: (cell: MeasureTable['cells'][number]) => number): Float64Array =>
    addUp(figures, measure.cells.map(pick));
  const present = column((cell) => cell.present);
  const value = column((cell) => cell.value);
  // Totals that weren't audited belong to no figure.
  const shownTotals = figures.totals.map((total, index) => ({ total, shown: totals[index] }));
  const counted: (ReleasedCell | undefined)[] = [...cells];
  for (const { total, shown } of shownTotals) counted[total.figure] = shown;
  const verdicts = Array.from(present, (count, figure): Verdict => {
    const { status, reason } = counted[figure] ?? WITHHELD;
    if (status !== 'ok') return { status, reason };
    if (count < policy.threshold) return tooFew(policy, ' with a value');
    return dominated({ value: value[figure] ?? 0, present: count }, measure) ? DOMINATED : { status, reason };
  });
  suppressMore(figures, present, verdicts, policy, solver);
  const group = (categories: Group, figure: number, members: readonly number[]): MeasureGroup => ({
    categories,
    cells: members,
    count: counted[figure]?.value ?? null,
    ...(verdicts[figure] ?? WITHHELD),
  });
  const groups = [
    ...cells.map(({ categories }, cell) => group(categories, cell, [cell])),
    ...figures.totals.map((total) => group(total.categories, total.figure, total.cells)),
  ];
  return releaseMeasure(measure, groups, policy);
}

function deviationOf({ law, mixers }: TableNoise): number {
  return Math.sqrt(mixers * noiseVariance(law));
}
