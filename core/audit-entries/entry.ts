import { z } from 'zod';

import { AuditError, MAX_ENTRY_BYTES } from '../audit/index.js';
import { equalBytes } from '../base/index.js';
import { canonicalJson } from '../signing/index.js';
import {
  MAX_ENTRY_DATASET_CHARACTERS,
  MAX_ENTRY_DATASETS,
  MAX_ENTRY_NAME_CHARACTERS,
  MAX_ENTRY_PARAMETER_CHARACTERS,
  MAX_ENTRY_PARAMETER_VALUES,
  MAX_ENTRY_PARAMETERS,
  MAX_ENTRY_PARTICIPANTS,
  MAX_ENTRY_REQUESTER_CHARACTERS,
  MAX_ENTRY_TEMPLATE_CHARACTERS,
} from './limits.js';

/** What the first entry says that the log is. */
export const AUDIT_LOG_FORMAT = 'tallystick-audit-log/v1';

const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const name = z
  .string()
  .max(MAX_ENTRY_NAME_CHARACTERS)
  .regex(/^[a-z0-9][a-z0-9-]*$/);
const run = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** Not the list of codes that there are now: what was logged with another one is read for ever. */
const code = z.string().regex(/^[A-Z][A-Z_]{0,63}$/);
const version = z.int().min(1);
const registerHead = z.strictObject({ size: z.int().min(1), root: digest });
/** When the coordinator wrote it, by its clock: UTC, to the millisecond. */
const at = z.string().refine((text) => TIME.test(text) && isSame(new Date(text), text));

const offered = z.strictObject({
  dataset: z.string().min(1).max(MAX_ENTRY_DATASET_CHARACTERS),
  snapshot: digest,
});

/**
 * What the log holds, by `type`. None has personal data, nor a word that anybody could write freely, but for the name
 * under which a token asks.
 */
export const AUDIT_ENTRY_SCHEMAS = {
  /** The first entry. */
  opened: z.strictObject({
    type: z.literal('opened'),
    at,
    format: z.literal(AUDIT_LOG_FORMAT),
    federation: name,
  }),
  /**
   * An entry of the register of governance has come to the coordinator: a roster, a proposal, a review, an approval, a
   * publication, a revocation, a grant. A log without the register's text says so which of all registers it was.
   */
  register: z.strictObject({
    type: z.literal('register'),
    at,
    /** Of the entry in the register, from 0. */
    index: z.int().min(0),
    /** Of the entry as a leaf of the register's tree (RFC 9162 section 2.1.1). */
    leaf: digest,
  }),
  /** The coordinator's clock was ahead, and was put right by its operator: times before this may be wrong. */
  clock: z
    .strictObject({
      type: z.literal('clock'),
      at,
      /** The time of the last checkpoint before it. */
      from: at,
      /** What the clock said then; earlier. */
      to: at,
    })
    // Both are written in one way, so that their texts are in the order of time.
    .refine(({ from, to }) => from > to),
  /** Agencies are about to be asked. */
  offer: z.strictObject({
    type: z.literal('offer'),
    at,
    run,
    /** Of all that every agency is sent: `offerDigest`. */
    digest,
    template: z.string().min(1).max(MAX_ENTRY_TEMPLATE_CHARACTERS),
    version,
    /** SHA-256 of the template's signed bytes. */
    templateDigest: digest,
    /** What the coordinator had of the register when it asked. */
    register: registerHead,
    parameters: z
      .record(
        z.string().min(1).max(MAX_ENTRY_NAME_CHARACTERS),
        z.array(z.string().max(MAX_ENTRY_PARAMETER_CHARACTERS)).max(MAX_ENTRY_PARAMETER_VALUES).readonly(),
      )
      .refine((parameters) => Object.keys(parameters).length <= MAX_ENTRY_PARAMETERS),
    requester: z.string().max(MAX_ENTRY_REQUESTER_CHARACTERS),
    purpose: name,
    participants: z
      .array(z.strictObject({ agency: name, datasets: z.array(offered).max(MAX_ENTRY_DATASETS).readonly() }))
      .min(1)
      .max(MAX_ENTRY_PARTICIPANTS)
      .readonly(),
  }),
  /** An agency's node has answered an offer. */
  answer: z.strictObject({
    type: z.literal('answer'),
    at,
    run,
    agency: name,
    /** The code with which it refused; null where it takes part. */
    refusal: code.nullable(),
  }),
  /** A run ended with a table. */
  release: z.strictObject({
    type: z.literal('release'),
    at,
    run,
    /** Of the release: `releaseDigest`. */
    digest,
    /** Cells of its table that are not shown. */
    suppressed: z.int().min(0),
  }),
  /** A run ended without one, for whatever reason. */
  failure: z.strictObject({ type: z.literal('failure'), at, run, code }),
} as const;

export type AuditEntryType = keyof typeof AUDIT_ENTRY_SCHEMAS;
export type AuditEntryOf<Type extends AuditEntryType> = z.infer<(typeof AUDIT_ENTRY_SCHEMAS)[Type]>;
export type AuditEntry = { [Type in AuditEntryType]: AuditEntryOf<Type> }[AuditEntryType];

/** An entry of a kind that a later version writes: kept, and passed over. */
export interface UnknownEntry {
  readonly type: 'unknown';
  /** What it calls itself. */
  readonly named: string;
}

const namedSchema = z.looseObject({ type: z.string().regex(/^[a-z][a-z-]{0,63}$/) });

/**
 * As the log holds it: RFC 8785 JSON. Thrown when a field is not as it should be, or it is longer than an entry may be:
 * AuditError BAD_ENTRY, with the field.
 */
export function entryBytes(entry: AuditEntry): Uint8Array {
  const bytes = canonicalJson(checked(entry.type, entry));
  if (bytes.length > MAX_ENTRY_BYTES) throw badEntry(`it has more than ${MAX_ENTRY_BYTES} bytes`);
  return bytes;
}

/**
 * Reads an entry; what it gives has the same bytes again.
 * Thrown when it isn't RFC 8785 JSON with a `type`, or of a type that is known and not as that should be: AuditError BAD_ENTRY.
 */
export function parseEntry(bytes: Uint8Array): AuditEntry | UnknownEntry {
  const value = read(bytes);
  const named = namedSchema.safeParse(value);
  if (!named.success) throw badEntry('type: it has no name of a kind of entry');
  const { type } = named.data;
  if (!isKnown(type)) return { type: 'unknown', named: type };
  const entry = checked(type, value);
  if (!equalBytes(canonicalJson(entry), bytes)) throw badEntry('it has something that its kind has not');
  return entry;
}

function read(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_ENTRY_BYTES) throw badEntry(`it has more than ${MAX_ENTRY_BYTES} bytes`);
  let value: unknown;
  let canonical: Uint8Array;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    canonical = canonicalJson(value);
  } catch (cause) {
    throw badEntry('it is not JSON', cause);
  }
  // So that one entry can't be written in two ways.
  if (!equalBytes(canonical, bytes)) throw badEntry('it is not written as RFC 8785 says');
  return value;
}

function checked(type: AuditEntryType, value: unknown): AuditEntry {
  const { data, error } = AUDIT_ENTRY_SCHEMAS[type].safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw badEntry(`${issue?.path.join('.') || 'the whole'}: not as an entry of type ${type} has it`);
}

function isKnown(type: string): type is AuditEntryType {
  return Object.hasOwn(AUDIT_ENTRY_SCHEMAS, type);
}

function isSame(time: Date, text: string): boolean {
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function badEntry(why: string, cause?: unknown): AuditError {
  return new AuditError('BAD_ENTRY', `This is not an entry of an audit log: ${why}.`, { cause });
}
