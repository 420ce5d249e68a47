import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MAX_ENTRY_BYTES } from '../../../core/audit/index.js';
import {
  AUDIT_LOG_FORMAT,
  entryBytes,
  isLogged,
  MAX_ENTRY_PARAMETER_CHARACTERS,
  MAX_ENTRY_PARAMETER_VALUES,
  MAX_ENTRY_PARAMETERS,
  MAX_ENTRY_PARTICIPANTS,
  MAX_ENTRY_REQUESTER_CHARACTERS,
  offerDigest,
  offerEntry,
  offerEntryBytes,
  parseEntry,
  releaseDigest,
} from '../../../core/audit-entries/index.js';
import type { AuditEntry, LoggedTemplate } from '../../../core/audit-entries/index.js';
import { inclusionProof, rootOf } from '../../../core/audit/index.js';
import { utf8Bytes } from '../../../core/base/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import * as limits from '../../../transport/limits.js';
import { auditCode, entriesOf, MemoryLog } from './audit-fixtures.js';

const run = '3f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';
const at = '2026-11-23T09:30:00.000Z';
const digest = 'ab'.repeat(32);
const logged: LoggedTemplate = { template: 'support-by-offence', version: 3, at };
const offer: RunOffer = {
  runId: run,
  templateDigest: digest,
  register: { size: 7, root: digest },
  parameters: { quarters: ['2025-Q1', '2025-Q2'], groups: ['rape'] },
  requester: 'analyst@justice',
  purpose: 'research-statistics',
  participants: [
    {
      agency: 'police',
      datasets: [{ dataset: 'police.crimes', snapshot: digest }],
      floors: { threshold: 10, roundTo: 5, epsilon: null },
    },
    { agency: 'charity', datasets: [], floors: { threshold: 0, roundTo: 0, epsilon: 1 } },
  ],
};
const entries: readonly AuditEntry[] = [
  { type: 'opened', at, format: AUDIT_LOG_FORMAT, federation: 'bold-test' },
  { type: 'register', at, index: 0, leaf: digest },
  offerEntry(offer, logged),
  { type: 'answer', at, run, agency: 'police', refusal: null },
  { type: 'answer', at, run, agency: 'charity', refusal: 'NOT_ALLOWED_HERE' },
  { type: 'release', at, run, digest, suppressed: 7 },
  { type: 'failure', at, run, code: 'REFUSED' },
];
const json = (value: unknown): Uint8Array => utf8Bytes(JSON.stringify(value));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('entries of the audit log', () => {
  it.each(entries.map((entry) => [entry.type, entry] as const))('%s: has the same bytes again', (_type, entry) => {
    const bytes = entryBytes(entry);
    const read = parseEntry(bytes);
    expect(read).toEqual(entry);
    if (read.type !== 'unknown') expect(entryBytes(read)).toEqual(bytes);
  });

  it('can be written in one way only', () => {
    const text = textOf(entryBytes({ type: 'failure', at, run, code: 'REFUSED' }));
    for (const other of [` ${text}`, `${text}\n`, text.replace(',', ', '), text.replace('failure', '\\u0066ailure')]) {
      expect(auditCode(() => parseEntry(utf8Bytes(other)))).toBe('BAD_ENTRY');
    }
    // The same fields in another order.
    expect(auditCode(() => parseEntry(json({ type: 'failure', run, code: 'REFUSED', at })))).toBe('BAD_ENTRY');
    expect(auditCode(() => parseEntry(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8Bytes(text))))).toBe('BAD_ENTRY');
  });

  it('have no field more or less than their type says', () => {
    for (const entry of entries) {
      const fields = Object.entries(entry);
      const without = fields
        .filter(([name]) => name !== 'type')
        .map(([name]) => Object.fromEntries(fields.filter(([other]) => other !== name)));
      const sorted = (value: object): Uint8Array => json(Object.fromEntries(Object.entries(value).toSorted()));
      for (const changed of [...without, { ...entry, zone: 1 }]) {
        expect(auditCode(() => parseEntry(sorted(changed)))).toBe('BAD_ENTRY');
      }
    }
  });

  it('of a type that this version does not know are kept and passed over', () => {
    expect(parseEntry(json({ act: { any: 1 }, type: 'governance-act' }))).toEqual({
      type: 'unknown',
      named: 'governance-act',
    });
    // In one way only, like those that it knows.
    for (const other of ['{"type":"governance-act","act":1}', '{"type": "governance-act"}']) {
      expect(auditCode(() => parseEntry(utf8Bytes(other)))).toBe('BAD_ENTRY');
    }
    for (const value of [{ type: 'toString', x: 1 }, { type: 7 }, { kind: 'offer' }, [], null, 'offer']) {
      expect(auditCode(() => parseEntry(json(value)))).toBe('BAD_ENTRY');
    }
  });

  it('never throw anything but BAD_ENTRY at what is no entry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8Bytes)), (bytes) => {
        expect(['BAD_ENTRY', undefined]).toContain(auditCode(() => parseEntry(bytes)));
      }),
      { seed: 28 },
    );
  });

  it('keep their limits, which are those of the wire', () => {
    const takes = (changes: Partial<RunOffer>): boolean =>
      auditCode(() => offerEntryBytes({ ...offer, ...changes }, logged)) === undefined;
    const many = (count: number): RunOffer['participants'] =>
      Array.from({ length: count }, (_, place) => ({
        agency: `agency-${place}`,
        datasets: [],
        floors: { threshold: 0, roundTo: 0, epsilon: null },
      }));
    const named = (count: number): RunOffer['parameters'] =>
      Object.fromEntries(Array.from({ length: count }, (_, place) => [`p${place}`, []]));
    const values = (count: number, value = 'a'): RunOffer['parameters'] => ({
      p: Array.from({ length: count }, () => value),
    });
    const atLimit = [
      (over: number) => ({ requester: 'x'.repeat(MAX_ENTRY_REQUESTER_CHARACTERS + over) }),
      (over: number) => ({ participants: many(MAX_ENTRY_PARTICIPANTS + over) }),
      (over: number) => ({ parameters: named(MAX_ENTRY_PARAMETERS + over) }),
      (over: number) => ({ parameters: values(MAX_ENTRY_PARAMETER_VALUES + over) }),
      (over: number) => ({ parameters: values(1, 'x'.repeat(MAX_ENTRY_PARAMETER_CHARACTERS + over)) }),
    ];
    expect(atLimit.map((make) => [takes(make(0)), takes(make(1))])).toEqual(atLimit.map(() => [true, false]));
    expect([
      MAX_ENTRY_REQUESTER_CHARACTERS,
      MAX_ENTRY_PARTICIPANTS,
      MAX_ENTRY_PARAMETERS,
      MAX_ENTRY_PARAMETER_VALUES,
      MAX_ENTRY_PARAMETER_CHARACTERS,
    ]).toEqual([
      limits.MAX_REQUESTER_CHARACTERS,
      limits.MAX_PARTICIPANTS,
      limits.MAX_PARAMETERS,
      limits.MAX_PARAMETER_VALUES,
      limits.MAX_PARAMETER_CHARACTERS,
    ]);
  });

  it(`have at most ${MAX_ENTRY_BYTES} bytes`, () => {
    const sized = (bytes: number): RunOffer => {
      const rest = offerEntryBytes({ ...offer, parameters: { p: [] } }, logged).length;
      const full = '"'.length * 2 + MAX_ENTRY_PARAMETER_CHARACTERS + ','.length;
      const count = Math.floor((bytes - rest) / full);
      const last = bytes - rest - count * full - 2;
      const value = (length: number): string => 'x'.repeat(length);
      return { ...offer, parameters: { p: [...Array.from({ length: count }, () => value(128)), value(last)] } };
    };
    const fits = sized(MAX_ENTRY_BYTES);
    expect(offerEntryBytes(fits, logged)).toHaveLength(MAX_ENTRY_BYTES);
    expect(auditCode(() => offerEntryBytes({ ...fits, requester: `${fits.requester}x` }, logged))).toBe('BAD_ENTRY');
  });
});

describe('the entry of an offer', () => {
  const [police, charity] = offer.participants;
  if (police === undefined || charity === undefined) throw new RangeError('two participants');
  const changes: readonly Partial<RunOffer>[] = [
    { runId: run.replace('3', '4') },
    { templateDigest: 'cd'.repeat(32) },
    { register: { size: 8, root: digest } },
    { register: { size: 7, root: 'cd'.repeat(32) } },
    { parameters: { ...offer.parameters, groups: ['theft'] } },
    { parameters: { ...offer.parameters, quarters: ['2025-Q2', '2025-Q1'] } },
    { requester: 'another' },
    { purpose: 'operations' },
    { participants: [police] },
    { participants: [charity, police] },
    { participants: [{ ...police, datasets: [{ dataset: 'police.crimes', snapshot: 'cd'.repeat(32) }] }, charity] },
    { participants: [{ ...police, floors: { ...police.floors, threshold: 9 } }, charity] },
    { participants: [{ ...police, floors: { ...police.floors, epsilon: 1 } }, charity] },
  ];

  it('has another digest when anything in the offer is another', () => {
    const digests = [offer, ...changes.map((change) => ({ ...offer, ...change }))].map(offerDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('is in the log as that offer and no other', () => {
    const log = new MemoryLog([...entriesOf(5), offerEntryBytes(offer, logged), ...entriesOf(3)]);
    const head = { size: 9, root: rootOf(log, 9) };
    const evidence = { checkpoint: '', index: 5, logged, inclusion: inclusionProof(log, 5, 9), consistency: [] };
    expect(isLogged(offer, evidence, head)).toBe(true);
    expect(changes.map((change) => isLogged({ ...offer, ...change }, evidence, head))).toEqual(
      changes.map(() => false),
    );
    expect(isLogged(offer, { ...evidence, index: 4 }, head)).toBe(false);
    expect(isLogged(offer, { ...evidence, inclusion: inclusionProof(log, 4, 9) }, head)).toBe(false);
    for (const other of [{ version: 4 }, { template: 'x' }, { at: at.replace('000', '001') }, { at: 'now' }]) {
      expect(isLogged(offer, { ...evidence, logged: { ...logged, ...other } }, head)).toBe(false);
    }
  });
});

describe('releaseDigest', () => {
  it('is of what is shown, however it is written', () => {
    expect(releaseDigest({ a: 1, b: [2] })).toBe(releaseDigest({ b: [2], a: 1, c: undefined }));
    expect(releaseDigest({ a: 1 })).not.toBe(releaseDigest({ a: 2 }));
  });
});
