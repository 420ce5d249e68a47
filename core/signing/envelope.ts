import { z } from 'zod';

import { fromBase64, toBase64, utf8Bytes } from '../base/index.js';
import { canonicalEcdsa } from './ecdsa-signature.js';
import { SIGNATURE_BYTES } from './ed25519.js';
import { SigningError } from './errors.js';
import { MAX_AUTHENTICATOR_DATA_BYTES, MAX_CLIENT_DATA_BYTES } from './passkey.js';
import type { PasskeyAssertion } from './passkey.js';

/**
 * Whatever is signed travels as a DSSE envelope (github.com/secure-systems-lab/dsse, protocol v1.0.2): JSON with the
 * payload's type, its bytes, and signatures over both. What is signed is the bytes as they are, never something that was
 * parsed and written again.
 */
export interface Envelope {
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

export interface EnvelopeSignature {
  /** Says which key to try; it is not signed, and nobody is believed for it. */
  readonly keyid: string;
  readonly sig: Uint8Array;
  /** Of a passkey: what its authenticator has signed in the payload's place. */
  readonly webauthn?: PasskeyAssertion;
}

/** What may be in an envelope. */
export interface EnvelopeKind {
  readonly payloadType: string;
  /** For messages, as in `a roster`. */
  readonly what: string;
  /** Of the envelope's JSON. */
  readonly maxBytes: number;
  readonly maxSignatures: number;
}

/** Names of officers, and fingerprints of keys. */
const KEYID = /^[a-z0-9][a-z0-9-]{0,63}$/;

const envelopeSchema = z.strictObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(
    z.strictObject({
      keyid: z.string().regex(KEYID),
      sig: z.string(),
      webauthn: z
        .strictObject({
          authenticatorData: z.string().max(2 * MAX_AUTHENTICATOR_DATA_BYTES),
          clientDataJSON: z.string().max(2 * MAX_CLIENT_DATA_BYTES),
        })
        .exactOptional(),
    }),
  ),
});

/**
 * Reads an envelope; its signatures are not looked at.
 * Thrown when it isn't one of this kind: SigningError TOO_LARGE, BAD_ENVELOPE or WRONG_PAYLOAD_TYPE.
 */
export function readEnvelope(bytes: Uint8Array, kind: EnvelopeKind): Envelope {
  if (bytes.length > kind.maxBytes) {
    throw new SigningError('TOO_LARGE', `The envelope of ${kind.what} must have at most ${kind.maxBytes} bytes.`);
  }
  const json = readJson(bytes);
  if (json.payloadType !== kind.payloadType) {
    throw new SigningError('WRONG_PAYLOAD_TYPE', `What is signed here is not ${kind.what}.`);
  }
  if (json.signatures.length > kind.maxSignatures) {
    throw new SigningError('BAD_ENVELOPE', `An envelope must have at most ${kind.maxSignatures} signatures.`);
  }
  try {
    return { payload: fromBase64(json.payload), signatures: json.signatures.map(readSignature) };
  } catch (cause) {
    throw new SigningError('BAD_ENVELOPE', 'The payload or a signature of the envelope is not base64.', { cause });
  }
}

/**
 * The type that an envelope says it has, for whoever takes several kinds. Thrown when it isn't an envelope: SigningError
 * BAD_ENVELOPE.
 */
export function payloadTypeOf(bytes: Uint8Array): string {
  return readJson(bytes).payloadType;
}

/**
 * The one form in which an envelope is written: no white space, members in this order, signatures by their keyid, and of the
 * two forms of a passkey's ECDSA signature the one that `canonicalEcdsa` gives.
 */
export function writeEnvelope(payloadType: string, { payload, signatures }: Envelope): Uint8Array {
  const sorted = signatures.toSorted((one, other) => compareText(one.keyid, other.keyid));
  return utf8Bytes(JSON.stringify({ payloadType, payload: toBase64(payload), signatures: sorted.map(writeSignature) }));
}

/** By code unit, whatever the language of the computer is. */
function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function readJson(bytes: Uint8Array): z.infer<typeof envelopeSchema> {
  try {
    return envelopeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new SigningError('BAD_ENVELOPE', 'This is not a DSSE envelope.', { cause });
  }
}

function readSignature({
  keyid,
  sig,
  webauthn,
}: z.infer<typeof envelopeSchema>['signatures'][number]): EnvelopeSignature {
  const signature = { keyid, sig: fromBase64(sig) };
  if (webauthn === undefined) return signature;
  return {
    ...signature,
    webauthn: {
      authenticatorData: fromBase64(webauthn.authenticatorData),
      clientDataJson: fromBase64(webauthn.clientDataJSON),
    },
  };
}

function writeSignature({ keyid, sig, webauthn }: EnvelopeSignature): object {
  if (webauthn === undefined) return { keyid, sig: toBase64(sig) };
  return {
    keyid,
    sig: toBase64(oneForm(sig)),
    webauthn: {
      authenticatorData: toBase64(webauthn.authenticatorData),
      clientDataJSON: toBase64(webauthn.clientDataJson),
    },
  };
}

/** Which key has made it, an envelope doesn't say; so long is one of Ed25519, which has one form. */
function oneForm(sig: Uint8Array): Uint8Array {
  return sig.length === SIGNATURE_BYTES ? sig : (canonicalEcdsa(sig) ?? sig);
}
