import { z } from 'zod';

import { fromBase64, toHex } from '../base/index.js';
import { COORDINATOR } from '../private-join/index.js';
import type { PartyId } from '../private-join/index.js';
import { readDocument } from './document.js';
import { datasetNameSchema, lineSchema, nameSchema, onAnyBlock, versionSchema } from './vocabulary.js';

/** Who is in the federation, what each may offer, and who signs for governance. */
export interface Roster {
  /** Names the study; part of the match keys' domain separation. */
  readonly federation: string;
  readonly version: number;
  /** In order of preference: where two hold a person, the earlier one's record stands. */
  readonly agencies: readonly RosterAgency[];
  readonly coordinator: { readonly identityKey: Uint8Array };
  readonly governance: Governance;
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

export interface Governance {
  /** Distinct officers who must have signed a template. */
  readonly threshold: number;
  readonly officers: readonly Officer[];
}

export interface Officer {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Bytes of a roster's YAML. */
export const MAX_ROSTER_BYTES = 262_144;
/** 43 police forces and many charities. */
export const MAX_AGENCIES = 200;
export const MAX_OFFICERS = 32;
export const MAX_DATASETS_PER_AGENCY = 50;
/** One that has expired may go from the list, for nobody is let in with it anyway. */
export const MAX_REVOKED = 1_000;

const PUBLIC_KEY_BYTES = 32;

const publicKeySchema = z
  .string()
  .max(64)
  .transform((text, context): Uint8Array => {
    const bytes = decodeBase64(text);
    if (bytes?.length === PUBLIC_KEY_BYTES) return bytes;
    context.addIssue({
      code: 'custom',
      message: `must be a raw Ed25519 public key: ${PUBLIC_KEY_BYTES} bytes, base64`,
    });
    return z.NEVER;
  });

const agencySchema = z.strictObject({
  id: nameSchema.refine((id) => id !== COORDINATOR, 'is what the coordinator itself is called'),
  name: lineSchema,
  identityKey: publicKeySchema,
  datasets: z.array(datasetNameSchema).max(MAX_DATASETS_PER_AGENCY).refine(isDistinct, 'must not name a dataset twice'),
});

const officerSchema = z.strictObject({
  id: nameSchema,
  name: lineSchema,
  organisation: lineSchema,
  publicKey: publicKeySchema,
});

/** RFC 5280 section 4.1.2.2: at most 20 bytes. */
const SERIAL = /^(?:[0-9a-f]{2}){1,20}$/;

export const revokedSchema = z.strictObject({
  serial: z.string().regex(SERIAL, 'must be 2 to 40 lower-case hexadecimal digits, two for each byte, in quotes'),
  reason: lineSchema,
});

const rosterSchema: z.ZodType<Roster> = z
  .strictObject({
    federation: nameSchema,
    version: versionSchema,
    agencies: z
      .array(agencySchema)
      .min(1)
      .max(MAX_AGENCIES)
      .refine((agencies) => isDistinct(agencies.map(({ id }) => id)), 'must not have one id twice'),
    coordinator: z.strictObject({ identityKey: publicKeySchema }),
    governance: z
      .strictObject({
        threshold: z.int().min(1).max(MAX_OFFICERS),
        officers: z
          .array(officerSchema)
          .min(1)
          .max(MAX_OFFICERS)
          .refine((officers) => isDistinct(officers.map(({ id }) => id)), 'must not have one id twice')
          // Two names with one key would let one person sign as two.
          .refine(
            (officers) => isDistinct(officers.map(({ publicKey }) => toHex(publicKey))),
            'must each have a key of their own',
          ),
      })
      .refine(({ threshold, officers }) => !Array.isArray(officers) || !(threshold > officers.length), {
        ...onAnyBlock,
        path: ['threshold'],
        error: 'must not be more than there are officers',
      }),
    revoked: z
      .array(revokedSchema)
      .max(MAX_REVOKED)
      .refine((revoked) => isDistinct(revoked.map(({ serial }) => serial)), 'must not have one serial twice')
      .exactOptional(),
  })
  .refine(
    ({ agencies, coordinator }) => isDistinct([coordinator, ...agencies].map(({ identityKey }) => toHex(identityKey))),
    { path: ['agencies'], error: 'must each have a key of their own, and the coordinator another' },
  );

/** Reads a roster. Thrown when it isn't one: TemplateError TOO_LARGE, BAD_YAML or BAD_ROSTER. */
export function parseRoster(text: string): Roster {
  return readDocument(text, {
    what: 'a roster',
    schema: rosterSchema,
    maxBytes: MAX_ROSTER_BYTES,
    code: 'BAD_ROSTER',
  }).value;
}

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

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
