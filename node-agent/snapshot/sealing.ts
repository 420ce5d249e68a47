import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

import { concatBytes, utf8Bytes, wipe } from '../../core/base/index.js';
import { PROTOCOL } from '../../core/private-join/index.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const TAG_OPTIONS = { authTagLength: TAG_BYTES } as const;
export const NONCE_BYTES = 12;
/** What sealing adds to a block. */
export const SEAL_BYTES = TAG_BYTES;
/** Bytes of the salt that gives every file a sealing key of its own. */
export const SALT_BYTES = 16;

const NOTHING = new Uint8Array(0);

/**
 * Seals blocks of bytes of one file with AES-256-GCM under a key derived from the agency's storage key and the file's
 * salt. A block opens only under the nonce that it was sealed under; the caller sees to it that none is used twice.
 */
export class Sealing {
  readonly #key: Uint8Array;
  readonly #about: Uint8Array;

  /** `about`: what the blocks are bound to; they open under nothing else. */
  constructor(
    storageKey: Uint8Array,
    salt: Uint8Array,
    purpose: 'sealing' | 'journal' | 'scratch' | 'known-keys',
    about: Uint8Array = NOTHING,
  ) {
    this.#key = deriveKey(storageKey, salt, purpose);
    this.#about = about;
  }

  /** SEAL_BYTES longer than the block. */
  seal(nonce: Uint8Array, block: Uint8Array): Uint8Array {
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(this.#about);
    const sealed = cipher.update(block);
    cipher.final();
    return concatBytes(sealed, cipher.getAuthTag());
  }

  /** Thrown when the bytes weren't sealed so or were changed since: Error. */
  open(nonce: Uint8Array, sealed: Uint8Array): Buffer {
    if (sealed.length < SEAL_BYTES) throw new RangeError('not a sealed block');
    const end = sealed.length - SEAL_BYTES;
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, TAG_OPTIONS).setAAD(this.#about);
    decipher.setAuthTag(sealed.subarray(end));
    const block = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch (thrown) {
      wipe(block);
      throw thrown;
    }
    return block;
  }

  wipe(): void {
    wipe(this.#key);
  }
}

/**
 * What a derived key is for: sealing a snapshot's match keys, a journal, a scratch file or the tags of keys that are hashed,
 * telling match keys apart (`tag`), a snapshot's id, the HMACs of its content and of what is said about it, the agency's
 * noise, and telling people who opted out.
 */
export type KeyPurpose =
  'sealing' | 'journal' | 'scratch' | 'known-keys' | 'tag' | 'id' | 'content' | 'mac' | 'noise' | 'opt-outs';

/** A key for one purpose, of which nobody can conclude to the storage key or to the keys for other purposes. */
export function deriveKey(storageKey: Uint8Array, salt: Uint8Array, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', storageKey, salt, utf8Bytes(`${PROTOCOL}/snapshot/${purpose}`), KEY_BYTES));
}

/** What the agency's noise is keyed with, in runs and in what it says of its snapshots. */
export function noiseKeyOf(storageKey: Uint8Array): Uint8Array {
  return deriveKey(storageKey, NOTHING, 'noise');
}
