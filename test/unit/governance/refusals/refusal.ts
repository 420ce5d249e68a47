import { registerOf } from '../../../../core/governance/index.js';
import type { GovernanceErrorCode, Register } from '../../../../core/governance/index.js';
import { readEnvelope, writeEnvelope } from '../../../../core/signing/index.js';
import type { EnvelopeKind } from '../../../../core/signing/index.js';
import { canonicalTemplate, templateDigest } from '../../../../core/templates/index.js';
import { Entries, fingerprintOf, following, NOW, ROSTER, signed, TEMPLATE, without } from '../fixtures.js';

/** What must never count, whatever it is wrong with. */
export const FAULTS = [
  'one signature short',
  'two signatures by one person',
  'two persons of one organisation',
  'by its own author',
  'by the author’s organisation',
  'expired',
  'revoked',
  'superseded',
  'an altered byte',
  'a payload written again',
  'a downgraded roster',
  'a skipped version of the roster',
  'an officer who was removed',
  'signed under another roster',
  'a purpose that is not granted',
  'a stale statement',
] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * Something with a fault, and the same without, which is taken: so that it is the fault that is refused, and not something
 * else about the row.
 */
export interface Refusal {
  readonly fault: Fault;
  readonly of: string;
  readonly code: GovernanceErrorCode;
  readonly sound: () => unknown;
  readonly faulty: () => unknown;
  /** Where it is an entry of a register that is at fault: all of them. */
  readonly entries: (() => readonly Uint8Array[]) | undefined;
}
export type Row = readonly [
  of: string,
  code: GovernanceErrorCode,
  sound: () => unknown,
  faulty: () => unknown,
  entries?: () => readonly Uint8Array[],
];
/** Adds entries to a register. */
export type Write = (entries: Entries) => unknown;

export const PIN = fingerprintOf(ROSTER);
/** Three officers of three organisations: enough for any roster here. */
export const ALL = ['ada', 'ben', 'cyd'];
export const SECOND = following(ROSTER, { witnesses: 2 });
const DIGEST = templateDigest(canonicalTemplate(TEMPLATE));

export function rows(fault: Fault, each: readonly Row[]): readonly Refusal[] {
  return each.map(([of, code, sound, faulty, entries]) => ({ fault, of, code, sound, faulty, entries }));
}

/** A row about a register that takes its entries, or doesn't. */
export function taken(of: string, code: GovernanceErrorCode, sound: Write, faulty: Write): Row {
  return [of, code, () => register(sound), () => register(faulty), () => entriesOf(faulty)];
}

/** A row about a template that anna may ask on the day, or nobody may; without a day it is today. */
export function asked(
  of: string,
  code: GovernanceErrorCode,
  [sound, soundDay]: readonly [Write, string?],
  [faulty, faultyDay]: readonly [Write, string?],
): Row {
  return [of, code, () => ask(sound, soundDay), () => ask(faulty, faultyDay)];
}

export function register(write: Write): Register {
  return registerOf(entriesOf(write), PIN);
}

export function entriesOf(write: Write): readonly Uint8Array[] {
  const entries = new Entries();
  write(entries);
  return entries.list;
}

function ask(write: Write, day?: string): unknown {
  const now = day === undefined ? NOW : new Date(day);
  return register(write).assertMayAsk(DIGEST, { organisation: 'justice', analyst: 'anna' }, now);
}

export function inOrder(...writes: readonly Write[]): Write {
  return (entries) => {
    for (const write of writes) write(entries);
  };
}

/** Proposed by an author, reviewed by these, and brought further by what is given. */
export function reviewed(author: string, reviewers: readonly string[], further: Further): Write {
  return (entries) => {
    const proposal = entries.propose(TEMPLATE, [author]);
    further(entries, proposal, entries.reviewed(proposal, reviewers));
  };
}
type Further = (entries: Entries, proposal: string, reviews: readonly string[]) => unknown;

/** Proposed by ada, reviewed by ben and cyd; approved by these. */
export const approvedBy = (...signers: readonly string[]): Write =>
  reviewed('ada', ['ben', 'cyd'], (entries, proposal, reviews) => entries.approve(proposal, reviews, ...signers));

export const proposed: Write = (entries) => entries.propose();
export const live: Write = (entries) => entries.live();
export const revoked: Write = (entries) => {
  const proposal = registerOf(entries.list, PIN).proposals[0]?.digest ?? '';
  entries.act({ act: 'revoke', proposal, reason: 'No.' }, 'ben');
};
export const grant =
  (change: object = {}, ...signers: readonly string[]): Write =>
  (entries) =>
    entries.grant(change, signers.length === 0 ? ['ada', 'cyd'] : signers);
export const grantedBy = (...signers: readonly string[]): Write => grant({}, ...signers);
/** Live, and granted until the end of January 2027. */
export const granted = inOrder(live, grant());
export const renewed =
  (roster = SECOND): Write =>
  (entries) =>
    entries.roster(roster, ALL);
export const withoutDan = renewed(without(ROSTER, 'dan'));

/** What the last entry becomes. */
export function lastBecomes(write: Write, change: (entry: Uint8Array, entries: Entries) => Uint8Array): Write {
  return (entries) => {
    write(entries);
    const entry = entries.list.pop() ?? new Uint8Array();
    entries.list.push(change(entry, entries));
  };
}

/** The envelope with its signatures and another payload. */
export function altered(kind: EnvelopeKind, bytes: Uint8Array, from: string, to: string): Uint8Array {
  const { payload, signatures } = readEnvelope(bytes, kind);
  const parts = new TextDecoder().decode(payload).split(from);
  if (parts.length !== 2) throw new Error(`${from} is there ${parts.length - 1} times`);
  return writeEnvelope(kind.payloadType, { payload: new TextEncoder().encode(parts.join(to)), signatures });
}

/** The same JSON in other bytes, which these have signed. */
export function again(kind: EnvelopeKind, bytes: Uint8Array, signers: readonly string[]): Uint8Array {
  const json: unknown = JSON.parse(new TextDecoder().decode(readEnvelope(bytes, kind).payload));
  return signed(kind, new TextEncoder().encode(JSON.stringify(json, undefined, 1)), signers);
}
