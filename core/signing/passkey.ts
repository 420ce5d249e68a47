import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { z } from 'zod';

import { concatBytes, equalBytes, utf8Bytes } from '../base/index.js';
import { sha256 } from './canonical-json.js';
import { ed25519Spki, RAW_KEY_BYTES } from './ed25519.js';

/**
 * Signatures made with a passkey in a browser (W3C Web Authentication, level 2, section 7.2). An authenticator signs no
 * bytes of ours: it signs its own data and a hash of what the browser has put together, in which our challenge is. The
 * challenge is the SHA-256 of the pre-authentication encoding, so the signature is over the payload and its type all the
 * same.
 */
export interface PasskeyAssertion {
  readonly authenticatorData: Uint8Array;
  /** As the browser wrote it, byte by byte. */
  readonly clientDataJson: Uint8Array;
}

/** For whom passkeys are good: a key made for one site signs for no other. */
export interface RelyingParty {
  /** Domain that the passkeys were made for. */
  readonly rpId: string;
  /** Origins of pages that may ask for a signature, as in https://governance.example. */
  readonly origins: readonly string[];
}

export const MAX_AUTHENTICATOR_DATA_BYTES = 1_024;
export const MAX_CLIENT_DATA_BYTES = 2_048;
/** ES256 in DER: at most 72 bytes; EdDSA: 64. */
const MAX_PASSKEY_SIGNATURE_BYTES = 72;

/** SHA-256 of the domain, flags, a counter. */
const RP_ID_HASH_BYTES = 32;
const FLAGS_OFFSET = RP_ID_HASH_BYTES;
const FIXED_BYTES = RP_ID_HASH_BYTES + 1 + 4;
const FLAG = { userPresent: 0x01, userVerified: 0x04, attested: 0x40, extensions: 0x80 } as const;

/** SubjectPublicKeyInfo of a P-256 key up to its uncompressed point: the one form that is taken, so that a key has one id. */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const UNCOMPRESSED = 0x04;
const P256_SPKI_BYTES = P256_PREFIX.length + 65;

/** What the browser says it was asked; it may add entries of its own (section 5.8.1). */
const clientDataSchema = z.object({
  type: z.literal('webauthn.get'),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
});

/** Whether these are a passkey's public key in the one form that is taken: DER of a P-256 or an Ed25519 key. */
export function isPasskeyPublicKey(spki: Uint8Array): boolean {
  return passkeyObject(spki) !== undefined;
}

/** What the browser is to ask the authenticator to sign, for bytes in their pre-authentication encoding. */
export function passkeyChallenge(encoded: Uint8Array): Uint8Array {
  return sha256(encoded);
}

/**
 * False unless the key's owner was there, was recognised by the authenticator (PIN, fingerprint), and signed exactly these
 * bytes on a page of the relying party. The counter is not looked at: passkeys that are kept in several devices have none.
 */
export function verifyPasskey(
  spki: Uint8Array,
  encoded: Uint8Array,
  sig: Uint8Array,
  assertion: PasskeyAssertion,
  relyingParty: RelyingParty,
): boolean {
  const { authenticatorData, clientDataJson } = assertion;
  if (clientDataJson.length > MAX_CLIENT_DATA_BYTES || sig.length > MAX_PASSKEY_SIGNATURE_BYTES) return false;
  if (!authenticatorDataHolds(authenticatorData, relyingParty.rpId)) return false;
  if (!clientDataHolds(clientDataJson, passkeyChallenge(encoded), relyingParty.origins)) return false;
  const key = passkeyObject(spki);
  if (key === undefined) return false;
  const signed = concatBytes(authenticatorData, sha256(clientDataJson));
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key, sig);
  } catch {
    return false;
  }
}

function authenticatorDataHolds(data: Uint8Array, rpId: string): boolean {
  if (data.length < FIXED_BYTES || data.length > MAX_AUTHENTICATOR_DATA_BYTES) return false;
  if (!equalBytes(data.subarray(0, RP_ID_HASH_BYTES), sha256(utf8Bytes(rpId)))) return false;
  const flags = data[FLAGS_OFFSET] ?? 0;
  const demanded = FLAG.userPresent | FLAG.userVerified;
  if ((flags & demanded) !== demanded || (flags & FLAG.attested) !== 0) return false;
  // What no flag announces has no business there.
  return (flags & FLAG.extensions) !== 0 || data.length === FIXED_BYTES;
}

function clientDataHolds(json: Uint8Array, challenge: Uint8Array, origins: readonly string[]): boolean {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return false;
  }
  const { success, data } = clientDataSchema.safeParse(value);
  return success && data.challenge === Buffer.from(challenge).toString('base64url') && origins.includes(data.origin);
}

function passkeyObject(spki: Uint8Array): KeyObject | undefined {
  if (!isP256(spki) && !isEd25519(spki)) return undefined;
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function isP256(spki: Uint8Array): boolean {
  return (
    spki.length === P256_SPKI_BYTES &&
    equalBytes(spki.subarray(0, P256_PREFIX.length), P256_PREFIX) &&
    spki[P256_PREFIX.length] === UNCOMPRESSED
  );
}

function isEd25519(spki: Uint8Array): boolean {
  return spki.length > RAW_KEY_BYTES && equalBytes(spki, ed25519Spki(spki.subarray(-RAW_KEY_BYTES)));
}
