import type { RelyingParty } from '../signing/index.js';
import type { RevokedCertificate } from '../templates/index.js';

/**
 * Who is in the federation and who decides what: the root of all trust, one of a chain of versions, each signed by those
 * whom the version before it names. Keys are in base64, as they are in the signed bytes.
 */
export interface SignedRoster {
  /** Names the study; part of the match keys' domain separation. The same in every version. */
  readonly federation: string;
  readonly version: number;
  /** Fingerprint of the version before; in all but the first. Who trusts a version thereby trusts what led to it. */
  readonly previous?: string;
  /** ISO date of the last day on which it holds, by the calendar of UTC. */
  readonly expires: string;
  readonly organisations: readonly Organisation[];
  readonly officers: readonly RosterOfficer[];
  /** For which site the officers' passkeys are good; where absent, no passkey is. */
  readonly passkeys?: RelyingParty;
  readonly roles: Roles;
  readonly purposes: readonly Purpose[];
  /** In order of preference: where two hold a person, the earlier one's record stands. */
  readonly agencies: readonly SignedAgency[];
  /** Its key signs the checkpoints of the audit log, too. */
  readonly coordinator: { readonly identityKey: string };
  /** Agencies that must have cosigned a checkpoint before it is believed. */
  readonly witnesses: number;
  /** Certificates that nobody is let in with; none where it is left out. */
  readonly revoked?: readonly RevokedCertificate[];
}

export interface Organisation {
  readonly id: string;
  readonly name: string;
}

export interface RosterOfficer {
  readonly id: string;
  readonly name: string;
  /** Id of the organisation. */
  readonly organisation: string;
  readonly keys: readonly RosterKey[];
}

export interface RosterKey {
  readonly kind: 'ed25519' | 'webauthn';
  /** Of ed25519: 32 raw bytes. Of webauthn: SubjectPublicKeyInfo in DER. */
  readonly publicKey: string;
}

/** Distinct officers who have to sign, and of how many organisations they have to be. */
export interface Threshold {
  readonly officers: number;
  readonly organisations: number;
}

export interface Roles {
  /** Approve a template. */
  readonly templates: Threshold;
  /** Sign the next roster. */
  readonly roster: Threshold;
  /** Say who may ask for which purpose. */
  readonly grants: { readonly grantors: readonly string[]; readonly officers: number };
  /** Say how far the register has got, at least once a day; any one of them. */
  readonly registrars: readonly Registrar[];
}

export interface Registrar {
  readonly id: string;
  readonly publicKey: string;
}

export interface Purpose {
  readonly code: string;
  readonly title: string;
  /** Ids of the organisations that may be granted it. */
  readonly organisations: readonly string[];
}

export interface SignedAgency {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly identityKey: string;
  /** Datasets it may offer. */
  readonly datasets: readonly string[];
}
