import { describe, expect, it } from 'vitest';

import {
  checkpointText,
  cosign,
  formatNote,
  logKey,
  logOrigin,
  openCheckpoint,
  parseCheckpointText,
  parseNote,
  rootOf,
  signCheckpoint,
  signNote,
} from '../../../core/audit/index.js';
import {
  auditCode,
  checkpointOf,
  coordinator,
  entriesOf,
  FEDERATION,
  log,
  MemoryLog,
  police,
  policeWitness,
  START,
  testKey,
  withOneBitChanged,
} from './audit-fixtures.js';

const entries = new MemoryLog(entriesOf(7));
const root = rootOf(entries, 7);
const origin = logOrigin(FEDERATION);
const TEXT = `tallystick/bold-test/audit-log
7
${Buffer.from(root).toString('base64')}
time 2026-11-23T09:30:00.000Z
`;
const { checkpoint, note } = checkpointOf(root, 7, 0);

describe('a checkpoint', () => {
  it('is four lines', () => {
    expect(checkpointText({ origin, size: 7, root, at: START })).toBe(TEXT);
    expect(parseCheckpointText(TEXT)).toEqual({ origin, size: 7, root, at: START });
  });

  it('is opened with the key of its log', () => {
    expect(openCheckpoint(note, log)).toEqual({ checkpoint, note });
  });

  it('is refused with any bit of it changed', () => {
    for (const changed of withOneBitChanged(note)) {
      const code = auditCode(() => openCheckpoint(changed, log));
      expect(['BAD_CHECKPOINT', 'OTHER_LOG', 'BAD_CHECKPOINT_SIGNATURE'], changed).toContain(code);
    }
  });

  it.each([
    ['three lines', TEXT.replace(/time.*\n/, '')],
    ['five lines', `${TEXT}more\n`],
    ['an empty line', `${TEXT}\n`],
    ['no newline at its end', TEXT.slice(0, -1)],
    ['no origin', TEXT.replace(origin, '')],
    ['an origin with a space', TEXT.replace(origin, 'an origin')],
    ['a size with a nought before it', TEXT.replace('\n7\n', '\n07\n')],
    ['a size with a sign', TEXT.replace('\n7\n', '\n+7\n')],
    ['a size below nought', TEXT.replace('\n7\n', '\n-7\n')],
    ['a size that is not whole', TEXT.replace('\n7\n', '\n7.0\n')],
    ['a size in hexadecimal', TEXT.replace('\n7\n', '\n0x7\n')],
    ['a size that numbers can’t hold', TEXT.replace('\n7\n', '\n9007199254740992\n')],
    ['a size of twenty digits', TEXT.replace('\n7\n', '\n18446744073709551615\n')],
    ['a short root', TEXT.replace(/\n[^\n]{44}\n/, '\nAAAA\n')],
    ['a root that is not base64', TEXT.replace(/\n[^\n]{44}\n/, '\nnot base64\n')],
    ['a root without entries', TEXT.replace('\n7\n', '\n0\n')],
    ['no time', TEXT.replace(/time.*\n/, 'time \n')],
    ['another word than time', TEXT.replace('time', 'Time')],
    ['a time without milliseconds', TEXT.replace('00.000Z', '00Z')],
    ['a time elsewhere', TEXT.replace('00.000Z', '00.000+01:00')],
    ['a day that never was', TEXT.replace('11-23', '02-30')],
  ])('does not have %s', (_, text) => {
    expect(auditCode(() => parseCheckpointText(text))).toBe('BAD_CHECKPOINT');
  });

  it('says which line is wrong', () => {
    expect(() => parseCheckpointText(TEXT.replace('\n7\n', '\n07\n'))).toThrow(/line 2/);
    expect(() => parseCheckpointText(TEXT.replace('11-23', '02-30'))).toThrow(/line 4/);
  });

  it('has up to 2^53-1 entries', () => {
    const size = Number.MAX_SAFE_INTEGER;
    expect(parseCheckpointText(TEXT.replace('\n7\n', `\n${size}\n`)).size).toBe(size);
    expect(auditCode(() => checkpointText({ ...checkpoint, size: size + 1 }))).toBe('BAD_CHECKPOINT');
  });

  it('is not made of what is none', () => {
    expect(auditCode(() => signCheckpoint({ ...checkpoint, size: -1 }, coordinator))).toBe('BAD_CHECKPOINT');
    expect(auditCode(() => signCheckpoint({ ...checkpoint, at: new Date(Number.NaN) }, coordinator))).toBe(
      'BAD_CHECKPOINT',
    );
    expect(auditCode(() => signCheckpoint({ ...checkpoint, origin: 'a\nb' }, coordinator))).toBe('BAD_CHECKPOINT');
    expect(auditCode(() => signCheckpoint({ ...checkpoint, root: root.slice(1) }, coordinator))).toBe('BAD_CHECKPOINT');
  });

  it('of another log is not this log’s', () => {
    const other = signCheckpoint({ ...checkpoint, origin: logOrigin('elsewhere') }, coordinator).note;
    expect(auditCode(() => openCheckpoint(other, log))).toBe('OTHER_LOG');
    expect(auditCode(() => openCheckpoint(note, logKey('elsewhere', coordinator.publicKey)))).toBe('OTHER_LOG');
  });

  it('that somebody else signed is worth nothing', () => {
    const forged = signCheckpoint(checkpoint, testKey(9)).note;
    expect(auditCode(() => openCheckpoint(forged, log))).toBe('BAD_CHECKPOINT_SIGNATURE');
    const { text } = parseNote(note);
    const unsigned = formatNote({ text, signatures: [cosign(text, policeWitness.name, police, START)] });
    expect(auditCode(() => openCheckpoint(unsigned, log))).toBe('BAD_CHECKPOINT_SIGNATURE');
  });

  it('that is not a note at all is no checkpoint', () => {
    expect(auditCode(() => openCheckpoint('hello', log))).toBe('BAD_CHECKPOINT');
    const text = 'hello\n';
    const hello = formatNote({ text, signatures: [signNote(text, origin, coordinator)] });
    expect(auditCode(() => openCheckpoint(hello, log))).toBe('BAD_CHECKPOINT');
  });

  it('is kept with its log’s signature alone', () => {
    const parsed = parseNote(note);
    const cosigned = formatNote({
      text: parsed.text,
      signatures: [cosign(parsed.text, policeWitness.name, police, START), ...parsed.signatures],
    });
    expect(openCheckpoint(cosigned, log).note).toBe(note);
  });
});
