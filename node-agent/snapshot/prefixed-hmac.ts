import { createHmac } from 'node:crypto';

import { lengthPrefixed, utf8Bytes, wipe } from '../../core/base/index.js';

/** Passed on to the HMAC when it is full, for a call for each string would cost more than the string. */
export const HMAC_BUFFER_BYTES = 65_536;
const PREFIX_BYTES = 4;
/** At most, in UTF-8, for one UTF-16 unit of a string. */
const UNIT_BYTES = 3;

/** HMAC-SHA-256 of a sequence of byte strings as `lengthPrefixed` writes them, without writing all of them first. */
export class PrefixedHmac {
  readonly #hmac: ReturnType<typeof createHmac>;
  readonly #buffer = Buffer.alloc(HMAC_BUFFER_BYTES);
  #used = 0;

  /** Wipes the key. */
  constructor(key: Uint8Array) {
    this.#hmac = createHmac('sha256', key);
    wipe(key);
  }

  /** UTF-8. */
  text(text: string): void {
    if (!this.#hasRoom(text.length * UNIT_BYTES)) {
      this.#pass(utf8Bytes(text));
      return;
    }
    const start = this.#used + PREFIX_BYTES;
    const length = this.#buffer.write(text, start, 'utf8');
    this.#buffer.writeUInt32BE(length, this.#used);
    this.#used = start + length;
  }

  bytes(bytes: Uint8Array): void {
    if (!this.#hasRoom(bytes.length)) {
      this.#pass(bytes);
      return;
    }
    const start = this.#used + PREFIX_BYTES;
    this.#buffer.writeUInt32BE(bytes.length, this.#used);
    this.#buffer.set(bytes, start);
    this.#used = start + bytes.length;
  }

  /** May be called once. */
  digest(): Uint8Array {
    this.#flush();
    wipe(this.#buffer);
    return this.#hmac.digest();
  }

  /** Makes room in the buffer; false when so many bytes never fit. */
  #hasRoom(bytes: number): boolean {
    const needed = PREFIX_BYTES + bytes;
    if (this.#used + needed > HMAC_BUFFER_BYTES) this.#flush();
    return needed <= HMAC_BUFFER_BYTES;
  }

  #pass(bytes: Uint8Array): void {
    this.#hmac.update(lengthPrefixed(bytes));
  }

  #flush(): void {
    this.#hmac.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
