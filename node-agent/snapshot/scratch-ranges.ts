import type { ScratchFile } from './scratch-file.js';
import { ScratchParts } from './scratch-parts.js';

/** Places of one range: those that are put in order in memory together. */
export const RANGE_PLACES = 65_536;
const PLACE_BYTES = 4;

/** Bytes of one length at places from 0 on, written in any order, and read range by range. */
export class ScratchRanges {
  readonly #parts: ScratchParts;
  readonly #width: number;
  readonly #entry: Buffer;
  /** Of the range that was read last. */
  readonly #range: Buffer;

  constructor(file: ScratchFile, width: number) {
    this.#parts = new ScratchParts(file);
    this.#width = width;
    this.#entry = Buffer.alloc(PLACE_BYTES + width);
    this.#range = Buffer.alloc(RANGE_PLACES * width);
  }

  /** How many ranges there are. */
  get size(): number {
    return this.#parts.size;
  }

  /** Each place once. */
  put(place: number, bytes: Uint8Array): void {
    this.#entry.writeUInt32LE(place % RANGE_PLACES, 0);
    this.#entry.set(bytes, PLACE_BYTES);
    this.#parts.add(Math.floor(place / RANGE_PLACES), this.#entry, this.#entry.length);
  }

  /** What stands at the places of a range, in order, once: a view that is good until the next is read. */
  take(range: number): Buffer {
    const entries = this.#parts.take(range);
    const step = PLACE_BYTES + this.#width;
    let length = 0;
    for (let at = 0; at < entries.length; at += step) {
      const start = entries.readUInt32LE(at) * this.#width;
      entries.copy(this.#range, start, at + PLACE_BYTES, at + step);
      length = Math.max(length, start + this.#width);
    }
    return this.#range.subarray(0, length);
  }

  wipe(): void {
    this.#parts.wipe();
    this.#entry.fill(0);
    this.#range.fill(0);
  }
}
