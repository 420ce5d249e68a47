import type { Grant, WithdrawGrant } from './act.js';
import { GovernanceError } from './errors.js';
import type { SignedRoster } from './roster.js';
import type { Signer } from './signers.js';

/** Who may ask, as signed entries say it. */
export interface GrantRecord {
  readonly digest: string;
  readonly organisation: string;
  /** Absent: all analysts of the organisation. */
  readonly analyst?: string;
  readonly purpose: string;
  /** ISO date of the last day. */
  readonly until: string;
  /** Officers who have granted it. */
  readonly grantors: readonly string[];
  /** Why it was withdrawn. */
  readonly withdrawn?: string;
}

/** Who asks. */
export interface Requester {
  readonly organisation: string;
  readonly analyst: string;
}

/** Thrown when it isn't theirs to grant, or not for this organisation: GovernanceError. */
export function granted(act: Grant, digest: string, signers: readonly Signer[], roster: SignedRoster): GrantRecord {
  const { organisation, purpose, until } = act;
  assertGrantors(signers, roster);
  if (!roster.organisations.some(({ id }) => id === organisation)) {
    throw new GovernanceError('UNKNOWN_ORGANISATION', `The roster has no organisation ${organisation}.`);
  }
  const known = roster.purposes.find(({ code }) => code === purpose);
  if (known === undefined) throw new GovernanceError('UNKNOWN_PURPOSE', `The roster has no purpose ${purpose}.`);
  if (!known.organisations.includes(organisation)) {
    throw new GovernanceError('PURPOSE_NOT_OPEN', `${organisation} may not be granted ${purpose} by the roster.`);
  }
  // Last, so that the first of several to sign is told of everything else.
  assertEnough(signers, roster.roles.grants.officers);
  return {
    digest,
    organisation,
    ...(act.analyst === undefined ? {} : { analyst: act.analyst }),
    purpose,
    until,
    grantors: signers.map(({ officer }) => officer.id),
  };
}

/** Any one grantor may: to stop takes fewer than to start. Thrown when it isn't theirs, or there is none: GovernanceError. */
export function withdrawn(
  grant: GrantRecord | undefined,
  { reason }: WithdrawGrant,
  signers: readonly Signer[],
  roster: SignedRoster,
): GrantRecord {
  assertGrantors(signers, roster);
  if (grant === undefined || grant.withdrawn !== undefined) {
    throw new GovernanceError('UNKNOWN_GRANT', 'There is no such grant, or it has been withdrawn.');
  }
  return { ...grant, withdrawn: reason };
}

/** Whether the grant lets this requester ask, today, under this roster. */
export function covers(
  grant: GrantRecord,
  { organisation, analyst }: Requester,
  purpose: string,
  roster: SignedRoster,
  now: Date,
): boolean {
  return (
    isInForce(grant, roster, now) &&
    grant.purpose === purpose &&
    grant.organisation === organisation &&
    (grant.analyst === undefined || grant.analyst === analyst)
  );
}

/** A purpose that the roster no longer opens to an organisation is closed to it, whatever was granted. */
export function isInForce(
  { organisation, purpose, until, withdrawn }: GrantRecord,
  roster: SignedRoster,
  now: Date,
): boolean {
  return (
    withdrawn === undefined &&
    now.toISOString().slice(0, 10) <= until &&
    roster.purposes.some(({ code, organisations }) => code === purpose && organisations.includes(organisation))
  );
}

function assertGrantors(signers: readonly Signer[], { roles }: SignedRoster): void {
  for (const { officer } of signers) {
    if (roles.grants.grantors.includes(officer.id)) continue;
    throw new GovernanceError('NOT_A_GRANTOR', `${officer.id} is not one of the roster's grantors.`);
  }
}

function assertEnough(signers: readonly Signer[], needed: number): void {
  if (signers.length < needed) {
    throw new GovernanceError('TOO_FEW_SIGNERS', `A grant needs ${needed} grantors and has ${signers.length}.`);
  }
}
