import { DisclosureError } from './errors.js';
import type { CountedCell, CountTable, EarlierTable, MeasureTable, TableDimension, TableNoise } from './table.js';

interface Input {
  readonly table: CountTable;
  readonly noise: TableNoise | null;
  readonly measures: readonly MeasureTable[];
  readonly earlier: readonly EarlierTable[];
}

/** Thrown when the parts of a table are not what they must be, or don't fit each other: DisclosureError BAD_TABLE. */
export function assertInput({ table: { dimensions, cells }, noise, measures, earlier }: Input): void {
  for (const cell of cells) assertCell(cell, dimensions, noise !== null);
  if (new Set(cells.map(({ categories }) => categories.join())).size !== cells.length) {
    throw new DisclosureError('BAD_TABLE', 'The table has two cells for one combination of categories.');
  }
  for (const measure of measures) assertMeasure(measure, cells.length);
  for (const { values } of earlier) {
    if (values.length === cells.length) continue;
    throw new DisclosureError('BAD_TABLE', 'An earlier table has not as many cells as this one.');
  }
}

function assertCell({ categories, count }: CountedCell, dimensions: readonly TableDimension[], isNoisy: boolean): void {
  const fits =
    categories.length === dimensions.length &&
    dimensions.every((dimension, index) => dimension.categories[categories[index] ?? -1] !== undefined);
  if (!fits) throw new DisclosureError('BAD_TABLE', 'A cell of the table does not fit its dimensions.');
  if (!Number.isSafeInteger(count) || (count < 0 && !isNoisy)) {
    throw new DisclosureError('BAD_TABLE', 'A count of the table is not a whole number from 0 up.');
  }
}

function assertMeasure({ cells, kind, noise }: MeasureTable, expected: number): void {
  if (cells.length !== expected) {
    throw new DisclosureError('BAD_TABLE', 'A measure of the table has not as many cells as the table.');
  }
  for (const { value, present, square } of cells) {
    const isWhole = [value, present, square ?? 0].every((number) => Number.isSafeInteger(number));
    if (!isWhole || (square === null) === (kind === 'variance') || (present < 0 && noise === null)) {
      throw new DisclosureError('BAD_TABLE', 'A sum of the table is not a whole number, or not there.');
    }
  }
}
