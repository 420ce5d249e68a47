import { CHUNK_RECORDS } from './plan.js';

/** An array buffer that can shrink (ES2024; in Node since version 20). */
interface ShrinkingBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

/** The constructor as it is in Node 20; the library that the compiler is set to is older. */
const Shrinking = ArrayBuffer as unknown as new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => ShrinkingBuffer;

/**
 * Flat memory for records of one width, each in a slot. Records pass through a stage of CHUNK_RECORDS records at its
 * end: whole chunks are copied in and out, and between stage and slots a record moves without an object of its own.
 *
 * `release` gives the memory back at once: an array buffer that is merely dropped stays until the next collection, for
 * minutes in a process that has nothing to do, and the bound on memory would not hold what it promises.
 */
export class RecordMemory {
  readonly width: number;
  readonly #buffer: ShrinkingBuffer;
  readonly #bytes: Uint8Array;
  readonly #stage: number;
  #slots: number;

  /** Bytes that memory of so many slots takes. */
  static bytesFor(slots: number, width: number): number {
    return (slots + CHUNK_RECORDS) * width;
  }

  /** Thrown when there is no such memory: RangeError. */
  constructor(slots: number, width: number) {
    const byteLength = RecordMemory.bytesFor(slots, width);
    this.width = width;
    this.#buffer = new Shrinking(byteLength, { maxByteLength: byteLength });
    this.#bytes = new Uint8Array(this.#buffer);
    this.#stage = slots * width;
    this.#slots = slots;
  }

  /** Copies `records`, at most CHUNK_RECORDS of them, onto the stage. */
  stage(records: Uint8Array): void {
    this.#bytes.set(records, this.#stage);
  }

  /** A copy of the first `count` records on the stage. */
  staged(count: number): Uint8Array {
    return this.#bytes.slice(this.#stage, this.#stage + count * this.width);
  }

  /** Moves the record at `index` of the stage to `slot`. Thrown when there is no such slot: RangeError. */
  place(index: number, slot: number): void {
    const from = this.#stage + index * this.width;
    this.#bytes.copyWithin(this.#startOf(slot), from, from + this.width);
  }

  /** Moves the record of `slot` to `index` of the stage. Thrown when there is no such slot: RangeError. */
  fetch(slot: number, index: number): void {
    const from = this.#startOf(slot);
    this.#bytes.copyWithin(this.#stage + index * this.width, from, from + this.width);
  }

  /** Puts zero bytes at `index` of the stage. */
  fetchNothing(index: number): void {
    const from = this.#stage + index * this.width;
    this.#bytes.fill(0, from, from + this.width);
  }

  /** The memory of slots from..to-1 itself, until `release`. Thrown when there are no such slots: RangeError. */
  view(from: number, to: number): Uint8Array {
    if (!(from >= 0 && from <= to && to <= this.#slots)) throw new RangeError('not places of this store');
    return this.#bytes.subarray(from * this.width, to * this.width);
  }

  /** Wipes the records and gives their memory back; there are no slots from then on. May be called twice. */
  release(): void {
    this.#bytes.fill(0);
    this.#slots = 0;
    this.#buffer.resize(0);
  }

  #startOf(slot: number): number {
    // Beyond the last slot comes the stage, and moving bytes there would go unnoticed.
    if (!(slot < this.#slots)) throw new RangeError('not a place of this store');
    return slot * this.width;
  }
}
