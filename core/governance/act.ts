import { z } from 'zod';

import { fromBase64, toHex } from '../base/index.js';
import { canonicalJson, sha256 } from '../signing/index.js';
import { isoDateSchema, MAX_OFFICERS, nameSchema, textSchema, lineSchema } from '../templates/index.js';
import { GovernanceError } from './errors.js';
import { checkPayload } from './payload.js';
import { fingerprintSchema } from './roster-schema.js';
import { MAX_SIGNATURES } from './sign.js';

/** Whatever governance does beside the roster is an act: canonical JSON that says what, signed by those who did it. */
export const ACT_PAYLOAD_TYPE = 'application/vnd.tallystick.governance-act+json';

/** A template in base64 and a little. */
export const MAX_ACT_BYTES = 524_288;

export const ACT_KIND = {
  payloadType: ACT_PAYLOAD_TYPE,
  what: 'an act of governance',
  maxBytes: 2 * MAX_ACT_BYTES,
  maxSignatures: MAX_SIGNATURES,
} as const;

/** What every reviewer answers, one by one. */
export const PRINCIPLES = ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising'] as const;
export type Principle = (typeof PRINCIPLES)[number];

interface ActCommon {
  readonly federation: string;
  /** UTC, to the second, as the signer's computer says: for people, and so that no two acts have the same bytes. */
  readonly made: string;
}

/**
 * What starts something names the roster by which it is signed, and counts while that one is in force: an act kept back
 * can't come in under later rules, or in a federation that was founded anew under the same name. What stops something names
 * none, since it may wait for nobody to sign again; nor does a review, for its commitment does.
 */
interface ActUnderRoster extends ActCommon {
  /** Fingerprint of the roster in force. */
  readonly roster: string;
}

/** Puts a template up for approval, or an edited one in place of the one that was. */
export interface Propose extends ActUnderRoster {
  readonly act: 'propose';
  /** The template's canonical bytes in base64. */
  readonly template: string;
  /** Officers who have written it, beside those who sign the proposal. */
  readonly authors: readonly string[];
  /** Organisations of anybody else who has. */
  readonly organisations: readonly string[];
}

/** A reviewer's word that the review is written, without a word of it: the digest of the review that will follow. */
export interface CommitReview extends ActUnderRoster {
  readonly act: 'commit-review';
  /** Digest of the proposal. */
  readonly proposal: string;
  readonly officer: string;
  /** Digest of the review. */
  readonly review: string;
}

export interface Mark {
  readonly mark: 'met' | 'not-met';
  readonly reason: string;
}

/** What was committed to. */
export interface Review extends ActCommon {
  readonly act: 'review';
  readonly proposal: string;
  /** In the bytes, so that nobody can open another's commitment. */
  readonly officer: string;
  /** 32 random bytes: without them, whoever guesses a short review could check the guess against its digest. */
  readonly salt: string;
  readonly principles: Readonly<Record<Principle, Mark>>;
}

export interface Approve extends ActUnderRoster {
  readonly act: 'approve';
  readonly proposal: string;
  /** Digests of the reviews that the approver has read: both, ascending. */
  readonly reviews: readonly string[];
}

export interface Publish extends ActUnderRoster {
  readonly act: 'publish';
  readonly proposal: string;
}

export interface Revoke extends ActCommon {
  readonly act: 'revoke';
  readonly proposal: string;
  readonly reason: string;
}

/** Lets somebody ask for a purpose. */
export interface Grant extends ActUnderRoster {
  readonly act: 'grant';
  readonly organisation: string;
  /** One analyst of the organisation; where absent, all of them. */
  readonly analyst?: string;
  readonly purpose: string;
  /** ISO date of the last day. */
  readonly until: string;
}

export interface WithdrawGrant extends ActCommon {
  readonly act: 'withdraw-grant';
  /** Digest of the grant. */
  readonly grant: string;
  readonly reason: string;
}

export type Act = Propose | CommitReview | Review | Approve | Publish | Revoke | Grant | WithdrawGrant;
export type ActName = Act['act'];

const MADE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export const instantSchema = z
  .string()
  .refine(
    (text) => MADE.test(text) && !Number.isNaN(Date.parse(text)) && instantOf(new Date(text)) === text,
    'must be a UTC time to the second, as in 2026-11-23T08:00:00Z',
  );

const common = { federation: nameSchema, made: instantSchema };
const underRoster = { ...common, roster: fingerprintSchema };

const markSchema = z.strictObject({ mark: z.enum(['met', 'not-met']), reason: textSchema });

const saltSchema = fingerprintSchema;

const actSchema: z.ZodType<Act> = z.discriminatedUnion('act', [
  z.strictObject({
    ...underRoster,
    act: z.literal('propose'),
    template: z.string().refine(isBase64, 'must be base64'),
    authors: distinct(nameSchema),
    organisations: distinct(nameSchema),
  }),
  z.strictObject({
    ...underRoster,
    act: z.literal('commit-review'),
    proposal: fingerprintSchema,
    officer: nameSchema,
    review: fingerprintSchema,
  }),
  z.strictObject({
    ...common,
    act: z.literal('review'),
    proposal: fingerprintSchema,
    officer: nameSchema,
    salt: saltSchema,
    principles: z.strictObject({
      relevant: markSchema,
      impactful: markSchema,
      clearAndInformative: markSchema,
      nonStigmatising: markSchema,
    }),
  }),
  z.strictObject({
    ...underRoster,
    act: z.literal('approve'),
    proposal: fingerprintSchema,
    reviews: distinct(fingerprintSchema).refine(isAscending, 'must be in ascending order'),
  }),
  z.strictObject({ ...underRoster, act: z.literal('publish'), proposal: fingerprintSchema }),
  z.strictObject({ ...common, act: z.literal('revoke'), proposal: fingerprintSchema, reason: textSchema }),
  z.strictObject({
    ...underRoster,
    act: z.literal('grant'),
    organisation: nameSchema,
    analyst: lineSchema.exactOptional(),
    purpose: nameSchema,
    until: isoDateSchema,
  }),
  z.strictObject({ ...common, act: z.literal('withdraw-grant'), grant: fingerprintSchema, reason: textSchema }),
]);

/** The bytes that are signed. Thrown when they are too many: GovernanceError BAD_PAYLOAD. */
export function actPayload(act: Act): Uint8Array {
  const payload = canonicalJson(act);
  if (payload.length > MAX_ACT_BYTES) {
    throw new GovernanceError('BAD_PAYLOAD', `An act of governance must have at most ${MAX_ACT_BYTES} bytes.`);
  }
  return payload;
}

/** Reads an act out of signed bytes. Thrown when they aren't its canonical form: GovernanceError BAD_PAYLOAD. */
export function actFromPayload(payload: Uint8Array): Act {
  return checkPayload(payload, actSchema, 'an act of governance', MAX_ACT_BYTES);
}

/** SHA-256 of the payload, 64 hexadecimal digits: what other acts call it by, and what commits to a review. */
export function actDigest(payload: Uint8Array): string {
  return toHex(sha256(payload));
}

/** As acts and statements say when. */
export function instantOf(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

function distinct(schema: z.ZodType<string>): z.ZodType<string[]> {
  return z
    .array(schema)
    .max(MAX_OFFICERS)
    .refine((values) => new Set(values).size === values.length, 'must not name one twice');
}

function isAscending(values: readonly string[]): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] ?? '') < value);
}

function isBase64(text: string): boolean {
  try {
    fromBase64(text);
    return true;
  } catch {
    return false;
  }
}
