import { wipe } from './bytes.js';

/** Randomness, as a parameter. In programs it is the operating system's generator; in tests it has a printed seed. */
export interface Rng {
  /** `length` bytes that nobody can guess. */
  bytes(length: number): Uint8Array;
}

const NUMBER_BYTES = 4;
const NUMBERS = 2 ** 32;

/**
 * A whole number in 0..bound-1, each as likely, by rejection: no modulo bias.
 * Thrown when `bound` is not in 1..2^32: RangeError.
 */
export function uniformBelow(rng: Rng, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > NUMBERS) throw new RangeError('bound is not in 1..2^32');
  return new Draws(rng, NUMBER_BYTES).below(bound);
}

/** Bytes drawn from the generator at a time: a call for each number costs many times the number itself. */
const BLOCK_BYTES = 4096;

/**
 * A uniform permutation of 0..length-1 (Fisher and Yates; Knuth, The Art of Computer Programming 3.4.2, algorithm P).
 * It takes 4 bytes a place.
 */
export function permutation(rng: Rng, length: number): Uint32Array {
  const positions = new Uint32Array(length);
  for (let place = 0; place < length; place += 1) positions[place] = place;
  const draws = new Draws(rng, Math.min(BLOCK_BYTES, Math.max(1, length) * NUMBER_BYTES));
  for (let last = length - 1; last > 0; last -= 1) {
    const other = draws.below(last + 1);
    const kept = positions[last] ?? 0;
    positions[last] = positions[other] ?? 0;
    positions[other] = kept;
  }
  // Whoever has these can put the places back in order.
  draws.wipe();
  return positions;
}

/** Numbers from blocks of random bytes. */
class Draws {
  readonly #rng: Rng;
  readonly #blockBytes: number;
  #block: Uint8Array = new Uint8Array(0);
  #numbers: DataView = new DataView(new ArrayBuffer(0));
  #used = 0;

  constructor(rng: Rng, blockBytes: number) {
    this.#rng = rng;
    this.#blockBytes = blockBytes;
  }

  /** In 0..bound-1. Of the 2^32 numbers those are drawn again that lie above the last whole block of `bound`. */
  below(bound: number): number {
    for (;;) {
      const value = this.#next();
      const remainder = value % bound;
      if (value - remainder <= NUMBERS - bound) return remainder;
    }
  }

  #next(): number {
    if (this.#used === this.#block.length) {
      this.wipe();
      this.#block = this.#rng.bytes(this.#blockBytes);
      this.#numbers = new DataView(this.#block.buffer, this.#block.byteOffset, this.#block.length);
      this.#used = 0;
    }
    const value = this.#numbers.getUint32(this.#used);
    this.#used += NUMBER_BYTES;
    return value;
  }

  /** Overwrites what the numbers came from. */
  wipe(): void {
    wipe(this.#block);
  }
}
