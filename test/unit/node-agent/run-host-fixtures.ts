import { expect, onTestFinished, vi } from 'vitest';
import type { Log, LogFields } from '../../../core/base/index.js';
import { silentLog } from '../../../core/base/index.js';
import { createGroup, inlineEngine, memoryStores, WORKING_SECONDS } from '../../../core/private-join/index.js';
import type { FailureCode, LinkReceiver, ProtocolMessage } from '../../../core/private-join/index.js';
import { NOISE_KEY_BYTES } from '../../../core/noise/index.js';
import { identityKeys } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import type { Accounts, Observation, RunAccount } from '../../../node-agent/budget/accounts.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { VerifiedOffer } from '../../../node-agent/offers/verify-offer.js';
import { RunHost } from '../../../node-agent/rounds/run-host.js';
import type { RunHostOptions } from '../../../node-agent/rounds/run-host.js';
import type { SnapshotLease } from '../../../node-agent/snapshot/snapshot-store.js';
import { systemClock } from '../../../runtime/index.js';
import type { FederationClient, FromNode } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import {
  allowAll,
  catalogue,
  governanceOf,
  identityOf,
  noConsentNeeded,
  offer,
  roster,
  runId,
  snapshotIdOf,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import { logged } from './offer-log-fixtures.js';

/** Longer than a party that is at work ever keeps silent. */
const PROGRESS_DEADLINE_SECONDS = 3 * WORKING_SECONDS;
export const PROGRESS_DEADLINE_MS = PROGRESS_DEADLINE_SECONDS * 1_000;

export const group = await createGroup();

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

export const emptyLease: SnapshotLease = {
  list: () => ({ count: 0, chunks: () => [], close: () => undefined }),
  labels: () => new Uint32Array(),
  number: () => 0,
  release: () => undefined,
};

/** What the accounts were told, in order. */
export class RecordingAccounts implements Accounts {
  readonly told: unknown[] = [];
  spend = ({ offer: { runId: id } }: VerifiedOffer): void => void this.told.push(['spend', id]);
  consider = (): null => null;
  observed = ({ offer: { runId: id } }: VerifiedOffer, observation: Observation): void =>
    void this.told.push(['observed', id, observation]);
  refused = ({ runId: id }: RunOffer, code: string): void => void this.told.push(['refused', id, code]);
  ended = ({ offer: { runId: id } }: VerifiedOffer, account: RunAccount): void =>
    void this.told.push(['ended', id, account]);
  spendOnLinkage = (): boolean => true;
  left = (): number => 1;
}

export interface World {
  readonly accounts: RecordingAccounts;
  /** How often the host said that something was spent. */
  spent: number;
  readonly client: RecordingClient;
  readonly host: RunHost;
  readonly lines: LogFields[];
  /** Snapshots lent and not given back. */
  lent: number;
}

export function world(changes: Partial<RunHostOptions> = {}): World {
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
      isPaused: () => false,
      clock: systemClock,
      progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
      cpuSeconds: () => 1,
      log,
      concurrentRuns: 2,
      look: () => logged,
      compare: () => {
        throw new Error('every agency was shown the same');
      },
      verify: (offered, found) =>
        verifyOffer(offered, {
          self: 'police',
          governance: governanceOf(offered),
          catalogue,
          policy: allowAll,
          snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
          consent: noConsentNeeded,
          logged: found,
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
export async function begun(changes: Partial<RunHostOptions> = {}): Promise<World> {
  const made = world(changes);
  made.host.offered(offer);
  await vi.waitFor(() => expect(made.client.run().sent).toHaveLength(1));
  return made;
}

/** Waits without timers, which these tests have taken over. */
export async function turnsUntil(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !done(); turn += 1) await new Promise(setImmediate);
  expect(done()).toBe(true);
}

export async function ended({ host }: World): Promise<void> {
  await vi.waitFor(() => expect(host.size).toBe(0));
}

export function endOf({ lines }: World): LogFields | undefined {
  return lines.find(({ event }) => event === 'run-ended');
}

export const another: RunOffer = { ...offer, runId: runId.replace(/^./, '4') };
export const third: RunOffer = { ...offer, runId: runId.replace(/^./, '5') };
