import type { Log } from '../../core/base/index.js';
import type { FailureCode, PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import { MAX_REASON_CHARACTERS } from '../../transport/index.js';
import type { FromNode } from '../../transport/index.js';
import type { Accounts } from '../budget/accounts.js';
import { Refusal } from '../offers/refusal.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import type { SnapshotLease, SnapshotStore } from '../snapshot/snapshot-store.js';
import { startRun } from './node-run.js';
import type { NodeRun, RunEnd, RunGrounds } from './node-run.js';

/** Ids of runs that a node remembers, so that none is used twice. */
export const MAX_REMEMBERED_RUNS = 10_000;

export interface RunHostOptions extends RunGrounds {
  /** Everything the node checks for itself. Thrown when the offer is refused: Refusal. */
  readonly verify: (offer: RunOffer) => VerifiedOffer;
  readonly snapshots: Pick<SnapshotStore, 'lease'>;
  readonly accounts: Accounts;
  /** Is told when a run has been paid for: less is left than before. */
  readonly spent: () => void;
  /** Runs at once; further offers are refused. */
  readonly concurrentRuns: number;
}

/** Answers offers: refuses each with a code, or takes part in its run until that has ended. */
export class RunHost {
  readonly #options: RunHostOptions;
  readonly #runs = new Map<string, NodeRun>();
  readonly #seen = new Set<string>();
  #stopped = false;

  constructor(options: RunHostOptions) {
    this.#options = options;
  }

  /** Runs under way. */
  get size(): number {
    return this.#runs.size;
  }

  offered(offer: RunOffer): void {
    const { runId } = offer;
    try {
      this.#accept(offer);
    } catch (thrown) {
      if (thrown instanceof Refusal) this.#refuse(offer, thrown.code, thrown.message);
      else this.#giveUp(runId, thrown);
    }
  }

  /** The control stream is gone, and with it every run. */
  disconnected(): void {
    this.#abortAll('COORDINATOR_LOST', 'coordinator', 'the connection to the coordinator is gone');
  }

  /** Ends every run and takes no further one. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const ended = [...this.#runs.values()].map((run) => run.ended);
    this.#abortAll('CANCELLED', this.#options.self, `${this.#options.self} is being stopped`);
    await Promise.all(ended);
  }

  #accept(offer: RunOffer): void {
    const { runId } = offer;
    const { concurrentRuns, self } = this.#options;
    if (this.#stopped) throw new Refusal('BUSY', `${self} is being stopped`);
    if (this.#seen.has(runId)) throw new Refusal('PROTOCOL_VIOLATION', 'a run with this id has been offered before');
    this.#remember(runId);
    const verified = this.#options.verify(offer);
    if (this.#runs.size >= concurrentRuns) {
      throw new Refusal(
        'BUSY',
        `${self} takes part in at most ${concurrentRuns} runs at once: ask again when another has ended`,
      );
    }
    this.#begin(runId, verified);
  }

  #begin(runId: string, verified: VerifiedOffer): void {
    const leases = this.#lease(verified);
    let run: NodeRun;
    try {
      // Before the share leaves: whoever learns anything of this run, it has been paid for.
      this.#options.accounts.spend(verified, leases);
      run = startRun(verified, leases, this.#options);
    } catch (thrown) {
      releaseAll(leases);
      throw thrown;
    }
    this.#options.spent();
    const ended = run.ended.then((end) => {
      this.#account(verified, end);
      this.#runs.delete(runId);
      return end;
    });
    this.#runs.set(runId, { ...run, ended });
  }

  /** That a run ended is good to know and binds nobody: what it cost was written down before it began. */
  #account(verified: VerifiedOffer, { outcome, party, opened, clipped }: RunEnd): void {
    const failure = outcome === 'finished' ? null : { code: outcome, party };
    this.#written(verified.offer.runId, () => this.#options.accounts.ended(verified, { failure, opened, clipped }));
  }

  #written(runId: string, write: () => void): void {
    try {
      write();
    } catch (err) {
      this.#options.log.error({ runId, err }, 'the ledger could not be written');
    }
  }

  #lease({ snapshots }: VerifiedOffer): ReadonlyMap<string, SnapshotLease> {
    const leases = new Map<string, SnapshotLease>();
    for (const [dataset, snapshot] of snapshots) {
      const lease = this.#options.snapshots.lease(dataset, snapshot);
      if (lease === undefined) {
        releaseAll(leases);
        throw new Refusal('SNAPSHOT_STALE', `the snapshot of ${dataset} has just been replaced: ask again`);
      }
      leases.set(dataset, lease);
    }
    return leases;
  }

  #remember(runId: string): void {
    this.#seen.add(runId);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_REMEMBERED_RUNS && oldest !== undefined) this.#seen.delete(oldest);
  }

  #refuse(offer: RunOffer, code: RefusalCode, reason: string): void {
    const { runId } = offer;
    this.#written(runId, () => this.#options.accounts.refused(offer, code, reason));
    this.#options.log.info({ event: 'offer-refused', runId, code, reason }, 'an offer was refused');
    this.#say(
      { kind: 'refusal', runId, code, reason: reason.slice(0, MAX_REASON_CHARACTERS) },
      runId,
      this.#options.log,
    );
  }

  /** Not the offer's fault: the coordinator hears that this node can't, the operator why. */
  #giveUp(runId: string, thrown: unknown): void {
    const { self, log } = this.#options;
    log.error(
      { event: 'run-ended', runId, outcome: 'INTERNAL', party: self, cpuSeconds: 0, err: thrown },
      'a run failed',
    );
    this.#say({ kind: 'protocol', runId, message: { kind: 'abort', code: 'INTERNAL', party: self } }, runId, log);
  }

  #say(message: FromNode, runId: string, log: Log): void {
    this.#options.client.send(message).catch((err: unknown) => {
      log.warn({ runId, err }, 'the coordinator could not be told');
    });
  }

  #abortAll(code: FailureCode, party: PartyId, message: string): void {
    for (const run of this.#runs.values()) run.abort(code, party, message);
  }
}

function releaseAll(leases: ReadonlyMap<string, SnapshotLease>): void {
  for (const lease of leases.values()) lease.release();
}
