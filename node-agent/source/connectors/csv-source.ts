import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { parse } from 'csv-parse';
import type { CsvErrorCode } from 'csv-parse';

import { NodeError } from '../../errors.js';
import { systemCode } from '../../system-codes.js';
import { RowBatch } from '../row-batch.js';
import { SOURCE_VALUE_MAX_BYTES } from '../source.js';
import type { Source, SourceRow, SourceValue } from '../source.js';
import { isTooLong } from './delivered.js';
import { listOf } from './selecting.js';
import { utf8Chunks } from './utf8-lines.js';

/** Bytes of one row. A quote that is never closed takes the rest of the file for one value; it is stopped here. */
export const CSV_ROW_MAX_BYTES = 4 * SOURCE_VALUE_MAX_BYTES;

export interface CsvSourceOptions {
  readonly file: string;
  readonly delimiter: string;
  /** The columns to read, in this order, as the first line names them. A column may stand there twice. */
  readonly columns: readonly string[];
}

/**
 * Opens a CSV file (RFC 4180; UTF-8; its first line names the columns) and checks that it has what the mapping names.
 * Thrown when it hasn't: NodeError SOURCE_MISSING, SOURCE_COLUMN_MISSING; when it can't be read: SOURCE_UNREADABLE,
 * SOURCE_FILE_INVALID.
 */
export async function openCsvSource(options: CsvSourceOptions): Promise<Source> {
  const source = new CsvSource(options);
  await source.checkHeader();
  return source;
}

type Record = (string | null)[];

class CsvSource implements Source {
  readonly #options: CsvSourceOptions;

  constructor(options: CsvSourceOptions) {
    this.#options = options;
  }

  async checkHeader(): Promise<void> {
    for await (const header of this.#records()) {
      this.#places(header);
      return;
    }
    throw this.#invalid(1, 'there is nothing; the first line has to name the columns');
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    let places: readonly number[] | undefined;
    const batch = new RowBatch();
    for await (const record of this.#records()) {
      if (places === undefined) {
        places = this.#places(record);
        continue;
      }
      if (batch.add(places.map((place): SourceValue => record[place] ?? null))) yield batch.take();
    }
    if (!batch.isEmpty) yield batch.take();
  }

  close(): Promise<void> {
    // Each read opens the file for itself and closes it when it ends or is given up.
    return Promise.resolve();
  }

  async *#records(): AsyncIterable<Record> {
    const { file, delimiter } = this.#options;
    const handle = await opened(file);
    try {
      const before = await stateOf(handle);
      const bytes = utf8Chunks(handle.createReadStream({ autoClose: false }), file);
      const parser = parse({
        delimiter,
        // Any at any line. The parser would take the one of line 1 for all, and read a list of one column, to which
        // another program has added lines, as one value.
        record_delimiter: ['\r\n', '\n', '\r'],
        max_record_size: CSV_ROW_MAX_BYTES,
        // As PostgreSQL's COPY has it: nothing between two delimiters is nothing recorded, `""` is an empty text.
        cast: (text, { quoting, lines, column }): string | null => {
          if (isTooLong(text)) throw this.#tooLong(lines, column);
          return text === '' && !quoting ? null : text;
        },
      });
      const input = Readable.from(bytes, { objectMode: false });
      input.on('error', (thrown) => parser.destroy(thrown));
      input.pipe(parser);
      try {
        for await (const record of parser) yield record as Record;
      } finally {
        input.destroy();
      }
      if ((await stateOf(handle)) !== before) {
        throw new NodeError(
          'SOURCE_CHANGED',
          `${file} was changed while it was read: wait until it is whole, then prepare again.`,
        );
      }
    } catch (thrown) {
      throw this.#error(thrown);
    } finally {
      await handle.close();
    }
  }

  #places(header: Record): readonly number[] {
    const { file, columns } = this.#options;
    const wanted = [...new Set(columns)];
    // What does stand there isn't shown: in a file without a first line of names it would be a person.
    const missing = wanted.filter((column) => !header.includes(column));
    if (missing.length > 0) {
      throw new NodeError('SOURCE_COLUMN_MISSING', `${file}, line 1 names no column ${listOf(missing)}.`);
    }
    const twice = wanted.filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
    if (twice.length > 0) throw this.#invalid(1, `more than one column is named ${listOf(twice)}`);
    return columns.map((column) => header.indexOf(column));
  }

  #invalid(line: number, message: string): NodeError {
    return new NodeError('SOURCE_FILE_INVALID', `${this.#options.file}, line ${line}: ${message}.`);
  }

  #tooLong(line: number, column: number | string): NodeError {
    return new NodeError(
      'SOURCE_VALUE_TOO_LONG',
      `${this.#options.file}, line ${line}: more than ${SOURCE_VALUE_MAX_BYTES} bytes in column ${Number(column) + 1}. Shorten it, or look for a quote that isn't closed.`,
    );
  }

  /** The parser's own messages quote what they found. */
  #error(thrown: unknown): NodeError {
    if (thrown instanceof NodeError) return thrown;
    const code = systemCode(thrown);
    const line = thrown instanceof Error && 'lines' in thrown ? Number(thrown.lines) : 0;
    switch (code as CsvErrorCode | undefined) {
      case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
        const found =
          thrown instanceof Error && 'record' in thrown && Array.isArray(thrown.record) ? thrown.record.length : 0;
        return this.#invalid(
          line,
          `${found} values, and line 1 names another number of columns; a delimiter within a value needs quotes`,
        );
      }
      case 'CSV_MAX_RECORD_SIZE':
        return this.#invalid(
          line,
          `a row of more than ${CSV_ROW_MAX_BYTES} bytes begins before here; look for a quote that isn't closed`,
        );
      case 'CSV_QUOTE_NOT_CLOSED':
        return this.#invalid(line, 'the file ends within quotes; look for one that isn’t closed');
      case 'CSV_INVALID_CLOSING_QUOTE':
      case 'INVALID_OPENING_QUOTE':
        return this.#invalid(
          line,
          'a quote stands within a value; a value with quotes is quoted, and each of them doubled',
        );
      default:
        return new NodeError(
          'SOURCE_UNREADABLE',
          `${this.#options.file} can't be read (${code ?? 'unexpected error'}): check the file and that this user may read it.`,
        );
    }
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (thrown) {
    const code = systemCode(thrown);
    throw code === 'ENOENT'
      ? new NodeError('SOURCE_MISSING', `There is no file ${file}: correct \`csv.file\` in this node's configuration.`)
      : new NodeError(
          'SOURCE_UNREADABLE',
          `${file} can't be read (${code ?? 'unexpected error'}): check that this user may read it.`,
        );
  }
}

/** What changes when a file is written to. */
async function stateOf(handle: FileHandle): Promise<string> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  return `${size} ${mtimeNs}`;
}
