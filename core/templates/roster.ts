import { z } from 'zod';

import { COORDINATOR } from '../private-join/index.js';
import type { PartyId } from '../private-join/index.js';
import { lineSchema } from './vocabulary.js';

/** What of the signed roster concerns runs: who is in the federation, and what each may offer. */
export interface Roster {
  /** Names the study; part of the match keys' domain separation. */
  readonly federation: string;
  readonly version: number;
  /** In order of preference: where two hold a person, the earlier one's record stands. */
  readonly agencies: readonly RosterAgency[];
  readonly coordinator: { readonly identityKey: Uint8Array };
  /** Certificates that nobody is let in with, whatever else they say; none where it is left out. */
  readonly revoked?: readonly RevokedCertificate[] | undefined;
}

export interface RevokedCertificate {
  /** Its serial number: lower-case hexadecimal digits, without colons. */
  readonly serial: string;
  /** For people: whose it was, and what happened. */
  readonly reason: string;
}

export interface RosterAgency {
  readonly id: PartyId;
  readonly name: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** Datasets it may offer. */
  readonly datasets: readonly string[];
}

/** Bytes of a roster's YAML. */
export const MAX_ROSTER_BYTES = 262_144;
/** 43 police forces and many charities. */
export const MAX_AGENCIES = 200;
export const MAX_OFFICERS = 32;
export const MAX_DATASETS_PER_AGENCY = 50;
/** One that has expired may go from the list, for nobody is let in with it anyway. */
export const MAX_REVOKED = 1_000;

/** RFC 5280 section 4.1.2.2: at most 20 bytes. */
const SERIAL = /^(?:[0-9a-f]{2}){1,20}$/;

export const revokedSchema = z.strictObject({
  serial: z.string().regex(SERIAL, 'must be 2 to 40 lower-case hexadecimal digits, two for each byte, in quotes'),
  reason: lineSchema,
});

/** The raw Ed25519 identity key of every party, the coordinator among them. */
export function identityKeys(roster: Roster): ReadonlyMap<PartyId, Uint8Array> {
  return new Map([
    [COORDINATOR, roster.coordinator.identityKey],
    ...roster.agencies.map(({ id, identityKey }): [PartyId, Uint8Array] => [id, identityKey]),
  ]);
}

/** Serial numbers of the certificates that nobody is let in with. */
export function revokedSerials({ revoked = [] }: Pick<Roster, 'revoked'>): ReadonlySet<string> {
  return new Set(revoked.map(({ serial }) => serial));
}
