import type { ListId } from './plan.js';

/** Where a provider's rows come from: its snapshot, after the template's filters. */
export interface ListSource {
  /** Thrown when the snapshot can't be read: JoinError SNAPSHOT_UNREADABLE. */
  open(list: ListId): ListRows;
}

export interface ListRows {
  /** Records in the list. */
  readonly count: number;
  /** Chunks of at most CHUNK_RECORDS rows, `count` rows in all. */
  chunks(): Iterable<RowChunk>;
  close(): void;
}

export interface RowChunk {
  /** Rows in this chunk. */
  readonly count: number;
  /**
   * For each row its match keys in column order, each the 32-byte group element HashToGroup(normalised key);
   * 32 zero bytes (the identity, which no key hashes to) where the key is absent or not unique to one person.
   */
  readonly keys: Uint8Array;
  /** For each row its label, 1..labels of the list's plan. */
  readonly labels: Uint32Array;
  /**
   * For each row its numbers, one for each sum column of the list's dataset in the order of the plan: whole numbers
   * within ± the column's magnitude, 0 where the record has none.
   */
  readonly numbers: Float64Array;
}
