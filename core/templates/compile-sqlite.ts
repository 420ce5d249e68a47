import type { KeyColumn } from '../private-join/index.js';
import { optOutKeys } from './bind-linkage.js';
import type {
  Band,
  BoundFilter,
  BoundList,
  BoundMeasure,
  BoundTemplate,
  FieldDimension,
  MeasureColumn,
} from './bound.js';
import { radixOf } from './bound.js';
import { needsConsent } from './dataset.js';
import type { BoundParameters } from './parameters.js';
import {
  CASE_GROUP_COLUMN,
  consentColumn,
  fieldColumn,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from './snapshot-schema.js';

export interface CompiledQuery {
  readonly sql: string;
  /** In the order of the question marks. */
  readonly parameters: readonly (string | number)[];
}

export interface CompiledList extends CompiledQuery {
  /** Match keys in column order. Each row is its label, then where the snapshot has the sealed point of each, or null. */
  readonly keys: readonly KeyColumn[];
  /** Then its numbers, one for each of these: whole, within ± the column's magnitude. */
  readonly numbers: readonly MeasureColumn[];
}

/**
 * The rows that one agency's snapshot of `dataset` puts into the run, in record order: label, then its match keys'
 * places, then the numbers of its measures. Filters come first, consent to the template's purpose among them: of several
 * records of a person the latest (or earliest) of those that match stands.
 * Thrown when the template doesn't use the dataset: RangeError.
 */
export function compileList(bound: BoundTemplate, dataset: string, parameters: BoundParameters): CompiledList {
  const list = listOf(bound, dataset);
  const numbers = list.measures.flatMap((measure) => measure.columns.map((part) => ({ measure, part })));
  const rows = compileRows(bound, list, parameters, [
    { name: 'label', ...compileLabel(list.dimensions) },
    ...keyColumns(list.keys).map((name) => ({ name, sql: column(name), parameters: [] })),
    ...numbers.map(({ measure, part }, index) => ({ name: `number ${index}`, ...compileNumber(measure, part) })),
  ]);
  return { ...rows, keys: list.keys, numbers: numbers.map(({ part }) => part) };
}

/**
 * The rows of an agency's opt-out list in a run of this template, in record order: all of them, whatever it asks. Their
 * label is 0.
 */
export function compileOptOuts({ scheme }: BoundTemplate): CompiledList {
  const keys = optOutKeys(scheme);
  const columns = keyColumns(keys).map(column);
  const sql = `SELECT ${['0 AS "label"', ...columns].join(', ')} FROM ${column(RECORDS_TABLE)} ORDER BY ${RECORD}`;
  return { sql, parameters: [], keys, numbers: [] };
}

/** The snapshot's column of each of the list's: the n-th of a name is the n-th copy. */
function keyColumns(keys: readonly KeyColumn[]): readonly string[] {
  const copies = new Map<string, number>();
  return keys.map(({ name }) => {
    const copy = (copies.get(name) ?? 0) + 1;
    copies.set(name, copy);
    return keyColumn(name, copy);
  });
}

/** How many rows the list has: one row, one column. */
export function compileCount({ sql, parameters }: CompiledList): CompiledQuery {
  return { sql: `SELECT COUNT(*) AS "count" FROM (\n${sql}\n)`, parameters };
}

/**
 * How many values of the list's measures are outside their ranges and taken for the nearer end: one row, one column.
 * Thrown when the template doesn't use the dataset: RangeError.
 */
export function compileClipped(bound: BoundTemplate, dataset: string, parameters: BoundParameters): CompiledQuery {
  const list = listOf(bound, dataset);
  const rows = compileRows(
    bound,
    list,
    parameters,
    list.measures.map(({ field, range: [from, to] }, index) => ({
      name: `clipped ${index}`,
      // Null, where there is no value, is neither below nor above.
      sql: `COALESCE(${column(fieldColumn(field))} NOT BETWEEN ? AND ?, 0)`,
      parameters: [from, to],
    })),
  );
  const clipped = list.measures.map((_, index) => column(`clipped ${index}`));
  const sum = clipped.length === 0 ? '0' : `COALESCE(SUM(${clipped.join(' + ')}), 0)`;
  return { sql: `SELECT ${sum} AS "clipped" FROM (\n${rows.sql}\n)`, parameters: rows.parameters };
}

/**
 * Where each record of the snapshot stands in the list: a row for every one, in record order, of its number and its
 * label, 0 where it isn't in the list. With two of them a node sees which records a request has that another hasn't.
 * Thrown when the template doesn't use the dataset: RangeError.
 */
export function compileMembership(bound: BoundTemplate, dataset: string, parameters: BoundParameters): CompiledQuery {
  const list = listOf(bound, dataset);
  const rows = compileRows(bound, list, parameters, [
    { name: RECORD_COLUMN, sql: RECORD, parameters: [] },
    { name: 'label', ...compileLabel(list.dimensions) },
  ]);
  const lines = [
    `SELECT "all".${RECORD}, COALESCE("list"."label", 0) AS "label" FROM ${column(RECORDS_TABLE)} AS "all" LEFT JOIN (`,
    rows.sql,
    `) AS "list" ON "list".${RECORD} = "all".${RECORD} ORDER BY "all".${RECORD}`,
  ];
  return { sql: lines.join('\n'), parameters: rows.parameters };
}

interface CompiledColumn extends CompiledQuery {
  readonly name: string;
}

/** The list's records, in their order, with these columns. Of no columns it is the records' numbers. */
function compileRows(
  bound: BoundTemplate,
  list: BoundList,
  parameters: BoundParameters,
  columns: readonly CompiledColumn[],
): CompiledQuery {
  const where = [...compileConsent(bound, list), ...list.where.map((filter) => compileFilter(filter, parameters))];
  const limit = list.role === 'base' && bound.unit === 'record' ? list.contributionLimit : 1;
  const inner = columns.filter(({ name }) => name !== RECORD_COLUMN);
  const named = inner.map(({ name, sql }) => (sql === column(name) ? sql : `${sql} AS ${column(name)}`));
  const lines = [
    `SELECT ${columns.length === 0 ? RECORD : columns.map(({ name }) => column(name)).join(', ')} FROM (`,
    `SELECT ${[RECORD, ...named].join(', ')}, ${compilePlace(list)} AS "place"`,
    `FROM ${column(RECORDS_TABLE)}`,
    ...where.map(({ sql }, index) => `${index === 0 ? 'WHERE' : 'AND'} ${sql}`),
    `) WHERE "place" <= ? ORDER BY ${RECORD}`,
  ];
  return {
    sql: lines.join('\n'),
    parameters: [...inner.flatMap((part) => part.parameters), ...where.flatMap((part) => part.parameters), limit],
  };
}

function listOf(bound: BoundTemplate, dataset: string): BoundList {
  const list = [bound.population, ...bound.links].find((candidate) => candidate.dataset.dataset === dataset);
  if (list === undefined) throw new RangeError('not a dataset of the template');
  return list;
}

const column = quoteIdentifier;
const RECORD = column(RECORD_COLUMN);

/**
 * 1 + the mixed-radix number of the categories, the first dimension being the most significant. The driver binds every
 * number as a real one, hence the cast.
 */
function compileLabel(dimensions: readonly FieldDimension[]): CompiledQuery {
  const parts: CompiledQuery[] = [{ sql: '?', parameters: [1] }];
  let weight = dimensions.reduce((product, dimension) => product * radixOf(dimension), 1);
  for (const dimension of dimensions) {
    weight /= radixOf(dimension);
    parts.push(compileCategory(dimension, weight));
  }
  return {
    sql: `CAST(${parts.map(({ sql }) => sql).join(' + ')} AS INTEGER)`,
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}

/** The index of a record's category times its weight; what is null, or no category at all, is "Not recorded". */
function compileCategory(dimension: FieldDimension, weight: number): CompiledQuery {
  const field = column(fieldColumn(dimension.field));
  const cases =
    dimension.kind === 'code'
      ? dimension.codes.map((code): CompiledQuery => ({ sql: `${field} = ?`, parameters: [code] }))
      : dimension.bands.map((band) => compileBand(field, band));
  const whens = cases.map(({ sql, parameters }, index): CompiledQuery => ({
    sql: `WHEN ${sql} THEN ?`,
    parameters: [...parameters, index * weight],
  }));
  return {
    sql: `CASE ${whens.map(({ sql }) => sql).join(' ')} ELSE ? END`,
    parameters: [...whens.flatMap(({ parameters }) => parameters), cases.length * weight],
  };
}

function compileBand(field: string, { from, below }: Band): CompiledQuery {
  const bounds = [
    ...(from === null ? [] : [{ sql: `${field} >= ?`, value: from }]),
    ...(below === null ? [] : [{ sql: `${field} < ?`, value: below }]),
  ];
  return { sql: bounds.map(({ sql }) => sql).join(' AND '), parameters: bounds.map(({ value }) => value) };
}

/** Min and max of several numbers are null where one is; what a record doesn't have adds nothing. */
function compileNumber({ field, range: [from, to], centre }: BoundMeasure, { part }: MeasureColumn): CompiledQuery {
  const name = column(fieldColumn(field));
  if (part === 'present') return { sql: `${name} IS NOT NULL`, parameters: [] };
  const value: CompiledQuery = { sql: `(MIN(MAX(${name}, ?), ?) - ?)`, parameters: [from, to, centre] };
  const number: CompiledQuery =
    part === 'value'
      ? value
      : { sql: `${value.sql} * ${value.sql}`, parameters: [...value.parameters, ...value.parameters] };
  return { sql: `CAST(COALESCE(${number.sql}, 0) AS INTEGER)`, parameters: number.parameters };
}

/** Where the basis is opt-in, what nobody has consented to for this purpose is as if it weren't there. */
function compileConsent({ template: { purpose } }: BoundTemplate, { dataset }: BoundList): CompiledQuery[] {
  return needsConsent(dataset) ? [{ sql: `${column(consentColumn(purpose))} = ?`, parameters: [1] }] : [];
}

/** A comparison with null is neither true nor false: a record without the field never matches. */
function compileFilter(filter: BoundFilter, parameters: BoundParameters): CompiledQuery {
  const field = column(fieldColumn(filter.field));
  if (filter.kind === 'between') {
    return { sql: `${field} BETWEEN ? AND ?`, parameters: [filter.from, filter.to] };
  }
  const values = 'parameter' in filter.values ? chosen(parameters, filter.values.parameter) : filter.values;
  return { sql: `${field} IN (${values.map(() => '?').join(', ')})`, parameters: values };
}

function chosen(parameters: BoundParameters, name: string): readonly string[] {
  const values = parameters.values.get(name);
  if (values === undefined) throw new RangeError('not the parameters of this template');
  return values;
}

/**
 * A record's place among those of its person or case, counted from 1. Records are in order of the dataset's order
 * field, then of their number; SQLite puts null before everything, so a record without the field counts as earliest.
 * Records without a case are each a case of their own.
 */
function compilePlace(list: BoundList): string {
  const direction = list.role === 'linked' && list.take === 'earliest' ? 'ASC' : 'DESC';
  const order = `ORDER BY ${column(fieldColumn(list.dataset.order))} ${direction}, ${RECORD} ${direction}`;
  if (list.role === 'linked' && list.on === 'case') {
    const group = column(CASE_GROUP_COLUMN);
    return `CASE WHEN ${group} IS NULL THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY ${group} ${order}) END`;
  }
  return `ROW_NUMBER() OVER (PARTITION BY ${column(PERSON_COLUMN)} ${order})`;
}
