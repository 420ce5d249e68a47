import type { Selection } from '../source-config.js';

/** A name as one kind of database quotes it. */
export type Quote = (name: string) => string;

export const doubleQuoted: Quote = (name) => `"${name.replaceAll('"', '""')}"`;
export const backQuoted: Quote = (name) => `\`${name.replaceAll('`', '``')}\``;

/** What stands behind FROM, under the name that the columns are asked of. */
export function fromClause(selection: Selection, quote: Quote, schema?: string): string {
  if ('table' in selection) {
    const named = schema === undefined ? quote(selection.table) : `${quote(schema)}.${quote(selection.table)}`;
    return `${named} AS ${quote(ALIAS)}`;
  }
  // On lines of its own: the agency's SELECT may end in a comment. A semicolon at its end is a habit, not a statement.
  return `(\n${selection.query.replace(/[\s;]+$/, '')}\n) AS ${quote(ALIAS)}`;
}

/**
 * Columns are always asked of the source by its name, so that a missing one isn't taken for something else of that name:
 * a text, a variable, a function.
 */
export function selectList(columns: readonly string[], quote: Quote): string {
  return columns.map((column) => `${quote(ALIAS)}.${quote(column)}`).join(', ');
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
