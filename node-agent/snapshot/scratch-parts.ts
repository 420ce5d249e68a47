import { wipe } from '../../core/base/index.js';
import type { ScratchFile } from './scratch-file.js';

/** Bytes of a part that are sealed together: enough for sealing to cost little beside them. */
export const PART_BLOCK_BYTES = 16_384;

interface Part {
  /** What has not been written yet. */
  readonly block: Buffer;
  used: number;
  /** Where its full blocks are. */
  readonly places: number[];
}

/**
 * Bytes in parts, each of which grows at its end and is read back whole, once: so what doesn't fit in memory is sorted
 * by what comes together, and worked on part after part. Memory: a block for each part that has anything, and one part.
 */
export class ScratchParts {
  readonly #file: ScratchFile;
  readonly #parts: (Part | undefined)[] = [];
  /** Of the part that was read last. */
  #whole = Buffer.alloc(0);

  constructor(file: ScratchFile) {
    this.#file = file;
  }

  /** Parts are 0..size-1. */
  get size(): number {
    return this.#parts.length;
  }

  /** Adds the first `length` of some bytes to the end of a part. */
  add(number: number, bytes: Buffer, length: number): void {
    const part = this.#part(number);
    for (let from = 0; from < length;) {
      const taken = Math.min(length - from, PART_BLOCK_BYTES - part.used);
      bytes.copy(part.block, part.used, from, from + taken);
      part.used += taken;
      from += taken;
      if (part.used === PART_BLOCK_BYTES) {
        part.places.push(this.#file.append(part.block));
        part.used = 0;
      }
    }
  }

  /** All bytes of a part, which is forgotten: a view that is good until the next is read. */
  take(number: number): Buffer {
    const part = this.#parts[number];
    if (part === undefined) return this.#whole.subarray(0, 0);
    const length = part.places.length * PART_BLOCK_BYTES + part.used;
    if (this.#whole.length < length) {
      wipe(this.#whole);
      // Room for one that is somewhat longer, so that seldom is a new one needed.
      this.#whole = Buffer.alloc(Math.ceil(length * 1.25));
    }
    for (const [index, place] of part.places.entries()) {
      const start = index * PART_BLOCK_BYTES;
      this.#file.read(place, this.#whole.subarray(start, start + PART_BLOCK_BYTES));
    }
    part.block.copy(this.#whole, part.places.length * PART_BLOCK_BYTES, 0, part.used);
    wipe(part.block);
    this.#parts[number] = undefined;
    return this.#whole.subarray(0, length);
  }

  /** Overwrites what is in memory, and forgets all parts. */
  wipe(): void {
    for (const part of this.#parts) if (part !== undefined) wipe(part.block);
    this.#parts.length = 0;
    wipe(this.#whole);
    this.#whole = Buffer.alloc(0);
  }

  #part(number: number): Part {
    const found = this.#parts[number];
    if (found !== undefined) return found;
    while (this.#parts.length < number) this.#parts.push(undefined);
    return (this.#parts[number] = { block: Buffer.alloc(PART_BLOCK_BYTES), used: 0, places: [] });
  }
}
