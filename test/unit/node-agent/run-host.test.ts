import { afterEach, describe, expect, it, vi } from 'vitest';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { MAX_REMEMBERED_RUNS } from '../../../node-agent/rounds/run-host.js';
import { NodeError } from '../../../node-agent/errors.js';
import type { SnapshotLease } from '../../../node-agent/snapshot/snapshot-store.js';
import { MAX_REASON_CHARACTERS } from '../../../transport/index.js';
import {
  allowAll,
  catalogue,
  governanceOf,
  noConsentNeeded,
  offer,
  runId,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import {
  PROGRESS_DEADLINE_MS,
  emptyLease,
  RecordingAccounts,
  world,
  begun,
  turnsUntil,
  ended,
  endOf,
  another,
  third,
} from './run-host-fixtures.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('RunHost, offered a run', () => {
  it('takes part: opens the link, lends the snapshot, sends its share', async () => {
    const made = await begun();
    expect(made.client.run().sent).toMatchObject([{ kind: 'share', share: { party: 'police' } }]);
    expect(made.client.sent).toEqual([]);
    expect(made.lent).toBe(1);
    expect(made.lines).toEqual([{ event: 'run-phase', runId, phase: 'keying' }]);
  });

  it('refuses in words that the coordinator gets, and opens nothing', () => {
    const made = world();
    made.host.offered({ ...offer, parameters: { quarters: ['1999-Q1'] } });
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', runId, code: 'PARAMETER_OUT_OF_BOUNDS' }]);
    expect(made.lines).toMatchObject([{ event: 'offer-refused', runId, code: 'PARAMETER_OUT_OF_BOUNDS' }]);
    expect(made.client.runs.size).toBe(0);
    expect(made.lent).toBe(0);
  });

  it.each([MAX_REASON_CHARACTERS, MAX_REASON_CHARACTERS + 1])('sends a reason of %i characters', (length) => {
    const made = world({
      verify: () => {
        throw new Refusal('NOT_ALLOWED_HERE', 'x'.repeat(length));
      },
    });
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', reason: 'x'.repeat(MAX_REASON_CHARACTERS) }]);
  });

  it('refuses a run id that it has seen, whether it took part or refused', async () => {
    const made = await begun();
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', runId, code: 'PROTOCOL_VIOLATION' }]);
    made.host.offered({ ...another, parameters: {} });
    made.host.offered(another);
    expect(made.client.sent.slice(1)).toMatchObject([
      { kind: 'refusal', code: 'PARAMETER_OUT_OF_BOUNDS' },
      { kind: 'refusal', code: 'PROTOCOL_VIOLATION' },
    ]);
  });

  it('remembers as many runs as its limit, and the oldest of one more no longer', () => {
    const made = world({
      verify: () => {
        throw new Refusal('NOT_ALLOWED_HERE', 'no');
      },
    });
    const ids = Array.from({ length: MAX_REMEMBERED_RUNS + 1 }, (_, index) => `run ${index}`);
    for (const id of ids.slice(0, -1)) made.host.offered({ ...offer, runId: id });
    const answer = (id: string | undefined): unknown => {
      made.host.offered({ ...offer, runId: id ?? '' });
      return made.client.sent.at(-1);
    };
    expect(answer(ids[0])).toMatchObject({ code: 'PROTOCOL_VIOLATION' });
    expect(answer(ids.at(-1))).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
    expect(answer(ids[0])).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
  });

  it('takes part in as many runs as its limit and refuses one more, until one has ended', async () => {
    const made = world({ concurrentRuns: 2 });
    for (const offered of [offer, another, third]) made.host.offered(offered);
    expect(made.host.size).toBe(2);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', runId: third.runId, code: 'BUSY' }]);
    made.client.run().receiver.message('coordinator', { kind: 'abort', code: 'CANCELLED', party: 'coordinator' });
    await vi.waitFor(() => expect(made.host.size).toBe(1));
    made.host.offered({ ...offer, runId: runId.replace(/^./, '6') });
    expect(made.host.size).toBe(2);
  });

  it('refuses a snapshot that was replaced between checking and lending', () => {
    const made = world({ snapshots: { lease: () => undefined } });
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', code: 'SNAPSHOT_STALE' }]);
  });

  it('tells the coordinator when something unforeseen keeps it from answering, and logs what', () => {
    const made = world({
      verify: () => {
        throw new TypeError('a mistake');
      },
    });
    made.host.offered(offer);
    expect(made.client.sent).toEqual([
      { kind: 'protocol', runId, message: { kind: 'abort', code: 'INTERNAL', party: 'police' } },
    ]);
    expect(made.lines).toMatchObject([{ event: 'run-ended', outcome: 'INTERNAL', err: { message: 'a mistake' } }]);
  });

  it('gives the snapshot back when the run can’t be begun', () => {
    const made = world();
    made.client.openRun = () => {
      throw new RangeError('a run of this id is open');
    };
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'protocol', message: { kind: 'abort', code: 'INTERNAL' } }]);
    expect(made.lent).toBe(0);
    expect(made.host.size).toBe(0);
  });

  it('goes on when the refusal can’t be sent', async () => {
    const made = world();
    made.client.reachable = false;
    made.host.offered({ ...offer, purpose: 'other' });
    await vi.waitFor(() => expect(made.lines).toHaveLength(2));
    made.client.reachable = true;
    made.host.offered(another);
    expect(made.host.size).toBe(1);
  });
});

describe('RunHost and its accounts', () => {
  it('pays before anything leaves, says so, and writes down how the run ended', async () => {
    const made = await begun();
    expect(made.accounts.told).toEqual([['spend', runId]]);
    expect(made.spent).toBe(1);
    made.client.run().receiver.message('coordinator', { kind: 'abort', code: 'PARTY_LOST', party: 'cps' });
    await ended(made);
    const failure = { code: 'PARTY_LOST', party: 'cps' };
    expect(made.accounts.told.slice(1)).toEqual([['ended', runId, { failure, opened: false, clipped: [] }]]);
  });

  it('opens nothing and gives the snapshot back when the accounts say no', () => {
    const accounts = new RecordingAccounts();
    accounts.spend = () => {
      throw new Refusal('BUDGET_SPENT', 'nothing is left');
    };
    const made = world({ accounts });
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', code: 'BUDGET_SPENT', reason: 'nothing is left' }]);
    expect(accounts.told).toEqual([['refused', runId, 'BUDGET_SPENT']]);
    expect(made.client.runs.size).toBe(0);
    expect(made.lent).toBe(0);
    expect(made.spent).toBe(0);
  });

  it('takes part in nothing that it can’t write down', () => {
    const accounts = new RecordingAccounts();
    accounts.spend = () => {
      throw new NodeError('LEDGER_UNUSABLE', 'no space left');
    };
    const made = world({ accounts });
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'protocol', message: { kind: 'abort', code: 'INTERNAL' } }]);
    expect(made.client.runs.size).toBe(0);
    expect(made.lent).toBe(0);
  });

  it('refuses and ends runs also when that can’t be written down', async () => {
    const accounts = new RecordingAccounts();
    accounts.refused = accounts.ended = () => {
      throw new NodeError('LEDGER_UNUSABLE', 'no space left');
    };
    const made = await begun({ accounts });
    made.host.offered({ ...another, parameters: {} });
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', code: 'PARAMETER_OUT_OF_BOUNDS' }]);
    made.host.disconnected();
    await ended(made);
    expect(made.lines.filter(({ err }) => err instanceof NodeError)).toHaveLength(2);
  });
});

describe('RunHost, under a policy that has it only go through an offer', () => {
  it('reads nothing until it has said that it does not answer', async () => {
    const grounds = {
      ...{
        self: 'police',
        governance: governanceOf(offer),
        catalogue,
        clock: { now: () => new Date('2026-04-02T12:00:00Z') },
      },
      policy: { ...allowAll, allow: [{ template: template.template, mode: 'shadow' as const }] },
      snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
      consent: noConsentNeeded,
    };
    let lent = 0;
    const lease = (): SnapshotLease => {
      lent += 1;
      return emptyLease;
    };
    const made = world({
      verify: (offered, logged) => verifyOffer(offered, { ...grounds, logged }),
      snapshots: { lease },
    });
    let said = (): void => undefined;
    made.client.send = (message) => {
      made.client.sent.push(message);
      return new Promise((resolve) => (said = resolve));
    };
    made.host.offered(offer);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', code: 'NOT_LIVE' }]);
    await new Promise(setImmediate);
    expect(lent).toBe(0);
    said();
    await vi.waitFor(() => expect(made.accounts.told.at(-1)).toMatchObject(['observed', runId, { trouble: null }]));
    expect(lent).toBe(1);
    expect(made.client.runs.size).toBe(0);
  });
});

describe('RunHost, when a run ends', () => {
  it('lets go of everything and says how, with the code and party of whoever ended it', async () => {
    const made = await begun({ cpuSeconds: vi.fn().mockReturnValueOnce(10).mockReturnValue(12.3456) });
    made.client.run().receiver.message('coordinator', { kind: 'abort', code: 'PARTY_LOST', party: 'cps' });
    await ended(made);
    expect(endOf(made)).toEqual({ event: 'run-ended', runId, outcome: 'PARTY_LOST', party: 'cps', cpuSeconds: 2.346 });
    expect(made.lent).toBe(0);
    expect(made.client.run().closedWith).toBe('PARTY_LOST');
  });

  it('ends every run when the connection is lost', async () => {
    const made = await begun();
    made.host.offered(another);
    made.client.reachable = false;
    made.host.disconnected();
    await ended(made);
    expect(made.lines.filter(({ event }) => event === 'run-ended')).toMatchObject([
      { runId, outcome: 'COORDINATOR_LOST', party: 'coordinator' },
      { runId: another.runId, outcome: 'COORDINATOR_LOST', party: 'coordinator' },
    ]);
    expect(made.lent).toBe(0);
  });

  it('ends a run with the code of the check that a bad message failed', async () => {
    const made = await begun();
    made.client.run().receiver.message('cps', { kind: 'finished' });
    await ended(made);
    expect(endOf(made)).toMatchObject({ outcome: 'OUT_OF_ORDER', party: 'cps' });
    expect(made.client.run().sent.at(-1)).toEqual({ kind: 'abort', code: 'OUT_OF_ORDER', party: 'cps' });
  });

  it('stops: ends its runs, tells the coordinator, refuses whatever comes then', async () => {
    const made = await begun();
    await made.host.stop();
    expect(made.host.size).toBe(0);
    expect(endOf(made)).toMatchObject({ outcome: 'CANCELLED', party: 'police' });
    expect(made.client.run().sent.at(-1)).toEqual({ kind: 'abort', code: 'CANCELLED', party: 'police' });
    made.host.offered(another);
    expect(made.client.sent).toMatchObject([{ kind: 'refusal', runId: another.runId, code: 'BUSY' }]);
  });

  it('gives up a run in which nothing moves for as long as its limit, and no sooner', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const made = world();
    made.host.offered(offer);
    await turnsUntil(() => made.client.run().sent.length > 0);
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
    expect(made.host.size).toBe(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(endOf(made)).toMatchObject({ outcome: 'DEADLINE_PASSED', party: 'police' });
    expect(made.client.run().sent.at(-1)).toMatchObject({ kind: 'abort', code: 'DEADLINE_PASSED' });
  });

  it('begins to wait anew whenever something moves', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const made = world();
    let arrive: (() => void) | undefined;
    const openRun = made.client.openRun.bind(made.client);
    made.client.openRun = (id, receiver) => {
      const run = openRun(id, receiver);
      return { ...run, link: { ...run.link, send: () => new Promise<void>((resolve) => (arrive = resolve)) } };
    };
    made.host.offered(offer);
    await turnsUntil(() => arrive !== undefined);
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
    arrive?.();
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
    expect(made.host.size).toBe(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(made.host.size).toBe(0);
  });
});
