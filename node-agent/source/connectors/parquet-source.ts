import { stat } from 'node:fs/promises';

import { NodeError } from '../../errors.js';
import { systemCode } from '../../system-codes.js';
import { RowBatch } from '../row-batch.js';
import type { Source, SourceRow } from '../source.js';
import { columnMissingError, columnTypeError } from './column-errors.js';
import { deliverRow } from './delivered.js';
import type { DeliveredColumn } from './delivered.js';
import { loadParquetDriver } from './parquet-driver.js';
import type { DuckConnection, DuckResult, ParquetDriver } from './parquet-driver.js';
import { parquetDelivery } from './parquet-types.js';
import { boundedList, columnOf, doubleQuoted, fromPlace } from './selecting.js';
import type { SelectedValue } from './selecting.js';

/** All that reading may take of memory, in MiB. What is read of a row group has to fit. */
export const PARQUET_MEMORY_MIB = 256;

/** Nothing is loaded, downloaded or written beside the file that is read. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Several threads would each hold a row group.
  threads: '1',
  memory_limit: `${PARQUET_MEMORY_MIB}MiB`,
  temp_directory: '',
  max_temp_directory_size: '0B',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
};

export interface ParquetSourceOptions {
  readonly file: string;
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
}

/**
 * Opens a Parquet file and checks that it has what the mapping names. Rows are read in the file's order.
 * Thrown when it hasn't: NodeError SOURCE_MISSING, SOURCE_COLUMN_MISSING, SOURCE_COLUMN_TYPE; when it can't be read:
 * SOURCE_DRIVER_MISSING, SOURCE_UNREADABLE, SOURCE_FILE_INVALID.
 */
export async function openParquetSource({ file, columns }: ParquetSourceOptions): Promise<Source> {
  const driver = await loadParquetDriver();
  const state = await stateOf(file);
  const reader = await Reader.open(driver, file);
  try {
    return new ParquetSource(reader, await describe(reader, driver, columns), state);
  } catch (thrown) {
    reader.close();
    throw thrown;
  }
}

interface Described {
  readonly select: string;
  readonly columns: readonly DeliveredColumn[];
}

class ParquetSource implements Source {
  readonly #reader: Reader;
  readonly #described: Described;
  readonly #state: string;

  constructor(reader: Reader, described: Described, state: string) {
    this.#reader = reader;
    this.#described = described;
    this.#state = state;
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    const { select, columns } = this.#described;
    const batch = new RowBatch();
    let row = 0;
    try {
      for await (const texts of this.#reader.chunks(select)) {
        for (const text of texts) {
          if (batch.add(deliverRow(columns, text, (row += 1)))) yield batch.take();
        }
      }
      if (!batch.isEmpty) yield batch.take();
    } catch (thrown) {
      // A file that is being written is damaged as well.
      await this.#reader.throwIfChanged(this.#state);
      throw thrown;
    }
    await this.#reader.throwIfChanged(this.#state);
  }

  close(): Promise<void> {
    this.#reader.close();
    return Promise.resolve();
  }
}

type Texts = readonly (string | null)[];

/** A database of its own, with nothing in it, that can open this one file. */
class Reader {
  /** What stands behind FROM. */
  readonly from: string;
  readonly file: string;
  readonly #connection: DuckConnection;
  readonly #closeInstance: () => void;

  private constructor(file: string, connection: DuckConnection, closeInstance: () => void) {
    this.file = file;
    // A folder named `year=2025` would else be a column.
    this.from = fromPlace(`read_parquet(${singleQuoted(patternOf(file))}, hive_partitioning = false)`, doubleQuoted);
    this.#connection = connection;
    this.#closeInstance = closeInstance;
  }

  static async open({ DuckDBInstance }: ParquetDriver, file: string): Promise<Reader> {
    const instance = await DuckDBInstance.create(':memory:', SETTINGS);
    const reader = new Reader(file, await instance.connect(), () => instance.closeSync());
    // The pattern as well: it is looked at first, and matches this file only.
    await reader.#connection.run(`SET allowed_paths = [${singleQuoted(file)}, ${singleQuoted(patternOf(file))}]`);
    await reader.#connection.run('SET enable_external_access = false');
    await reader.#connection.run('SET lock_configuration = true');
    return reader;
  }

  async query(sql: string): Promise<DuckResult> {
    try {
      return await this.#connection.stream(sql);
    } catch (thrown) {
      throw this.#error(thrown);
    }
  }

  async *chunks(sql: string): AsyncIterable<readonly Texts[]> {
    const result = await this.query(sql);
    for (;;) {
      const rows = await this.#rowsOf(result);
      if (rows.length === 0) return;
      yield rows;
    }
  }

  /** Thrown when the file isn't as it was: NodeError SOURCE_CHANGED. */
  async throwIfChanged(before: string): Promise<void> {
    if ((await stateOf(this.file)) === before) return;
    throw new NodeError(
      'SOURCE_CHANGED',
      `${this.file} was changed while it was read: wait until it is whole, then prepare again.`,
    );
  }

  close(): void {
    this.#connection.closeSync();
    this.#closeInstance();
  }

  async #rowsOf(result: DuckResult): Promise<readonly Texts[]> {
    try {
      return (await result.fetchChunk())?.getRows() ?? [];
    } catch (thrown) {
      throw this.#error(thrown);
    }
  }

  /** The library's messages quote values; only what kind of failure it is, is looked at. */
  #error(thrown: unknown): NodeError {
    const message = thrown instanceof Error ? thrown.message : '';
    if (message.startsWith('Out of Memory')) {
      return new NodeError(
        'SOURCE_UNREADABLE',
        `${this.file} needs more than ${PARQUET_MEMORY_MIB} MiB to be read: write it with smaller row groups, without the columns that hold long texts, or export CSV.`,
      );
    }
    if (/^(IO|Permission) Error/.test(message)) return unreadableError(this.file, 'an error of input or output');
    const why = message.includes('UTF8') || message.includes('UTF-8') ? 'a text in it is not UTF-8' : 'it is damaged';
    return new NodeError(
      'SOURCE_FILE_INVALID',
      `${this.file} is no Parquet file, or no whole one (${why}): write it again, and put it in its place when it is whole.`,
    );
  }
}

async function describe(reader: Reader, driver: ParquetDriver, columns: readonly string[]): Promise<Described> {
  const types = await typesOf(reader, driver);
  const context = { server: reader.file, what: 'its rows' };
  const missing = [...new Set(columns)].filter((column) => !types.has(column));
  if (missing.length > 0) throw columnMissingError(context, missing, [...types.keys()]);
  const known: DeliveredColumn[] = [];
  const refused: { name: string; type: string }[] = [];
  for (const name of columns) {
    const type = types.get(name) ?? '';
    const deliver = parquetDelivery(type);
    if (deliver === undefined) refused.push({ name, type: type.toLowerCase() });
    else known.push({ name, deliver });
  }
  if (refused.length > 0) throw columnTypeError(context, refused);
  // Every value as text, for what it means is decided in one place.
  const selected = columns.map((name): SelectedValue => {
    const value = columnOf(name, doubleQuoted);
    return types.get(name) === 'VARCHAR' ? { value, bytes: `strlen(${value})` } : { value: `${value}::VARCHAR` };
  });
  return { select: `SELECT ${boundedList(selected)} FROM ${reader.from}`, columns: known };
}

/** The names of the file's columns, and of what they hold. */
async function typesOf(reader: Reader, { DuckDBTypeId }: ParquetDriver): Promise<ReadonlyMap<string, string>> {
  const result = await reader.query(`SELECT * FROM ${reader.from} LIMIT 0`);
  return new Map(
    Array.from({ length: result.columnCount }, (_, index): [string, string] => {
      const { typeId, alias } = result.columnType(index);
      return [result.columnName(index), alias ?? DuckDBTypeId[typeId] ?? 'another type'];
    }),
  );
}

/** What changes when a file is written to or another is put in its place. */
async function stateOf(file: string): Promise<string> {
  try {
    const found = await stat(file, { bigint: true });
    if (!found.isFile()) throw unreadableError(file, 'it is no file');
    return `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
  } catch (thrown) {
    if (thrown instanceof NodeError) throw thrown;
    const code = systemCode(thrown) ?? 'unexpected error';
    throw code === 'ENOENT'
      ? new NodeError(
          'SOURCE_MISSING',
          `There is no file ${file}: correct \`parquet.file\` in this node's configuration.`,
        )
      : unreadableError(file, code);
  }
}

function unreadableError(file: string, why: string): NodeError {
  return new NodeError('SOURCE_UNREADABLE', `${file} can't be read (${why}): check that this user may read it.`);
}

/** The library takes a name for a pattern: `people[1].parquet` would be `people1.parquet`. */
function patternOf(file: string): string {
  return file.replace(/[*?[]/g, '[$&]');
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
