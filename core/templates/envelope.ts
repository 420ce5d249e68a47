import type { KeyObject } from 'node:crypto';

import {
  preAuthenticationEncoding,
  readEnvelope,
  signatureHolds,
  SigningError,
  signWith,
  writeEnvelope,
} from '../signing/index.js';
import type { Envelope, EnvelopeSignature, SigningErrorCode } from '../signing/index.js';
import { MAX_PAYLOAD_BYTES, templateDigest } from './canonical.js';
import { TEMPLATE_ERROR_CODES, TemplateError } from './errors.js';
import type { TemplateErrorCode } from './errors.js';
import { MAX_OFFICERS } from './roster.js';
import type { Governance } from './roster.js';

/** A signed template travels as a DSSE envelope; each signature's `keyid` is the id of an officer. */
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

const KIND = {
  payloadType: TEMPLATE_PAYLOAD_TYPE,
  what: 'a template',
  maxBytes: MAX_ENVELOPE_BYTES,
  maxSignatures: MAX_OFFICERS,
} as const;

/** A new envelope with one signature. Thrown when the key isn't an Ed25519 private key: TypeError. */
export function signTemplate(payload: Uint8Array, officerId: string, privateKey: KeyObject): Uint8Array {
  return writeEnvelope(TEMPLATE_PAYLOAD_TYPE, { payload, signatures: [signatureOf(payload, officerId, privateKey)] });
}

/**
 * The envelope with one signature more. Thrown when it isn't an envelope or the officer has signed already:
 * TemplateError TOO_LARGE, BAD_ENVELOPE, WRONG_PAYLOAD_TYPE or DUPLICATE_SIGNER.
 */
export function addSignature(envelope: Uint8Array, officerId: string, privateKey: KeyObject): Uint8Array {
  const { payload, signatures } = read(envelope);
  const signed = { payload, signatures: [...signatures, signatureOf(payload, officerId, privateKey)] };
  assertDistinctSigners(signed);
  return writeEnvelope(TEMPLATE_PAYLOAD_TYPE, signed);
}

/**
 * Whether governance has signed: enough distinct officers, and nobody else, over exactly these bytes.
 * Thrown when it hasn't: TemplateError TOO_LARGE, BAD_ENVELOPE, WRONG_PAYLOAD_TYPE, UNKNOWN_SIGNER, DUPLICATE_SIGNER,
 * BAD_SIGNATURE or TOO_FEW_SIGNERS.
 */
export function verifyEnvelope(bytes: Uint8Array, governance: Governance): VerifiedEnvelope {
  const envelope = read(bytes);
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

function signatureOf(payload: Uint8Array, officerId: string, privateKey: KeyObject): EnvelopeSignature {
  return signWith(privateKey, preAuthenticationEncoding(TEMPLATE_PAYLOAD_TYPE, payload), officerId);
}

function assertDistinctSigners({ signatures }: Envelope): void {
  if (new Set(signatures.map(({ keyid }) => keyid)).size !== signatures.length) {
    throw new TemplateError('DUPLICATE_SIGNER', 'An officer has signed the template twice.');
  }
}

/** One signature that doesn't hold spoils the envelope: who put it there, and why, is for people to find out. */
function assertSignatures({ payload, signatures }: Envelope, { officers }: Governance): void {
  const encoded = preAuthenticationEncoding(TEMPLATE_PAYLOAD_TYPE, payload);
  for (const signature of signatures) {
    const officer = officers.find(({ id }) => id === signature.keyid);
    if (officer === undefined) {
      throw new TemplateError(
        'UNKNOWN_SIGNER',
        'The template is signed by somebody who is not an officer of the roster.',
      );
    }
    if (!signatureHolds({ kind: 'ed25519', publicKey: officer.publicKey }, encoded, signature)) {
      throw new TemplateError('BAD_SIGNATURE', `The signature of ${officer.id} is not one over this template.`);
    }
  }
}

function read(bytes: Uint8Array): Envelope {
  try {
    return readEnvelope(bytes, KIND);
  } catch (error) {
    if (!(error instanceof SigningError) || !isEnvelopeCode(error.code)) throw error;
    throw new TemplateError(error.code, error.message, [], { cause: error });
  }
}

function isEnvelopeCode(code: SigningErrorCode): code is SigningErrorCode & TemplateErrorCode {
  return (TEMPLATE_ERROR_CODES as readonly string[]).includes(code);
}
