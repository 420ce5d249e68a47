import { describe, expect, it } from 'vitest';
import * as limits from '../../../transport/limits.js';
import { coordinatorMessage, coordinatorTrip, D, hi, nodeTrip } from './convert-fixtures.js';
import { errorOf } from './thrown.js';

const good = {
  checkpoint: 'a note',
  index: 3,
  inclusion: [D],
  consistency: [{ first: 1, hashes: [D] }],
  template: 'support-by-offence',
  version: 1,
  at: '2026-11-23T09:30:00.000Z',
};
const offering = (changes: object): ReturnType<typeof coordinatorTrip> =>
  coordinatorTrip(coordinatorMessage({ log: { ...good, ...changes } }));
const cosigning = (changes: object): ReturnType<typeof nodeTrip> =>
  nodeTrip({ cosignature: { size: 1, line: 'x', ...changes } });
const times = <T>(count: number, make: (place: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const fieldOf = (work: () => unknown): string | undefined => {
  const error = errorOf(work);
  expect(error?.code).toBe('BAD_MESSAGE');
  return error?.field;
};

describe('what is said of the audit log', () => {
  it('may be missing from an offer, which is then the node’s to refuse', () => {
    expect(coordinatorTrip(coordinatorMessage({}))).not.toHaveProperty('evidence');
    expect(offering({})).toHaveProperty('evidence.index', 3);
  });

  it.each([
    ['checkpoint', { checkpoint: 'x'.repeat(limits.MAX_CHECKPOINT_CHARACTERS + 1) }],
    ['index', { index: 2 ** 53 }],
    ['inclusion', { inclusion: times(limits.MAX_PROOF_HASHES + 1, () => D) }],
    ['inclusion[1]', { inclusion: [D, D.slice(1)] }],
    ['consistency', { consistency: times(limits.MAX_CONSISTENCY_PROOFS + 1, (first) => ({ first, hashes: [] })) }],
    ['consistency', { consistency: times(2, () => ({ first: 1, hashes: [] })) }],
    ['consistency[0].first', { consistency: [{ first: 2 ** 53, hashes: [] }] }],
    ['consistency[0].hashes', { consistency: [{ first: 1, hashes: times(limits.MAX_PROOF_HASHES + 1, () => D) }] }],
    ['consistency[0].hashes[0]', { consistency: [{ first: 1, hashes: [new Uint8Array(33)] }] }],
    ['template', { template: 'x'.repeat(limits.MAX_TEMPLATE_CHARACTERS + 1) }],
    ['version', { version: 0 }],
    ['version', { version: limits.MAX_TEMPLATE_VERSION + 1 }],
    ['at', { at: '2026-11-23 09:30' }],
    ['at', { at: '' }],
  ])('is refused for offer.log.%s', (field, changes) => {
    expect(fieldOf(() => offering(changes))).toBe(`offer.log.${field}`);
  });

  it('is taken up to its limits', () => {
    const full = {
      checkpoint: 'x'.repeat(limits.MAX_CHECKPOINT_CHARACTERS),
      index: limits.MAX_LOG_SIZE,
      inclusion: times(limits.MAX_PROOF_HASHES, () => D),
      consistency: times(limits.MAX_CONSISTENCY_PROOFS, (first) => ({
        first: limits.MAX_LOG_SIZE - first,
        hashes: times(limits.MAX_PROOF_HASHES, () => D),
      })),
      template: 'x'.repeat(limits.MAX_TEMPLATE_CHARACTERS),
      version: limits.MAX_TEMPLATE_VERSION,
    };
    expect(offering(full)).toHaveProperty('evidence.consistency.length', limits.MAX_CONSISTENCY_PROOFS);
    const line = 'x'.repeat(limits.MAX_COSIGNATURE_CHARACTERS);
    expect(cosigning({ size: limits.MAX_LOG_SIZE, line })).toEqual({
      kind: 'cosignature',
      size: limits.MAX_LOG_SIZE,
      line,
    });
  });

  it('is refused from a node', () => {
    expect(fieldOf(() => cosigning({ size: 2 ** 53 }))).toBe('cosignature.size');
    expect(fieldOf(() => cosigning({ line: 'x'.repeat(limits.MAX_COSIGNATURE_CHARACTERS + 1) }))).toBe(
      'cosignature.line',
    );
    expect(fieldOf(() => nodeTrip({ hello: { ...hi, logSize: 2 ** 53 } }))).toBe('hello.log_size');
  });
});
