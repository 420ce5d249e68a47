import type { KeyObject } from 'node:crypto';

import { z } from 'zod';

import { concatBytes, fromBase64, toBase64, utf8Bytes } from '../base/index.js';
import { SIGNATURE_BYTES, signingKey, verifySignature } from '../private-join/index.js';
import { MAX_PAYLOAD_BYTES, templateDigest } from './canonical.js';
import { TemplateError } from './errors.js';
import { MAX_OFFICERS } from './roster.js';
import type { Governance } from './roster.js';
import { nameSchema } from './vocabulary.js';

/**
 * A signed template travels as a DSSE envelope (github.com/secure-systems-lab/dsse, protocol v1.0.2): JSON with the
 * payload's type, its bytes, and signatures over both. What is signed is the bytes as they are, never something that
 * was parsed and written again.
 */
export const TEMPLATE_PAYLOAD_TYPE = 'application/vnd.tallystick.template+json';

/** Base64 makes four bytes of three; signatures and names come on top. */
export const MAX_ENVELOPE_BYTES = 2 * MAX_PAYLOAD_BYTES;

/** What a verified envelope says. */
export interface VerifiedEnvelope {
  /** The signed bytes; nothing has been parsed from them yet. */
  readonly payload: Uint8Array;
  /** SHA-256 of the payload, 64 hexadecimal digits. */
  readonly digest: string;
  /** Ids of the officers who signed, each once, in the order of the envelope. */
  readonly signers: readonly string[];
}

interface Envelope {
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

interface EnvelopeSignature {
  /** Id of the officer. */
  readonly keyid: string;
  readonly sig: Uint8Array;
}

const envelopeSchema = z.strictObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.strictObject({ keyid: nameSchema, sig: z.string() })).max(MAX_OFFICERS),
});

/** A new envelope with one signature. Thrown when the key isn't an Ed25519 private key: TypeError. */
export function signTemplate(payload: Uint8Array, officerId: string, privateKey: KeyObject): Uint8Array {
  return writeEnvelope({ payload, signatures: [signatureOf(payload, officerId, privateKey)] });
}

/**
 * The envelope with one signature more. Thrown when it isn't an envelope or the officer has signed already:
 * TemplateError TOO_LARGE, BAD_ENVELOPE, WRONG_PAYLOAD_TYPE or DUPLICATE_SIGNER.
 */
export function addSignature(envelope: Uint8Array, officerId: string, privateKey: KeyObject): Uint8Array {
  const { payload, signatures } = readEnvelope(envelope);
  const signed = { payload, signatures: [...signatures, signatureOf(payload, officerId, privateKey)] };
  assertDistinctSigners(signed);
  return writeEnvelope(signed);
}

/**
 * Whether governance has signed: enough distinct officers, and nobody else, over exactly these bytes.
 * Thrown when it hasn't: TemplateError TOO_LARGE, BAD_ENVELOPE, WRONG_PAYLOAD_TYPE, UNKNOWN_SIGNER, DUPLICATE_SIGNER,
 * BAD_SIGNATURE or TOO_FEW_SIGNERS.
 */
export function verifyEnvelope(bytes: Uint8Array, governance: Governance): VerifiedEnvelope {
  const envelope = readEnvelope(bytes);
  assertDistinctSigners(envelope);
  assertSignatures(envelope, governance);
  const signers = envelope.signatures.map(({ keyid }) => keyid);
  if (signers.length < governance.threshold) {
    throw new TemplateError(
      'TOO_FEW_SIGNERS',
      `The template needs the signatures of ${governance.threshold} officers and has ${signers.length}.`,
    );
  }
  return { payload: envelope.payload, digest: templateDigest(envelope.payload), signers };
}

/**
 * DSSE's pre-authentication encoding: the type is signed with the bytes, so that bytes signed as one thing are never
 * taken for another. Lengths count bytes, not characters.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8Bytes(payloadType);
  return concatBytes(utf8Bytes(`DSSEv1 ${type.length} `), type, utf8Bytes(` ${payload.length} `), payload);
}

function signatureOf(payload: Uint8Array, keyid: string, privateKey: KeyObject): EnvelopeSignature {
  return { keyid, sig: signingKey(privateKey).sign(preAuthenticationEncoding(TEMPLATE_PAYLOAD_TYPE, payload)) };
}

function assertDistinctSigners({ signatures }: Envelope): void {
  if (new Set(signatures.map(({ keyid }) => keyid)).size !== signatures.length) {
    throw new TemplateError('DUPLICATE_SIGNER', 'An officer has signed the template twice.');
  }
}

/** One signature that doesn't hold spoils the envelope: who put it there, and why, is for people to find out. */
function assertSignatures({ payload, signatures }: Envelope, { officers }: Governance): void {
  const encoded = preAuthenticationEncoding(TEMPLATE_PAYLOAD_TYPE, payload);
  for (const { keyid, sig } of signatures) {
    const officer = officers.find(({ id }) => id === keyid);
    if (officer === undefined) {
      throw new TemplateError(
        'UNKNOWN_SIGNER',
        'The template is signed by somebody who is not an officer of the roster.',
      );
    }
    if (sig.length !== SIGNATURE_BYTES || !verifySignature(officer.publicKey, encoded, sig)) {
      throw new TemplateError('BAD_SIGNATURE', `The signature of ${officer.id} is not one over this template.`);
    }
  }
}

function readEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > MAX_ENVELOPE_BYTES) {
    throw new TemplateError('TOO_LARGE', `A signed template must have at most ${MAX_ENVELOPE_BYTES} bytes.`);
  }
  const { payloadType, payload, signatures } = readEnvelopeJson(bytes);
  if (payloadType !== TEMPLATE_PAYLOAD_TYPE) {
    throw new TemplateError('WRONG_PAYLOAD_TYPE', 'What is signed here is not a template.');
  }
  try {
    return {
      payload: fromBase64(payload),
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: fromBase64(sig) })),
    };
  } catch (error) {
    throw new TemplateError('BAD_ENVELOPE', 'The payload or a signature of the envelope is not base64.', [], {
      cause: error,
    });
  }
}

function readEnvelopeJson(bytes: Uint8Array): z.infer<typeof envelopeSchema> {
  try {
    return envelopeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new TemplateError('BAD_ENVELOPE', 'This is not a DSSE envelope.', [], { cause: error });
  }
}

function writeEnvelope({ payload, signatures }: Envelope): Uint8Array {
  return utf8Bytes(
    JSON.stringify({
      payloadType: TEMPLATE_PAYLOAD_TYPE,
      payload: toBase64(payload),
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: toBase64(sig) })),
    }),
  );
}
