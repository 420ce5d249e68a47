import type { CountedCell, CountTable, TableCategory, TableDimension } from '../disclosure/index.js';
import { radixOf } from './bound.js';
import type { Band, BoundDimension, BoundList, BoundTemplate, FieldDimension } from './bound.js';
import { codesOf } from './dataset.js';
import { TemplateError } from './errors.js';
import { RESERVED_CODES } from './vocabulary.js';

/** The dimensions of the template's table, with "Not recorded", "Not linked" and Yes / No among the categories. */
export function tableShape(bound: BoundTemplate): TableDimension[] {
  return bound.dimensions.map((dimension) => ({
    name: dimension.kind === 'linked' ? dimension.dataset : `${dimension.dataset}.${dimension.field}`,
    label: dimension.label,
    categories: dimension.kind === 'linked' ? YES_NO : fieldCategories(dimension, canBeUnlinked(bound, dimension)),
  }));
}

/**
 * Turns the counts by cell number into the table: one cell for every combination that can occur, in the order of the
 * dimensions' categories, also where the count is 0.
 * Thrown when there are not `bound.cells` counts, one is not a whole number from 0 up, or a cell that can't occur has
 * been counted: TemplateError BAD_COUNTS.
 */
export function decodeTable(bound: BoundTemplate, counts: ArrayLike<number>): CountTable {
  if (counts.length !== bound.cells) {
    throw new TemplateError('BAD_COUNTS', `The template has ${bound.cells} cells; ${counts.length} were counted.`);
  }
  const isPossible = new Uint8Array(bound.cells);
  const cells = tableCells(bound).map(({ number, categories }): CountedCell => {
    isPossible[number] = 1;
    return { categories, count: counts[number] ?? 0 };
  });
  Array.from(counts).forEach((count, number) => {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new TemplateError('BAD_COUNTS', `The count of cell ${number} is not a whole number from 0 up.`);
    }
    if (count > 0 && isPossible[number] === 0) {
      throw new TemplateError('BAD_COUNTS', `Cell ${number} was counted, which no record of the template can be in.`);
    }
  });
  return { dimensions: tableShape(bound), cells: cells.toSorted(compareCells) };
}

const YES_NO: readonly TableCategory[] = [
  { code: 'yes', label: 'Yes' },
  { code: 'no', label: 'No' },
];
const YES = 0;
const NO = 1;

function fieldCategories(dimension: FieldDimension, canBeMissing: boolean): TableCategory[] {
  return [
    ...(dimension.kind === 'code'
      ? [...codesOf(dimension.definition)].map(([code, label]) => ({ code, label }))
      : dimension.bands.map(bandCategory)),
    { code: RESERVED_CODES.notRecorded, label: 'Not recorded' },
    ...(canBeMissing ? [{ code: RESERVED_CODES.notLinked, label: 'Not linked' }] : []),
  ];
}

function bandCategory({ from, below }: Band): TableCategory {
  if (from === null) return { code: `..${(below ?? 0) - 1}`, label: `under ${below ?? 0}` };
  if (below === null) return { code: `${from}..`, label: `${from} or more` };
  const last = below - 1;
  return { code: `${from}..${last}`, label: from === last ? `${from}` : `${from} to ${last}` };
}

function canBeUnlinked({ links }: BoundTemplate, { dataset }: BoundDimension): boolean {
  return links.some((link) => link.dataset.dataset === dataset && link.keep === 'all');
}

/** A label that records of a list can have, and what it says for each of the table's dimensions (null: nothing). */
interface LabelMeaning {
  readonly label: number;
  readonly categories: readonly (number | null)[];
}

/** A cell number that can occur and its place in the table; no two have the same place. */
interface TableCell {
  readonly number: number;
  readonly categories: readonly number[];
}

function tableCells(bound: BoundTemplate): TableCell[] {
  let partial: { readonly number: number; readonly categories: readonly (number | null)[] }[] = [
    { number: 0, categories: bound.dimensions.map(() => null) },
  ];
  for (const list of [bound.population, ...bound.links]) {
    const meanings = labelMeanings(list, bound.dimensions);
    partial = partial.flatMap((cell) =>
      meanings.map(({ label, categories }) => ({
        number: cell.number + label * list.stride,
        categories: cell.categories.map((category, index) => category ?? categories[index] ?? null),
      })),
    );
  }
  // Every dimension belongs to one of the lists, so none is left open.
  return partial.map(({ number, categories }) => ({ number, categories: categories.map((category) => category ?? 0) }));
}

function labelMeanings(list: BoundList, dimensions: readonly BoundDimension[]): LabelMeaning[] {
  const labels = [
    ...(list.role === 'linked' && list.keep !== 'linked' ? [0] : []),
    ...(list.role === 'linked' && list.keep === 'not-linked' ? [] : rangeFrom1(list.labels)),
  ];
  return labels.map((label) => ({
    label,
    categories: dimensions.map((dimension) => {
      if (dimension.dataset !== list.dataset.dataset) return null;
      if (dimension.kind === 'linked') return label === 0 ? NO : YES;
      return label === 0 ? radixOf(dimension) : digitOf(label, dimension, list.dimensions);
    }),
  }));
}

/** The first dimension is the most significant digit of label - 1 (as `compileList` makes it). */
function digitOf(label: number, dimension: FieldDimension, dimensions: readonly FieldDimension[]): number {
  const later = dimensions.slice(dimensions.indexOf(dimension) + 1);
  const weight = later.reduce((product, other) => product * radixOf(other), 1);
  return Math.floor((label - 1) / weight) % radixOf(dimension);
}

function rangeFrom1(length: number): number[] {
  return Array.from({ length }, (_, index) => index + 1);
}

function compareCells(a: CountedCell, b: CountedCell): number {
  for (const [index, category] of a.categories.entries()) {
    const difference = category - (b.categories[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
