import { createHash } from 'node:crypto';

import type { SourceRow } from '../source/source.js';

/** Places at first; doubled whenever half of them are taken. */
const PLACES = 1_024;

/**
 * Counts rows that stand in a source twice: of which an earlier one is the same in every column that is mapped. At most
 * 32 bytes a row: a digest of 52 bits, so that of a million rows one is taken for another's once in ten thousand times.
 */
export class RepeatedRows {
  #digests = new Float64Array(PLACES);
  #taken = 0;
  #repeated = 0;

  add(row: SourceRow): void {
    const hash = createHash('sha256');
    for (const value of row) {
      if (value instanceof Uint8Array) hash.update(`b${value.length}:`).update(value);
      else {
        // A text is not the number that it looks like, nothing recorded is no text, and none goes on in the next.
        const text = String(value);
        hash.update(`${typeof value}${text.length}:`).update(text);
      }
    }
    const bytes = hash.digest();
    // Never 0, which is an empty place.
    const digest = bytes.readUIntBE(0, 6) * 16 + ((bytes[6] ?? 0) & 15) + 1;
    if (!this.#put(this.#digests, digest)) {
      this.#repeated += 1;
      return;
    }
    this.#taken += 1;
    if (this.#taken * 2 > this.#digests.length) this.#grow();
  }

  /** Without the first of each. */
  get count(): number {
    return this.#repeated;
  }

  /** False where it is there already. */
  #put(digests: Float64Array, digest: number): boolean {
    let place = digest % digests.length;
    while (digests[place] !== 0) {
      if (digests[place] === digest) return false;
      place = place + 1 === digests.length ? 0 : place + 1;
    }
    digests[place] = digest;
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#digests.length * 2);
    for (const digest of this.#digests) if (digest !== 0) this.#put(larger, digest);
    this.#digests = larger;
  }
}
