import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { concatBytes } from '../base/index.js';

/** A long-lived Ed25519 key of a party or an officer (RFC 8032), whose public half is in the roster. */
export interface SigningKey {
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 raw bytes (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
export const RAW_KEY_BYTES = 32;
/** Of a signature (RFC 8032). */
export const SIGNATURE_BYTES = 64;

/** Thrown when `pem` is not an Ed25519 private key in PKCS #8: TypeError, without the key in its message. */
export function signingKeyFromPem(pem: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new TypeError('not a private key in PKCS #8 PEM form');
  }
  return signingKey(key);
}

/** Thrown when the key is not an Ed25519 private key: TypeError. */
export function signingKey(key: KeyObject): SigningKey {
  if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 private key');
  return {
    publicKey: rawPublicKey(key),
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  };
}

export function rawPublicKey(key: KeyObject): Uint8Array {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return new Uint8Array(spki.subarray(SPKI_PREFIX.length));
}

/** SubjectPublicKeyInfo, DER, of a raw public key of RAW_KEY_BYTES. */
export function ed25519Spki(publicKey: Uint8Array): Uint8Array {
  return concatBytes(SPKI_PREFIX, publicKey);
}

/** False for a wrong signature and for bytes that aren't a key at all. */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== RAW_KEY_BYTES) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(ed25519Spki(publicKey)), format: 'der', type: 'spki' });
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}
