import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import type { Log, LogFields } from '../../../core/base/index.js';
import { silentLog } from '../../../core/base/index.js';
import { createGroup, inlineEngine, memoryStores, WORKING_SECONDS } from '../../../core/private-join/index.js';
import type {
  Engine,
  FailureCode,
  Group,
  LinkReceiver,
  ProtocolMessage,
  RowChunk,
  TransferHeader,
} from '../../../core/private-join/index.js';
import { NOISE_KEY_BYTES } from '../../../core/noise/index.js';
import { makeShare } from '../../../core/private-join/joint-key.js';
import { canonicalTemplate, identityKeys, planRun, templateDigest } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import type { Accounts, RunAccount } from '../../../node-agent/budget/accounts.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { VerifiedOffer } from '../../../node-agent/offers/verify-offer.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { MAX_REMEMBERED_RUNS, RunHost } from '../../../node-agent/rounds/run-host.js';
import type { RunHostOptions } from '../../../node-agent/rounds/run-host.js';
import { NodeError } from '../../../node-agent/errors.js';
import { watchedLink, watchedReceiver } from '../../../node-agent/rounds/watched-link.js';
import type { SnapshotLease } from '../../../node-agent/snapshot/snapshot-store.js';
import { systemClock } from '../../../runtime/index.js';
import type { FederationClient, FromNode } from '../../../transport/index.js';
import { MAX_REASON_CHARACTERS } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import {
  allowAll,
  boundParameters,
  boundTemplate,
  catalogue,
  identityOf,
  offer,
  roster,
  runId,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';

/** Longer than a party that is at work ever keeps silent. */
const PROGRESS_DEADLINE_SECONDS = 3 * WORKING_SECONDS;
const PROGRESS_DEADLINE_MS = PROGRESS_DEADLINE_SECONDS * 1_000;

let group: Group;
beforeAll(async () => {
  group = await createGroup();
});
afterEach(() => {
  vi.useRealTimers();
});

interface OpenRun {
  readonly receiver: LinkReceiver;
  readonly sent: ProtocolMessage[];
  closedWith: FailureCode | undefined | 'open';
}

/** The coordinator's side of one node, as a recording. */
class RecordingClient implements FederationClient {
  readonly sent: FromNode[] = [];
  readonly runs = new Map<string, OpenRun>();
  reachable = true;
  start = (): void => undefined;
  stop = (): Promise<void> => Promise.resolve();

  send(message: FromNode): Promise<void> {
    if (!this.reachable) return Promise.reject(new Error('not connected'));
    this.sent.push(message);
    return Promise.resolve();
  }

  openRun(id: string, receiver: LinkReceiver): ReturnType<FederationClient['openRun']> {
    const run: OpenRun = { receiver, sent: [], closedWith: 'open' };
    this.runs.set(id, run);
    return {
      link: {
        send: (_to, message) => {
          if (!this.reachable) return Promise.reject(new Error('not connected'));
          run.sent.push(message);
          return Promise.resolve();
        },
        transfer: () => Promise.resolve(),
      },
      close: (failure) => {
        run.closedWith = failure;
      },
    };
  }

  run(id = runId): OpenRun {
    const run = this.runs.get(id);
    if (run === undefined) throw new Error('the run is not open');
    return run;
  }
}

const emptyLease: SnapshotLease = {
  list: () => ({ count: 0, chunks: () => [], close: () => undefined }),
  labels: () => new Uint32Array(),
  number: () => 0,
  release: () => undefined,
};

/** What the accounts were told, in order. */
class RecordingAccounts implements Accounts {
  readonly told: unknown[] = [];
  spend = ({ offer: { runId: id } }: VerifiedOffer): void => void this.told.push(['spend', id]);
  refused = ({ runId: id }: RunOffer, code: string): void => void this.told.push(['refused', id, code]);
  ended = ({ offer: { runId: id } }: VerifiedOffer, account: RunAccount): void =>
    void this.told.push(['ended', id, account]);
  spendOnLinkage = (): boolean => true;
  left = (): number => 1;
}

interface World {
  readonly accounts: RecordingAccounts;
  /** How often the host said that something was spent. */
  spent: number;
  readonly client: RecordingClient;
  readonly host: RunHost;
  readonly lines: LogFields[];
  /** Snapshots lent and not given back. */
  lent: number;
}

function world(changes: Partial<RunHostOptions> = {}): World {
  const lines: LogFields[] = [];
  const note = (fields: LogFields): number => lines.push(fields);
  const log: Log = { ...silentLog, info: note, warn: note, error: note };
  const client = new RecordingClient();
  const accounts = new RecordingAccounts();
  const made: World = {
    client,
    accounts,
    spent: 0,
    lines,
    lent: 0,
    host: new RunHost({
      self: 'police',
      identity: identityOf('police'),
      peers: identityKeys(roster),
      client,
      group,
      engine: inlineEngine(group, seededRng('engine')),
      stores: memoryStores,
      rng: seededRng('node'),
      noiseKey: new Uint8Array(NOISE_KEY_BYTES).fill(7),
      accounts,
      spent: () => (made.spent += 1),
      clock: systemClock,
      progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
      cpuSeconds: () => 1,
      log,
      concurrentRuns: 2,
      verify: (offered) =>
        verifyOffer(offered, {
          self: 'police',
          roster,
          catalogue,
          policy: allowAll,
          snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
          clock: { now: () => new Date('2026-04-02T12:00:00Z') },
        }),
      snapshots: {
        lease: (): SnapshotLease => {
          made.lent += 1;
          let released = false;
          return {
            ...emptyLease,
            release: () => {
              if (!released) made.lent -= 1;
              released = true;
            },
          };
        },
      },
      ...changes,
    }),
  };
  onTestFinished(() => made.host.stop());
  return made;
}

/** Offers a run and waits until the node has answered with its share. */
async function begun(changes: Partial<RunHostOptions> = {}): Promise<World> {
  const made = world(changes);
  made.host.offered(offer);
  await vi.waitFor(() => expect(made.client.run().sent).toHaveLength(1));
  return made;
}

/** Waits without timers, which these tests have taken over. */
async function turnsUntil(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !done(); turn += 1) await new Promise(setImmediate);
  expect(done()).toBe(true);
}

async function ended({ host }: World): Promise<void> {
  await vi.waitFor(() => expect(host.size).toBe(0));
}

function endOf({ lines }: World): LogFields | undefined {
  return lines.find(({ event }) => event === 'run-ended');
}

const another: RunOffer = { ...offer, runId: runId.replace(/^./, '4') };
const third: RunOffer = { ...offer, runId: runId.replace(/^./, '5') };

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

describe('RunHost, at work for long', () => {
  /** A run whose list is about to be made: everybody's shares are in, and jobs end when the test says so. */
  async function keyed(): Promise<{ made: World; end: () => Promise<void>; working: () => number }> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const under: (() => void)[] = [];
    const inline = inlineEngine(group, seededRng('engine'));
    const engine: Engine = {
      parallelism: 1,
      run: async (job, options) => {
        const result = await inline.run(job, options);
        await new Promise<void>((resolve) => under.push(resolve));
        return result;
      },
    };
    const chunk = (): RowChunk => ({
      count: 1,
      keys: group.randomElements(rng, 3).slice(),
      labels: Uint32Array.of(1),
      numbers: new Float64Array(),
    });
    const rows = { count: 1_000, chunks: () => Array.from({ length: 1_000 }, chunk), close: () => undefined };
    const made = world({ engine, snapshots: { lease: () => ({ ...emptyLease, list: () => rows }) } });
    made.host.offered(offer);
    await turnsUntil(() => made.client.run().sent.length === 1);
    const plan = planRun({
      offer,
      bound: boundTemplate(),
      parameters: boundParameters(boundTemplate()),
      templateDigest: templateDigest(canonicalTemplate(template)),
      roster,
    });
    const own = made.client.run().sent.flatMap((message) => (message.kind === 'share' ? [message.share] : []));
    const others = ['coordinator', 'charity', 'cps'].map(
      (party) => makeShare(group, rng, plan.context, party, rng.bytes(32), identityOf(party)).share,
    );
    made.client.run().receiver.message('coordinator', { kind: 'joint-key', shares: [...own, ...others] });
    await turnsUntil(() => under.length > 0);
    return {
      made,
      end: async () => {
        await turnsUntil(() => under.length > 0);
        under.shift()?.();
        await new Promise(setImmediate);
      },
      working: () => made.client.run().sent.filter(({ kind }) => kind === 'working').length,
    };
  }
  const rng = seededRng('others');

  it('says so to the coordinator, but not with every job', async () => {
    const { end, working } = await keyed();
    expect(working()).toBe(0);
    for (let job = 0; job < 3; job += 1) await end();
    expect(working()).toBe(1);
    await vi.advanceTimersByTimeAsync(WORKING_SECONDS * 1_000);
    expect(working()).toBe(1);
    await end();
    expect(working()).toBe(2);
  });

  it('is not held up while its jobs get on, and is when they don’t', async () => {
    const { made, end } = await keyed();
    for (let job = 0; job < 3; job += 1) {
      await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
      expect(made.host.size).toBe(1);
      await end();
    }
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS);
    expect(endOf(made)).toMatchObject({ outcome: 'DEADLINE_PASSED', party: 'police' });
  });

  it('waits on while the coordinator says that somebody is at work', async () => {
    const { made } = await keyed();
    for (let word = 0; word < 3; word += 1) {
      await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
      expect(made.host.size).toBe(1);
      made.client.run().receiver.message('coordinator', { kind: 'working' });
    }
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS);
    expect(endOf(made)).toMatchObject({ outcome: 'DEADLINE_PASSED', party: 'police' });
  });
});

describe('watched links', () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Uint8Array.of(1);
    yield Uint8Array.of(2);
  }
  const header = { subject: 'tally', hop: 0, from: 'cps', to: 'police', count: 2 } as TransferHeader;
  const taken: number[] = [];
  const take = async (incoming: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of incoming) taken.push(...chunk);
  };

  it('pass everything on and notice each message and chunk, out and in', async () => {
    const moved = vi.fn();
    const send = vi.fn(() => Promise.resolve());
    const out = watchedLink({ send, transfer: (_header, outgoing) => take(outgoing) }, moved);
    await out.send('coordinator', { kind: 'finished' });
    expect(moved).toHaveBeenCalledTimes(1);
    expect(send).toHaveBeenCalledWith('coordinator', { kind: 'finished' });
    await out.transfer(header, chunks());
    expect(moved).toHaveBeenCalledTimes(3);

    const message = vi.fn();
    const receiver = watchedReceiver({ message, transfer: (_from, _header, incoming) => take(incoming) }, moved);
    receiver.message('coordinator', { kind: 'finished' });
    expect(moved).toHaveBeenCalledTimes(4);
    expect(message).toHaveBeenCalledWith('coordinator', { kind: 'finished' });
    await receiver.transfer('cps', header, chunks());
    expect(moved).toHaveBeenCalledTimes(6);
    expect(taken).toEqual([1, 2, 1, 2]);
  });
});
