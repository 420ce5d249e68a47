import type { KeyObject } from 'node:crypto';

import { preAuthenticationEncoding, signWith, writeEnvelope } from '../signing/index.js';
import type { EnvelopeKind } from '../signing/index.js';
import { MAX_OFFICERS } from '../templates/index.js';
import { GovernanceError } from './errors.js';
import { openEnvelope } from './payload.js';

/** Of a roster that replaces all its officers: those of the version before and its own. */
export const MAX_SIGNATURES = 2 * MAX_OFFICERS;

/** An envelope with one signature, by a key from a file. Thrown when it isn't an Ed25519 private key: TypeError. */
export function signPayload({ payloadType }: EnvelopeKind, payload: Uint8Array, privateKey: KeyObject): Uint8Array {
  const signature = signWith(privateKey, preAuthenticationEncoding(payloadType, payload));
  return writeEnvelope(payloadType, { payload, signatures: [signature] });
}

/**
 * The envelope with one signature more. Thrown when it isn't one of this kind: GovernanceError BAD_ENTRY; when this key has
 * signed already: DUPLICATE_SIGNER.
 */
export function addSignature(kind: EnvelopeKind, bytes: Uint8Array, privateKey: KeyObject): Uint8Array {
  const { payload, signatures } = openEnvelope(bytes, kind);
  const signature = signWith(privateKey, preAuthenticationEncoding(kind.payloadType, payload));
  if (signatures.some(({ keyid }) => keyid === signature.keyid)) {
    throw new GovernanceError('DUPLICATE_SIGNER', 'This key has signed it already.');
  }
  return writeEnvelope(kind.payloadType, { payload, signatures: [...signatures, signature] });
}
