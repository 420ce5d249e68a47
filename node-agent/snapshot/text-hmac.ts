import { hash } from 'node:crypto';

import { wipe } from '../../core/base/index.js';

export const HMAC_BYTES = 32;
/** Of SHA-256. */
const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Nearly every match key fits; longer texts are hashed where there is room for them. */
export const USUAL_TEXT_BYTES = 960;
/** At most, in UTF-8, for one UTF-16 unit of a string. */
const UNIT_BYTES = 3;

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key. An object for each, as `createHmac` makes it, costs several
 * times the hashing; here it is written out as the two hashes that it is, each in one call, with the key in its place.
 */
export class TextHmac {
  /** The padded key, then the text. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + USUAL_TEXT_BYTES, INNER_PAD);
  /** The padded key, then the inner hash. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + HMAC_BYTES, OUTER_PAD);

  /** Copies the key. Thrown when it is longer than a block, which no key here is: RangeError. */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES) throw new RangeError('a key longer than a block');
    for (const [place, byte] of key.entries()) {
      this.#inner[place] = byte ^ INNER_PAD;
      this.#outer[place] = byte ^ OUTER_PAD;
    }
  }

  /** Of a text in UTF-8: writes the HMAC, HMAC_BYTES long, to the start of `to`. */
  write(text: string, to: Buffer): void {
    const most = text.length * UNIT_BYTES;
    if (most <= USUAL_TEXT_BYTES) {
      const end = BLOCK_BYTES + this.#inner.write(text, BLOCK_BYTES, 'utf8');
      this.#outer.write(digestOf(this.#inner.subarray(0, end)), BLOCK_BYTES, 'latin1');
    } else {
      const long = Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES), Buffer.from(text, 'utf8')]);
      this.#outer.write(digestOf(long), BLOCK_BYTES, 'latin1');
      wipe(long);
    }
    to.write(digestOf(this.#outer), 'latin1');
  }

  /** Overwrites the key and the last text; of no more use. */
  wipe(): void {
    wipe(this.#inner, this.#outer);
  }
}

/** A byte a character: as bytes it would take twice the time. */
function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'binary');
}
