import { describe, expect, it } from 'vitest';

import {
  cosign,
  formatNote,
  leafHash,
  parseNote,
  rootOf,
  signCheckpoint,
  withCosignature,
} from '../../../core/audit/index.js';
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
import { equalBytes, toHex, utf8Bytes } from '../../../core/base/index.js';
import { registerHead } from '../../../core/governance/index.js';
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
/** What of a register the log tells of: its leaves. */
const governed = ['the first roster', 'a grant', 'a template'].map((text) => utf8Bytes(text));
/** Of a federation that was founded anew. */
const another = ['another roster', 'another grant'].map((text) => utf8Bytes(text));
const told = (index: number, entries = governed): AuditEntry => ({
  ...{ type: 'register', at, index, leaf: toHex(leafHash(entries[index] ?? new Uint8Array(0))) },
});
const offer = (id: string, size = 1, entries = governed): AuditEntry => ({
  ...{ type: 'offer', at, run: id, digest, template: 'support-by-offence', version: 3, templateDigest: digest },
  register: registerHead(entries.slice(0, size)),
  ...{ parameters: { quarters: ['2025-Q1'] }, requester: 'analyst@justice', purpose: 'research-statistics' },
  participants: ['police', 'charity'].map((agency) => ({ agency, datasets: [] })),
});
const answer = (id: string, agency: string, refusal: string | null = null): AuditEntry => ({
  ...{ type: 'answer', at, run: id, agency, refusal },
});
const release = (id: string): AuditEntry => ({ type: 'release', at, run: id, digest, suppressed: 2 });
const failure = (id: string): AuditEntry => ({ type: 'failure', at, run: id, code: 'REFUSED' });
const roster = told(0);

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
  readonly register?: readonly Uint8Array[];
}

function verified(
  copy: LogCopy,
  { earlier = [], key = log, federation = FEDERATION, register = governed }: Held = {},
): VerifiedCopy {
  const witnesses = new Map([['police', policeWitness]]);
  return verifyCopy(copy, { log: key, federation, witnesses, earlier, register });
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
    ['offers a run twice', [opened, roster, offer(run), failure(run), offer(run)]],
    ['has an answer to nothing', [opened, answer(run, 'police')]],
    ['has an answer of who wasn’t asked', [opened, roster, offer(run), answer(run, 'cps')]],
    ['has an answer twice', [opened, roster, offer(run), answer(run, 'police'), answer(run, 'police', 'PAUSED')]],
    ['has a table before all have answered', [opened, roster, offer(run), answer(run, 'police'), release(run)]],
    ['ends what isn’t under way', [opened, failure(run)]],
    ['ends a run twice', [opened, roster, offer(run), failure(run), failure(run)]],
    ['begins its register with the second entry', [opened, told(1)]],
    ['leaves an entry of the register out', [opened, told(0), told(2)]],
    ['tells of an entry of the register twice', [opened, told(0), told(1), told(1)]],
    ['offers by no register', [opened, offer(run)]],
    ['offers by more of the register than it has told of', [opened, told(0), offer(run, 2)]],
    ['offers by less of the register than it has told of', [opened, told(0), told(1), offer(run, 1)]],
    ['offers by another register of the same size', [opened, told(0), offer(run, 1, another)]],
    [
      'goes by the register from before it was founded anew',
      [opened, told(0), told(1), told(0, another), offer(run, 2)],
    ],
  ])('is none that %s, whoever has signed it', (_, wrong) => {
    expect(codeOf(copyOf(bytesOf(wrong)))).toBe('BAD_ENTRY');
    expect(() => verified(copyOf(bytesOf(wrong)))).toThrow(/^Entry [0-9]: It can't stand here: /);
  });

  it('names what is wrong with the register where it stands', () => {
    expect(() => verified(copyOf(bytesOf([opened, told(0), told(2)])))).toThrow(
      "Entry 2: It can't stand here: it is entry 2 of the register, and entry 1 is the next",
    );
    expect(() => verified(copyOf(bytesOf([opened, told(0), offer(run, 2)])))).toThrow(
      'it names a register of 2 entries, which is not the one of 1 that the log has told of',
    );
  });

  it('names an entry that is none', () => {
    const copy = copyOf([...bytesOf([opened]), utf8Bytes('{}')]);
    expect(codeOf(copy)).toBe('BAD_ENTRY');
    expect(() => verified(copy)).toThrow(/^Entry 1: This is not an entry of an audit log/);
  });
});

describe('the register that a log tells of', () => {
  const founded = [opened, told(0), offer(run), failure(run), told(1)];
  const registerIn = (entries: readonly AuditEntry[], register: readonly Uint8Array[]): number =>
    verified(copyOf(bytesOf(entries)), { register }).register;

  it('is the one that is held against it, as far as both go', () => {
    expect(registerIn([opened], governed)).toBe(0);
    expect(registerIn(founded, governed)).toBe(2);
    expect(registerIn([...founded, told(2)], governed)).toBe(3);
    expect(registerIn([...founded, told(2)], governed.slice(0, 2))).toBe(2);
    expect(registerIn(founded, [])).toBe(0);
  });

  it('is whole in an offer: its size and its root, of all that was told', () => {
    expect(registerIn([...founded, offer(other, 2)], governed)).toBe(2);
  });

  it('may be founded anew, and then is the new one', () => {
    const anew = [...founded, told(0, another), offer(other, 1, another)];
    expect(registerIn(anew, another)).toBe(1);
    expect(registerIn([...anew, told(1, another)], another)).toBe(2);
    expect(codeOf(copyOf(bytesOf(anew)), { register: governed })).toBe('REGISTER_DIFFERS');
  });

  it.each([
    ['the first', [...another.slice(0, 1), ...governed.slice(1)], 0],
    ['the last', [...governed.slice(0, 1), ...another.slice(1)], 1],
  ])('is another where %s of its entries is another', (_, register, index) => {
    expect(codeOf(copyOf(bytesOf(founded)), { register })).toBe('REGISTER_DIFFERS');
    expect(() => registerIn(founded, register)).toThrow(`Entry ${index} of the register is not the one`);
  });
});
