import { CHUNK_RECORDS } from './plan.js';
import { RecordMemory } from './record-memory.js';

/** The place of no record: `gather` gives zero bytes for it. No list is long enough to have it (MAX_LIST_RECORDS). */
export const NOWHERE = 0xffff_ffff;

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
  /**
   * The records at `places`, in that order; zero bytes where it says NOWHERE. A list on disk finds places that lie
   * together faster than places all over, and many in one call faster than one by one.
   */
  gather(places: Uint32Array): Uint8Array;
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
  readonly #memory: RecordMemory;

  constructor(count: number, width: number) {
    this.count = count;
    this.width = width;
    this.#memory = new RecordMemory(count, width);
  }

  put(positions: Uint32Array, records: Uint8Array): void {
    if (records.length !== positions.length * this.width) throw new RangeError('not one position for each record');
    for (let from = 0; from < positions.length; from += CHUNK_RECORDS) {
      const to = Math.min(from + CHUNK_RECORDS, positions.length);
      this.#memory.stage(records.subarray(from * this.width, to * this.width));
      for (let index = from; index < to; index += 1) this.#memory.place(index - from, positions[index] ?? NOWHERE);
    }
  }

  read(from: number, to: number): Uint8Array {
    return this.#memory.view(from, to).slice();
  }

  gather(places: Uint32Array): Uint8Array {
    const records = new Uint8Array(places.length * this.width);
    for (let from = 0; from < places.length; from += CHUNK_RECORDS) {
      const to = Math.min(from + CHUNK_RECORDS, places.length);
      for (let index = from; index < to; index += 1) {
        const place = places[index] ?? NOWHERE;
        if (place === NOWHERE) this.#memory.fetchNothing(index - from);
        else this.#memory.fetch(place, index - from);
      }
      records.set(this.#memory.staged(to - from), from * this.width);
    }
    return records;
  }

  dispose(): void {
    this.#memory.release();
  }
}
