import { describe, expect, it } from 'vitest';

import { cosign, formatNote, parseNote, rootOf, signCheckpoint, withCosignature } from '../../../core/audit/index.js';
import type { NoteKey } from '../../../core/audit/index.js';
import {
  AUDIT_LOG_FORMAT,
  entryBytes,
  formatLogCopy,
  MAX_LOG_COPY_HEADER_BYTES,
  parseLogCopy,
  verifyCopy,
} from '../../../core/audit-entries/index.js';
import type { AuditEntry, LogCopy, VerifiedCopy } from '../../../core/audit-entries/index.js';
import { equalBytes, utf8Bytes } from '../../../core/base/index.js';
import {
  auditCode,
  checkpointOf,
  coordinator,
  FEDERATION,
  log,
  MemoryLog,
  police,
  policeWitness,
  seconds,
  testKey,
} from './audit-fixtures.js';

const at = '2026-11-23T09:30:00.000Z';
const digest = 'ab'.repeat(32);
const [run, other] = ['3f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c', '4f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c'] as const;

const opened: AuditEntry = { type: 'opened', at, format: AUDIT_LOG_FORMAT, federation: FEDERATION };
const offer = (id: string): AuditEntry => ({
  ...{ type: 'offer', at, run: id, digest, template: 'support-by-offence', version: 3, templateDigest: digest },
  ...{ parameters: { quarters: ['2025-Q1'] }, requester: 'analyst', purpose: 'research-statistics' },
  participants: ['police', 'charity'].map((agency) => ({ agency, datasets: [] })),
});
const answer = (id: string, agency: string, refusal: string | null = null): AuditEntry => ({
  ...{ type: 'answer', at, run: id, agency, refusal },
});
const release = (id: string): AuditEntry => ({ type: 'release', at, run: id, digest, suppressed: 2 });
const failure = (id: string): AuditEntry => ({ type: 'failure', at, run: id, code: 'REFUSED' });
const roster: AuditEntry = { type: 'roster', at, version: 2, digest };

const whole = [
  ...[opened, roster, offer(run), answer(run, 'charity'), answer(run, 'police'), release(run)],
  ...[offer(other), answer(other, 'police', 'PAUSED'), failure(other)],
];

const bytesOf = (entries: readonly AuditEntry[]): Uint8Array[] => entries.map(entryBytes);

function noteOf(entries: readonly Uint8Array[], atSeconds: number, size = entries.length, key = coordinator): string {
  return checkpointOf(rootOf(new MemoryLog(entries), size), size, atSeconds, key).note;
}

function copyOf(entries: readonly Uint8Array[], atSeconds = 60): LogCopy {
  return { checkpoint: noteOf(entries, atSeconds), cosigned: null, entries };
}

function cosignedNote(note: string): string {
  const parsed = parseNote(note);
  const line = cosign(parsed.text, policeWitness.name, police, seconds(61));
  return formatNote(withCosignature(parsed, line, policeWitness));
}

interface Held {
  readonly earlier?: readonly string[];
  readonly key?: NoteKey;
  readonly federation?: string;
}

function verified(copy: LogCopy, { earlier = [], key = log, federation = FEDERATION }: Held = {}): VerifiedCopy {
  return verifyCopy(copy, { log: key, federation, witnesses: new Map([['police', policeWitness]]), earlier });
}

const codeOf = (copy: LogCopy, held: Held = {}): string | undefined => auditCode(() => verified(copy, held));

describe('a copy of a log in one file', () => {
  const copy = { ...copyOf(bytesOf(whole)), cosigned: cosignedNote(noteOf(bytesOf(whole), 60)) };

  it('is read as it was written, byte for byte', () => {
    expect(parseLogCopy(formatLogCopy(copy))).toEqual(copy);
    expect(parseLogCopy(formatLogCopy({ ...copy, cosigned: null, entries: [] }))).toMatchObject({ entries: [] });
  });

  it('is read again however many entries it has', () => {
    // As arguments of one call they would be too many.
    const entries = Array.from({ length: 150_000 }, () => utf8Bytes('{}'));
    const read = parseLogCopy(formatLogCopy({ ...copy, entries })).entries;
    expect(read).toHaveLength(entries.length);
    expect(read.every((entry) => equalBytes(entry, utf8Bytes('{}')))).toBe(true);
  });

  it('is not written when it would be too long to be read', () => {
    const { length } = formatLogCopy(copy);
    expect(formatLogCopy(copy, length)).toHaveLength(length);
    expect(auditCode(() => formatLogCopy(copy, length - 1))).toBe('BAD_LOG_COPY');
    expect(() => formatLogCopy(copy, length - 1)).toThrow(`more than ${length - 1} bytes`);
  });

  it.each([
    ['nothing', '', /line has no end/],
    ['one that was cut off', Buffer.from(formatLogCopy(copy)).toString().slice(0, -3), /line has no end/],
    [
      'an empty line',
      `${Buffer.from(formatLogCopy(copy)).toString()}\n`,
      new RegExp(`line ${whole.length + 2}: it is empty`),
    ],
    ['something that is not JSON', 'x\n', /line 1: it is not JSON/],
    ['another format', '{"format":"x","checkpoint":"","cosigned":null}\n', /line 1: it does not say/],
    [
      'too long a first line',
      `${' '.repeat(MAX_LOG_COPY_HEADER_BYTES + 1)}\n`,
      /line 1: it has more than 1048576 bytes/,
    ],
    ['a first line as long as can be', `${' '.repeat(MAX_LOG_COPY_HEADER_BYTES)}\n`, /line 1: it is not JSON/],
  ])('is not %s', (_, text, message) => {
    expect(auditCode(() => parseLogCopy(utf8Bytes(text)))).toBe('BAD_LOG_COPY');
    expect(() => parseLogCopy(utf8Bytes(text))).toThrow(message);
  });
});

describe('a log that is verified from its first entry', () => {
  const entries = bytesOf(whole);

  it('holds, and says who has cosigned it and what it continues', () => {
    const short = entries.slice(0, 3);
    const found = verified(
      { ...copyOf(entries), cosigned: cosignedNote(noteOf(entries, 59, 7)) },
      { earlier: [noteOf(short, 10), noteOf(entries, 60)] },
    );
    expect(found.checkpoint.size).toBe(whole.length);
    expect(found.entries).toEqual(whole);
    expect(found.cosigned).toEqual([{ agency: 'police', size: 7, at: seconds(61) }]);
    expect(found.continues).toEqual([3, whole.length]);
  });

  it('is not one with an entry less, more or changed', () => {
    const copy = copyOf(entries);
    expect(codeOf({ ...copy, entries: entries.slice(0, -1) })).toBe('LOG_COPY_DIFFERS');
    expect(codeOf({ ...copy, entries: [...entries, ...bytesOf([roster])] })).toBe('LOG_COPY_DIFFERS');
    const changed = bytesOf(whole.map((entry) => (entry.type === 'release' ? { ...entry, suppressed: 3 } : entry)));
    expect(codeOf({ ...copy, entries: changed })).toBe('LOG_COPY_DIFFERS');
    expect(codeOf({ ...copy, cosigned: noteOf([...entries, ...bytesOf([roster])], 70) })).toBe('LOG_COPY_DIFFERS');
  });

  it('is not another’s, nor signed by another', () => {
    expect(codeOf({ ...copyOf(entries), checkpoint: noteOf(entries, 60, entries.length, testKey(9)) })).toBe(
      'BAD_CHECKPOINT_SIGNATURE',
    );
    const origin = 'tallystick/another/audit-log';
    const root = rootOf(new MemoryLog(entries), entries.length);
    const { note } = signCheckpoint({ origin, size: entries.length, root, at: seconds(60) }, coordinator);
    expect(codeOf({ ...copyOf(entries), checkpoint: note })).toBe('OTHER_LOG');
    expect(codeOf(copyOf(entries), { federation: 'bold' })).toBe('BAD_ENTRY');
  });

  it('counts no cosignature that a witness hasn’t made', () => {
    const note = noteOf(entries, 60);
    expect(verified({ ...copyOf(entries), cosigned: note }).cosigned).toEqual([]);
  });

  it('does not go with an earlier one that it has not begun with', () => {
    const before = bytesOf([opened, roster, offer(other)]);
    expect(codeOf(copyOf(entries), { earlier: [noteOf(before, 10)] })).toBe('LOG_INCONSISTENT');
    expect(codeOf({ ...copyOf(entries), cosigned: cosignedNote(noteOf(before, 10)) })).toBe('LOG_INCONSISTENT');
    const longer = [...entries, ...bytesOf([roster])];
    expect(codeOf(copyOf(entries), { earlier: [noteOf(longer, 70)] })).toBe('CHECKPOINT_OLD');
    expect(codeOf(copyOf(entries), { earlier: [noteOf(longer, 50)] })).toBe('LOG_ROLLED_BACK');
    expect(codeOf({ ...copyOf(entries), cosigned: cosignedNote(noteOf(entries, 61, 7)) })).toBe('LOG_ROLLED_BACK');
    expect(codeOf({ ...copyOf(entries), cosigned: cosignedNote(noteOf(entries, 60, 7)) })).toBe('LOG_ROLLED_BACK');
    const fork = bytesOf([...whole.slice(0, -1), { ...failure(other), code: 'CANCELLED' } as AuditEntry]);
    expect(codeOf(copyOf(entries), { earlier: [noteOf(fork, 60)] })).toBe('LOG_FORKED');
    expect(codeOf({ ...copyOf(entries), cosigned: cosignedNote(noteOf(fork, 59)) })).toBe('LOG_FORKED');
  });

  it.each<readonly [string, readonly AuditEntry[]]>([
    ['is not opened', [roster]],
    ['is opened twice', [opened, opened]],
    ['offers a run twice', [opened, offer(run), failure(run), offer(run)]],
    ['has an answer to nothing', [opened, answer(run, 'police')]],
    ['has an answer of who wasn’t asked', [opened, offer(run), answer(run, 'cps')]],
    ['has an answer twice', [opened, offer(run), answer(run, 'police'), answer(run, 'police', 'PAUSED')]],
    ['has a table before all have answered', [opened, offer(run), answer(run, 'police'), release(run)]],
    ['ends what isn’t under way', [opened, failure(run)]],
    ['ends a run twice', [opened, offer(run), failure(run), failure(run)]],
  ])('is none that %s, whoever has signed it', (_, wrong) => {
    expect(codeOf(copyOf(bytesOf(wrong)))).toBe('BAD_ENTRY');
    expect(() => verified(copyOf(bytesOf(wrong)))).toThrow(/^Entry [0-9]: It can't stand here: /);
  });

  it('names an entry that is none', () => {
    const copy = copyOf([...bytesOf([opened]), utf8Bytes('{}')]);
    expect(codeOf(copy)).toBe('BAD_ENTRY');
    expect(() => verified(copy)).toThrow(/^Entry 1: This is not an entry of an audit log/);
  });
});
