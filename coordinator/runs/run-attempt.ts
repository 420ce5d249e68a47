import {
  COORDINATOR,
  CoordinatorJoin,
  JoinError,
  TALLY,
  watchedEngine,
  WORKING_SECONDS,
  type CoordinatorPhase,
  type FailureCode,
  type JoinResult,
  type Link,
  type LinkReceiver,
  type PartyId,
  type RefusalCode,
} from '../../core/private-join/index.js';
import { decodeTable, identityKeys, type Participant, type Roster, type RunOffer } from '../../core/templates/index.js';
import { Pulse, Watchdog } from '../../runtime/index.js';
import { TransportError, type RelayObserver, type RunLink } from '../../transport/index.js';
import type { LoggedOffer } from '../audit/audit-trail.js';
import type { LiveTemplate } from '../register/live-templates.js';
import type { AttemptDeps } from './attempt-deps.js';
import { findAnswer } from './budget.js';
import { prepareRun, type PreparedRun } from './prepared-run.js';
import { protectRun } from './protection.js';
import { makeRelease } from './release.js';
import { assertMayAsk, type RegisterTrouble } from './register-trouble.js';
import { endingOf, notLogged, standsStill, unanswered } from './run-ending.js';
import type { RunProgress } from './run-feed.js';
import type { RunJournal } from './run-journal.js';
import type { Run } from './run.js';
import { TransferBoard } from './transfer-board.js';

/** One run, from its turn to its end: offers, answers, the join, the release. */
export class RunAttempt {
  readonly #deps: AttemptDeps;
  readonly #run: Run;
  readonly #template: LiveTemplate;
  readonly #journal: RunJournal;
  readonly #awaited = new Set<PartyId>();
  readonly #refusals: PartyId[] = [];
  readonly #answers: Watchdog;
  readonly #progress: Watchdog;
  /** Tells every agency of the run that somebody gets on with it. */
  readonly #pulse: Pulse;
  #participants: readonly Participant[] = [];
  #join: CoordinatorJoin | null = null;
  #link: Link | null = null;
  #board: TransferBoard | null = null;
  #cancelled = false;
  /** What a transfer that is still under way hears when the run is closed. */
  #closing: FailureCode = 'CANCELLED';

  constructor(deps: AttemptDeps, run: Run, template: LiveTemplate, journal: RunJournal) {
    this.#deps = deps;
    this.#run = run;
    this.#template = template;
    this.#journal = journal;
    this.#answers = new Watchdog(deps.clock, deps.deadlines.offerAnswerSeconds, () => {
      this.#unanswered();
    });
    this.#progress = new Watchdog(deps.clock, deps.deadlines.roundProgressSeconds, () => {
      this.#stuck();
    });
    this.#pulse = new Pulse(deps.clock, WORKING_SECONDS, () => {
      for (const agency of this.#parties) this.#link?.send(agency, { kind: 'working' }).catch(() => undefined);
    });
  }

  /** The roster with which it began. */
  get roster(): Roster {
    return this.#deps.roster;
  }

  /** Whom it asks; nobody before it does. */
  get participants(): readonly Participant[] {
    return this.#participants;
  }

  get #parties(): readonly PartyId[] {
    return this.#participants.map(({ agency }) => agency);
  }

  /** Resolves when the run has ended, however it ended. Rejects only when that could not be written down. */
  async carryOut(): Promise<void> {
    let link: RunLink | null = null;
    try {
      // Grants, rosters and statements have a last day, which may have passed while it waited; nobody else sees a replay.
      assertMayAsk(this.#run, this.#deps.governance, this.#deps.clock.now());
      const prepared = prepareRun(this.#run, this.#template, this.#deps);
      const { requestDigest, participation } = prepared;
      const asked = { participants: participation.participants, requestDigest };
      const answered = findAnswer(prepared, this.#deps);
      if (answered !== undefined) {
        this.#journal.replay(answered, asked);
        return;
      }
      const logged = this.#log(prepared);
      this.#journal.offering(asked);
      link = this.#open(prepared, logged);
      const result = await this.#outcome(prepared.offer, logged);
      await this.#release(result, prepared);
    } catch (thrown) {
      this.#end(thrown);
    } finally {
      this.#answers.rest();
      this.#progress.rest();
      this.#pulse.stop();
      link?.close(this.#closing);
    }
  }

  /**
   * An agency said no. Its word is kept until all have answered, so that the analyst hears every refusal at once. Does
   * nothing when it takes no part in this run: nobody else may end it.
   */
  refused(agency: PartyId, code: RefusalCode, reason: string): void {
    if (!this.#parties.includes(agency)) {
      const { log } = this.#deps;
      log.warn({ event: 'foreign-refusal', runId: this.#run.id, agency }, 'an agency refused that was not asked');
      return;
    }
    this.#guarded(() => {
      if (!this.#awaited.delete(agency)) {
        this.#abort(new JoinError('OUT_OF_ORDER', agency, `${agency} refused when no answer was awaited from it`));
        return;
      }
      this.#refusals.push(agency);
      this.#journal.refused(agency, code, reason);
      this.#answered();
    });
  }

  /** An agency's node is gone. Does nothing when it takes no part in this run. */
  lost(agency: PartyId): void {
    if (!this.#parties.includes(agency)) return;
    if (this.#refusals.length > 0) this.#abortRefused();
    else this.#abort(new JoinError('PARTY_LOST', agency, `the connection to ${agency} was lost during the run`));
  }

  /** A newer roster is in force than the one with which this run began, and the run can't go on under it. */
  overtaken({ party, message }: RegisterTrouble): void {
    this.#abort(new JoinError('REGISTER_CHANGED', party, message));
  }

  cancel(requester: string): void {
    this.#cancelled = true;
    this.#abort(new JoinError('CANCELLED', COORDINATOR, `cancelled by ${requester}`));
  }

  /** The coordinator is going down. */
  stop(): void {
    this.#abort(new JoinError('RESTARTED', COORDINATOR, 'the coordinator was stopped during the run'));
  }

  /** Before anything else of the run is seen anywhere. */
  #log({ offer }: PreparedRun): LoggedOffer {
    const { template, version } = this.#template.bound.template;
    return this.#deps.audit.offer(offer, { template, version });
  }

  #open({ plan, offer, statistics }: PreparedRun, { checkpoint }: LoggedOffer): RunLink {
    this.#participants = offer.participants;
    const agencies = this.#parties;
    for (const agency of agencies) this.#awaited.add(agency);
    const board = new TransferBoard(plan);
    this.#board = board;
    const run = this.#deps.federation.openRun(plan.runId, agencies, this.#receiver(), this.#observer(board));
    const { identity, roster, engine, stores, rng, group } = this.#deps;
    this.#link = run.link;
    this.#join = new CoordinatorJoin({
      plan,
      statistics,
      identity,
      peers: identityKeys(roster),
      link: run.link,
      // What the coordinator does by itself nobody else can see.
      engine: watchedEngine(engine, () => this.#pulse.beat()),
      stores,
      rng,
      group,
      checkpoint,
      observer: {
        phase: (phase) => this.#guarded(() => this.#entered(phase)),
        step: () => this.#pulse.beat(),
      },
    });
    return run;
  }

  async #outcome(offer: RunOffer, logged: LoggedOffer): Promise<JoinResult> {
    const join = this.#join;
    if (join === null) throw new RangeError('the run is not open');
    await join.start();
    this.#answers.watch();
    for (const { agency } of offer.participants) {
      const connection = this.#deps.registry.connectionOf(agency);
      if (connection === undefined) {
        this.lost(agency);
        continue;
      }
      const evidence = this.#deps.audit.evidenceFor(agency, logged);
      connection.send({ kind: 'offer', offer, evidence }).catch((cause: unknown) => this.#undelivered(agency, cause));
    }
    return join.outcome;
  }

  /** An offer that can't be put on the wire is this coordinator's fault; anything else is the connection's. */
  #undelivered(agency: PartyId, cause: unknown): void {
    if (!(cause instanceof TransportError) || cause.code !== 'BAD_MESSAGE') {
      this.lost(agency);
      return;
    }
    this.#abort(new JoinError('INTERNAL', COORDINATOR, 'the offer could not be put into words', { cause }));
  }

  /** Hands on to the join, and takes note of who has answered. */
  #receiver(): LinkReceiver {
    return {
      message: (from, message) => {
        if (message.kind === 'share') {
          this.#guarded(() => {
            if (!this.#awaited.delete(from)) return;
            this.#journal.accepted(from);
            this.#answered();
          });
        }
        if (message.kind === 'working') this.#moved();
        if (message.kind === 'sum-shares') this.#guarded(() => this.#summed(from));
        this.#join?.message(from, message);
      },
      transfer: async (from, header, chunks) => {
        await this.#join?.transfer(from, header, chunks);
      },
    };
  }

  #answered(): void {
    if (this.#awaited.size > 0) return;
    this.#answers.rest();
    if (this.#refusals.length > 0) {
      this.#abortRefused();
      return;
    }
    this.#journal.moveTo('keying');
    this.#progress.watch();
  }

  #unanswered(): void {
    if (this.#refusals.length > 0) {
      this.#abortRefused();
      return;
    }
    this.#abort(unanswered([...this.#awaited], this.#deps.deadlines.offerAnswerSeconds));
  }

  #stuck(): void {
    this.#abort(standsStill(this.#board?.awaited() ?? [], this.#deps.deadlines.roundProgressSeconds));
  }

  #entered(phase: CoordinatorPhase): void {
    switch (phase) {
      case 'matching':
        // What the coordinator does by itself moves no bytes; nobody else can hold it up.
        this.#progress.rest();
        this.#arrived();
        this.#journal.moveTo('matching');
        return;
      case 'tally':
        this.#journal.moveTo('tallying');
        this.#progress.watch();
        return;
      case 'decoding':
        this.#progress.rest();
        this.#arrived();
        return;
      case 'sums':
        this.#journal.move('tallied-with-sums');
        this.#journalProgress(this.#board?.summing());
        this.#progress.watch();
        return;
      case 'keying':
      case 'ring':
      case 'finished':
        return;
    }
  }

  /** An agency has added its noise to the sums; the coordinator checks that and asks the next. */
  #summed(agency: PartyId): void {
    this.#moved();
    this.#journalProgress(this.#board?.summed(agency));
    // The rest is the coordinator's own: nobody else can hold it up.
    if (this.#board?.awaited().length === 0) this.#progress.rest();
  }

  #journalProgress(progress: RunProgress | undefined): void {
    if (progress !== undefined) this.#journal.progress(progress);
  }

  /** Something of this run has moved, or somebody is at work on it. */
  #moved(): void {
    this.#progress.touch();
    this.#pulse.beat();
  }

  #arrived(): void {
    for (const progress of this.#board?.arrived() ?? []) this.#journal.progress(progress);
  }

  #observer(board: TransferBoard): RelayObserver {
    return {
      opened: (transfer) =>
        this.#guarded(() => {
          this.#moved();
          if (transfer.subject !== TALLY) this.#journal.moveTo('ring');
          this.#journal.progress(board.opened(transfer));
        }),
      chunk: (_transfer, bytes) => {
        this.#moved();
        this.#journal.relayed(bytes);
      },
      closed: (transfer) => {
        this.#moved();
        this.#journal.progress(board.closed(transfer));
      },
      failed: ({ from, to }, code) => {
        // A receiver that doesn't fetch its list is the slow one; any other break is told by the sender's side.
        const party = code === 'DEADLINE_PASSED' ? to : from;
        this.#abort(new JoinError(code, party, `${from} could not send a list to ${to}`));
      },
    };
  }

  async #release(result: JoinResult, prepared: PreparedRun): Promise<void> {
    const { bound } = this.#template;
    const { plan, terms } = prepared;
    if (this.#journal.state === 'summing') this.#journal.move('summed');
    else this.#journal.moveTo('releasing');
    const decoded = decodeTable(bound, terms, plan.mixers.length, result);
    result.counts.fill(0);
    for (const sums of result.sums) sums.fill(0);
    const { table, measures } = decoded;
    this.#deps.reveal?.(this.#run.id, {
      table,
      measures,
      comparisons: result.comparisons,
      phases: this.#journal.exactCosts,
    });
    const released = await protectRun(decoded, prepared, this.#run, bound, this.#deps);
    const finished = { table: released, linkage: result.linkage, leftOut: result.leftOut };
    this.#journal.finish(makeRelease(bound, prepared, this.#deps.roster, finished));
  }

  #end(thrown: unknown): void {
    const ending = endingOf(thrown);
    this.#closing = ending.code;
    if (LOGGED_ENDINGS.has(ending.code)) {
      this.#deps.log.error({ event: 'run-error', runId: this.#run.id, err: causeOf(thrown) }, 'a run ended unforeseen');
    }
    // Whoever is waiting for this run hears the reason; a join that never began has nobody to tell.
    this.#abort(thrown instanceof JoinError ? thrown : new JoinError(ending.code, COORDINATOR, ending.message));
    if (this.#cancelled && ending.code === 'CANCELLED') this.#journal.end('cancel', ending);
    else if (ending.code === 'REFUSED' && this.#refusals.length > 0) this.#journal.end('refuse', ending);
    else this.#journal.end('fail', ending);
  }

  #abortRefused(): void {
    const names = this.#refusals.join(', ');
    this.#abort(new JoinError('REFUSED', this.#refusals[0] ?? COORDINATOR, `refused by ${names}`));
  }

  #abort(error: JoinError): void {
    this.#join?.abort(error);
  }

  /** What is called from outside this class must not throw there: it ends the run instead. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#abort(
        notLogged(cause) ??
          new JoinError('INTERNAL', COORDINATOR, 'an unforeseen error at the coordinator ended the run', { cause }),
      );
    }
  }
}

/** Those that the operator has to see the cause of. */
const LOGGED_ENDINGS: ReadonlySet<FailureCode> = new Set(['INTERNAL', 'DISCLOSURE_FAILED', 'NOT_LOGGED']);

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
}
