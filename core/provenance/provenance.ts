import { z } from 'zod';

import { HASH_BYTES, MAX_NOTE_BYTES } from '../audit/index.js';
import { AUDIT_ENTRY_SCHEMAS, MAX_ENTRY_PARTICIPANTS } from '../audit-entries/index.js';
import { equalBytes, fromBase64 } from '../base/index.js';
import {
  canonicalJson,
  keyIdOf,
  preAuthenticationEncoding,
  readEnvelope,
  signatureHolds,
  SigningError,
  writeEnvelope,
} from '../signing/index.js';
import type { Ed25519Key, Envelope, SigningKey } from '../signing/index.js';
import { ProvenanceError } from './errors.js';
import { MAX_PROVENANCE_BYTES, MAX_PROVENANCE_HASHES } from './limits.js';

/*
 * A DSSE envelope that the coordinator signs with its identity key. What is signed begins with the letters `DSSEv1`, while
 * a checkpoint's text begins with its log's name, `tallystick/…`, a cosignature with its own header, and everything else
 * that an identity key signs with a length, whose first byte is 0: none can be passed off as another. Within DSSE the
 * payload's type is signed, so neither can the envelope of a template, a roster or an act.
 */

export const PROVENANCE_PAYLOAD_TYPE = 'application/vnd.tallystick.provenance+json';
export const PROVENANCE_FORMAT = 'tallystick-provenance/v1';

/** How many bytes a length in base64 stands for. */
const BASE64_GROUP = { bytes: 3, characters: 4 } as const;

const KIND = {
  payloadType: PROVENANCE_PAYLOAD_TYPE,
  what: 'the provenance of a release',
  maxBytes: MAX_PROVENANCE_BYTES,
  maxSignatures: 1,
} as const;

const { opened, offer, answer, release } = AUDIT_ENTRY_SCHEMAS;

/** Where an entry stands in the audit log. */
const logged = {
  /** When it was written, by the coordinator's clock: UTC, to the millisecond. */
  at: offer.shape.at,
  /** From 0. */
  index: z.int().min(0),
  /** That it is in the log of the checkpoint: hashes in base64, in the order of RFC 9162. */
  inclusion: z
    .array(base64(HASH_BYTES).refine((text) => byteLength(text) === HASH_BYTES))
    .max(MAX_PROVENANCE_HASHES)
    .readonly(),
};

const participant = offer.shape.participants.unwrap().element.extend({
  /** What the agency asked for beyond the template. */
  floors: z.strictObject({
    threshold: z.int().min(0),
    roundTo: z.int().min(0),
    epsilon: z.number().nullable(),
  }),
});

/**
 * What a release came from: its question as every agency got it, their answers, its digest, and that all of it stands in
 * the audit log.
 */
export const provenanceSchema = z.strictObject({
  format: z.literal(PROVENANCE_FORMAT),
  federation: opened.shape.federation,
  run: offer.shape.run,
  template: z.strictObject({
    template: offer.shape.template,
    version: offer.shape.version,
    /** SHA-256 of its signed bytes, 64 hexadecimal digits. */
    digest: offer.shape.templateDigest,
  }),
  offer: z.strictObject({
    ...logged,
    /** What the coordinator had of the register of governance, in which the template's approval is. */
    register: offer.shape.register,
    parameters: offer.shape.parameters,
    requester: offer.shape.requester,
    purpose: offer.shape.purpose,
    participants: z.array(participant).min(1).max(MAX_ENTRY_PARTICIPANTS).readonly(),
  }),
  /** In the order of the log. */
  answers: z
    .array(z.strictObject({ ...logged, agency: answer.shape.agency, refusal: answer.shape.refusal }))
    .max(MAX_ENTRY_PARTICIPANTS)
    .readonly(),
  release: z.strictObject({ ...logged, digest: release.shape.digest, suppressed: release.shape.suppressed }),
  /** A signed note, with the cosignatures that there were when this was made. */
  checkpoint: z.string().max(MAX_NOTE_BYTES),
});

export type Provenance = z.infer<typeof provenanceSchema>;

/** Thrown when a field is not as it should be, or all of it is too long: ProvenanceError BAD_PROVENANCE, with the field. */
export function signProvenance(provenance: Provenance, key: SigningKey): Uint8Array {
  const payload = canonical(checked(provenance));
  const signed = writeEnvelope(PROVENANCE_PAYLOAD_TYPE, {
    payload,
    signatures: [
      {
        keyid: keyIdOf({ kind: 'ed25519', publicKey: key.publicKey }),
        sig: key.sign(preAuthenticationEncoding(PROVENANCE_PAYLOAD_TYPE, payload)),
      },
    ],
  });
  if (signed.length > MAX_PROVENANCE_BYTES) throw badProvenance(`it has more than ${MAX_PROVENANCE_BYTES} bytes`);
  return signed;
}

/** What it says; nobody's signature is looked at. Thrown when it isn't a provenance: ProvenanceError BAD_PROVENANCE, with the field. */
export function readProvenance(bytes: Uint8Array): Provenance {
  return parsed(read(bytes).payload);
}

/**
 * What the coordinator with this raw Ed25519 key has signed.
 * Thrown when it isn't a provenance: ProvenanceError BAD_PROVENANCE; when that key hasn't signed it: BAD_PROVENANCE_SIGNATURE.
 */
export function openProvenance(bytes: Uint8Array, publicKey: Uint8Array): Provenance {
  const { payload, signatures } = read(bytes);
  const [signature] = signatures;
  const key: Ed25519Key = { kind: 'ed25519', publicKey };
  const encoded = preAuthenticationEncoding(PROVENANCE_PAYLOAD_TYPE, payload);
  if (signature?.keyid !== keyIdOf(key) || !signatureHolds(key, encoded, signature)) {
    throw new ProvenanceError(
      'BAD_PROVENANCE_SIGNATURE',
      "This provenance is not signed with the key of the roster's coordinator: it was altered, or the roster is another.",
    );
  }
  return parsed(payload);
}

function read(bytes: Uint8Array): Envelope {
  try {
    return readEnvelope(bytes, KIND);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new ProvenanceError('BAD_PROVENANCE', cause.message, { cause });
  }
}

function parsed(payload: Uint8Array): Provenance {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch (cause) {
    throw badProvenance('what is signed is not JSON', cause);
  }
  const provenance = checked(value);
  // So that nothing is signed that no reader sees, and nothing can be written in two ways.
  if (!equalBytes(canonical(provenance), payload)) throw badProvenance('it is not written as RFC 8785 says');
  return provenance;
}

function checked(value: unknown): Provenance {
  const { data, error } = provenanceSchema.safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw badProvenance(`${issue?.path.join('.') || 'the whole'}: not as a provenance has it`);
}

function canonical(provenance: Provenance): Uint8Array {
  try {
    return canonicalJson(provenance);
  } catch (cause) {
    throw badProvenance('it has half of a character', cause);
  }
}

/** Of at most so many bytes. */
function base64(maxBytes: number): z.ZodString {
  const groups = Math.ceil(maxBytes / BASE64_GROUP.bytes);
  return z
    .string()
    .max(groups * BASE64_GROUP.characters)
    .refine((text) => byteLength(text) <= maxBytes);
}

/** More than any limit for what isn't base64. */
function byteLength(text: string): number {
  try {
    return fromBase64(text).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function badProvenance(why: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError('BAD_PROVENANCE', `This is not the provenance of a release: ${why}.`, { cause });
}
