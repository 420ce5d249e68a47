import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

import { concatBytes, utf8Bytes, wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES, PROTOCOL } from '../../core/private-join/index.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes of the salt that gives every snapshot a sealing key of its own. */
export const SALT_BYTES = 16;
/** A sealed match key: nonce, ciphertext, tag. */
export const SEALED_KEY_BYTES = NONCE_BYTES + ELEMENT_BYTES + TAG_BYTES;

/**
 * Seals the match keys of one snapshot with AES-256-GCM under a key derived from the agency's storage key and the
 * snapshot's salt. Nonces are the cell's place (column, record): within a snapshot no place is sealed twice.
 */
export class KeySealing {
  readonly #key: Uint8Array;

  constructor(storageKey: Uint8Array, salt: Uint8Array) {
    this.#key = deriveKey(storageKey, salt, 'sealing');
  }

  seal(column: number, record: number, element: Uint8Array): Uint8Array {
    const nonce = new Uint8Array(NONCE_BYTES);
    const view = new DataView(nonce.buffer);
    view.setUint32(0, column);
    view.setBigUint64(4, BigInt(record));
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const sealed = cipher.update(element);
    cipher.final();
    return concatBytes(nonce, sealed, cipher.getAuthTag());
  }

  /** Thrown when the bytes weren't sealed under this key or were changed since: Error. */
  open(sealed: Uint8Array): Uint8Array {
    if (sealed.length !== SEALED_KEY_BYTES) throw new RangeError('not a sealed match key');
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES + ELEMENT_BYTES));
    const element = decipher.update(sealed.subarray(NONCE_BYTES, NONCE_BYTES + ELEMENT_BYTES));
    decipher.final();
    return element;
  }

  wipe(): void {
    wipe(this.#key);
  }
}

/** A key for one purpose, of which nobody can conclude to the storage key or to the keys for other purposes. */
export function deriveKey(storageKey: Uint8Array, salt: Uint8Array, purpose: 'sealing' | 'id' | 'mac'): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', storageKey, salt, utf8Bytes(`${PROTOCOL}/snapshot/${purpose}`), KEY_BYTES));
}
