import { preAuthenticationEncoding, signatureHolds } from '../signing/index.js';
import type { Envelope } from '../signing/index.js';
import { GovernanceError } from './errors.js';
import { officerKeys } from './roster-keys.js';
import type { RosterOfficer, SignedRoster, Threshold } from './roster.js';

/** An officer of a roster whose signature holds. */
export interface Signer {
  readonly officer: RosterOfficer;
  /** Fingerprint of the key that was used. */
  readonly keyId: string;
}

/**
 * Who has signed, each officer once, by name. One signature that doesn't hold spoils all: who put it
 * there, and why, is for people to find out.
 * Thrown when there are none: GovernanceError TOO_FEW_SIGNERS; else UNKNOWN_SIGNER, DUPLICATE_SIGNER or BAD_SIGNATURE.
 */
export function signersOf(payloadType: string, envelope: Envelope, roster: SignedRoster): readonly Signer[] {
  const [signers = []] = signersIn(payloadType, envelope, [roster]);
  return signers;
}

/**
 * The same for several rosters at once, of which at least one has to know each signer: a new roster is signed by officers
 * of the one before, who may have left, and by its own, who may be new.
 */
export function signersIn(
  payloadType: string,
  { payload, signatures }: Envelope,
  rosters: readonly SignedRoster[],
): readonly (readonly Signer[])[] {
  if (signatures.length === 0) throw new GovernanceError('TOO_FEW_SIGNERS', 'Nobody has signed this.');
  const encoded = preAuthenticationEncoding(payloadType, payload);
  const found = rosters.map((roster) => ({ roster, keys: officerKeys(roster), signers: new Map<string, Signer>() }));
  for (const signature of signatures) {
    const knowing = found.filter(({ keys }) => keys.has(signature.keyid));
    if (knowing.length === 0) {
      throw new GovernanceError('UNKNOWN_SIGNER', 'This is signed with a key that no officer of the roster has.');
    }
    for (const { roster, keys, signers } of knowing) {
      const known = keys.get(signature.keyid);
      if (known === undefined) continue;
      const { officer, key } = known;
      if (!signatureHolds(key, encoded, signature, roster.passkeys)) {
        throw new GovernanceError('BAD_SIGNATURE', `The signature of ${officer.id} is not one over these bytes.`);
      }
      // One person with two keys is one person.
      if (signers.has(officer.id)) {
        throw new GovernanceError('DUPLICATE_SIGNER', `${officer.id} has signed this twice.`);
      }
      signers.set(officer.id, { officer, keyId: signature.keyid });
    }
  }
  return found.map(({ signers }) => [...signers.values()].toSorted(byOfficer));
}

/** An envelope has them by their keys' ids, which say nothing to people. */
function byOfficer({ officer: one }: Signer, { officer: other }: Signer): number {
  return one.id < other.id ? -1 : 1;
}

/** Whether so many people of so many organisations are enough. */
export function reaches(officers: readonly RosterOfficer[], threshold: Threshold): boolean {
  return officers.length >= threshold.officers && organisationsOf(officers) >= threshold.organisations;
}

/** Thrown when they aren't enough: GovernanceError TOO_FEW_SIGNERS or TOO_FEW_ORGANISATIONS. */
export function assertThreshold(signers: readonly Signer[], threshold: Threshold, what: string): void {
  if (signers.length < threshold.officers) {
    throw new GovernanceError(
      'TOO_FEW_SIGNERS',
      `${what} needs the signatures of ${threshold.officers} officers and has ${signers.length}.`,
    );
  }
  const organisations = organisationsOf(signers.map(({ officer }) => officer));
  if (organisations < threshold.organisations) {
    throw new GovernanceError(
      'TOO_FEW_ORGANISATIONS',
      `${what} needs officers of ${threshold.organisations} organisations and has those of ${organisations}.`,
    );
  }
}

function organisationsOf(officers: readonly RosterOfficer[]): number {
  return new Set(officers.map(({ organisation }) => organisation)).size;
}
