/** Randomness, as a parameter. In programs it is the operating system's generator; in tests it has a printed seed. */
export interface Rng {
  /** `length` bytes that nobody can guess. */
  bytes(length: number): Uint8Array;
}

/**
 * A whole number in 0..bound-1, each as likely, by rejection: no modulo bias.
 * Thrown when `bound` is not in 1..2^32: RangeError.
 */
export function uniformBelow(rng: Rng, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) throw new RangeError('bound is not in 1..2^32');
  const limit = 2 ** 32 - (2 ** 32 % bound);
  for (;;) {
    const bytes = rng.bytes(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (value < limit) return value % bound;
  }
}

/** A uniform permutation of 0..length-1 (Fisher and Yates; Knuth, The Art of Computer Programming 3.4.2, algorithm P). */
export function permutation(rng: Rng, length: number): Uint32Array {
  const positions = Uint32Array.from({ length }, (_, index) => index);
  const pool = new RngPool(rng, Math.min(MAX_POOL_BYTES, Math.max(1, length) * 4));
  for (let last = length - 1; last > 0; last -= 1) {
    const other = uniformBelow(pool, last + 1);
    const kept = positions[last] ?? 0;
    positions[last] = positions[other] ?? 0;
    positions[other] = kept;
  }
  return positions;
}

const MAX_POOL_BYTES = 4096;

/** Draws from the generator in blocks, for a call per number costs more than the number. */
class RngPool implements Rng {
  #block: Uint8Array = new Uint8Array(0);
  #used = 0;
  readonly #rng: Rng;

  readonly #blockBytes: number;

  constructor(rng: Rng, blockBytes: number) {
    this.#rng = rng;
    this.#blockBytes = blockBytes;
  }

  bytes(length: number): Uint8Array {
    if (this.#used + length > this.#block.length) {
      this.#block = this.#rng.bytes(Math.max(this.#blockBytes, length));
      this.#used = 0;
    }
    const taken = this.#block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return taken;
  }
}
