import { describe, expect, it } from 'vitest';

import { JoinError } from '../../../core/private-join/errors.js';
import type { FailureCode } from '../../../core/private-join/errors.js';
import { coordinatorStep, startCoordinatorRounds } from '../../../core/private-join/coordinator-rounds.js';
import type { CoordinatorEvent, CoordinatorRounds } from '../../../core/private-join/coordinator-rounds.js';
import type { Share, TransferHeader, TransferSubject } from '../../../core/private-join/messages.js';
import { TALLY } from '../../../core/private-join/messages.js';
import { nodeStep, startNodeRounds } from '../../../core/private-join/node-rounds.js';
import type { NodeEffect, NodeEvent, NodeRounds } from '../../../core/private-join/node-rounds.js';
import { CHUNK_RECORDS, COORDINATOR, MAX_LIST_RECORDS } from '../../../core/private-join/plan.js';
import type { JoinPlan } from '../../../core/private-join/plan.js';
import { route } from '../../../core/private-join/route.js';
import { threePartyPlan } from '../../support/plans.js';

const plan = threePartyPlan({ minimumTally: 3 });
const [victims, support, prosecutions] = ['victims/police', 'support/charity', 'prosecutions/cps'] as const;

function share(party: string): Share {
  const nothing = new Uint8Array(32);
  return { party, element: nothing, proof: nothing, sealingKey: nothing, checkpoint: '', signature: nothing };
}

function opened(subject: TransferSubject, hop: number, count: number, to = 'charity'): NodeEvent & CoordinatorEvent {
  const from = route(plan, subject)[hop] ?? '';
  const nothing = new Uint8Array(32);
  const made = { generator: nothing, encapsulatedKey: nothing, signature: nothing };
  const header: TransferHeader = { subject, hop, from, to, count, ...made };
  return { kind: 'transfer-opened', header };
}

function code(run: () => unknown): FailureCode | 'nothing' {
  try {
    run();
    return 'nothing';
  } catch (thrown) {
    if (thrown instanceof JoinError) return thrown.code;
    throw thrown;
  }
}

describe('route', () => {
  it('begins after the provider, wraps and ends at the coordinator; the tally passes every mixer', () => {
    expect(route(plan, victims)).toEqual(['police', 'charity', 'cps', COORDINATOR]);
    expect(route(plan, support)).toEqual(['charity', 'cps', 'police', COORDINATOR]);
    expect(route(plan, TALLY)).toEqual([COORDINATOR, 'police', 'charity', 'cps', COORDINATOR]);
    expect(code(() => route(plan, 'nothing/here'))).toBe('UNKNOWN_LIST');
  });
});

/** The charity's node: mixes victims at hop 1 and prosecutions at hop 2, provides support. */
class Charity {
  state: NodeRounds = startNodeRounds(plan);
  readonly #plan: JoinPlan;

  constructor(own: JoinPlan = plan) {
    this.#plan = own;
  }

  take(...events: NodeEvent[]): NodeEffect[] {
    return events.flatMap((event) => {
      const step = nodeStep(this.#plan, 'charity', this.state, event);
      this.state = step.state;
      return step.effects;
    });
  }

  refusal(event: NodeEvent): FailureCode | 'nothing' {
    return code(() => this.take(event));
  }

  whole(subject: TransferSubject, hop: number, count: number): NodeEffect[] {
    return this.take(
      opened(subject, hop, count),
      ...(count === 0 ? [] : [{ kind: 'chunk-opened' as const, subject, records: count }]),
      { kind: 'transfer-closed', subject },
      { kind: 'stored', subject },
    );
  }

  static keyed(own: JoinPlan = plan): Charity {
    const charity = new Charity(own);
    charity.take({ kind: 'joint-key', shares: [] });
    return charity;
  }

  static atTally(own: JoinPlan = plan): Charity {
    const charity = Charity.keyed(own);
    charity.take({ kind: 'stored', subject: support });
    charity.whole(victims, 0, 5);
    charity.whole(prosecutions, 1, 0);
    return charity;
  }
}

describe('a node', () => {
  it('goes from keys to lists to one tally', () => {
    const charity = new Charity();
    expect(charity.take({ kind: 'joint-key', shares: [share('x')] })).toEqual([
      { kind: 'adopt-joint-key', shares: [share('x')] },
      { kind: 'prepare', list: support },
    ]);
    expect(charity.take({ kind: 'stored', subject: support })).toEqual([{ kind: 'send-on', subject: support }]);
    expect(charity.whole(victims, 0, 5)).toEqual([{ kind: 'send-on', subject: victims }]);
    expect(charity.state.phase).toBe('ring');
    charity.take({ kind: 'sent', subject: victims });
    expect(charity.whole(prosecutions, 1, 0)).toEqual([{ kind: 'send-on', subject: prosecutions }]);
    expect(charity.state.phase).toBe('tally');
    expect(charity.whole(TALLY, 1, 4)).toEqual([{ kind: 'send-on', subject: TALLY }]);
    expect(charity.take({ kind: 'finished' })).toEqual([{ kind: 'wipe' }]);
    expect(charity.state.phase).toBe('finished');
  });

  it('does not change the state it was given', () => {
    const before = startNodeRounds(plan);
    nodeStep(plan, 'charity', before, { kind: 'joint-key', shares: [] });
    expect(before).toEqual(startNodeRounds(plan));
  });

  it('refuses messages out of order', () => {
    expect(new Charity().refusal(opened(victims, 0, 5))).toBe('OUT_OF_ORDER');
    expect(new Charity().refusal({ kind: 'finished' })).toBe('OUT_OF_ORDER');
    expect(Charity.keyed().refusal({ kind: 'joint-key', shares: [] })).toBe('OUT_OF_ORDER');
    expect(Charity.keyed().refusal(opened(TALLY, 1, 5))).toBe('OUT_OF_ORDER');
    expect(Charity.atTally().refusal({ kind: 'finished' })).toBe('OUT_OF_ORDER');
    const done = Charity.atTally();
    done.whole(TALLY, 1, 4);
    done.take({ kind: 'finished' });
    expect(done.refusal(opened(TALLY, 1, 4))).toBe('OUT_OF_ORDER');
  });

  it('refuses a hop that is not its own', () => {
    expect(Charity.keyed().refusal(opened(victims, 1, 5))).toBe('OUT_OF_ORDER');
    expect(Charity.keyed().refusal(opened(victims, 0, 5, 'cps'))).toBe('OUT_OF_ORDER');
    expect(Charity.keyed().refusal(opened(support, 2, 5))).toBe('OUT_OF_ORDER');
  });

  it('refuses a list twice, its own list, and a second tally', () => {
    const charity = Charity.keyed();
    charity.take(opened(victims, 0, 5));
    expect(charity.refusal(opened(victims, 0, 5))).toBe('DUPLICATE_LIST');
    const tallied = Charity.atTally();
    tallied.whole(TALLY, 1, 4);
    expect(tallied.refusal(opened(TALLY, 1, 4))).toBe('DUPLICATE_LIST');
  });

  it('refuses more, fewer and oddly chunked records', () => {
    const charity = Charity.keyed();
    charity.take(opened(victims, 0, 5));
    expect(charity.refusal({ kind: 'chunk-opened', subject: victims, records: 6 })).toBe('BAD_COUNT');
    expect(charity.refusal({ kind: 'chunk-opened', subject: victims, records: 0 })).toBe('BAD_COUNT');
    expect(charity.refusal({ kind: 'chunk-opened', subject: victims, records: 1.5 })).toBe('BAD_COUNT');
    charity.take({ kind: 'chunk-opened', subject: victims, records: 4 });
    expect(charity.refusal({ kind: 'transfer-closed', subject: victims })).toBe('BAD_COUNT');
    expect(charity.refusal({ kind: 'chunk-opened', subject: victims, records: 2 })).toBe('BAD_COUNT');
  });

  it('takes chunks and lists at the limit and none past it', () => {
    const charity = Charity.keyed();
    expect(charity.refusal(opened(victims, 0, MAX_LIST_RECORDS + 1))).toBe('BAD_COUNT');
    expect(charity.refusal(opened(victims, 0, -1))).toBe('BAD_COUNT');
    charity.take(opened(victims, 0, MAX_LIST_RECORDS));
    const over: NodeEvent = { kind: 'chunk-opened', subject: victims, records: CHUNK_RECORDS + 1 };
    expect(charity.refusal(over)).toBe('BAD_COUNT');
    expect(charity.refusal({ ...over, records: CHUNK_RECORDS })).toBe('nothing');
  });

  it('refuses a tally of fewer records than the plan allows', () => {
    expect(Charity.atTally().refusal(opened(TALLY, 1, 2))).toBe('POPULATION_TOO_SMALL');
    expect(Charity.atTally().refusal(opened(TALLY, 1, 3))).toBe('nothing');
  });

  it('refuses a tally of fewer when the dummies of those before it are not counted', () => {
    // The police, one mixer, came before.
    const dummies = 5 * plan.tableCells.length;
    const noisy = { ...plan, noise: { alpha: 0.5, bound: 5 } };
    expect(Charity.atTally(noisy).refusal(opened(TALLY, 1, 2 + dummies))).toBe('POPULATION_TOO_SMALL');
    expect(Charity.atTally(noisy).refusal(opened(TALLY, 1, 3 + dummies))).toBe('nothing');
  });
});

describe('the coordinator', () => {
  class Run {
    state: CoordinatorRounds = startCoordinatorRounds(plan);

    take(...events: CoordinatorEvent[]): string[] {
      return events.flatMap((event) => {
        const step = coordinatorStep(plan, this.state, event);
        this.state = step.state;
        return step.effects.map(({ kind }) => kind);
      });
    }

    refusal(event: CoordinatorEvent): FailureCode | 'nothing' {
      return code(() => this.take(event));
    }

    static keyed(): Run {
      const run = new Run();
      run.take(...plan.mixers.map((from) => ({ kind: 'share' as const, from, share: share(from) })));
      return run;
    }

    whole(subject: TransferSubject, hop: number): string[] {
      return this.take(
        opened(subject, hop, 1, COORDINATOR),
        { kind: 'chunk-opened', subject, records: 1 },
        { kind: 'transfer-closed', subject },
        { kind: 'stored', subject },
      );
    }
  }

  it('goes from shares to lists, matching, one tally and a table', () => {
    const run = new Run();
    const shared = plan.mixers.map((from) => run.take({ kind: 'share', from, share: share(from) }));
    expect(shared).toEqual([['verify-share'], ['verify-share'], ['verify-share', 'announce-joint-key']]);
    expect(run.whole(victims, 2)).toEqual([]);
    expect(run.whole(prosecutions, 2)).toEqual([]);
    expect(run.whole(support, 2)).toEqual(['match']);
    expect(run.take({ kind: 'matched' })).toEqual(['send-tally']);
    expect(run.whole(TALLY, 3)).toEqual(['decode']);
    expect(run.take({ kind: 'decoded' })).toEqual(['announce-finished']);
    expect(run.state.phase).toBe('finished');
  });

  it('refuses shares twice, of strangers, in another name and too late', () => {
    const run = new Run();
    run.take({ kind: 'share', from: 'police', share: share('police') });
    expect(run.refusal({ kind: 'share', from: 'police', share: share('police') })).toBe('OUT_OF_ORDER');
    expect(run.refusal({ kind: 'share', from: 'courts', share: share('courts') })).toBe('OUT_OF_ORDER');
    expect(run.refusal({ kind: 'share', from: 'cps', share: share('charity') })).toBe('OUT_OF_ORDER');
    expect(Run.keyed().refusal({ kind: 'share', from: 'cps', share: share('cps') })).toBe('OUT_OF_ORDER');
  });

  it('refuses lists before keys, the tally before matching, and a list twice', () => {
    expect(new Run().refusal(opened(victims, 2, 1, COORDINATOR))).toBe('OUT_OF_ORDER');
    expect(Run.keyed().refusal(opened(TALLY, 3, 1, COORDINATOR))).toBe('OUT_OF_ORDER');
    const run = Run.keyed();
    run.whole(victims, 2);
    expect(run.refusal(opened(victims, 2, 1, COORDINATOR))).toBe('DUPLICATE_LIST');
  });
});
