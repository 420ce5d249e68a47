/** What a cell of an agency's table holds, before anything is checked. */
export type SourceValue = string | number | bigint | Uint8Array | null;

/** One row, in the order of the columns that were asked for. */
export type SourceRow = readonly SourceValue[];

/**
 * An agency's own table, read once by `prepare` and never by a run. Each kind of database has its own form; all stream,
 * so that a table of any size passes through the same bounded memory.
 */
export interface Source {
  /**
   * Every row once, in the same order whenever the table is the same, in batches of at most SOURCE_BATCH_ROWS. It is one
   * consistent read: a row that is changed meanwhile shows as it was at the beginning.
   * Thrown when the source can't be read on: NodeError SOURCE_LOCKED or SOURCE_UNREADABLE.
   */
  batches(): AsyncIterable<readonly SourceRow[]>;
  close(): void;
}

/** Rows in one batch: large enough for the arithmetic on them to be spread over workers, small enough to forget. */
export const SOURCE_BATCH_ROWS = 512;
