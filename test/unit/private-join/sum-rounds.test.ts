import { beforeEach, describe, expect, it } from 'vitest';

import { coordinatorStep, startCoordinatorRounds } from '../../../core/private-join/coordinator-rounds.js';
import type {
  CoordinatorEffect,
  CoordinatorEvent,
  CoordinatorRounds,
} from '../../../core/private-join/coordinator-rounds.js';
import { JoinError } from '../../../core/private-join/errors.js';
import { nodeStep, startNodeRounds } from '../../../core/private-join/node-rounds.js';
import type { NodeEffect, NodeEvent, NodePhase } from '../../../core/private-join/node-rounds.js';
import type { JoinPlan, PartyId } from '../../../core/private-join/plan.js';
import type { TransferStep } from '../../../core/private-join/transfer-steps.js';
import { threePartyPlan } from '../../support/plans.js';

const plan = threePartyPlan({ tableCells: [1, 2], sums: [{ dataset: 'victims', magnitude: 9, noise: null }] });
const without = threePartyPlan({ tableCells: [1, 2] });
const ciphertexts = new Uint8Array(2 * 64);
const shares = { noised: ciphertexts, shares: new Uint8Array(2 * 32), proof: new Uint8Array(64) };

function code(work: () => unknown): string {
  try {
    work();
    return 'nothing';
  } catch (thrown) {
    return thrown instanceof JoinError ? `${thrown.code} ${thrown.party}` : String(thrown);
  }
}

describe('the coordinator', () => {
  let state: CoordinatorRounds;
  const take = (event: CoordinatorEvent, own: JoinPlan = plan): readonly CoordinatorEffect[] => {
    const step = coordinatorStep(own, state, event);
    state = step.state;
    return step.effects;
  };
  const answer = (from: PartyId, change: Partial<typeof shares> = {}): CoordinatorEvent => ({
    kind: 'sum-shares',
    from,
    shares: { ...shares, ...change },
  });

  beforeEach(() => {
    state = { ...startCoordinatorRounds(plan), phase: 'decoding' };
  });

  it('adds up, asks each mixer in ring order, opens and finishes', () => {
    expect(take({ kind: 'decoded' })).toEqual([{ kind: 'add-up' }]);
    expect(state.phase).toBe('sums');
    expect(take({ kind: 'added-up' })).toEqual([{ kind: 'ask-for-shares', mixer: 'police' }]);
    for (const [from, next] of [
      ['police', { kind: 'ask-for-shares', mixer: 'charity' }],
      ['charity', { kind: 'ask-for-shares', mixer: 'cps' }],
      ['cps', { kind: 'open-sums' }],
    ] as const) {
      expect(take(answer(from))).toEqual([{ kind: 'take-shares', from, shares }]);
      expect(take({ kind: 'sum-shares-taken', from })).toEqual([next]);
      expect(state.phase).toBe('sums');
    }
    expect(take({ kind: 'opened' })).toEqual([{ kind: 'announce-finished' }]);
    expect(state.phase).toBe('finished');
  });

  it('finishes at once where the plan has no sums', () => {
    expect(take({ kind: 'decoded' }, without)).toEqual([{ kind: 'announce-finished' }]);
    expect(state.phase).toBe('finished');
  });

  it('takes an answer from whom it has asked, once, of the right size', () => {
    expect(code(() => take(answer('police')))).toBe('OUT_OF_ORDER police');
    take({ kind: 'decoded' });
    expect(code(() => take(answer('police')))).toBe('OUT_OF_ORDER police');
    take({ kind: 'added-up' });
    expect(code(() => take(answer('charity')))).toBe('OUT_OF_ORDER charity');
    expect(code(() => take(answer('police', { noised: new Uint8Array(64) })))).toBe('BAD_COUNT police');
    expect(code(() => take(answer('police', { shares: new Uint8Array(96) })))).toBe('BAD_COUNT police');
    take(answer('police'));
    expect(code(() => take(answer('police')))).toBe('OUT_OF_ORDER police');
  });
});

describe('a node', () => {
  const stepsAt = (at: TransferStep['at']): ReadonlyMap<string, TransferStep> =>
    new Map([...plan.lists.map(({ id }) => [id, { at: 'sent' }] as const), ['tally', { at } as TransferStep]]);
  const at = (phase: NodePhase, tally: TransferStep['at'], event: NodeEvent, own = plan): readonly NodeEffect[] =>
    nodeStep(own, 'charity', { ...startNodeRounds(own), phase, steps: stepsAt(tally) }, event).effects;
  const sums = { kind: 'sums', ciphertexts } as const;

  it.each(['held', 'sent'] as const)('shares sums when its tally is %s, and is done after that', (tally) => {
    const before = { ...startNodeRounds(plan), phase: 'tally', steps: stepsAt(tally) } as const;
    const { state, effects } = nodeStep(plan, 'charity', before, sums);
    expect(effects).toEqual([{ kind: 'share-sums', ciphertexts }]);
    expect(state.phase).toBe('sums');
    expect(code(() => nodeStep(plan, 'charity', state, sums))).toBe('OUT_OF_ORDER coordinator');
    expect(nodeStep(plan, 'charity', state, { kind: 'sent', subject: 'tally' }).state.phase).toBe('sums');
    expect(nodeStep(plan, 'charity', state, { kind: 'finished' }).effects).toEqual([{ kind: 'wipe' }]);
  });

  it('refuses sums before its tally, after the end, in a plan without any, and of another number', () => {
    expect(code(() => at('ring', 'awaited', sums))).toBe('OUT_OF_ORDER coordinator');
    expect(code(() => at('tally', 'awaited', sums))).toBe('OUT_OF_ORDER coordinator');
    expect(code(() => at('tally', 'mixing', sums))).toBe('OUT_OF_ORDER coordinator');
    expect(code(() => at('finished', 'sent', sums))).toBe('OUT_OF_ORDER coordinator');
    expect(code(() => at('tally', 'sent', { kind: 'sums', ciphertexts: new Uint8Array(0) }, without))).toBe(
      'OUT_OF_ORDER coordinator',
    );
    for (const length of [0, 64, 127, 192]) {
      const other = { kind: 'sums', ciphertexts: new Uint8Array(length) } as const;
      expect(code(() => at('tally', 'sent', other))).toBe('BAD_COUNT coordinator');
    }
  });

  it('is not finished before it has shared sums, where the plan has any', () => {
    expect(code(() => at('tally', 'sent', { kind: 'finished' }))).toBe('OUT_OF_ORDER coordinator');
    expect(at('tally', 'sent', { kind: 'finished' }, without)).toEqual([{ kind: 'wipe' }]);
  });
});
