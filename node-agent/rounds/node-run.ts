import type { AlarmClock, Log, Rng } from '../../core/base/index.js';
import { keyedNoise } from '../../core/noise/index.js';
import { COORDINATOR, JoinError, NodeJoin, watchedEngine, WORKING_SECONDS } from '../../core/private-join/index.js';
import type {
  Engine,
  FailureCode,
  Group,
  LinkReceiver,
  NodePhase,
  PartyId,
  RecordStores,
  SigningKey,
} from '../../core/private-join/index.js';
import { Pulse, Watchdog } from '../../runtime/index.js';
import type { FederationClient } from '../../transport/index.js';
import type { NodeWitness } from '../audit/node-witness.js';
import type { ClippedValues } from '../budget/accounts.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import { SnapshotListSource } from '../snapshot/snapshot-list-source.js';
import type { SnapshotLease } from '../snapshot/snapshot-store.js';
import { accuseLog } from './other-checkpoints.js';
import { watchedLink, watchedReceiver } from './watched-link.js';

/** What every run of a node stands on. */
export interface RunGrounds {
  readonly self: PartyId;
  readonly identity: SigningKey;
  /** Raw Ed25519 keys of every party of the roster, the coordinator among them. Read when a run begins: may be a getter. */
  readonly peers: ReadonlyMap<PartyId, Uint8Array>;
  readonly client: FederationClient;
  readonly group: Group;
  readonly engine: Engine;
  readonly stores: RecordStores;
  readonly rng: Rng;
  /** What the agency's noise is keyed with, NOISE_KEY_BYTES. Read as long as a run is under way. */
  readonly noiseKey: Uint8Array;
  readonly clock: AlarmClock;
  /** A run in which nothing has moved for so long, and nobody has been at work, is given up. */
  readonly progressDeadlineSeconds: number;
  /** Seconds of processor time that this process has used, all its threads together. */
  readonly cpuSeconds: () => number;
  /** Of the node's witness. */
  readonly compare: NodeWitness['compare'];
  readonly log: Log;
}

/** How a run ended at this node. */
export interface RunEnd {
  readonly outcome: 'finished' | FailureCode;
  /** Where the trouble arose, as far as this node knows; null where there was none. */
  readonly party: PartyId | null;
  /** Whether this node's share of the key may have been used: until then nobody can open anything of the run. */
  readonly opened: boolean;
  readonly clipped: readonly ClippedValues[];
  /** File with what accuses the audit log, where another agency was shown another one. */
  readonly evidence: string | undefined;
}

/** How a run ended, as far as the protocol knows. */
type Outcome = Pick<RunEnd, 'outcome' | 'party'>;

/** Those in which this node's share of the key has not been used. */
const SHUT_PHASES: readonly NodePhase[] = ['keying', 'ring'];

/** A run that this node takes part in. */
export interface NodeRun {
  readonly phase: NodePhase;
  /** Whether this node's share of the key may have been used. */
  readonly opened: boolean;
  /** Resolves when the run has ended, however it ended, with every secret wiped and every lease released. */
  readonly ended: Promise<RunEnd>;
  /** Ends the run here and tells the coordinator. Does nothing when it has ended. */
  abort(code: FailureCode, party: PartyId, message: string): void;
}

/** Takes part in a run whose offer has been verified. The leases become the run's. */
export function startRun(
  { offer: { runId }, bound, parameters, plan, checkpoint }: VerifiedOffer,
  leases: ReadonlyMap<string, SnapshotLease>,
  grounds: RunGrounds,
): NodeRun {
  const { self, identity, peers, client, group, engine, stores, rng, clock, progressDeadlineSeconds, log } = grounds;
  const cpuSecondsBefore = grounds.cpuSeconds();
  const clipped: ClippedValues[] = [];
  let opened = false;
  let evidence: string | undefined;
  let current: NodePhase = 'keying';

  // A link delivers from the event loop, so never before the join below stands.
  const receiver: LinkReceiver = {
    message: (from, message) => join.message(from, message),
    transfer: (from, header, chunks) => join.transfer(from, header, chunks),
  };
  const progress = new Watchdog(clock, progressDeadlineSeconds, () => {
    abort('DEADLINE_PASSED', self, `nobody has got on with this run for ${progressDeadlineSeconds} seconds`);
  });
  const moved = (): void => progress.touch();
  const runLink = client.openRun(runId, watchedReceiver(receiver, moved));
  // A long list is worked on for minutes before anything of it moves.
  const pulse = new Pulse(clock, WORKING_SECONDS, () => {
    runLink.link.send(COORDINATOR, { kind: 'working' }).catch(() => undefined);
  });
  const join = new NodeJoin({
    plan,
    self,
    identity,
    peers,
    link: watchedLink(runLink.link, moved),
    group,
    engine: watchedEngine(engine, () => {
      moved();
      pulse.beat();
    }),
    stores,
    rng,
    checkpoint: checkpoint.note,
    noise: keyedNoise(grounds.noiseKey, plan.request),
    source: new SnapshotListSource(self, bound, parameters, leases, (dataset, values) => {
      clipped.push({ dataset, values });
      log.info({ event: 'values-clipped', runId, dataset, clipped: values }, 'values outside the range of a measure');
    }),
    observer: {
      phase: (phase) => {
        moved();
        current = phase;
        opened ||= !SHUT_PHASES.includes(phase);
        log.info({ event: 'run-phase', runId, phase }, 'the run is in another phase');
      },
      otherCheckpoints: (shares) => {
        evidence = accuseLog({ runId, checkpoint, shares }, grounds);
      },
    },
  });
  const abort = (code: FailureCode, party: PartyId, message: string): void => {
    join.abort(new JoinError(code, party, message));
  };

  log.info({ event: 'run-phase', runId, phase: current }, 'this node takes part in a run');
  progress.watch();
  void join.start();
  const ended = join.outcome
    .then(finished, (thrown: unknown) => failed(thrown, self, runId, log))
    .then((how) => {
      progress.rest();
      pulse.stop();
      runLink.close(how.outcome === 'finished' ? undefined : how.outcome);
      for (const lease of leases.values()) lease.release();
      const cpuSeconds = grounds.cpuSeconds() - cpuSecondsBefore;
      log.info({ event: 'run-ended', runId, ...how, cpuSeconds: Number(cpuSeconds.toFixed(3)) }, 'the run has ended');
      return { ...how, opened, clipped, evidence };
    });
  return {
    ended,
    abort,
    get phase() {
      return current;
    },
    get opened() {
      return opened;
    },
  };
}

function finished(): Outcome {
  return { outcome: 'finished', party: null };
}

function failed(thrown: unknown, self: PartyId, runId: string, log: Log): Outcome {
  if (!(thrown instanceof JoinError)) {
    log.error({ runId, err: thrown }, 'a run ended in a way that was not foreseen');
    return { outcome: 'INTERNAL', party: self };
  }
  log.warn({ runId, code: thrown.code, party: thrown.party, err: thrown.cause }, thrown.message);
  return { outcome: thrown.code, party: thrown.party };
}
