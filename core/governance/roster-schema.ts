import { z } from 'zod';

import { fromBase64 } from '../base/index.js';
import { COORDINATOR } from '../private-join/index.js';
import { isPasskeyPublicKey, RAW_KEY_BYTES } from '../signing/index.js';
import {
  datasetNameSchema,
  isoDateSchema,
  lineSchema,
  MAX_AGENCIES,
  MAX_DATASETS_PER_AGENCY,
  MAX_OFFICERS,
  MAX_REVOKED,
  nameSchema,
  revokedSchema,
  versionSchema,
} from '../templates/index.js';
import { rosterFaults } from './roster-faults.js';
import type { SignedRoster } from './roster.js';

/** A key in a file, one in the office and one at home, a passkey. */
export const MAX_KEYS_PER_OFFICER = 4;
export const MAX_ORGANISATIONS = 250;
export const MAX_PURPOSES = 50;
export const MAX_REGISTRARS = 8;
const MAX_ORIGINS = 4;
/** Of a public key in base64; a P-256 key in DER has 124. */
const MAX_KEY_LENGTH = 200;

const FINGERPRINT = /^[0-9a-f]{64}$/;

export const fingerprintSchema = z.string().regex(FINGERPRINT, 'must be 64 lower-case hexadecimal digits');

const rawKeySchema = z
  .string()
  .max(MAX_KEY_LENGTH)
  .refine(
    (text) => decode(text)?.length === RAW_KEY_BYTES,
    `must be a raw Ed25519 public key: ${RAW_KEY_BYTES} bytes, base64`,
  );

const keySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ed25519'), publicKey: rawKeySchema }),
  z.strictObject({
    kind: z.literal('webauthn'),
    publicKey: z.string().max(MAX_KEY_LENGTH).refine(isPasskey, 'must be a P-256 or Ed25519 public key: DER, base64'),
  }),
]);

const DOMAIN = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;

const passkeysSchema = z
  .strictObject({
    rpId: z.string().max(253).regex(DOMAIN, 'must be a domain in small letters'),
    origins: z
      .array(z.url({ protocol: /^https?$/ }).max(300))
      .min(1)
      .max(MAX_ORIGINS),
  })
  .refine(
    ({ rpId, origins }) => origins.every((origin) => isOriginOf(origin, rpId)),
    'must have origins of that domain only, as in https://governance.example, without a path; http is for localhost only',
  );

/** What a draft has in the place of every name that only people can say. */
export const NAME_TO_FILL_IN = 'NAME';

const calledSchema = lineSchema.refine(
  (name) => name !== NAME_TO_FILL_IN,
  'is as the draft has it: put what they are called in its place',
);

const idsSchema = (max: number): z.ZodType<string[]> =>
  z.array(nameSchema).min(1).max(max).refine(isDistinct, 'must not name one twice');

/** A single signature must never be enough for what a whole federation relies on. */
const thresholdSchema = z.strictObject({
  officers: z.int().min(2).max(MAX_OFFICERS),
  organisations: z.int().min(1).max(MAX_OFFICERS),
});

export const signedRosterSchema: z.ZodType<SignedRoster> = z
  .strictObject({
    federation: nameSchema,
    version: versionSchema,
    previous: fingerprintSchema.exactOptional(),
    expires: isoDateSchema,
    organisations: z
      .array(z.strictObject({ id: nameSchema, name: calledSchema }))
      .min(1)
      .max(MAX_ORGANISATIONS),
    officers: z
      .array(
        z.strictObject({
          id: nameSchema,
          name: calledSchema,
          organisation: nameSchema,
          keys: z.array(keySchema).min(1).max(MAX_KEYS_PER_OFFICER),
        }),
      )
      .min(1)
      .max(MAX_OFFICERS),
    passkeys: passkeysSchema.exactOptional(),
    roles: z.strictObject({
      templates: thresholdSchema,
      roster: thresholdSchema,
      grants: z.strictObject({ grantors: idsSchema(MAX_OFFICERS), officers: z.int().min(1).max(MAX_OFFICERS) }),
      registrars: z
        .array(z.strictObject({ id: nameSchema, publicKey: rawKeySchema }))
        .min(1)
        .max(MAX_REGISTRARS),
    }),
    purposes: z
      .array(z.strictObject({ code: nameSchema, title: lineSchema, organisations: idsSchema(MAX_ORGANISATIONS) }))
      .min(1)
      .max(MAX_PURPOSES),
    agencies: z
      .array(
        z.strictObject({
          id: nameSchema.refine((id) => id !== COORDINATOR, 'is what the coordinator itself is called'),
          name: calledSchema,
          organisation: nameSchema,
          identityKey: rawKeySchema,
          datasets: z
            .array(datasetNameSchema)
            .max(MAX_DATASETS_PER_AGENCY)
            .refine(isDistinct, 'must not name a dataset twice'),
        }),
      )
      .min(1)
      .max(MAX_AGENCIES),
    coordinator: z.strictObject({ identityKey: rawKeySchema }),
    witnesses: z.int().min(0).max(MAX_AGENCIES),
    revoked: z.array(revokedSchema).max(MAX_REVOKED).exactOptional(),
  })
  .superRefine((roster, context) => {
    // Where single entries are wrong, what they have to do with each other can't be said yet.
    if (context.issues.length > 0) return;
    for (const { path, message } of rosterFaults(roster))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

function isPasskey(text: string): boolean {
  const bytes = decode(text);
  return bytes !== undefined && isPasskeyPublicKey(bytes);
}

/** Browsers let a page use a passkey of its own domain or of one that it is part of. */
function isOriginOf(text: string, rpId: string): boolean {
  const { origin, protocol, hostname } = new URL(text);
  // What a browser holds to be safe without TLS: its own computer, and no name that somebody could make point there.
  const isSafe = protocol === 'https:' || (rpId === 'localhost' && hostname === rpId);
  return isSafe && origin === text && (hostname === rpId || hostname.endsWith(`.${rpId}`));
}

function decode(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
