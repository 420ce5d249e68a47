/** What a cell of an agency's table holds, before anything is checked: `Source` says how each type is written. */
export type SourceValue = string | number | bigint | Uint8Array | null;

/** One row, in the order of the columns that were asked for. */
export type SourceRow = readonly SourceValue[];

/**
 * An agency's own table, read once by `prepare` and never by a run. Each kind of database has its own form; all stream,
 * so that a table of any size passes through the same bounded memory.
 *
 * The same people must give the same snapshot wherever they are held, so every connector delivers
 * - nothing recorded as null, and an empty text as an empty text;
 * - text as it is, without the blanks that a column of fixed length fills up with;
 * - whole numbers exactly: as a number while that is exact (Number.MAX_SAFE_INTEGER), as their digits beyond;
 * - decimal numbers likewise, without the zeros at their end (`12.50` is 12.5, `91.00` is 91), binary ones as a number;
 * - booleans as 1 and 0;
 * - dates as `YYYY-MM-DD`, also a date with the time 00:00:00; another time stays, and is no date. No time zone ever moves
 *   a day: a type whose day depends on one is refused;
 * - nothing else: a column of any other type is refused by its name (SOURCE_COLUMN_TYPE), for a view to convert.
 */
export interface Source {
  /**
   * Every row once, in the same order whenever the table is the same, in batches of at most SOURCE_BATCH_ROWS, that
   * end with the row with which they have SOURCE_BATCH_BYTES. It is one consistent read: a row that is changed meanwhile shows as it was at the beginning.
   * Thrown when the source can't be read on: NodeError with one of the codes that begin with SOURCE_.
   */
  batches(): AsyncIterable<readonly SourceRow[]>;
  close(): Promise<void>;
}

/** Rows in one batch: large enough for the arithmetic on them to be spread over workers, small enough to forget. */
export const SOURCE_BATCH_ROWS = 512;

/** Bytes of memory (`rowBytes`) with which a batch ends: long texts would else be a hundred times those of a usual batch. */
export const SOURCE_BATCH_BYTES = 8 * 1_048_576;

/** Bytes of one value, as UTF-8. A name or a code is far shorter; what is longer is a document, or a quote left open. */
export const SOURCE_VALUE_MAX_BYTES = 1_048_576;
