import { messageOf, wipe } from '../core/base/index.js';
import type { AlarmClock, Log, Rng } from '../core/base/index.js';
import { createGroup } from '../core/private-join/index.js';
import type { Engine, Group, RecordStores, SigningKey } from '../core/private-join/index.js';
import { identityKeys } from '../core/templates/index.js';
import { createSealedStores, createWorkerEngine, Lifecycle } from '../runtime/index.js';
import { createFederationClient } from '../transport/index.js';
import type {
  ClientHandlers,
  FederationClient,
  FederationClientOptions,
  Hello,
  TlsMaterial,
} from '../transport/index.js';
import { loadAgreements, loadIdentity, loadTls } from './agreements.js';
import type { Agreements } from './agreements.js';
import { LedgerAccounts } from './budget/accounts.js';
import type { Accounts } from './budget/accounts.js';
import type { NodeConfig } from './config.js';
import { DifferencingGuard } from './guard/guard.js';
import { HeldSnapshots } from './held-snapshots.js';
import { Ledger } from './ledger/ledger.js';
import { verifyOffer } from './offers/verify-offer.js';
import { floorsOf } from './policy/policy.js';
import { RunHost } from './rounds/run-host.js';
import { snapshotLayout } from './snapshot/layout.js';
import { noiseKeyOf } from './snapshot/sealing.js';
import { SnapshotStore } from './snapshot/snapshot-store.js';
import { readStorageKey } from './snapshot/storage-key.js';
import { softwareVersion } from './software-version.js';

/** How often a running node looks whether `prepare` has made a new snapshot. */
export const SNAPSHOT_LOOK_MS = 2_000;

const BYTES_PER_MIB = 1_048_576;

export interface NodeDependencies {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  readonly log: Log;
  /** How the node reaches the coordinator; over gRPC when it isn't given. */
  readonly connect?: (options: FederationClientOptions, handlers: ClientHandlers) => FederationClient;
  /** What does the bulk arithmetic; a pool of threads when it isn't given. Whoever gives one stops it. */
  readonly engine?: Engine;
}

export interface Node {
  /**
   * Reads all that the node stands on, then dials the coordinator and answers offers until it is stopped.
   * Thrown when something is missing or wrong: NodeError, RuntimeError or TransportError; nothing is left running.
   */
  start(): Promise<void>;
  /** Ends every run, tells the coordinator, and closes everything. Rejects as Lifecycle.stop does. */
  stop(): Promise<void>;
}

/** The composition root of the agent inside an agency. */
export function createNode(config: NodeConfig, dependencies: NodeDependencies): Node {
  const { log } = dependencies;
  const lifecycle = new Lifecycle({ log, stopDeadlineMs: config.deadlines.stopSeconds * 1_000 });
  return {
    start: () => start(config, dependencies, lifecycle),
    stop: () => lifecycle.stop(),
  };
}

/** What stands before the connection does. */
interface Base {
  readonly agreements: Agreements;
  readonly identity: SigningKey;
  readonly tls: TlsMaterial;
  readonly snapshots: SnapshotStore;
  /** What the agency's noise is keyed with. Wiped when the node has stopped. */
  readonly noiseKey: Uint8Array;
  readonly accounts: Accounts;
  readonly group: Group;
  readonly engine: Engine;
  readonly stores: RecordStores;
}

async function start(config: NodeConfig, dependencies: NodeDependencies, lifecycle: Lifecycle): Promise<void> {
  const { log } = dependencies;
  const base = await startBase(config, dependencies, lifecycle);
  const { agency, roster } = base.agreements;
  const version = softwareVersion();
  const floors = floorsOf(config.policy);
  const held = new HeldSnapshots({ snapshots: base.snapshots, accounts: base.accounts, policy: config.policy, log });
  const hello = (): Hello => ({
    softwareVersion: version,
    floors,
    snapshots: held.list(),
  });
  // When there is no connection, the next one begins with it.
  const sayHello = (): Promise<void> => client.send({ kind: 'hello', hello: hello() }).catch(() => undefined);
  const handlers: ClientHandlers = {
    connected: () => log.info({ event: 'connected', address: config.coordinator.address }, 'connected'),
    disconnected: (reason, code) => {
      log.warn({ event: 'disconnected', reason, code }, 'the connection to the coordinator is gone');
      host.disconnected();
    },
    received: (message) => {
      if (message.kind === 'offer') host.offered(message.offer);
    },
    hello,
  };
  const client = await lifecycle.start(
    'federation client',
    () => connect(config, base, dependencies, handlers),
    (dialled) => dialled.stop(),
  );
  const host = await lifecycle.start(
    'runs',
    () => createHost(config, base, dependencies, client, () => void sayHello()),
    (runs) => runs.stop(),
  );
  await lifecycle.start(
    'look-out for new snapshots',
    () => lookOut(base.snapshots, log, sayHello),
    (timer) => clearInterval(timer),
  );
  log.info({ event: 'started', agency: agency.id, federation: roster.federation }, 'the node has started');
  client.start();
}

async function startBase(
  config: NodeConfig,
  { clock, rng, log, engine: givenEngine }: NodeDependencies,
  lifecycle: Lifecycle,
): Promise<Base> {
  const agreements = await lifecycle.start('agreements', () => loadAgreements(config));
  const identity = await lifecycle.start('identity', () => loadIdentity(config.identityKey, agreements.agency));
  const tls = await lifecycle.start('tls', () => loadTls(config.tls));
  const noiseKey = await lifecycle.start(
    'noise key',
    () => withStorageKey(config, noiseKeyOf),
    (key) => wipe(key),
  );
  const accounts = await openAccounts(config, agreements, { clock, log }, lifecycle);
  const snapshots = await lifecycle.start(
    'snapshots',
    () => openSnapshots(config, agreements, log),
    (store) => store.close(),
  );
  const group = await lifecycle.start('group', () => createGroup());
  const engine =
    givenEngine ??
    (await lifecycle.start(
      'workers',
      () => createWorkerEngine({ workers: config.workers }),
      (pool) => pool.stop(),
    ));
  const stores = await lifecycle.start(
    'spool',
    () =>
      createSealedStores({
        self: agreements.agency.id,
        directory: config.spool.directory,
        memoryBytes: config.spool.memoryMiB * BYTES_PER_MIB,
        rng,
      }),
    (spool) => spool.close(),
  );
  return { agreements, identity, tls, snapshots, noiseKey, accounts, group, engine, stores };
}

function connect(
  { coordinator }: NodeConfig,
  { agreements: { agency, roster }, tls }: Base,
  { clock, rng, log, connect: dial = createFederationClient }: NodeDependencies,
  handlers: ClientHandlers,
): FederationClient {
  const { address, useHttpProxy } = coordinator;
  return dial(
    { address, useHttpProxy, agency: agency.id, federation: roster.federation, tls, log, clock, rng },
    handlers,
  );
}

function createHost(
  { policy, concurrentRuns, deadlines }: NodeConfig,
  { agreements: { agency, roster, catalogue }, identity, snapshots, noiseKey, accounts, group, engine, stores }: Base,
  { clock, rng, log }: NodeDependencies,
  client: FederationClient,
  spent: () => void,
): RunHost {
  const self = agency.id;
  return new RunHost({
    self,
    identity,
    peers: identityKeys(roster),
    client,
    group,
    engine,
    stores,
    rng,
    noiseKey,
    snapshots,
    accounts,
    spent,
    verify: (offer) =>
      verifyOffer(offer, {
        self,
        roster,
        catalogue,
        policy,
        snapshots: new Map(snapshots.inForce.map(({ dataset, snapshot }) => [dataset, snapshot])),
        clock,
      }),
    concurrentRuns,
    clock,
    progressDeadlineSeconds: deadlines.runProgressSeconds,
    cpuSeconds,
    log,
  });
}

async function openSnapshots(config: NodeConfig, { roster, sources }: Agreements, log: Log): Promise<SnapshotStore> {
  const layouts = sources.map(({ mapping }) => snapshotLayout(mapping.definition, roster.federation));
  const store = withStorageKey(
    config,
    (storageKey) => new SnapshotStore({ directory: config.snapshots, layouts, storageKey }),
  );
  try {
    await store.refresh();
  } catch (thrown) {
    store.close();
    throw thrown;
  }
  logInForce(store, log);
  for (const { config: source } of sources) {
    if (store.inForce.some(({ dataset }) => dataset === source.dataset)) continue;
    log.warn({ event: 'snapshot-missing', dataset: source.dataset }, 'there is no snapshot: run `prepare`');
  }
  return store;
}

function withStorageKey<T>(config: NodeConfig, use: (storageKey: Uint8Array) => T): T {
  const storageKey = readStorageKey(config.storageKey);
  try {
    return use(storageKey);
  } finally {
    wipe(storageKey);
  }
}

async function openAccounts(
  { ledger: file, policy }: NodeConfig,
  { agency, roster }: Agreements,
  { clock, log }: Pick<NodeDependencies, 'clock' | 'log'>,
  lifecycle: Lifecycle,
): Promise<Accounts> {
  const ledger = await lifecycle.start(
    'ledger',
    () => Ledger.open({ file, federation: roster.federation, agency: agency.id, clock }),
    (opened) => opened.close(),
  );
  // Whoever keeps these lines can tell later whether the ledger was cut off or put back.
  log.info({ event: 'ledger', ...ledger.head }, 'the ledger is whole');
  return new LedgerAccounts({ ledger, limits: policy.budget, guard: new DifferencingGuard(), clock });
}

function logInForce(store: SnapshotStore, log: Log): void {
  for (const { dataset, snapshot, asAt } of store.inForce) {
    log.info({ event: 'snapshot', dataset, snapshot, asAt }, 'a snapshot is in force');
  }
}

/** What is wrong with a new snapshot is said once, not every time somebody looks. */
function lookOut(snapshots: SnapshotStore, log: Log, changed: () => Promise<void>): NodeJS.Timeout {
  let said = '';
  const look = async (): Promise<void> => {
    try {
      if (!(await snapshots.refresh())) return;
      logInForce(snapshots, log);
      await changed();
      said = '';
    } catch (thrown) {
      if (messageOf(thrown) !== said)
        log.error({ err: thrown }, 'a new snapshot is no use; the old one stays in force');
      said = messageOf(thrown);
    }
  };
  return setInterval(() => void look(), SNAPSHOT_LOOK_MS);
}

/** Processor time of the whole process, its workers too. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
