import { JoinError } from './errors.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, TALLY } from './messages.js';
import type { Share, TransferSubject } from './messages.js';
import { COORDINATOR } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';
import type { SumShares } from './sum-shares.js';
import { sumCount } from './sums.js';
import { allHeld, awaitAll, receive, withStep } from './transfer-steps.js';
import type { TransferEvent, TransferSteps } from './transfer-steps.js';

/** The coordinator's rounds: (state, event) -> state and effects, carried out by CoordinatorJoin. */
export interface CoordinatorRounds {
  readonly phase: CoordinatorPhase;
  readonly shares: ReadonlyMap<PartyId, Share>;
  /** `held` for a list means: it has come round the ring and waits to be matched. */
  readonly steps: TransferSteps;
  /** Round 5: who has been asked for shares of the sums and hasn't answered. */
  readonly asked: PartyId | null;
}

/** sums: only where the plan has any. */
export type CoordinatorPhase = 'keying' | 'ring' | 'matching' | 'tally' | 'decoding' | 'sums' | 'finished';

export type CoordinatorEvent =
  | { readonly kind: 'share'; readonly from: PartyId; readonly share: Share }
  | TransferEvent
  | { readonly kind: 'stored'; readonly subject: TransferSubject }
  /** Round 3 is done; the combined list waits in its store. */
  | { readonly kind: 'matched' }
  | { readonly kind: 'decoded' }
  /** Round 5 has begun: sums under the joint key are ready for the first mixer. */
  | { readonly kind: 'added-up' }
  | { readonly kind: 'sum-shares'; readonly from: PartyId; readonly shares: SumShares }
  /** The shares of `from` are right, and off the sums. */
  | { readonly kind: 'sum-shares-taken'; readonly from: PartyId }
  | { readonly kind: 'opened' };

export type CoordinatorEffect =
  | { readonly kind: 'verify-share'; readonly share: Share }
  | { readonly kind: 'announce-joint-key'; readonly shares: readonly Share[] }
  | { readonly kind: 'match' }
  | { readonly kind: 'send-tally' }
  | { readonly kind: 'decode' }
  | { readonly kind: 'add-up' }
  | { readonly kind: 'ask-for-shares'; readonly mixer: PartyId }
  | { readonly kind: 'take-shares'; readonly from: PartyId; readonly shares: SumShares }
  | { readonly kind: 'open-sums' }
  | { readonly kind: 'announce-finished' };

export interface CoordinatorStep {
  readonly state: CoordinatorRounds;
  readonly effects: readonly CoordinatorEffect[];
}

export function startCoordinatorRounds(plan: JoinPlan): CoordinatorRounds {
  return {
    phase: 'keying',
    shares: new Map(),
    steps: awaitAll(plan),
    asked: null,
  };
}

/** Thrown when the event doesn't belong where the run is: JoinError OUT_OF_ORDER, DUPLICATE_LIST, BAD_COUNT, …. */
export function coordinatorStep(plan: JoinPlan, state: CoordinatorRounds, event: CoordinatorEvent): CoordinatorStep {
  switch (event.kind) {
    case 'share':
      return shared(plan, state, event.from, event.share);
    case 'transfer-opened': {
      const expected = event.header.subject === TALLY ? 'tally' : 'ring';
      if (state.phase !== expected) {
        throw new JoinError(
          'OUT_OF_ORDER',
          event.header.from,
          `${event.header.from} sent a transfer in the wrong round`,
        );
      }
      return { state: { ...state, steps: receive(plan, COORDINATOR, state.steps, event) }, effects: [] };
    }
    case 'chunk-opened':
    case 'transfer-closed':
      return { state: { ...state, steps: receive(plan, COORDINATOR, state.steps, event) }, effects: [] };
    case 'stored':
      return stored(plan, state, event.subject);
    case 'matched':
      return { state: { ...state, phase: 'tally' }, effects: [{ kind: 'send-tally' }] };
    case 'decoded':
      return plan.sums.length === 0
        ? finished(state)
        : { state: { ...state, phase: 'sums' }, effects: [{ kind: 'add-up' }] };
    case 'added-up':
      return askNext(plan, state, null);
    case 'sum-shares':
      return sumShares(plan, state, event.from, event.shares);
    case 'sum-shares-taken':
      return askNext(plan, state, event.from);
    case 'opened':
      return finished(state);
  }
}

function shared(plan: JoinPlan, state: CoordinatorRounds, from: PartyId, share: Share): CoordinatorStep {
  if (share.party !== from || !plan.mixers.includes(from) || state.shares.has(from) || state.phase !== 'keying') {
    throw new JoinError('OUT_OF_ORDER', from, `${from} sent a key share that was not awaited`);
  }
  const shares = new Map(state.shares).set(from, share);
  const complete = shares.size === plan.mixers.length;
  return {
    state: { ...state, phase: complete ? 'ring' : 'keying', shares },
    effects: [
      { kind: 'verify-share', share },
      ...(complete ? [{ kind: 'announce-joint-key' as const, shares: [...shares.values()] }] : []),
    ],
  };
}

/** Mixer by mixer in ring order: what one has made goes to the next. */
function askNext(plan: JoinPlan, state: CoordinatorRounds, last: PartyId | null): CoordinatorStep {
  const mixer = plan.mixers[last === null ? 0 : plan.mixers.indexOf(last) + 1];
  if (mixer === undefined) return { state, effects: [{ kind: 'open-sums' }] };
  return { state: { ...state, asked: mixer }, effects: [{ kind: 'ask-for-shares', mixer }] };
}

function sumShares(plan: JoinPlan, state: CoordinatorRounds, from: PartyId, shares: SumShares): CoordinatorStep {
  if (state.phase !== 'sums' || state.asked !== from) {
    throw new JoinError('OUT_OF_ORDER', from, `${from} sent shares of sums that were not awaited`);
  }
  const count = sumCount(plan);
  if (shares.noised.length !== count * CIPHERTEXT_BYTES || shares.shares.length !== count * ELEMENT_BYTES) {
    throw new JoinError('BAD_COUNT', from, `${from} sent another number of sums or shares than it was asked for`);
  }
  return { state: { ...state, asked: null }, effects: [{ kind: 'take-shares', from, shares }] };
}

function finished(state: CoordinatorRounds): CoordinatorStep {
  return { state: { ...state, phase: 'finished' }, effects: [{ kind: 'announce-finished' }] };
}

function stored(plan: JoinPlan, state: CoordinatorRounds, subject: TransferSubject): CoordinatorStep {
  const steps = withStep(state.steps, subject, { at: 'held' });
  if (subject === TALLY) return { state: { ...state, phase: 'decoding', steps }, effects: [{ kind: 'decode' }] };
  const complete = allHeld(
    steps,
    plan.lists.map(({ id }) => id),
  );
  return {
    state: { ...state, phase: complete ? 'matching' : 'ring', steps },
    effects: complete ? [{ kind: 'match' }] : [],
  };
}
