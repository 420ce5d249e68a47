import type { Envelope } from '../signing/index.js';
import { GovernanceError } from './errors.js';
import { openEnvelope } from './payload.js';
import { MAX_ROSTER_PAYLOAD_BYTES, rosterFingerprint, rosterFromPayload } from './signed-roster.js';
import type { SignedRoster } from './roster.js';
import { assertThreshold, signersIn, signersOf } from './signers.js';
import { MAX_SIGNATURES } from './sign.js';

export const ROSTER_PAYLOAD_TYPE = 'application/vnd.tallystick.roster+json';

export const ROSTER_KIND = {
  payloadType: ROSTER_PAYLOAD_TYPE,
  what: 'a roster',
  maxBytes: 2 * MAX_ROSTER_PAYLOAD_BYTES,
  maxSignatures: MAX_SIGNATURES,
} as const;

/** A roster whose signatures have been checked. */
export interface TrustedRoster {
  readonly roster: SignedRoster;
  /** SHA-256 of its signed bytes. */
  readonly fingerprint: string;
}

interface OpenedRoster extends TrustedRoster {
  readonly envelope: Envelope;
}

/**
 * The roster in force at the end of a chain that begins with the one whose fingerprint is pinned. Versions before the last
 * may have expired: what led to the one that holds now doesn't have to hold itself.
 * Thrown when the chain doesn't hold: GovernanceError BAD_ENTRY, BAD_PAYLOAD, ROSTER_NOT_PINNED, ROSTER_GAP,
 * ROSTER_ROLLBACK, ROSTER_FORKED, ROSTER_STALE, WRONG_FEDERATION, TOO_FEW_SIGNERS, TOO_FEW_ORGANISATIONS, UNKNOWN_SIGNER,
 * DUPLICATE_SIGNER or BAD_SIGNATURE, each with the number of the envelope.
 */
export function verifyRosterChain(pinned: string, envelopes: readonly Uint8Array[], now: Date): TrustedRoster {
  const [first, ...later] = envelopes;
  if (first === undefined) throw new GovernanceError('NO_ROSTER', 'There is no roster in the chain.');
  let current = atEntry(0, () => pinnedRoster(pinned, first));
  later.forEach((envelope, index) => {
    const before = current;
    current = atEntry(index + 1, () => nextRoster(before, envelope));
  });
  assertInForce(current.roster, now);
  return current;
}

/** The roster that a fingerprint was pinned of. Thrown when it is another, or its own officers have not signed it. */
export function pinnedRoster(pinned: string, bytes: Uint8Array): TrustedRoster {
  const opened = openRoster(bytes);
  if (opened.fingerprint !== pinned) {
    throw new GovernanceError(
      'ROSTER_NOT_PINNED',
      'This is not the roster that was pinned: compare the fingerprint with an officer, not by the same way it came.',
    );
  }
  return selfSigned(opened);
}

/**
 * A first version that nobody has pinned yet: it says who its officers are, and they have signed it. Whether it is the
 * right one, it can't say itself.
 */
export function foundingRoster(bytes: Uint8Array): TrustedRoster {
  const opened = openRoster(bytes);
  if (opened.roster.version !== 1) {
    throw new GovernanceError('ROSTER_GAP', `The first roster is version 1, and this is ${opened.roster.version}.`);
  }
  return selfSigned(opened);
}

/** The version after `current`. Thrown when it isn't: GovernanceError, as in `verifyRosterChain`. */
export function nextRoster(current: TrustedRoster, bytes: Uint8Array): TrustedRoster {
  const { envelope, roster, fingerprint } = openRoster(bytes);
  const { roster: before } = current;
  if (roster.federation !== before.federation) {
    throw new GovernanceError('WRONG_FEDERATION', `This is a roster of another federation than ${before.federation}.`);
  }
  if (roster.version <= before.version) {
    throw new GovernanceError(
      'ROSTER_ROLLBACK',
      `Version ${before.version} is in force; version ${roster.version} can't come after it.`,
    );
  }
  if (roster.version !== before.version + 1) {
    throw new GovernanceError(
      'ROSTER_GAP',
      `Version ${before.version} is followed by version ${before.version + 1}, and this is ${roster.version}.`,
    );
  }
  if (roster.previous !== current.fingerprint) {
    throw new GovernanceError(
      'ROSTER_FORKED',
      `Version ${roster.version} was signed to follow another version ${before.version} than the one in force.`,
    );
  }
  const [old = [], own = []] = signersIn(ROSTER_PAYLOAD_TYPE, envelope, [before, roster]);
  assertThreshold(old, before.roles.roster, `Version ${roster.version}, by the rules of version ${before.version},`);
  assertThreshold(own, roster.roles.roster, `Version ${roster.version}, by its own rules,`);
  return { roster, fingerprint };
}

/** Thrown when its last day has passed, by the calendar of UTC: GovernanceError ROSTER_STALE. */
export function assertInForce({ version, expires }: SignedRoster, now: Date): void {
  if (now.toISOString().slice(0, 10) > expires) {
    throw new GovernanceError(
      'ROSTER_STALE',
      `Version ${version} of the roster held until ${expires}: its officers have to sign the next one.`,
    );
  }
}

/** Names the entry that something went wrong at. */
export function atEntry<Result>(entry: number, take: () => Result): Result {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    throw new GovernanceError(error.code, `Entry ${entry}: ${error.message}`, { cause: error, entry });
  }
}

function openRoster(bytes: Uint8Array): OpenedRoster {
  const envelope = openEnvelope(bytes, ROSTER_KIND);
  return {
    envelope,
    roster: rosterFromPayload(envelope.payload),
    fingerprint: rosterFingerprint(envelope.payload),
  };
}

function selfSigned({ envelope, roster, fingerprint }: OpenedRoster): TrustedRoster {
  const signers = signersOf(ROSTER_PAYLOAD_TYPE, envelope, roster);
  assertThreshold(signers, roster.roles.roster, `Version ${roster.version}`);
  return { roster, fingerprint };
}
