import { JoinError } from './errors.js';
import { TALLY } from './messages.js';
import type { Share, TransferSubject } from './messages.js';
import { expectedFillers, tooFewLeft } from './minimum-tally.js';
import { COORDINATOR } from './plan.js';
import type { JoinPlan, ListId, PartyId } from './plan.js';
import { sumBytes } from './sums.js';
import { allHeld, awaitAll, receive, withStep } from './transfer-steps.js';
import type { TransferEvent, TransferSteps } from './transfer-steps.js';

/**
 * A node's rounds, as provider of its own lists and mixer of all: (state, event) -> state and effects.
 * Nothing here touches a record or a key; NodeJoin carries out the effects and reports back with events.
 */
export interface NodeRounds {
  readonly phase: NodePhase;
  readonly steps: TransferSteps;
}

/**
 * keying: its share is out, the others' are awaited. ring: lists are made, mixed and passed on.
 * tally: every list has been passed on, its share has been or will be used, once. sums: it is used a second time and the
 * last, where the plan has sums. finished: the table is decoded.
 */
export type NodePhase = 'keying' | 'ring' | 'tally' | 'sums' | 'finished';

export type NodeEvent =
  | { readonly kind: 'joint-key'; readonly shares: readonly Share[] }
  | TransferEvent
  /** Every record of the subject is in its store, at its shuffled place. */
  | { readonly kind: 'stored'; readonly subject: TransferSubject }
  | { readonly kind: 'sent'; readonly subject: TransferSubject }
  | { readonly kind: 'sums'; readonly ciphertexts: Uint8Array }
  | { readonly kind: 'finished' };

export type NodeEffect =
  /** Round 0: check every share and add them up. */
  | { readonly kind: 'adopt-joint-key'; readonly shares: readonly Share[] }
  /** Round 1. */
  | { readonly kind: 'prepare'; readonly list: ListId }
  /** Rounds 2 and 4: send what was stored on to the next party. */
  | { readonly kind: 'send-on'; readonly subject: TransferSubject }
  /** Round 5: add noise to the sums, take shares, answer. */
  | { readonly kind: 'share-sums'; readonly ciphertexts: Uint8Array }
  | { readonly kind: 'wipe' };

export interface NodeStep {
  readonly state: NodeRounds;
  readonly effects: readonly NodeEffect[];
}

export function startNodeRounds(plan: JoinPlan): NodeRounds {
  return { phase: 'keying', steps: awaitAll(plan) };
}

/** Thrown when the event doesn't belong where the node is: JoinError OUT_OF_ORDER, DUPLICATE_LIST, BAD_COUNT, …. */
export function nodeStep(plan: JoinPlan, self: PartyId, state: NodeRounds, event: NodeEvent): NodeStep {
  switch (event.kind) {
    case 'joint-key':
      return keyed(plan, self, state, event.shares);
    case 'transfer-opened':
      refuseEarly(state, event.header.from, event.header.subject);
      if (event.header.subject === TALLY) refuseTally(plan, self, state, event.header.count);
      return { state: { ...state, steps: receive(plan, self, state.steps, event) }, effects: [] };
    case 'chunk-opened':
    case 'transfer-closed':
      return { state: { ...state, steps: receive(plan, self, state.steps, event) }, effects: [] };
    case 'stored':
      return held(plan, state, event.subject);
    case 'sent':
      return { state: { ...state, steps: withStep(state.steps, event.subject, { at: 'sent' }) }, effects: [] };
    case 'sums':
      return summed(plan, state, event.ciphertexts);
    case 'finished':
      if (!allHeld(state.steps, [TALLY]) || (plan.sums.length > 0 && state.phase !== 'sums')) {
        throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'the coordinator called the run finished before its time');
      }
      return { state: { ...state, phase: 'finished' }, effects: [{ kind: 'wipe' }] };
  }
}

function keyed(plan: JoinPlan, self: PartyId, state: NodeRounds, shares: readonly Share[]): NodeStep {
  if (state.phase !== 'keying') {
    throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'the coordinator announced a second joint key');
  }
  const own = plan.lists.filter(({ provider }) => provider === self).map(({ id }) => id);
  const steps = own.reduce((sofar, list) => withStep(sofar, list, { at: 'making' }), state.steps);
  return {
    state: { phase: 'ring', steps },
    effects: [{ kind: 'adopt-joint-key', shares }, ...own.map((list) => ({ kind: 'prepare' as const, list }))],
  };
}

function held(plan: JoinPlan, state: NodeRounds, subject: TransferSubject): NodeStep {
  const steps = withStep(state.steps, subject, { at: 'held' });
  const ringDone = allHeld(
    steps,
    plan.lists.map(({ id }) => id),
  );
  return {
    state: { phase: ringDone ? 'tally' : state.phase, steps },
    effects: [{ kind: 'send-on', subject }],
  };
}

/** Once, after the tally: a share taken of other ciphertexts would open what isn't the run's to know. */
function summed(plan: JoinPlan, state: NodeRounds, ciphertexts: Uint8Array): NodeStep {
  if (plan.sums.length === 0 || state.phase !== 'tally' || !allHeld(state.steps, [TALLY])) {
    throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'the coordinator asked for shares of sums out of turn');
  }
  if (ciphertexts.length !== sumBytes(plan)) {
    throw new JoinError('BAD_COUNT', COORDINATOR, 'the coordinator sent another number of sums than the plan has');
  }
  return { state: { ...state, phase: 'sums' }, effects: [{ kind: 'share-sums', ciphertexts }] };
}

function refuseEarly(state: NodeRounds, from: PartyId, subject: TransferSubject): void {
  if (state.phase === 'keying' || state.phase === 'finished' || (subject === TALLY && state.phase !== 'tally')) {
    throw new JoinError('OUT_OF_ORDER', from, `${from} sent a transfer in the wrong round`);
  }
}

/** Few records in the tally, dummies and decoys apart, would make the table a statement about few people. */
function refuseTally(plan: JoinPlan, self: PartyId, state: NodeRounds, count: number): void {
  if (state.steps.get(TALLY)?.at !== 'awaited') return;
  if (count - expectedFillers(plan, self) < plan.minimumTally) {
    throw tooFewLeft(plan, COORDINATOR);
  }
}
