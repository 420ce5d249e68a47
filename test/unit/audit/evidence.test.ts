import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  EVIDENCE_FORMAT,
  evidenceText,
  isAnswered,
  MAX_EVIDENCE_BYTES,
  rootOf,
  verifyEvidence,
} from '../../../core/audit/index.js';
import type { Evidence, SignedCheckpoint } from '../../../core/audit/index.js';
import { auditCode, checkpointOf, entriesOf, log, MemoryLog, testKey, withOneBitChanged } from './audit-fixtures.js';

const honest = new MemoryLog(entriesOf(60));
const forked = new MemoryLog(entriesOf(60).with(30, new Uint8Array([1])));
const of = (which: MemoryLog, size: number, at: number): SignedCheckpoint =>
  checkpointOf(rootOf(which, size), size, at);

const cases: readonly Evidence[] = [
  { code: 'LOG_FORKED', seen: of(honest, 40, 0), shown: of(forked, 40, 1) },
  { code: 'LOG_ROLLED_BACK', seen: of(honest, 40, 0), shown: of(honest, 39, 1) },
  { code: 'LOG_ROLLED_BACK', seen: of(honest, 39, 1), shown: of(honest, 40, 1) },
  { code: 'LOG_INCONSISTENT', seen: of(honest, 40, 0), shown: of(forked, 50, 1) },
];

describe('evidence against a log', () => {
  it.each(cases)('of $code is read by anybody who has the log’s key', (evidence) => {
    expect(verifyEvidence(evidenceText(evidence), log)).toEqual(evidence);
  });

  it.each(cases)('of $code is not believed against another key', (evidence) => {
    const other = { ...log, publicKey: testKey(9).publicKey };
    expect(auditCode(() => verifyEvidence(evidenceText(evidence), other))).toBe('BAD_EVIDENCE');
  });

  it.each(cases)('of $code says just that', (evidence) => {
    for (const code of ['LOG_FORKED', 'LOG_ROLLED_BACK', 'LOG_INCONSISTENT'] as const) {
      if (code === evidence.code) continue;
      expect(auditCode(() => verifyEvidence(evidenceText({ ...evidence, code }), log))).toBe('BAD_EVIDENCE');
    }
  });

  it('can’t be made of two checkpoints that can both be true', () => {
    const innocent: readonly (readonly [SignedCheckpoint, SignedCheckpoint])[] = [
      [of(honest, 40, 0), of(honest, 40, 0)],
      [of(honest, 40, 0), of(honest, 40, 1)],
      [of(honest, 40, 1), of(honest, 39, 0)],
      [of(honest, 0, 0), of(honest, 39, 1)],
    ];
    for (const [seen, shown] of innocent) {
      for (const code of ['LOG_FORKED', 'LOG_ROLLED_BACK', 'LOG_INCONSISTENT'] as const) {
        expect(auditCode(() => verifyEvidence(evidenceText({ code, seen, shown }), log))).toBe('BAD_EVIDENCE');
      }
    }
  });

  it('is not evidence any more with a bit of it changed, or says the same', () => {
    const [evidence] = cases;
    if (evidence === undefined) throw new Error('no case');
    let refused = 0;
    const text = evidenceText(evidence);
    for (const changed of withOneBitChanged(text)) {
      // Space between JSON's words can be another.
      if (auditCode(() => expect(verifyEvidence(changed, log)).toEqual(evidence)) === 'BAD_EVIDENCE') refused += 1;
    }
    expect(refused).toBeGreaterThan(Buffer.byteLength(text) * 7);
  });

  it('of LOG_INCONSISTENT is answered by a proof that only an honest log can make, the rest by nothing', () => {
    const hasty: Evidence = { code: 'LOG_INCONSISTENT', seen: of(honest, 40, 0), shown: of(honest, 50, 1) };
    const read = verifyEvidence(evidenceText(hasty), log);
    expect(isAnswered(read, consistencyProof(honest, 40, 50))).toBe(true);
    expect(isAnswered(read, consistencyProof(forked, 40, 50))).toBe(false);
    expect(isAnswered(read, [])).toBe(false);
    for (const evidence of cases) {
      for (const which of [honest, forked]) {
        expect(isAnswered(evidence, consistencyProof(which, 40, 50))).toBe(false);
      }
      expect(isAnswered(evidence, consistencyProof(honest, 39, 40))).toBe(false);
    }
  });

  it.each([
    ['no JSON', 'evidence'],
    ['an array', '[]'],
    ['another format', evidenceText(cases[0] as Evidence).replace(EVIDENCE_FORMAT, 'another/v1')],
    ['a field too many', evidenceText(cases[0] as Evidence).replace('{', '{"more": 1,')],
    ['a field too few', evidenceText(cases[0] as Evidence).replace('"seen"', '"sen"')],
  ])('is not %s', (_, text) => {
    expect(auditCode(() => verifyEvidence(text, log))).toBe('BAD_EVIDENCE');
  });

  it('says which of its checkpoints is none', () => {
    const [evidence] = cases as readonly [Evidence];
    const forged = { ...evidence, shown: checkpointOf(rootOf(forked, 40), 40, 1, testKey(9)) };
    expect(() => verifyEvidence(evidenceText(forged), log)).toThrow(/shown: it is not a checkpoint/);
  });

  it(`has up to ${MAX_EVIDENCE_BYTES} bytes, and not one more`, () => {
    const text = evidenceText(cases[0] as Evidence);
    const sized = (bytes: number): string => text + ' '.repeat(bytes - Buffer.byteLength(text));
    expect(verifyEvidence(sized(MAX_EVIDENCE_BYTES), log)).toEqual(cases[0]);
    expect(auditCode(() => verifyEvidence(sized(MAX_EVIDENCE_BYTES + 1), log))).toBe('BAD_EVIDENCE');
  });
});
