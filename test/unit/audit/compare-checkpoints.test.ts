import { describe, expect, it } from 'vitest';

import {
  compareCheckpoints,
  consistencyProof,
  evidenceText,
  isAnswered,
  rootOf,
  signCheckpoint,
  verifyEvidence,
} from '../../../core/audit/index.js';
import type { SignedCheckpoint, WitnessRefusalCode } from '../../../core/audit/index.js';
import { checkpointOf, coordinator, entriesOf, log, MemoryLog, seconds, testKey } from './audit-fixtures.js';

const honest = new MemoryLog(entriesOf(60));
const forked = new MemoryLog(entriesOf(60).with(30, new Uint8Array([1])));
const of = (which: MemoryLog, size: number, at: number): SignedCheckpoint =>
  checkpointOf(rootOf(which, size), size, at);

describe('the checkpoint that another agency was shown, held against one’s own', () => {
  it.each<readonly [WitnessRefusalCode, string, SignedCheckpoint, SignedCheckpoint]>([
    ['LOG_FORKED', 'one size and two roots', of(honest, 40, 0), of(forked, 40, 0)],
    ['LOG_FORKED', 'the same at another time', of(honest, 40, 0), of(forked, 40, 9)],
    ['LOG_ROLLED_BACK', 'a larger one that was signed before', of(honest, 50, 0), of(forked, 40, 1)],
    ['LOG_ROLLED_BACK', 'the same of one log', of(honest, 50, 0), of(honest, 40, 1)],
    ['LOG_INCONSISTENT', 'a larger one of another log', of(honest, 40, 0), of(forked, 50, 1)],
    ['LOG_INCONSISTENT', 'a larger one of the same log', of(honest, 40, 0), of(honest, 50, 1)],
  ])('is %s: %s, whichever is one’s own, and anybody can verify it', (code, _, one, other) => {
    for (const [own, note] of [
      [one, other.note],
      [other, one.note],
    ] as const) {
      const found = compareCheckpoints(log, own, note);
      expect(found.code).toBe(code);
      if (found.evidence === undefined) throw new Error('without evidence');
      expect(verifyEvidence(evidenceText(found.evidence), log)).toEqual(found.evidence);
      const { seen, shown } = found.evidence;
      expect(seen.checkpoint.size).toBeLessThanOrEqual(shown.checkpoint.size);
      // Only where the log has one story it can answer.
      const proof = consistencyProof(honest, seen.checkpoint.size, shown.checkpoint.size);
      expect(isAnswered(found.evidence, proof)).toBe(
        code === 'LOG_INCONSISTENT' && other.note === of(honest, 50, 1).note,
      );
    }
  });

  it('accuses nobody where it is of the same entries', () => {
    for (const at of [0, 9]) {
      const found = compareCheckpoints(log, of(honest, 40, 5), of(honest, 40, at).note);
      expect([found.code, found.evidence]).toEqual(['CHECKPOINT_OLD', undefined]);
    }
  });

  it('is not rolled back where a corrected clock excuses the smaller one’s time', () => {
    const clocks = [{ index: 45, from: seconds(900), to: seconds(10) }];
    const later = signCheckpoint({ ...of(honest, 50, 20).checkpoint, clocks }, coordinator);
    expect(compareCheckpoints(log, of(honest, 40, 900), later.note).code).toBe('LOG_INCONSISTENT');
  });

  it.each<readonly [WitnessRefusalCode, string]>([
    ['BAD_CHECKPOINT', ''],
    ['BAD_CHECKPOINT', 'not a note'],
    ['BAD_CHECKPOINT_SIGNATURE', checkpointOf(rootOf(forked, 40), 40, 0, testKey(9)).note],
    [
      'OTHER_LOG',
      signCheckpoint({ ...of(forked, 40, 0).checkpoint, origin: 'tallystick/other/audit-log' }, coordinator).note,
    ],
  ])('accuses nobody for what the log didn’t sign: %s', (code, note) => {
    const found = compareCheckpoints(log, of(honest, 40, 0), note);
    expect([found.code, found.evidence]).toEqual([code, undefined]);
  });
});
