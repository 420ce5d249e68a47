import type { z } from 'zod';

import { equalBytes } from '../base/index.js';
import { canonicalJson, readEnvelope, SigningError, writeEnvelope } from '../signing/index.js';
import type { Envelope, EnvelopeKind } from '../signing/index.js';
import { checkValue, TemplateError } from '../templates/index.js';
import { GovernanceError } from './errors.js';

/**
 * Reads signed bytes, which must be exactly the canonical form of what they say, so that nothing is signed that no reader
 * sees. Thrown when they aren't: GovernanceError BAD_PAYLOAD.
 */
export function checkPayload<Value>(
  payload: Uint8Array,
  schema: z.ZodType<Value>,
  what: string,
  maxBytes: number,
): Value {
  if (payload.length > maxBytes) {
    throw new GovernanceError('BAD_PAYLOAD', `The signed bytes of ${what} must be at most ${maxBytes}.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(payload));
  } catch (cause) {
    throw new GovernanceError('BAD_PAYLOAD', 'The signed bytes are not JSON.', { cause });
  }
  const value = checked(json, schema, what);
  if (!equalBytes(canonicalJson(value), payload)) {
    throw new GovernanceError('BAD_PAYLOAD', `The signed bytes are not the canonical form of ${what}.`);
  }
  return value;
}

/**
 * Reads an envelope. Nobody signs the JSON around the payload, and the register's root is over it: so there is one form of
 * it only, or whoever hands an entry on could make another register of the same acts.
 * Thrown when it isn't one of this kind, or not in the form that `writeEnvelope` gives it: GovernanceError BAD_ENTRY.
 */
export function openEnvelope(bytes: Uint8Array, kind: EnvelopeKind): Envelope {
  const envelope = readAs(bytes, kind);
  if (equalBytes(writeEnvelope(kind.payloadType, envelope), bytes)) return envelope;
  throw new GovernanceError(
    'BAD_ENTRY',
    `The envelope of ${kind.what} is laid out otherwise than it is signed: take it as it was written, no byte more or less.`,
  );
}

function readAs(bytes: Uint8Array, kind: EnvelopeKind): Envelope {
  try {
    return readEnvelope(bytes, kind);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new GovernanceError('BAD_ENTRY', cause.message, { cause });
  }
}

function checked<Value>(json: unknown, schema: z.ZodType<Value>, what: string): Value {
  try {
    return checkValue(json, { schema, what, code: 'BAD_PAYLOAD' });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new GovernanceError('BAD_PAYLOAD', `What is signed is not ${what}:`, { cause, problems: cause.problems });
  }
}
