import { describe, expect, it } from 'vitest';

import {
  checkpointText,
  consistencyProof,
  contradiction,
  evidenceText,
  logOrigin,
  MAX_CLOCK_CORRECTIONS,
  parseCheckpointText,
  rootOf,
  signCheckpoint,
  verifyEvidence,
  witness,
} from '../../../core/audit/index.js';
import type { Checkpoint, ClockCorrection, SignedCheckpoint } from '../../../core/audit/index.js';
import { AUDIT_LOG_FORMAT, entryBytes, parseEntry, verifyCopy } from '../../../core/audit-entries/index.js';
import type { AuditEntry, VerifiedCopy } from '../../../core/audit-entries/index.js';
import { MAX_CHECKPOINT_CHARACTERS } from '../../../transport/limits.js';
import { auditCode, coordinator, entriesOf, FEDERATION, log, MemoryLog, seconds } from './audit-fixtures.js';

const origin = logOrigin(FEDERATION);
const entries = new MemoryLog(entriesOf(60));
const YEAR = 365 * 86_400;
/** At entry 40 the clock was put right by a year. */
const correction: ClockCorrection = { index: 40, from: seconds(YEAR), to: seconds(10) };

function at(size: number, atSeconds: number, ...clocks: readonly ClockCorrection[]): SignedCheckpoint {
  const root = rootOf(entries, size);
  return signCheckpoint(
    { origin, size, root, at: seconds(atSeconds), ...(clocks.length === 0 ? {} : { clocks }) },
    coordinator,
  );
}

const said = (one: SignedCheckpoint, other: SignedCheckpoint): string | undefined =>
  contradiction(one.checkpoint, other.checkpoint);

describe('a correction of the clock', () => {
  const corrected = at(41, 10, correction);
  const TEXT = checkpointText(corrected.checkpoint);
  const LINE = 'clock 40 2027-11-23T09:30:00.000Z 2026-11-23T09:30:10.000Z\n';

  it('is a line of every checkpoint after it', () => {
    expect(TEXT.endsWith(`\ntime 2026-11-23T09:30:10.000Z\n${LINE}`)).toBe(true);
    expect(parseCheckpointText(TEXT)).toEqual(corrected.checkpoint);
  });

  it.each([
    ['of an entry that the log hasn’t', TEXT.replace('clock 40', 'clock 41')],
    ['that is ahead of its checkpoint', TEXT.replace('09:30:10.000Z\nclock', '09:30:09.999Z\nclock')],
    ['to the same time', TEXT.replace('2027-', '2026-').replace('09:30:00.000Z', '09:30:10.000Z')],
    ['to a later time', TEXT.replace('2027-', '2025-')],
    ['without one of its times', TEXT.replace(' 2027-11-23T09:30:00.000Z', '')],
    ['on a day that never was', TEXT.replace('2027-11-23', '2027-02-30')],
    ['with a nought before its index', TEXT.replace('clock 40', 'clock 040')],
    ['twice', TEXT + LINE],
    ['with another word', TEXT.replace('clock', 'Clock')],
    ['and an empty line after it', `${TEXT}\n`],
  ])('is none %s', (_, text) => {
    expect(auditCode(() => parseCheckpointText(text))).toBe('BAD_CHECKPOINT');
  });

  it(`is made ${MAX_CLOCK_CORRECTIONS} times and no more, and an offer has room for a checkpoint with all of them`, () => {
    const times = (count: number): Checkpoint => ({
      ...at(60, 10).checkpoint,
      clocks: Array.from({ length: count }, (_, place) => ({ ...correction, index: 60 - count + place })),
    });
    const full = times(MAX_CLOCK_CORRECTIONS);
    expect(parseCheckpointText(checkpointText(full))).toEqual(full);
    expect(auditCode(() => checkpointText(times(MAX_CLOCK_CORRECTIONS + 1)))).toBe('BAD_CHECKPOINT');
    expect(signCheckpoint(full, coordinator).note.length).toBeLessThan(MAX_CHECKPOINT_CHARACTERS / 2);
  });

  it('excuses earlier times across it, and no others', () => {
    expect(said(at(40, YEAR), corrected)).toBeUndefined();
    expect(said(corrected, at(40, YEAR))).toBeUndefined();
    expect(said(at(7, 20), at(60, 11, correction))).toBeUndefined();
    // A later time than it says, a checkpoint after it, and one that doesn't name it.
    expect(said(at(40, YEAR + 0.001), corrected)).toBe('LOG_ROLLED_BACK');
    expect(said(at(41, YEAR, correction), at(42, 11, correction))).toBe('LOG_ROLLED_BACK');
    expect(said(at(40, YEAR), at(41, 10))).toBe('LOG_ROLLED_BACK');
  });

  it('lets a witness go on that saw the wrong time, with a proof, and never back', () => {
    const [wrong, now] = [at(30, YEAR), seconds(60)];
    const proof = consistencyProof(entries, 30, 41);
    const see = (last: SignedCheckpoint, { note }: SignedCheckpoint, proved = proof, clock = now): string => {
      const decision = witness({ log, last, note, proof: proved, now: clock });
      return decision.verdict === 'cosign' ? 'cosigned' : decision.code;
    };
    expect(see(wrong, corrected)).toBe('cosigned');
    expect(see(wrong, corrected, [])).toBe('LOG_INCONSISTENT');
    expect(see(wrong, at(41, 10))).toBe('LOG_ROLLED_BACK');
    expect(see(corrected, wrong)).toBe('CHECKPOINT_AHEAD');
    expect(see(corrected, wrong, proof, seconds(YEAR))).toBe('CHECKPOINT_OLD');
  });

  it('is no evidence against the log, and what it doesn’t excuse still is', () => {
    const evidence = (seen: SignedCheckpoint, shown: SignedCheckpoint): string =>
      evidenceText({ code: 'LOG_ROLLED_BACK', seen, shown });
    expect(auditCode(() => verifyEvidence(evidence(at(40, YEAR), corrected), log))).toBe('BAD_EVIDENCE');
    expect(verifyEvidence(evidence(at(40, YEAR), at(41, 10)), log).code).toBe('LOG_ROLLED_BACK');
  });
});

describe('a copy of a log whose clock was put right', () => {
  const time = (atSeconds: number): string => seconds(atSeconds).toISOString();
  const opened: AuditEntry = { type: 'opened', at: time(0), format: AUDIT_LOG_FORMAT, federation: FEDERATION };
  const told: AuditEntry = { type: 'register', at: time(0), index: 0, leaf: 'ab'.repeat(32) };
  const clock: AuditEntry = { type: 'clock', at: time(10), from: time(YEAR), to: time(10) };
  const whole = [opened, told, clock, { ...told, index: 1 }].map(entryBytes);
  const second = { ...correction, index: 2 };

  function note(size: number, atSeconds: number, ...clocks: readonly ClockCorrection[]): string {
    const root = rootOf(new MemoryLog(whole), size);
    const checkpoint = { origin, size, root, at: seconds(atSeconds), ...(clocks.length === 0 ? {} : { clocks }) };
    return signCheckpoint(checkpoint, coordinator).note;
  }
  const verified = (
    checkpoint: string,
    earlier: readonly string[] = [],
    cosigned: string | null = null,
  ): VerifiedCopy =>
    verifyCopy(
      { checkpoint, cosigned, entries: whole },
      { log, federation: FEDERATION, witnesses: new Map(), earlier, register: [] },
    );

  it('holds across the entry, and names it', () => {
    const found = verified(note(4, 20, second), [note(2, YEAR), note(1, 15), note(3, 10, second)], note(2, YEAR));
    expect(found.clocks).toEqual([second]);
    expect(found.continues).toEqual([2, 1, 3]);
  });

  it.each([
    ['an entry that no line names', note(4, 20)],
    ['a line without its entry', note(4, 20, second, { ...second, index: 3 })],
    ['a line of another entry', note(4, 20, { ...second, index: 1 })],
    ['a line with another time', note(4, 20, { ...second, from: seconds(YEAR + 1) })],
  ])('is not what was signed with %s', (_, checkpoint) => {
    expect(auditCode(() => verified(checkpoint))).toBe('LOG_COPY_DIFFERS');
  });

  it('holds the lines of kept and of cosigned checkpoints against its entries, too', () => {
    const [checkpoint, other] = [note(4, 20, second), note(3, 10, { ...second, from: seconds(YEAR - 1) })];
    expect(auditCode(() => verified(checkpoint, [other]))).toBe('LOG_COPY_DIFFERS');
    expect(auditCode(() => verified(checkpoint, [], other))).toBe('LOG_COPY_DIFFERS');
    expect(auditCode(() => verified(checkpoint, [note(2, YEAR + 1)]))).toBe('LOG_ROLLED_BACK');
  });

  it('has no entry whose time goes forward', () => {
    expect(parseEntry(entryBytes(clock))).toEqual(clock);
    for (const to of [time(YEAR), time(YEAR + 1)]) {
      expect(auditCode(() => entryBytes({ ...clock, type: 'clock', from: time(YEAR), to }))).toBe('BAD_ENTRY');
    }
  });
});
