import { DisclosureError } from './errors.js';
import { assertPolicy } from './policy.js';
import type { DisclosurePolicy } from './policy.js';
import type { CountedCell, CountTable, TableDimension } from './table.js';

/** `primary`: suppressed because its own count is too small. Further reasons come with released tables. */
export type CellStatus = 'ok' | 'primary';

export interface ReleasedCell {
  /** For each dimension the index of the category. */
  readonly categories: readonly number[];
  /** The rounded count; null where it is suppressed. */
  readonly value: number | null;
  readonly status: CellStatus;
  /** What was done to the count, in words for a reader of the table. */
  readonly reason: string;
}

/** A table that may be published. It has no totals: they would give suppressed cells away. */
export interface ReleasedTable {
  readonly dimensions: readonly TableDimension[];
  readonly cells: readonly ReleasedCell[];
  readonly policy: DisclosurePolicy;
  /** Cells without a value. */
  readonly suppressed: number;
}

/**
 * Suppresses, then rounds.
 * Thrown when the policy is outside its limits: DisclosureError BAD_POLICY; when a count isn't a whole number from 0 up
 * or a cell doesn't fit the dimensions: DisclosureError BAD_TABLE.
 */
export function protectTable(table: CountTable, { threshold, roundTo }: DisclosurePolicy): ReleasedTable {
  const policy = { threshold, roundTo };
  assertPolicy(policy);
  const cells = table.cells.map((cell) => {
    assertCell(cell, table.dimensions);
    return protectCell(cell, policy);
  });
  return {
    dimensions: table.dimensions,
    cells,
    policy,
    suppressed: cells.filter(({ value }) => value === null).length,
  };
}

function protectCell({ categories, count }: CountedCell, { threshold, roundTo }: DisclosurePolicy): ReleasedCell {
  if (count < threshold) {
    return { categories, value: null, status: 'primary', reason: `Suppressed: fewer than ${threshold}, or none.` };
  }
  return {
    categories,
    value: roundTo * Math.round(count / roundTo),
    status: 'ok',
    reason: `Rounded to the nearest ${roundTo}.`,
  };
}

function assertCell({ categories, count }: CountedCell, dimensions: readonly TableDimension[]): void {
  const fits =
    categories.length === dimensions.length &&
    dimensions.every((dimension, index) => dimension.categories[categories[index] ?? -1] !== undefined);
  if (!fits) throw new DisclosureError('BAD_TABLE', 'A cell of the table does not fit its dimensions.');
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new DisclosureError('BAD_TABLE', 'A count of the table is not a whole number from 0 up.');
  }
}
