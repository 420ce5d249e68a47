import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Rng } from '../../core/base/index.js';
import { giveBackMemory } from '../snapshot/give-back-memory.js';
import { NumberColumn } from '../snapshot/growing-column.js';
import { RowSpool } from '../snapshot/row-spool.js';
import { ScratchFile } from '../snapshot/scratch-file.js';
import type { BoundMapping } from '../source/mapping.js';
import type { Source, SourceRow } from '../source/source.js';
import { requireSize } from '../source/source-size.js';
import type { AppliedOptOuts } from './opt-out-matcher.js';
import { OptedOutSearch } from './opted-out-search.js';

/** Rows looked at between two looks at what else the process has to do. */
const ROWS_A_TURN = 128;

/** Rows of a source, batch by batch. */
type Batches = AsyncIterable<readonly SourceRow[]> | Iterable<readonly SourceRow[]>;

export interface FindOptedOutInput {
  readonly source: Source;
  readonly mapping: BoundMapping;
  readonly federation: string;
  readonly storageKey: Uint8Array;
  readonly optOuts: AppliedOptOuts;
  /** Where scratch files have a name for a moment. */
  readonly scratch: string;
  readonly rng: Rng;
  /** Is told now and then how many rows are read; what it throws ends the work. */
  readonly progress: (rows: number) => void;
}

/**
 * The rows of one source, of each of which it is known whether it is of somebody who has opted out: of everybody of whom
 * any record shares a match key with anybody on a list, with all of their records. A record under a former name may share
 * nothing with the list, and would be the only one left of a person whom nobody recognises any more, if records were left
 * out one by one.
 *
 * So nothing is known of the first row before the last has been read. The source is read once all the same: its rows wait
 * on disk, sealed, and are read again from there. A second look at the source could find another table: somebody who was
 * one person when people were told apart, and two when they were left out.
 *
 * Memory: of the rows as of RowSpool, and a byte for each; while people are told apart as OptedOutSearch says.
 */
export class OptedOutRows {
  readonly digest: string;
  readonly #rows: Source | RowSpool;
  /** By row: 1 where it is of one of them. */
  readonly #optedOut: NumberColumn;

  private constructor(digest: string, rows: Source | RowSpool, optedOut: NumberColumn) {
    this.digest = digest;
    this.#rows = rows;
    this.#optedOut = optedOut;
  }

  /**
   * Reads the source through, unless nobody in it can be on a list, and tells whose its records are by all of them
   * together. The source stays the caller's. Thrown when it has too many rows: NodeError SOURCE_TOO_LARGE; when it can't be
   * read: NodeError, as its connector says; when a scratch file can't be written: Error with the system's code.
   */
  static async find(input: FindOptedOutInput): Promise<OptedOutRows> {
    const { source, mapping, optOuts, scratch, rng } = input;
    if (optOuts.keys.size === 0 || mapping.definition.linkage === null) {
      return new OptedOutRows(optOuts.digest, source, new NumberColumn(Uint8Array));
    }
    const rows = new RowSpool(new ScratchFile(scratch, rng));
    try {
      const optedOut = await search(input, rows);
      giveBackMemory();
      return new OptedOutRows(optOuts.digest, rows, optedOut);
    } catch (thrown) {
      rows.close();
      throw thrown;
    }
  }

  /** All rows, once, in the order in which they are counted. */
  batches(): Batches {
    return this.#rows.batches();
  }

  /** Whether a row, counted from 1, is of one of them. */
  has(row: number): boolean {
    return this.#optedOut.get(row) === 1;
  }

  /** Of no more use: rows that wait on disk are gone. May be called twice. */
  close(): void {
    if (this.#rows instanceof RowSpool) this.#rows.close();
  }
}

async function search(input: FindOptedOutInput, spool: RowSpool): Promise<NumberColumn> {
  const { source, mapping, progress } = input;
  const search = new OptedOutSearch(input);
  let rows = 0;
  try {
    for await (const batch of source.batches()) {
      requireSize(mapping.definition.dataset, rows + batch.length);
      spool.add(batch);
      for (const row of batch) {
        search.add(row);
        rows += 1;
        if (rows % ROWS_A_TURN === 0) await nextTurn();
      }
      progress(rows);
    }
    return await search.finish(() => progress(rows));
  } finally {
    search.end();
  }
}
