import type { CountTable, EarlierTable, ReleasedTable } from '../../core/disclosure/index.js';
import type { ParameterValues, Participant } from '../../core/templates/index.js';
import type { RunStore } from '../store/run-store.js';

/**
 * Earlier releases that a new one is compared with. The nearest are taken, for it is small differences that give people
 * away; each node compares with everything else on its own data (docs/privacy.md).
 */
export const MAX_EARLIER_TABLES = 64;

export interface EarlierQuestion {
  readonly templateDigest: string;
  readonly participants: readonly Participant[];
  readonly parameters: ParameterValues;
}

export interface EarlierTables {
  readonly tables: readonly EarlierTable[];
  /** Releases that ought to have been compared and were too many. */
  readonly left: number;
}

/**
 * What was released before of the same template from the same snapshots with parameters that are part of these, or of
 * which these are part: then the same is true of the people in each cell, and the difference of two counts is a count of
 * its own that nobody has suppressed.
 */
export function earlierTables(
  store: Pick<RunStore, 'listReleased' | 'getRelease'>,
  { templateDigest, participants, parameters }: EarlierQuestion,
  table: CountTable,
): EarlierTables {
  const nested = store
    .listReleased(templateDigest, participants)
    .filter((released) => nests(released.parameters, parameters))
    .map((released) => ({ ...released, distance: distance(released.parameters, parameters) }))
    .toSorted((a, b) => a.distance - b.distance);
  const taken = nested.slice(0, MAX_EARLIER_TABLES);
  return {
    tables: taken.map(({ id }) => earlierTable(store.getRelease(id)?.table, table)),
    left: nested.length - taken.length,
  };
}

function earlierTable(released: ReleasedTable | undefined, table: CountTable): EarlierTable {
  const values = new Map((released?.cells ?? []).map(({ categories, value }) => [categories.join(' '), value]));
  return {
    values: table.cells.map(({ categories }) => values.get(categories.join(' ')) ?? null),
    totals: (released?.totals ?? []).map(({ value }) => value),
  };
}

/** Whether one is a proper part of the other: for every parameter all of its values are among the other's. */
function nests(a: ParameterValues, b: ParameterValues): boolean {
  const within = isWithin(a, b);
  return within !== isWithin(b, a);
}

function isWithin(part: ParameterValues, whole: ParameterValues): boolean {
  return Object.entries(part).every(([name, values]) => {
    const chosen = Object.hasOwn(whole, name) ? new Set(whole[name]) : new Set<string>();
    return values.every((value) => chosen.has(value));
  });
}

/** How many values only one of them has; they nest. */
function distance(a: ParameterValues, b: ParameterValues): number {
  return Math.abs(sizeOf(a) - sizeOf(b));
}

function sizeOf(parameters: ParameterValues): number {
  return Object.values(parameters).reduce((sum, values) => sum + values.length, 0);
}
