import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  emptyRoot,
  logOrigin,
  MAX_AHEAD_SECONDS,
  rootOf,
  signCheckpoint,
  witness,
} from '../../../core/audit/index.js';
import type { SignedCheckpoint, WitnessDecision, Witnessing } from '../../../core/audit/index.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { checkpointOf, coordinator, entriesOf, log, MemoryLog, seconds, testKey } from './audit-fixtures.js';

const honest = new MemoryLog(entriesOf(60));
/** The same log until its 30th entry, which is another. */
const forked = new MemoryLog(entriesOf(60).with(30, new Uint8Array([1])));

const of = (which: MemoryLog, size: number, at: number): SignedCheckpoint =>
  checkpointOf(rootOf(which, size), size, at);

function see(
  last: SignedCheckpoint | undefined,
  shown: SignedCheckpoint,
  more: Partial<Witnessing> = {},
): WitnessDecision {
  const [first, second] = [last?.checkpoint.size ?? 0, shown.checkpoint.size];
  const proof = first <= second ? consistencyProof(honest, first, second) : [];
  return witness({ log, last, note: shown.note, proof, now: seconds(1_000), ...more });
}

const codeOf = (decision: WitnessDecision): string => (decision.verdict === 'refuse' ? decision.code : 'cosigned');

describe('a witness', () => {
  it('cosigns the first checkpoint that it sees, and any that continues it', () => {
    let last: SignedCheckpoint | undefined;
    for (const [place, size] of [0, 0, 1, 30, 30, 31, 60].entries()) {
      const shown = of(honest, size, place);
      expect(see(last, shown)).toEqual({ verdict: 'cosign', accepted: shown });
      last = shown;
    }
  });

  it('cosigns the same checkpoint again', () => {
    const shown = of(honest, 30, 0);
    expect(codeOf(see(shown, shown))).toBe('cosigned');
  });

  it('cosigns without a proof what takes none', () => {
    const needless = { proof: consistencyProof(honest, 3, 7) };
    expect(codeOf(see(undefined, of(honest, 30, 0), needless))).toBe('cosigned');
    expect(codeOf(see(of(honest, 30, 0), of(honest, 30, 1), needless))).toBe('cosigned');
    expect(codeOf(see(of(honest, 0, 0), of(honest, 30, 1), needless))).toBe('cosigned');
  });

  it.each([
    ['LOG_FORKED', 'two roots of one size', of(honest, 40, 0), of(forked, 40, 1)],
    ['LOG_FORKED', 'two roots of one size, the second at an earlier time', of(honest, 40, 1), of(forked, 40, 0)],
    ['LOG_ROLLED_BACK', 'a smaller size later', of(honest, 40, 0), of(honest, 39, 1)],
    ['LOG_ROLLED_BACK', 'a smaller size at the same time', of(honest, 40, 0), of(honest, 39, 0)],
    ['LOG_ROLLED_BACK', 'nothing left', of(honest, 40, 0), of(honest, 0, 1)],
    ['LOG_ROLLED_BACK', 'a larger size at an earlier time', of(honest, 39, 1), of(honest, 40, 0)],
    ['LOG_INCONSISTENT', 'another log that is longer', of(honest, 40, 0), of(forked, 50, 1)],
  ] as const)('finds %s: %s, and has both checkpoints to show for it', (code, _, last, shown) => {
    const decision = see(last, shown);
    expect(decision).toMatchObject({ verdict: 'refuse', code, evidence: { code, seen: last, shown } });
  });

  it.each([
    ['a smaller size at an earlier time', of(honest, 40, 1), of(honest, 39, 0)],
    ['the same log at an earlier time', of(honest, 40, 1), of(honest, 40, 0)],
  ])('doesn’t go back to %s, which says nothing against the log', (_, last, shown) => {
    const decision = see(last, shown);
    expect(codeOf(decision)).toBe('CHECKPOINT_OLD');
    expect(decision).not.toHaveProperty('evidence');
  });

  it('wants a proof, the right one', () => {
    const [last, shown] = [of(honest, 30, 0), of(honest, 50, 1)];
    for (const proof of [[], consistencyProof(honest, 29, 50), consistencyProof(honest, 30, 49)]) {
      expect(codeOf(see(last, shown, { proof }))).toBe('LOG_INCONSISTENT');
    }
  });

  it('refuses a time ahead of its clock by more than clocks differ', () => {
    const shown = of(honest, 30, 0);
    expect(codeOf(see(undefined, shown, { now: seconds(-MAX_AHEAD_SECONDS) }))).toBe('cosigned');
    expect(codeOf(see(undefined, shown, { now: seconds(-MAX_AHEAD_SECONDS - 0.001) }))).toBe('CHECKPOINT_AHEAD');
  });

  it.each([
    ['BAD_CHECKPOINT', 'not a note'],
    ['BAD_CHECKPOINT_SIGNATURE', checkpointOf(rootOf(honest, 30), 30, 0, testKey(9)).note],
    [
      'OTHER_LOG',
      signCheckpoint({ origin: logOrigin('other'), size: 0, root: emptyRoot(), at: seconds(0) }, coordinator).note,
    ],
  ])('refuses with %s what is no checkpoint of its log', (code, note) => {
    const decision = see(of(honest, 20, 0), of(honest, 30, 0), { note });
    expect(codeOf(decision)).toBe(code);
    expect(decision).not.toHaveProperty('evidence');
  });

  it(`cosigns just what continues all it saw before, however two logs are mixed (seed ${testSeed})`, () => {
    const shown = fc.record({ isForked: fc.boolean(), size: fc.integer({ min: 0, max: 60 }) });
    const property = fc.property(fc.array(shown, { minLength: 1, maxLength: 8 }), (checkpoints) => {
      let [last, length, seesFork]: [SignedCheckpoint | undefined, number, boolean | undefined] = [
        undefined,
        0,
        undefined,
      ];
      for (const [at, { isForked, size }] of checkpoints.entries()) {
        const which = isForked ? forked : honest;
        const next = of(which, size, at);
        const proof = size >= length ? consistencyProof(which, length, size) : [];
        const decision = see(last, next, { proof });
        // Up to 30 entries both are one log; from 31 on a witness sticks to what it saw.
        const isSame = length <= 30 || seesFork === isForked;
        expect(decision.verdict).toBe(size >= length && isSame ? 'cosign' : 'refuse');
        if (decision.verdict === 'cosign') [last, length, seesFork] = [decision.accepted, size, isForked];
      }
    });
    fc.assert(property, { ...propertyOptions, numRuns: 200 });
  });
});
