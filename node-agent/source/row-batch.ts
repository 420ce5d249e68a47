import { SOURCE_BATCH_BYTES, SOURCE_BATCH_ROWS } from './source.js';
import type { SourceRow, SourceValue } from './source.js';

/** Gathers rows until they are a batch: SOURCE_BATCH_ROWS of them, or SOURCE_BATCH_BYTES, whichever is first. */
export class RowBatch<Row extends SourceRow = SourceRow> {
  #rows: Row[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Whether the batch is whole with this row, so that it has to be taken. */
  add(row: Row): boolean {
    this.#rows.push(row);
    this.#bytes += rowBytes(row);
    return this.#rows.length >= SOURCE_BATCH_ROWS || this.#bytes >= SOURCE_BATCH_BYTES;
  }

  /** What has been gathered; the next row begins another batch. */
  take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    return rows;
  }
}

/** What its values take of memory at most; a text has two bytes for each of its units. */
export function rowBytes(row: SourceRow): number {
  return row.reduce<number>((bytes, value) => bytes + valueBytes(value), 0);
}

function valueBytes(value: SourceValue): number {
  if (typeof value === 'string') return value.length * 2;
  return value instanceof Uint8Array ? value.byteLength : 8;
}
