import { CHUNK_RECORDS, NOWHERE, RecordMemory } from '../core/private-join/index.js';
import type { JoinError, RecordStore } from '../core/private-join/index.js';
import { SealedGranules, spoolFailed } from './sealed-granules.js';
import type { SpoolOptions } from './sealed-granules.js';

/** How a list lies on disk. */
export interface SealedLayout {
  /**
   * Places of a bucket; the last bucket of a list may have fewer. Below 2^16: a slot is kept in 16 bits, of which one
   * value says that there is none.
   */
  readonly bucketRecords: number;
  /** Records sealed as one. */
  readonly granuleRecords: number;
}

/** A bucket is what is read in one go: 0.8 MB of the narrowest records, 4.7 MB of the widest. */
const BUCKET_RECORDS = 8192;
/**
 * One for each bucket is in memory, and one is opened to find a single record, so they are small; but not so small that
 * what a seal costs by itself, about 10 µs with its write, is felt at each record.
 */
const GRANULE_BYTES = 4096;

/** For each place where nothing was put. */
const NO_SLOT = 0xffff;
/** No bucket or granule. */
const NONE = -1;

/**
 * One list on disk. Its places lie in buckets of neighbours. A record takes the next free slot of the bucket in which
 * its place lies, and when a granule's worth of slots is taken they are sealed and written together: so records are
 * sealed and written many at a time, although their places are all over the list. Which slot has the record of which
 * place is kept in memory alone.
 */
export class SealedStore implements RecordStore {
  readonly count: number;
  readonly width: number;
  readonly #options: SpoolOptions;
  readonly #layout: SealedLayout;
  /** Granules of a whole bucket. */
  readonly #bucketGranules: number;
  readonly #granules: SealedGranules;
  /** For each place its record's slot in the bucket. */
  readonly #slots: Uint16Array;
  /** For each bucket how many of its slots are taken. */
  readonly #taken: Uint16Array;
  /** For each bucket the granule that is being filled; then the loaded bucket; then the granule opened alone. */
  readonly #memory: RecordMemory;
  readonly #bucketArea: number;
  readonly #aloneArea: number;
  /** The bucket in memory, as far as it was written. */
  #loaded = NONE;
  /** The granule opened alone. */
  #alone = NONE;
  #disposed = false;

  /** Bytes of memory that a list on disk takes. */
  static bytesFor(count: number, width: number, layout: SealedLayout = layOut(width)): number {
    const { buckets, memorySlots } = measure(count, layout);
    return (
      (count + buckets) * Uint16Array.BYTES_PER_ELEMENT +
      RecordMemory.bytesFor(memorySlots, width) +
      SealedGranules.bytesFor(layout.granuleRecords * width)
    );
  }

  /** Thrown when no file can be had: JoinError SPOOL_FULL or SPOOL_FAILED. */
  constructor(count: number, width: number, options: SpoolOptions, layout: SealedLayout = layOut(width)) {
    const { buckets, memorySlots } = measure(count, layout);
    this.count = count;
    this.width = width;
    this.#options = options;
    this.#layout = layout;
    this.#bucketGranules = Math.ceil(layout.bucketRecords / layout.granuleRecords);
    this.#slots = new Uint16Array(count).fill(NO_SLOT);
    this.#taken = new Uint16Array(buckets);
    this.#memory = new RecordMemory(memorySlots, width);
    this.#bucketArea = buckets * layout.granuleRecords;
    this.#aloneArea = memorySlots - layout.granuleRecords;
    // Last: a file that is open has to be closed.
    this.#granules = new SealedGranules(layout.granuleRecords * width, options);
  }

  put(positions: Uint32Array, records: Uint8Array): void {
    this.#usable();
    if (records.length !== positions.length * this.width) throw new RangeError('not one position for each record');
    for (let from = 0; from < positions.length; from += CHUNK_RECORDS) {
      const to = Math.min(from + CHUNK_RECORDS, positions.length);
      this.#memory.stage(records.subarray(from * this.width, to * this.width));
      for (let index = from; index < to; index += 1) this.#putStaged(index - from, positions[index] ?? NOWHERE);
    }
  }

  read(from: number, to: number): Uint8Array {
    this.#usable();
    if (from < 0 || to < from) throw new RangeError('not places of this store');
    const records = new Uint8Array((to - from) * this.width);
    for (let first = from; first < to;) {
      const bucket = this.#bucketOf(first);
      const last = Math.min(to, (bucket + 1) * this.#layout.bucketRecords, first + CHUNK_RECORDS);
      this.#load(bucket);
      for (let place = first; place < last; place += 1) {
        this.#memory.fetch(this.#inMemory(bucket, this.#slotOf(place)), place - first);
      }
      records.set(this.#memory.staged(last - first), (first - from) * this.width);
      first = last;
    }
    return records;
  }

  gather(places: Uint32Array): Uint8Array {
    this.#usable();
    const records = new Uint8Array(places.length * this.width);
    const wantedOf = new Uint32Array(this.#taken.length);
    // What is wanted and for whom in one number, so that sorting brings together what lies in one granule.
    const wanted = new Float64Array(places.length);
    let count = 0;
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index] ?? NOWHERE;
      if (place === NOWHERE) continue;
      const bucket = this.#bucketOf(place);
      wanted[count] = this.#granuleOf(bucket, this.#slotOf(place)) * places.length + index;
      wantedOf[bucket] = (wantedOf[bucket] ?? 0) + 1;
      count += 1;
    }
    for (const number of wanted.subarray(0, count).sort()) {
      const granule = Math.floor(number / places.length);
      const index = number - granule * places.length;
      const bucket = Math.floor(granule / this.#bucketGranules);
      // A whole bucket costs less for each granule; and whoever wants that much of it often comes for the rest.
      if ((wantedOf[bucket] ?? 0) >= this.#bucketGranules) this.#load(bucket);
      this.#copyOut(bucket, this.#slotOf(places[index] ?? NOWHERE), records, index * this.width);
    }
    return records;
  }

  dispose(): void {
    this.#disposed = true;
    this.#granules.close();
    this.#memory.release();
    this.#slots.fill(NO_SLOT);
  }

  #putStaged(index: number, place: number): void {
    if (place >= this.count) throw new RangeError('not a place of this store');
    if (this.#slots[place] !== NO_SLOT) throw this.#failed('a place was to be written twice');
    const { granuleRecords } = this.#layout;
    const bucket = this.#bucketOf(place);
    const slot = this.#taken[bucket] ?? 0;
    this.#slots[place] = slot;
    this.#taken[bucket] = slot + 1;
    this.#memory.place(index, bucket * granuleRecords + (slot % granuleRecords));
    if (this.#written(bucket) > slot) this.#writeGranule(bucket, slot);
  }

  /** Writes the granule that ends with `slot`. */
  #writeGranule(bucket: number, slot: number): void {
    const { granuleRecords } = this.#layout;
    const first = bucket * granuleRecords;
    if (this.#loaded === bucket) this.#loaded = NONE;
    this.#granules.write(this.#granuleOf(bucket, slot), this.#memory.view(first, first + (slot % granuleRecords) + 1));
  }

  /** Brings what was written of a bucket into memory, if it isn't there. */
  #load(bucket: number): void {
    const written = this.#written(bucket);
    if (this.#loaded === bucket || written === 0) return;
    this.#loaded = NONE;
    const into = this.#memory.view(this.#bucketArea, this.#bucketArea + written);
    this.#granules.read(this.#granuleOf(bucket, 0), into);
    this.#loaded = bucket;
  }

  /** Copies one record out, from memory or from a granule that is opened alone. */
  #copyOut(bucket: number, slot: number, records: Uint8Array, offset: number): void {
    const at =
      this.#loaded === bucket || slot >= this.#written(bucket)
        ? this.#inMemory(bucket, slot)
        : this.#inAlone(bucket, slot);
    records.set(this.#memory.view(at, at + 1), offset);
  }

  /** Where a record is in memory whose bucket is loaded. */
  #inMemory(bucket: number, slot: number): number {
    const { granuleRecords } = this.#layout;
    return slot < this.#written(bucket) ? this.#bucketArea + slot : bucket * granuleRecords + (slot % granuleRecords);
  }

  /** Where a record is in memory once its granule has been opened alone. */
  #inAlone(bucket: number, slot: number): number {
    const { granuleRecords } = this.#layout;
    const granule = this.#granuleOf(bucket, slot);
    const inGranule = slot % granuleRecords;
    if (this.#alone !== granule) {
      this.#alone = NONE;
      const records = Math.min(granuleRecords, this.#written(bucket) - (slot - inGranule));
      this.#granules.read(granule, this.#memory.view(this.#aloneArea, this.#aloneArea + records));
      this.#alone = granule;
    }
    return this.#aloneArea + inGranule;
  }

  #bucketOf(place: number): number {
    return Math.floor(place / this.#layout.bucketRecords);
  }

  #granuleOf(bucket: number, slot: number): number {
    return bucket * this.#bucketGranules + Math.floor(slot / this.#layout.granuleRecords);
  }

  #slotOf(place: number): number {
    if (place >= this.count) throw new RangeError('not a place of this store');
    const slot = this.#slots[place] ?? NO_SLOT;
    if (slot === NO_SLOT) throw this.#failed('a record is missing');
    return slot;
  }

  /** How many of a bucket's slots are on disk: whole granules, and the last one once the bucket is full. */
  #written(bucket: number): number {
    const { bucketRecords, granuleRecords } = this.#layout;
    const taken = this.#taken[bucket] ?? 0;
    const full = Math.min(bucketRecords, this.count - bucket * bucketRecords);
    return taken === full ? taken : taken - (taken % granuleRecords);
  }

  #usable(): void {
    if (this.#disposed) throw this.#failed('the store has been disposed of');
  }

  #failed(problem: string): JoinError {
    return spoolFailed(this.#options.self, this.#options.directory, problem);
  }
}

function layOut(width: number): SealedLayout {
  return { bucketRecords: BUCKET_RECORDS, granuleRecords: Math.max(1, Math.floor(GRANULE_BYTES / width)) };
}

function measure(
  count: number,
  { bucketRecords, granuleRecords }: SealedLayout,
): { readonly buckets: number; readonly memorySlots: number } {
  const buckets = Math.ceil(count / bucketRecords);
  return { buckets, memorySlots: (buckets + 1) * granuleRecords + Math.min(count, bucketRecords) };
}
