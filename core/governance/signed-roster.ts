import { fromBase64, toHex } from '../base/index.js';
import { canonicalJson, sha256 } from '../signing/index.js';
import { MAX_ROSTER_BYTES, readDocument } from '../templates/index.js';
import type { Roster } from '../templates/index.js';
import { GovernanceError } from './errors.js';
import { checkPayload } from './payload.js';
import { signedRosterSchema } from './roster-schema.js';
import type { SignedRoster } from './roster.js';

/** The canonical form of a roster is about as long as its YAML. */
export const MAX_ROSTER_PAYLOAD_BYTES = 2 * MAX_ROSTER_BYTES;

/** Reads a roster's draft. Thrown when it isn't one: TemplateError TOO_LARGE, BAD_YAML or BAD_ROSTER. */
export function parseRosterDraft(text: string): SignedRoster {
  return readDocument(text, {
    what: 'a roster',
    schema: signedRosterSchema,
    maxBytes: MAX_ROSTER_BYTES,
    code: 'BAD_ROSTER',
  }).value;
}

/** The bytes that are signed: RFC 8785. Thrown when they are more than the limit: GovernanceError BAD_PAYLOAD. */
export function rosterPayload(roster: SignedRoster): Uint8Array {
  const payload = canonicalJson(roster);
  if (payload.length > MAX_ROSTER_PAYLOAD_BYTES) {
    throw new GovernanceError('BAD_PAYLOAD', `A roster must have at most ${MAX_ROSTER_PAYLOAD_BYTES} bytes.`);
  }
  return payload;
}

/** Reads a roster out of signed bytes. Thrown when they aren't its canonical form: GovernanceError BAD_PAYLOAD. */
export function rosterFromPayload(payload: Uint8Array): SignedRoster {
  return checkPayload(payload, signedRosterSchema, 'a roster', MAX_ROSTER_PAYLOAD_BYTES);
}

/** SHA-256 of the signed bytes, 64 hexadecimal digits: what is pinned, and read out over the telephone. */
export function rosterFingerprint(payload: Uint8Array): string {
  return toHex(sha256(payload));
}

/** What of it concerns runs. */
export function rosterOf(signed: SignedRoster): Roster {
  return {
    federation: signed.federation,
    version: signed.version,
    agencies: signed.agencies.map(({ id, name, identityKey, datasets }) => ({
      id,
      name,
      identityKey: fromBase64(identityKey),
      datasets,
    })),
    coordinator: { identityKey: fromBase64(signed.coordinator.identityKey) },
    ...(signed.revoked === undefined ? {} : { revoked: signed.revoked }),
  };
}
