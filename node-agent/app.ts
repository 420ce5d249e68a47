import { wipe } from '../core/base/index.js';
import type { AlarmClock, Log, Rng } from '../core/base/index.js';
import { createGroup } from '../core/private-join/index.js';
import type { Engine, Group, RecordStores, SigningKey } from '../core/private-join/index.js';
import { identityKeys } from '../core/templates/index.js';
import { createSealedStores, createWorkerEngine, Lifecycle } from '../runtime/index.js';
import type { RegisterInForce } from '../runtime/index.js';
import { createFederationClient, TransportError } from '../transport/index.js';
import type {
  ClientHandlers,
  FederationClient,
  FederationClientOptions,
  Hello,
  TlsMaterial,
} from '../transport/index.js';
import { loadAgreements, loadIdentity, loadTls } from './agreements.js';
import type { Agreements } from './agreements.js';
import type { NodeWitness } from './audit/node-witness.js';
import { openWitness } from './audit/open-witness.js';
import { LedgerAccounts } from './budget/accounts.js';
import type { Accounts } from './budget/accounts.js';
import { ClockGuard } from './clock-guard.js';
import type { NodeConfig } from './config.js';
import { CertificateRenewal } from './enrolment/certificate-renewal.js';
import { consentGrounds } from './consent/consent-grounds.js';
import { DifferencingGuard } from './guard/guard.js';
import { HeldSnapshots } from './held-snapshots.js';
import { logInForce, lookOut, registerChanged } from './look-out.js';
import { Changes } from './ledger/changes.js';
import { OfferLog } from './offers/offer-log.js';
import { verifyOffer } from './offers/verify-offer.js';
import { openLedger, openSnapshots } from './open-databases.js';
import { openRegister } from './open-register.js';
import { PolicyInForce } from './policy/policy-in-force.js';
import { floorsOf } from './policy/policy.js';
import { RegisterUpdates } from './register-updates.js';
import { RunHost } from './rounds/run-host.js';
import { withStorageKey } from './snapshot/open-store.js';
import { noiseKeyOf } from './snapshot/sealing.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import { softwareVersion } from './software-version.js';
import { PauseSwitch } from './status/pause.js';
import {
  ConnectionState,
  optOutFacts,
  policyFacts,
  registerFacts,
  runFacts,
  snapshotFacts,
} from './status/status-facts.js';
import { StatusWriter } from './status/status-writer.js';

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
  readonly registers: RegisterInForce;
  readonly tls: TlsMaterial;
  readonly snapshots: SnapshotStore;
  /** What the agency's noise is keyed with. Wiped when the node has stopped. */
  readonly noiseKey: Uint8Array;
  readonly accounts: Accounts;
  readonly clockGuard: ClockGuard;
  readonly changes: Changes;
  readonly policy: PolicyInForce;
  readonly pause: PauseSwitch;
  readonly witness: NodeWitness;
  readonly group: Group;
  readonly engine: Engine;
  readonly stores: RecordStores;
}

async function start(config: NodeConfig, dependencies: NodeDependencies, lifecycle: Lifecycle): Promise<void> {
  const { log } = dependencies;
  const base = await startBase(config, dependencies, lifecycle);
  const { agency, roster } = base.agreements;
  const { policy, snapshots, accounts, pause } = base;
  const held = new HeldSnapshots({
    ...{ snapshots, accounts, log },
    policy: () => policy.current,
    clockTrouble: () => base.clockGuard.trouble,
  });
  const hello = (): Hello => ({
    softwareVersion: softwareVersion(),
    floors: floorsOf(policy.current),
    snapshots: held.list(),
    logSize: base.witness.last?.checkpoint.size ?? 0,
    registerSize: base.registers.confirmed,
  });
  // When there is no connection, the next one begins with it.
  const sayHello = (): Promise<void> => client.send({ kind: 'hello', hello: hello() }).catch(() => undefined);
  const connection = new ConnectionState(config.coordinator.address, dependencies.clock);
  const handlers: ClientHandlers = {
    connected: () => {
      log.info({ event: 'connected', address: config.coordinator.address }, 'connected');
      connection.is(true);
      status.write();
      renewal.connected();
    },
    disconnected: (reason, code) => {
      log.warn({ event: 'disconnected', reason, code }, 'the connection to the coordinator is gone');
      host.disconnected();
      updates.disconnected();
      connection.is(false, code);
      status.write();
    },
    dialFailed: ({ code }) => connection.is(false, code),
    received: (message) => {
      if (message.kind === 'offer') host.offered(message.offer, message.evidence);
      if (message.kind === 'register') updates.take(message.part);
    },
    hello,
  };
  const updates = new RegisterUpdates({
    registers: base.registers,
    log,
    // What the node has of it goes into the next hello.
    taking: (take) => {
      if (registerChanged({ registers: base.registers, host, clock: dependencies.clock }, take)) spent();
    },
    refused: () => spent(),
  });
  const renewal = createRenewal(config, base, dependencies, async (request) => {
    if (client.renew === undefined) throw new TransportError('NOT_ISSUING', 'this connection has no certificates');
    return client.renew(request);
  });
  const client = await lifecycle.start(
    'federation client',
    () => connect(config, base, dependencies, handlers, renewal),
    (dialled) => dialled.stop(),
  );
  const spent = (): void => {
    void sayHello();
    status.write();
  };
  const host = await lifecycle.start(
    'runs',
    () => createHost(config, base, dependencies, client, spent),
    (runs) => runs.stop(),
  );
  const status = new StatusWriter({
    ...{ ledger: config.ledger, clock: dependencies.clock, log },
    about: { agency: agency.id, federation: roster.federation, softwareVersion: softwareVersion() },
    facts: () => ({
      connection: connection.state,
      policy: policyFacts(config.policy, policy),
      register: registerFacts(config.governance.register, base.registers, dependencies.clock.now()),
      clockTrouble: base.clockGuard.trouble ?? null,
      paused: pause.pause ?? null,
      snapshots: snapshotFacts(snapshots.inForce, accounts),
      optOuts: optOutFacts(snapshots.optOuts),
      runs: runFacts(host.underWay),
    }),
  });
  await lifecycle.start(
    'look-out',
    () => lookOut({ ...base, host, status, log, sayHello, clock: dependencies.clock }),
    (timers) => {
      timers.forEach((timer) => clearInterval(timer));
      status.stopped();
    },
  );
  status.write();
  await lifecycle.start(
    'renewal of the certificate',
    () => {
      if (client.renew !== undefined) renewal.start();
    },
    () => renewal.stop(),
  );
  log.info({ event: 'started', agency: agency.id, federation: roster.federation }, 'the node has started');
  client.start();
}

async function startBase(
  config: NodeConfig,
  { clock, rng, log, engine: givenEngine }: NodeDependencies,
  lifecycle: Lifecycle,
): Promise<Base> {
  const policy = await lifecycle.start(
    'policy',
    () => new PolicyInForce({ file: config.policy, log, note: (digest) => changes.policy(digest) }),
  );
  const agreements = await lifecycle.start('agreements', () => loadAgreements(config));
  const identity = await lifecycle.start('identity', () => loadIdentity(config.identityKey, agreements.agency));
  const registers = await lifecycle.start('register', () =>
    openRegister({ config, publicKey: identity.publicKey, clock, log }),
  );
  const tls = await lifecycle.start('tls', () => loadTls(config.tls));
  const noiseKey = await lifecycle.start(
    'noise key',
    () => withStorageKey(config, noiseKeyOf),
    (key) => wipe(key),
  );
  const ledger = await openLedger(config, agreements, { clock, log }, lifecycle);
  const changes = new Changes(ledger);
  changes.policy(policy.digest);
  const pause = new PauseSwitch({ ledger: config.ledger, changes, log });
  const witness = await lifecycle.start('audit log', () => openWitness(config, agreements, identity, clock));
  const guard = new DifferencingGuard();
  const accounts = new LedgerAccounts({ ledger, policy: () => policy.current, guard, clock });
  const snapshots = await lifecycle.start(
    'snapshots',
    () => openSnapshots(config, agreements, log),
    (store) => store.close(),
  );
  logInForce({ snapshots, changes, log });
  const clockGuard = new ClockGuard({
    ...{ self: agreements.agency.id, clock, log },
    marks: () => accounts.clockMarks,
    snapshots: () => snapshots.inForce,
  });
  clockGuard.look();
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
  return {
    agreements,
    identity,
    registers,
    tls,
    snapshots,
    noiseKey,
    accounts,
    clockGuard,
    changes,
    policy,
    pause,
    witness,
    group,
    engine,
    stores,
  };
}

function connect(
  { coordinator }: NodeConfig,
  { agreements: { agency, roster } }: Base,
  { clock, rng, log, connect: dial = createFederationClient }: NodeDependencies,
  handlers: ClientHandlers,
  renewal: CertificateRenewal,
): FederationClient {
  const { address, useHttpProxy } = coordinator;
  const { federation } = roster;
  return dial(
    {
      address,
      useHttpProxy,
      agency: agency.id,
      federation,
      // The one of the moment of each dial.
      get tls() {
        return renewal.tls;
      },
      log,
      clock,
      rng,
    },
    handlers,
  );
}

function createRenewal(
  { tls: paths }: NodeConfig,
  { agreements: { agency, roster }, tls }: Base,
  { clock, rng, log }: NodeDependencies,
  renew: (request: Uint8Array) => Promise<Uint8Array>,
): CertificateRenewal {
  const self = { role: 'agency', federation: roster.federation, agency: agency.id } as const;
  return new CertificateRenewal({ self, tls, paths, renew, clock, rng, log });
}

function createHost(
  { optOuts, concurrentRuns, deadlines }: NodeConfig,
  {
    agreements: { agency, catalogue, sources },
    registers,
    policy,
    pause,
    snapshots,
    clockGuard,
    witness,
    ...base
  }: Base,
  { clock, rng, log }: NodeDependencies,
  client: FederationClient,
  spent: () => void,
): RunHost {
  const self = agency.id;
  const offerLog = new OfferLog({
    witness,
    // A coordinator that misses one hears how far the node has got with its next hello.
    cosigned: (size, line) => void client.send({ kind: 'cosignature', size, line }).catch(() => undefined),
    log,
  });
  return new RunHost({
    ...base,
    self,
    get peers() {
      return identityKeys(registers.roster);
    },
    client,
    rng,
    snapshots,
    spent,
    isPaused: () => pause.look(),
    compare: (own, note) => witness.compare(own, note),
    look: (offer, evidence) => offerLog.check(offer, evidence),
    verify: (offer, logged) => {
      clockGuard.assertPlausible();
      return verifyOffer(offer, {
        self,
        governance: registers,
        catalogue,
        policy: policy.current,
        snapshots: new Map(snapshots.inForce.map(({ dataset, snapshot }) => [dataset, snapshot])),
        consent: consentGrounds(optOuts, sources, snapshots),
        logged,
        clock,
      });
    },
    concurrentRuns,
    clock,
    progressDeadlineSeconds: deadlines.runProgressSeconds,
    cpuSeconds,
    log,
  });
}

/** Processor time of the whole process, its workers too. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
