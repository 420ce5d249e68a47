import { SOURCE_VALUE_MAX_BYTES } from '../source.js';
import type { Selection } from '../source-config.js';

/** A name as one kind of database quotes it. */
export type Quote = (name: string) => string;

export const doubleQuoted: Quote = (name) => `"${name.replaceAll('"', '""')}"`;
export const backQuoted: Quote = (name) => `\`${name.replaceAll('`', '``')}\``;
export const bracketed: Quote = (name) => `[${name.replaceAll(']', ']]')}]`;

/** What stands behind FROM, under the name that the columns are asked of. */
export function fromClause(selection: Selection, quote: Quote, schema?: string): string {
  if ('table' in selection) {
    const named = schema === undefined ? quote(selection.table) : `${quote(schema)}.${quote(selection.table)}`;
    return fromPlace(named, quote);
  }
  // On lines of its own: the agency's SELECT may end in a comment. A semicolon at its end is a habit, not a statement.
  return fromPlace(`(\n${selection.query.replace(/[\s;]+$/, '')}\n)`, quote);
}

/** The same for a place that is written in the words of its database. */
export function fromPlace(place: string, quote: Quote): string {
  return `${place} AS ${quote(ALIAS)}`;
}

/**
 * Columns are always asked of the source by its name, so that a missing one isn't taken for something else of that name:
 * a text, a variable, a function.
 */
export function selectList(columns: readonly string[], quote: Quote): string {
  return columns.map((column) => columnOf(column, quote)).join(', ');
}

export function columnOf(column: string, quote: Quote): string {
  return `${quote(ALIAS)}.${quote(column)}`;
}

/** One column of a SELECT, as expressions in the words of its database. */
export interface SelectedValue {
  readonly value: string;
  /** How many bytes it has; left out where its type keeps it short. */
  readonly bytes?: string;
}

/**
 * The values that are asked for and, last, the place (from 0) of the first that has more than SOURCE_VALUE_MAX_BYTES,
 * null where none has. The database itself leaves such a value out: once it is sent, it is in memory.
 */
export function boundedList(columns: readonly SelectedValue[]): string {
  const values = columns.map(({ value, bytes }) =>
    bytes === undefined ? value : `CASE WHEN ${bytes} <= ${SOURCE_VALUE_MAX_BYTES} THEN ${value} END`,
  );
  const tooLong = columns.flatMap(({ bytes }, place) =>
    bytes === undefined ? [] : [`WHEN ${bytes} > ${SOURCE_VALUE_MAX_BYTES} THEN '${place}'`],
  );
  return [...values, tooLong.length === 0 ? 'NULL' : `CASE ${tooLong.join(' ')} END`].join(', ');
}

/** In the order of the primary key where a table has one; a view and a query decide for themselves. */
export function orderClause(primaryKey: readonly string[], quote: Quote): string {
  return primaryKey.length === 0 ? '' : ` ORDER BY ${selectList(primaryKey, quote)}`;
}

/** As messages name it. */
export function selectionName(selection: Selection): string {
  return 'table' in selection ? `table ${selection.table}` : 'the query';
}

export function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

const ALIAS = 'tally_source';
