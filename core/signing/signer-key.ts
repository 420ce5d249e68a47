import type { KeyObject } from 'node:crypto';

import { toHex } from '../base/index.js';
import { sha256 } from './canonical-json.js';
import { ed25519Spki, SIGNATURE_BYTES, signingKey, verifySignature } from './ed25519.js';
import type { EnvelopeSignature } from './envelope.js';
import { verifyPasskey } from './passkey.js';
import type { RelyingParty } from './passkey.js';

/** What somebody signs with, as a roster knows it: its kind says what a signature has to look like. */
export type SignerKey = Ed25519Key | Passkey;

/** In a key file. */
export interface Ed25519Key {
  readonly kind: 'ed25519';
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** In an authenticator, used in a browser. */
export interface Passkey {
  readonly kind: 'webauthn';
  /** SubjectPublicKeyInfo in DER, as `getPublicKey()` of the browser gives it: P-256 (ES256) or Ed25519 (EdDSA). */
  readonly publicKey: Uint8Array;
}

/** SHA-256 of the key's SubjectPublicKeyInfo, 64 hexadecimal digits: one id for one key, whatever its kind. */
export function keyIdOf({ kind, publicKey }: SignerKey): string {
  return toHex(sha256(kind === 'ed25519' ? ed25519Spki(publicKey) : publicKey));
}

/** A signature over bytes in their pre-authentication encoding. Thrown when it isn't an Ed25519 key: TypeError. */
export function signWith(privateKey: KeyObject, encoded: Uint8Array, keyid?: string): EnvelopeSignature {
  const key = signingKey(privateKey);
  return {
    keyid: keyid ?? keyIdOf({ kind: 'ed25519', publicKey: key.publicKey }),
    sig: key.sign(encoded),
  };
}

/**
 * Whether this key has signed these bytes, given in their pre-authentication encoding. A passkey signs for nobody where
 * there is no relying party; a key in a file has no passkey's data beside its signature.
 */
export function signatureHolds(
  key: SignerKey,
  encoded: Uint8Array,
  { sig, webauthn }: EnvelopeSignature,
  relyingParty?: RelyingParty,
): boolean {
  if (key.kind === 'ed25519') {
    return webauthn === undefined && sig.length === SIGNATURE_BYTES && verifySignature(key.publicKey, encoded, sig);
  }
  if (webauthn === undefined || relyingParty === undefined) return false;
  return verifyPasskey(key.publicKey, encoded, sig, webauthn, relyingParty);
}
