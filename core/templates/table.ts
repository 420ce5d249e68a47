import type {
  CountedCell,
  CountTable,
  MeasuredCell,
  MeasureTable,
  Presentation,
  TableCategory,
  TableDimension,
  TableNoise,
} from '../disclosure/index.js';
import { AGREEMENTS } from '../linkage/index.js';
import type { Agreement } from '../linkage/index.js';
import type { NoiseLaw } from '../noise/index.js';
import { radixOf } from './bound.js';
import type {
  Band,
  BoundAgreement,
  BoundDimension,
  BoundList,
  BoundMeasure,
  BoundTemplate,
  FieldDimension,
} from './bound.js';
import { codesOf } from './dataset.js';
import { TemplateError } from './errors.js';
import { columnEpsilon, columnLaw, countLaw } from './run-noise.js';
import type { LinkClause } from './template.js';
import type { RunTerms } from './terms.js';
import { RESERVED_CODES } from './vocabulary.js';

/** The dimensions of the template's table, with "Not recorded", "Not linked", Yes / No and agreement among the categories. */
export function tableShape({ dimensions, template: { links } }: BoundTemplate): TableDimension[] {
  return dimensionsShape(dimensions, links);
}

/** The same, for a template that is only being bound. */
export function dimensionsShape(
  dimensions: readonly BoundDimension[],
  links: readonly Pick<LinkClause, 'dataset' | 'keep' | 'unlinked'>[],
): TableDimension[] {
  return dimensions.map((dimension) => ({
    name: dimensionName(dimension),
    label: dimension.label,
    categories: categoriesOf(
      dimension,
      links.find(({ dataset }) => dataset === dimension.dataset),
    ),
  }));
}

/** What the dimension of agreement with a dataset is called. */
export function agreementName(dataset: string): string {
  return `${dataset}.agreement`;
}

function dimensionName(dimension: BoundDimension): string {
  switch (dimension.kind) {
    case 'linked':
      return dimension.dataset;
    case 'agreement':
      return agreementName(dimension.dataset);
    case 'code':
    case 'band':
      return `${dimension.dataset}.${dimension.field}`;
  }
}

/** What the template wants derived from its protected counts, by place in the table. */
export function presentationOf({ presentation }: BoundTemplate): Presentation {
  return presentation;
}

/** What the protocol found (`JoinResult`): a number for each cell number, of the count and of each of the plan's sums. */
export interface CellNumbers {
  readonly counts: ArrayLike<number>;
  readonly sums: readonly ArrayLike<number>[];
}

export interface DecodedTable {
  readonly table: CountTable;
  /** What the mixers have added to the counts; null where they are exact. */
  readonly noise: TableNoise | null;
  /** In template order, each with the cells of the table. */
  readonly measures: readonly MeasureTable[];
}

/**
 * Turns the numbers by cell into the table: one cell for every combination that can occur, in the order of the
 * dimensions' categories, also where the count is 0. Noise stays in: counts may be below 0 where the terms have any.
 * `mixers` is how many added it.
 * Thrown when there are not `bound.cells` numbers of the count and of each sum, one is no whole number, a count that has
 * no noise is below 0, or a cell that can't occur has anything in it: TemplateError BAD_COUNTS.
 */
export function decodeTable(bound: BoundTemplate, terms: RunTerms, mixers: number, result: CellNumbers): DecodedTable {
  const cells = tableCells(bound).toSorted(compareCells);
  const possible = new Set(cells.map(({ number }) => number));
  const columns = bound.measures.flatMap((measure) => measure.columns);
  if (result.sums.length !== columns.length) {
    throw badCounts(`The template has ${columns.length} sums for each cell; there are ${result.sums.length}.`);
  }
  for (const numbers of [result.counts, ...result.sums]) assertNumbers(numbers, bound.cells, possible);
  const negative = terms.epsilon === null ? cells.find(({ number }) => (result.counts[number] ?? 0) < 0) : undefined;
  if (negative !== undefined) throw badCounts(`The count of cell ${negative.number} is below 0, and has no noise.`);

  const asNoise = (law: NoiseLaw | null, epsilon: number | null): TableNoise | null =>
    law === null || epsilon === null ? null : { law, mixers, epsilon };
  return {
    table: {
      dimensions: tableShape(bound),
      cells: cells.map(({ number, categories }): CountedCell => ({ categories, count: result.counts[number] ?? 0 })),
    },
    noise: asNoise(countLaw(terms), terms.epsilon),
    measures: bound.measures.map((measure, index): MeasureTable => {
      const epsilon = terms.measures[index] ?? null;
      const noises = measure.columns.map((column) =>
        asNoise(columnLaw(measure, column, epsilon, terms), epsilon === null ? null : columnEpsilon(measure, epsilon)),
      );
      return measureTable(measure, cells, result.sums.slice(sumsBefore(bound, index)), noises);
    }),
  };
}

/** Cell numbers in which a record can be, ascending: the plan's tableCells. */
export function possibleCells(bound: BoundTemplate): number[] {
  return tableCells(bound)
    .map(({ number }) => number)
    .toSorted((a, b) => a - b);
}

function sumsBefore({ measures }: BoundTemplate, index: number): number {
  return measures.slice(0, index).reduce((columns, measure) => columns + measure.columns.length, 0);
}

/** `sums` and `noises` begin with the measure's own: value, present and, of a variance, square. */
function measureTable(
  { kind, dataset, field, label, range, centre }: BoundMeasure,
  cells: readonly TableCell[],
  [values, presents, squares]: readonly ArrayLike<number>[],
  [value, present, square]: readonly (TableNoise | null)[],
): MeasureTable {
  const isVariance = kind === 'variance';
  return {
    name: `${dataset}.${field}`,
    label,
    kind,
    range,
    centre,
    cells: cells.map(({ number }): MeasuredCell => ({
      value: values?.[number] ?? 0,
      present: presents?.[number] ?? 0,
      square: isVariance ? (squares?.[number] ?? 0) : null,
    })),
    noise: value == null || present == null ? null : { value, present, square: isVariance ? (square ?? null) : null },
  };
}

function assertNumbers(numbers: ArrayLike<number>, cells: number, possible: ReadonlySet<number>): void {
  if (numbers.length !== cells) throw badCounts(`The template has ${cells} cells; there are ${numbers.length}.`);
  for (let cell = 0; cell < cells; cell += 1) {
    const found = numbers[cell];
    if (!Number.isSafeInteger(found)) throw badCounts(`What was found in cell ${cell} is not a whole number.`);
    if (found !== 0 && !possible.has(cell)) {
      throw badCounts(`Something was found in cell ${cell}, which no record of the template can be in.`);
    }
  }
}

function badCounts(message: string): TemplateError {
  return new TemplateError('BAD_COUNTS', message);
}

const YES_NO: readonly TableCategory[] = [
  { code: 'yes', label: 'Yes' },
  { code: 'no', label: 'No' },
];
const YES = 0;
const NO = 1;

/** For `unlinked: unknown`: that nothing was found is not that there is nothing. */
const YES_OR_NOT_FOUND: readonly TableCategory[] = [
  { code: 'yes', label: 'Yes' },
  { code: 'no', label: 'Not found' },
];

const NOT_LINKED: TableCategory = { code: RESERVED_CODES.notLinked, label: 'Not linked' };

/** In the order of AGREEMENTS: a class of agreement is its place there, plus one. */
const AGREEMENT_LABELS: Readonly<Record<Agreement, string>> = {
  all: 'Name, birth date and place agree',
  'not-place': 'Place differs or is missing',
  'not-name': 'Name differs or is missing',
  'not-date': 'Birth date differs or is missing',
  other: 'Several differ or are missing',
};

/** `link` is that of the dimension's dataset; undefined for the population's own. */
function categoriesOf(
  dimension: BoundDimension,
  link: Pick<LinkClause, 'keep' | 'unlinked'> | undefined,
): readonly TableCategory[] {
  const notLinked = link?.keep === 'all' ? [NOT_LINKED] : [];
  switch (dimension.kind) {
    case 'linked':
      return link?.unlinked === 'unknown' ? YES_OR_NOT_FOUND : YES_NO;
    case 'agreement':
      return [...AGREEMENTS.map((code) => ({ code, label: AGREEMENT_LABELS[code] })), ...notLinked];
    case 'code':
    case 'band':
      return [...fieldCategories(dimension), ...notLinked];
  }
}

function fieldCategories(dimension: FieldDimension): TableCategory[] {
  return [
    ...(dimension.kind === 'code'
      ? [...codesOf(dimension.definition)].map(([code, label]) => ({ code, label }))
      : dimension.bands.map(bandCategory)),
    { code: RESERVED_CODES.notRecorded, label: 'Not recorded' },
  ];
}

function bandCategory({ from, below }: Band): TableCategory {
  if (from === null) return { code: `..${(below ?? 0) - 1}`, label: `under ${below ?? 0}` };
  if (below === null) return { code: `${from}..`, label: `${from} or more` };
  const last = below - 1;
  return { code: `${from}..${last}`, label: from === last ? `${from}` : `${from} to ${last}` };
}

/** A share in cell numbers that records can have, and what it says for each of the table's dimensions (null: nothing). */
interface ShareMeaning {
  readonly share: number;
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
    const meanings = listMeanings(list, bound);
    partial = partial.flatMap((cell) =>
      meanings.map(({ share, categories }) => ({
        number: cell.number + share,
        categories: cell.categories.map((category, index) => category ?? categories[index] ?? null),
      })),
    );
  }
  // Every dimension belongs to one of the lists, so none is left open.
  return partial.map(({ number, categories }) => ({ number, categories: categories.map((category) => category ?? 0) }));
}

function listMeanings(list: BoundList, { dimensions, agreement }: BoundTemplate): ShareMeaning[] {
  const labels = [
    ...(list.role === 'linked' && list.keep !== 'linked' ? [0] : []),
    ...(list.role === 'linked' && list.keep === 'not-linked' ? [] : rangeFrom1(list.labels)),
  ];
  return labels.flatMap((label) =>
    classesOf(list, label, agreement).map((agreed) => ({
      share: label * list.stride + agreed * (agreement?.stride ?? 0),
      categories: dimensions.map((dimension) => {
        if (dimension.dataset !== list.dataset.dataset) return null;
        switch (dimension.kind) {
          case 'linked':
            return label === 0 ? NO : YES;
          case 'agreement':
            return label === 0 ? AGREEMENTS.length : agreed - 1;
          case 'code':
          case 'band':
            return label === 0 ? radixOf(dimension) : digitOf(label, dimension, list.dimensions);
        }
      }),
    })),
  );
}

/** Who linked agrees in something, who did not in nothing: classes above 0 go with labels above 0. */
function classesOf({ dataset }: BoundList, label: number, agreement: BoundAgreement | null): readonly number[] {
  const isShown = agreement?.dimension.dataset === dataset.dataset;
  return isShown && label > 0 ? rangeFrom1(AGREEMENTS.length) : [0];
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

function compareCells(a: TableCell, b: TableCell): number {
  for (const [index, category] of a.categories.entries()) {
    const difference = category - (b.categories[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
