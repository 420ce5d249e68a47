import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { NodeError } from '../../errors.js';
import { isLocked, systemCode } from '../../system-codes.js';
import { RowBatch } from '../row-batch.js';
import type { Source, SourceRow, SourceValue } from '../source.js';
import type { Selection } from '../source-config.js';
import { valueTooLongError } from './delivered.js';
import { boundedList, columnOf, doubleQuoted, fromClause, listOf } from './selecting.js';

/** How long a read waits for a writer to let go before it is refused with SOURCE_LOCKED. */
export const SOURCE_BUSY_TIMEOUT_MS = 5_000;

export interface SqliteSourceOptions {
  readonly file: string;
  readonly selection: Selection;
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
  /** @default SOURCE_BUSY_TIMEOUT_MS */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens an agency's SQLite database read-only and checks that it has what the mapping names.
 * Thrown when it hasn't: NodeError SOURCE_MISSING, SOURCE_TABLE_MISSING, SOURCE_COLUMN_MISSING; when it can't be read:
 * SOURCE_LOCKED, SOURCE_UNREADABLE.
 */
export function openSqliteSource(options: SqliteSourceOptions): Source {
  const { file, busyTimeoutMs = SOURCE_BUSY_TIMEOUT_MS } = options;
  if (!existsSync(file)) {
    throw new NodeError('SOURCE_MISSING', `There is no file ${file}: correct \`sqlite\` in this node's configuration.`);
  }
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    // What a view or a query sorts or groups would else lie readably in the folder for temporary files.
    database.pragma('temp_store = MEMORY');
    const select = compileSelect(database, options);
    return new SqliteSource(database, select, options);
  } catch (thrown) {
    database?.close();
    throw sourceError(thrown, file);
  }
}

class SqliteSource implements Source {
  readonly #database: Database.Database;
  readonly #select: string;
  readonly #file: string;
  readonly #columns: readonly string[];

  constructor(database: Database.Database, select: string, { file, columns }: SqliteSourceOptions) {
    this.#database = database;
    this.#select = select;
    this.#file = file;
    this.#columns = columns;
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    try {
      // As they are: a number of the language would round what is longer than sixteen digits.
      const rows = this.#database.prepare<[], SourceValue[]>(this.#select).raw().safeIntegers().iterate();
      const batch = new RowBatch();
      let number = 0;
      for (const row of rows) {
        number += 1;
        const leftOut = row.pop() ?? null;
        if (leftOut !== null) throw valueTooLongError(number, this.#columns[Number(leftOut)] ?? '');
        if (!batch.add(row.map(exactly))) continue;
        yield batch.take();
        // SQLite reads without ever waiting; without this a large table would keep signals and progress waiting.
        await nextTurn();
      }
      if (!batch.isEmpty) yield batch.take();
    } catch (thrown) {
      throw sourceError(thrown, this.#file);
    }
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}

interface ColumnRow {
  readonly name: string;
}

interface TableRow {
  readonly type: string;
  readonly withoutRowid: number;
}

/** A whole number as `Source` wants it. */
function exactly(value: SourceValue): SourceValue {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function compileSelect(database: Database.Database, { file, selection, columns }: SqliteSourceOptions): string {
  if ('query' in selection) return compileQuery(database, file, selection, columns);
  const { table } = selection;
  const found = database
    .prepare<[string], TableRow>(
      `SELECT type, wr AS withoutRowid FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type <> 'shadow'`,
    )
    .get(table);
  if (found === undefined) {
    throw new NodeError(
      'SOURCE_TABLE_MISSING',
      `${file} has no table or view named ${table}. It has: ${listOf(tableNames(database))}.`,
    );
  }
  const present = database
    .prepare<[string], ColumnRow>('SELECT name FROM pragma_table_xinfo(?)')
    .all(table)
    .map(({ name }) => name);
  const missing = [...new Set(columns)].filter((column) => !present.includes(column));
  if (missing.length > 0) {
    throw new NodeError(
      'SOURCE_COLUMN_MISSING',
      `Table ${table} of ${file} has no column ${listOf(missing)}. It has: ${listOf(present)}.`,
    );
  }
  const select = `SELECT ${bounded(columns.map(doubleQuoted))} FROM ${doubleQuoted(table)}`;
  // A table is read in the order of its rowids, so that equal tables give equal snapshots; a view decides for itself.
  const rowid = found.type === 'table' && found.withoutRowid === 0 ? rowidName(present) : undefined;
  return rowid === undefined ? select : `${select} ORDER BY ${rowid}`;
}

function compileQuery(
  database: Database.Database,
  file: string,
  selection: Selection,
  columns: readonly string[],
): string {
  const from = fromClause(selection, doubleQuoted);
  try {
    const present = database
      .prepare(`SELECT * FROM ${from}`)
      .columns()
      .map(({ name }) => name);
    const missing = [...new Set(columns)].filter((column) => !present.includes(column));
    if (missing.length > 0) {
      throw new NodeError(
        'SOURCE_COLUMN_MISSING',
        `The query on ${file} has no column ${listOf(missing)}. It has: ${listOf(present)}.`,
      );
    }
  } catch (thrown) {
    if (systemCode(thrown) !== 'SQLITE_ERROR') throw thrown;
    // SQLite's message names what it stumbled on, which may be a value in the query.
    throw new NodeError(
      'SOURCE_QUERY_FAILED',
      `${file}: the query can't be evaluated: run it by hand with sqlite3, its message says where it fails.`,
    );
  }
  return `SELECT ${bounded(columns.map((column) => columnOf(column, doubleQuoted)))} FROM ${from}`;
}

/** Any column may hold a text, whatever its type says. */
function bounded(values: readonly string[]): string {
  return boundedList(values.map((value) => ({ value, bytes: `octet_length(${value})` })));
}

/** One of SQLite's three names for the rowid that no column of the table has taken for itself. */
function rowidName(columns: readonly string[]): string | undefined {
  const taken = new Set(columns.map((column) => column.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name));
}

function tableNames(database: Database.Database): readonly string[] {
  return database
    .prepare<[], ColumnRow>(
      `SELECT name FROM pragma_table_list
       WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`,
    )
    .all()
    .map(({ name }) => name);
}

function sourceError(thrown: unknown, file: string): NodeError {
  if (thrown instanceof NodeError) return thrown;
  if (isLocked(thrown)) {
    return new NodeError(
      'SOURCE_LOCKED',
      `${file} is locked by another program: wait until it has finished writing, then prepare again.`,
      { cause: thrown },
    );
  }
  return new NodeError(
    'SOURCE_UNREADABLE',
    `${file} can't be read as a SQLite database (${systemCode(thrown) ?? 'unexpected error'}): check the file and that this user may read it.`,
    { cause: thrown },
  );
}
