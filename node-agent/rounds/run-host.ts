import type { LogEvidence } from '../../core/audit-entries/index.js';
import type { Log } from '../../core/base/index.js';
import { JoinError } from '../../core/private-join/index.js';
import type { FailureCode, NodePhase, PartyId, RefusalCode } from '../../core/private-join/index.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import { MAX_REASON_CHARACTERS } from '../../transport/index.js';
import type { FromNode } from '../../transport/index.js';
import type { Accounts, RefusalTrace, Trouble } from '../budget/accounts.js';
import { LogRefusal } from '../offers/offer-log.js';
import type { LoggedOffer } from '../offers/offer-log.js';
import { overtaken } from '../offers/overtaken.js';
import type { RegisterChange } from '../offers/overtaken.js';
import { Refusal } from '../offers/refusal.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import type { SnapshotLease, SnapshotStore } from '../snapshot/snapshot-store.js';
import { startRun } from './node-run.js';
import type { NodeRun, RunEnd, RunGrounds } from './node-run.js';
import { rehearse } from './rehearsal.js';

/** Ids of runs that a node remembers, so that none is used twice. */
export const MAX_REMEMBERED_RUNS = 10_000;

export interface RunHostOptions extends RunGrounds {
  /** Everything the node checks for itself. Thrown when the offer is refused: Refusal. */
  readonly verify: (offer: RunOffer, logged: LoggedOffer) => VerifiedOffer;
  /** Looks for the offer in the audit log, before `verify`. Thrown when it isn't there: LogRefusal. */
  readonly look: (offer: RunOffer, evidence: LogEvidence | undefined) => LoggedOffer;
  readonly snapshots: Pick<SnapshotStore, 'lease'>;
  readonly accounts: Accounts;
  /** Whether the operator has stopped the node from answering. */
  readonly isPaused: () => boolean;
  /** Is told when a run has been paid for: less is left than before. */
  readonly spent: () => void;
  /** Runs at once; further offers are refused. */
  readonly concurrentRuns: number;
}

/** A run under way, as the operator may know it. */
export interface RunUnderWay {
  readonly runId: string;
  readonly template: string;
  readonly version: number;
  readonly phase: NodePhase;
  readonly since: Date;
}

interface Hosted {
  readonly verified: VerifiedOffer;
  readonly run: NodeRun;
  readonly since: Date;
  /** Resolves when the run's end has been accounted for. */
  readonly ended: Promise<unknown>;
}

/** Answers offers: refuses each with a code, or takes part in its run until that has ended. */
export class RunHost {
  readonly #options: RunHostOptions;
  readonly #runs = new Map<string, Hosted>();
  readonly #seen = new Set<string>();
  #stopped = false;
  /** The offer that is being gone through without being answered: one at a time. */
  #rehearsal: { readonly over: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(options: RunHostOptions) {
    this.#options = options;
  }

  /** Runs under way. */
  get size(): number {
    return this.#runs.size;
  }

  get underWay(): readonly RunUnderWay[] {
    return [...this.#runs].map(([runId, { verified, run, since }]) => {
      const { template, version } = verified.bound.template;
      return { runId, template, version, phase: run.phase, since };
    });
  }

  offered(offer: RunOffer, evidence?: LogEvidence): void {
    let trace: RefusalTrace = {};
    try {
      const logged = this.#options.look(offer, evidence);
      trace = { log: logged.head };
      this.#accept(offer, logged);
    } catch (thrown) {
      if (thrown instanceof LogRefusal) trace = { ...trace, evidence: thrown.evidenceFile };
      if (thrown instanceof Refusal) void this.#refuse(offer, thrown.code, thrown.message, trace);
      else this.#giveUp(offer, thrown, trace);
    }
  }

  /** The control stream is gone, and with it every run. */
  disconnected(): void {
    this.#abortAll('COORDINATOR_LOST', 'coordinator', 'the connection to the coordinator is gone');
  }

  /**
   * The operator has paused the node: ends what it is part in, but for runs whose tally it may have opened already, of
   * which only the answer to others would be lost.
   */
  pause(): void {
    const { self } = this.#options;
    const message = `${self} has paused its node`;
    this.#rehearsal?.over.abort(new JoinError('PAUSED', self, message));
    for (const { run } of this.#runs.values()) if (!run.opened) run.abort('PAUSED', self, message);
  }

  /** Another register of governance is in force: ends the runs that can't go on by it. */
  registerChanged(change: RegisterChange): void {
    for (const { verified, run } of this.#runs.values()) {
      const found = overtaken(verified.offer, change);
      if (found !== undefined) run.abort('REGISTER_CHANGED', found.party, found.message);
    }
  }

  /** Ends every run and takes no further one. Resolves when all have ended. */
  async stop(): Promise<void> {
    const { self } = this.#options;
    this.#stopped = true;
    const ended = [...this.#runs.values()].map((hosted) => hosted.ended);
    const message = `${self} is being stopped`;
    this.#rehearsal?.over.abort(new JoinError('CANCELLED', self, message));
    this.#abortAll('CANCELLED', self, message);
    await Promise.all([...ended, this.#rehearsal?.ended]);
  }

  #accept(offer: RunOffer, logged: LoggedOffer): void {
    const { runId } = offer;
    const { concurrentRuns, self, isPaused } = this.#options;
    if (this.#stopped) throw new Refusal('BUSY', `${self} is being stopped`);
    if (this.#seen.has(runId)) throw new Refusal('PROTOCOL_VIOLATION', 'a run with this id has been offered before');
    this.#remember(runId);
    if (isPaused()) throw new Refusal('PAUSED', `${self} has paused its node`);
    const verified = this.#options.verify(offer, logged);
    if (verified.mode !== 'live') {
      this.#watch(verified);
      return;
    }
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
    });
    this.#runs.set(runId, { verified, run, ended, since: this.#options.clock.now() });
  }

  /**
   * Notes what would have become of an offer that the policy has the node only watch, and refuses it. The refusal comes
   * before anything is read: neither what it says nor how long it takes has anything of the data in it.
   */
  #watch(verified: VerifiedOffer): void {
    const { self } = this.#options;
    const { template, version } = verified.bound.template;
    if (verified.mode === 'observe') this.#observe(verified, new Map(), () => this.#consider(verified, null));
    const said = this.#refuse(
      verified.offer,
      'NOT_LIVE',
      `${self} is only watching what it is asked so far: its policy does not answer ${template} version ${version} yet`,
      { log: verified.log },
    );
    if (verified.mode !== 'shadow') return;
    if (this.#rehearsal !== undefined) {
      const reason = 'another offer was being gone through';
      this.#observe(verified, new Map(), () => ({ code: 'BUSY', reason }));
      return;
    }
    const over = new AbortController();
    const ended = this.#rehearse(verified, said, over.signal).finally(() => (this.#rehearsal = undefined));
    this.#rehearsal = { over, ended };
  }

  async #rehearse(verified: VerifiedOffer, said: Promise<void>, signal: AbortSignal): Promise<void> {
    const records = new Map<string, number>();
    let trouble: Trouble | null;
    let leases: ReadonlyMap<string, SnapshotLease> = new Map();
    try {
      await Promise.race([said, abortOf(signal)]);
      signal.throwIfAborted();
      leases = this.#lease(verified);
      trouble = this.#consider(verified, leases);
      if (trouble === null) await rehearse(this.#options.self, verified, leases, signal, records);
    } catch (thrown) {
      trouble = this.#troubleOf(verified, thrown);
    } finally {
      releaseAll(leases);
    }
    this.#observe(verified, records, () => trouble);
  }

  #consider(verified: VerifiedOffer, leases: ReadonlyMap<string, SnapshotLease> | null): Trouble | null {
    const refusal = this.#options.accounts.consider(verified, leases);
    return refusal === null ? null : { code: refusal.code, reason: refusal.message };
  }

  #troubleOf({ offer: { runId } }: VerifiedOffer, thrown: unknown): Trouble {
    if (thrown instanceof Refusal || thrown instanceof JoinError) return { code: thrown.code, reason: thrown.message };
    this.#options.log.error({ runId, err: thrown }, 'an offer could not be gone through');
    return { code: 'INTERNAL', reason: 'something unforeseen; the log says what' };
  }

  #observe(verified: VerifiedOffer, records: ReadonlyMap<string, number>, troubleOf: () => Trouble | null): void {
    const { mode, offer } = verified;
    const { runId } = offer;
    this.#written(runId, () => {
      const trouble = troubleOf();
      this.#options.accounts.observed(verified, { mode, trouble, records });
      const outcome = trouble?.code ?? 'answered';
      this.#options.log.info({ event: 'observed', runId, mode, outcome }, 'what would have become of an offer');
    });
  }

  /** That a run ended is good to know and binds nobody: what it cost was written down before it began. */
  #account(verified: VerifiedOffer, { outcome, party, opened, clipped, evidence }: RunEnd): void {
    const failure = outcome === 'finished' ? null : { code: outcome, party };
    this.#written(verified.offer.runId, () =>
      this.#options.accounts.ended(verified, { failure, opened, clipped, evidence }),
    );
  }

  #written(runId: string, write: () => void): void {
    try {
      write();
    } catch (err) {
      this.#options.log.error({ runId, err }, 'the ledger could not be written');
    }
  }

  #lease({ snapshots, optOuts }: VerifiedOffer): ReadonlyMap<string, SnapshotLease> {
    const leases = new Map<string, SnapshotLease>();
    const wanted = new Map(optOuts === null ? snapshots : [...snapshots, [OPT_OUTS, optOuts]]);
    for (const [dataset, snapshot] of wanted) {
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

  /** Resolves when it was said, or could not be. */
  #refuse(offer: RunOffer, code: RefusalCode, reason: string, trace: RefusalTrace): Promise<void> {
    const { runId } = offer;
    this.#written(runId, () => this.#options.accounts.refused(offer, code, reason, trace));
    this.#options.log.info({ event: 'offer-refused', runId, code, reason }, 'an offer was refused');
    return this.#say(
      { kind: 'refusal', runId, code, reason: reason.slice(0, MAX_REASON_CHARACTERS) },
      runId,
      this.#options.log,
    );
  }

  /** Not the offer's fault: the coordinator hears that this node can't, the operator why. */
  #giveUp(offer: RunOffer, thrown: unknown, trace: RefusalTrace): void {
    const { runId } = offer;
    const { self, log } = this.#options;
    this.#written(runId, () => {
      this.#options.accounts.refused(offer, 'INTERNAL', 'something unforeseen; the log says what', trace);
    });
    log.error(
      { event: 'run-ended', runId, outcome: 'INTERNAL', party: self, cpuSeconds: 0, err: thrown },
      'a run failed',
    );
    void this.#say({ kind: 'protocol', runId, message: { kind: 'abort', code: 'INTERNAL', party: self } }, runId, log);
  }

  #say(message: FromNode, runId: string, log: Log): Promise<void> {
    return this.#options.client.send(message).catch((err: unknown) => {
      log.warn({ runId, err }, 'the coordinator could not be told');
    });
  }

  #abortAll(code: FailureCode, party: PartyId, message: string): void {
    for (const { run } of this.#runs.values()) run.abort(code, party, message);
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function releaseAll(leases: ReadonlyMap<string, SnapshotLease>): void {
  for (const lease of leases.values()) lease.release();
}
