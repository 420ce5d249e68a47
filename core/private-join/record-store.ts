/**
 * Holds one list of fixed-width records while it is shuffled: records are written at their final, permuted places as
 * they come and read back in order once the list is whole. So the shuffle costs no second pass, in memory or on disk.
 */
export interface RecordStore {
  readonly count: number;
  /** Bytes of one record. */
  readonly width: number;
  /** Writes `records` (a whole number of records) at `positions`, one each. */
  put(positions: Uint32Array, records: Uint8Array): void;
  /** The records of places from..to-1. */
  read(from: number, to: number): Uint8Array;
  /** Wipes the records and frees what held them. May be called twice. */
  dispose(): void;
}

/** Thrown by stores on disk: JoinError SPOOL_FULL or SPOOL_FAILED. */
export interface RecordStores {
  create(count: number, width: number): RecordStore;
}

/** Keeps lists in memory, with no bound. */
export const memoryStores: RecordStores = {
  create: (count, width) => new MemoryRecordStore(count, width),
};

class MemoryRecordStore implements RecordStore {
  readonly count: number;
  readonly width: number;
  #bytes: Uint8Array;

  constructor(count: number, width: number) {
    this.count = count;
    this.width = width;
    this.#bytes = new Uint8Array(count * width);
  }

  put(positions: Uint32Array, records: Uint8Array): void {
    positions.forEach((position, index) => {
      this.#bytes.set(records.subarray(index * this.width, (index + 1) * this.width), position * this.width);
    });
  }

  read(from: number, to: number): Uint8Array {
    return this.#bytes.slice(from * this.width, to * this.width);
  }

  dispose(): void {
    this.#bytes.fill(0);
    this.#bytes = new Uint8Array(0);
  }
}
