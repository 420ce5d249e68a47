import type { Log } from '../../core/base/index.js';
import { COORDINATOR, type PartyId, type RefusalCode } from '../../core/private-join/index.js';
import type { ParameterValues } from '../../core/templates/index.js';
import { unknownRun } from '../access/visible-runs.js';
import { CoordinatorError } from '../errors.js';
import type { LiveTemplates } from '../register/live-templates.js';
import type { ListedRuns, RunStore } from '../store/run-store.js';
import type { AttemptDeps, UnprotectedCounts } from './attempt-deps.js';
import { findAnswer } from './budget.js';
import { prepareRun } from './prepared-run.js';
import { makeProvenance } from './provenance.js';
import type { Release } from './release.js';
import { approvalTrouble, assertMayAsk, keptOut, partyTrouble } from './register-trouble.js';
import { RunAttempt } from './run-attempt.js';
import type { RunFeed, RunListener } from './run-feed.js';
import { previewRun, type RunPreview } from './run-preview.js';
import { RunJournal } from './run-journal.js';
import { canCancel, isEnded, transition } from './run-states.js';
import type { PhaseCost, Run, RunEnding, RunEvent } from './run.js';

/** Runs that may wait for their turn, beside the one that is under way. */
export const MAX_WAITING_RUNS = 32;

/** Runs of which a demonstration's coordinator remembers the unprotected counts. */
export const MAX_REVEALED_RUNS = 8;

/** Roster and register are asked for at each submission, and when a run begins: they may be getters. */
export interface RunServiceDeps extends Omit<AttemptDeps, 'reveal' | 'store'> {
  readonly templates: LiveTemplates;
  readonly store: RunStore;
  readonly feed: RunFeed;
  /** A UUID, never the same twice. */
  readonly newRunId: () => string;
  /** Processor seconds that this process has used so far. */
  readonly cpuSeconds: () => number;
  /** Only with synthetic data: keep unprotected counts in memory and hand them out. */
  readonly revealUnprotectedCounts: boolean;
}

export interface SubmittedRequest {
  readonly template: string;
  readonly parameters: ParameterValues;
  readonly requester: string;
}

/** A run with everything that is known of it. */
export interface RunDetail {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  readonly phases: readonly PhaseCost[];
  readonly release: Release | undefined;
}

interface Active {
  readonly run: Run;
  readonly attempt: RunAttempt;
  readonly journal: RunJournal;
  readonly done: Promise<void>;
}

/**
 * Takes requests, does them one after the other in the order in which they came, and answers for those that are done.
 * One at a time: every run uses all the cores of every agency, so that two at once would each take twice as long.
 */
export class RunService {
  readonly #deps: RunServiceDeps;
  readonly #log: Log;
  readonly #waiting: Run[] = [];
  readonly #revealed = new Map<string, UnprotectedCounts>();
  #active: Active | null = null;
  #stopping = false;

  constructor(deps: RunServiceDeps) {
    this.#deps = deps;
    this.#log = deps.log;
  }

  /** Ends what a coordinator that went down had under way: a run's keys were in its memory only. */
  recover(): void {
    for (const { id, state } of this.#deps.store.unfinishedRuns()) {
      const { to, records } = transition(state, 'fail');
      this.#deps.store.endRun(id, { at: this.#now(), name: records, state: to, ...RESTARTED }, RESTARTED, []);
      this.#log.warn({ event: 'run-ended', runId: id, outcome: to, code: RESTARTED.code }, 'run had been cut off');
    }
    this.#logEnds();
  }

  /** Ends that were stored and didn't get into the audit log any more. */
  #logEnds(): void {
    const { audit, store } = this.#deps;
    for (const id of audit.unended) {
      const release = store.getRelease(id);
      if (release !== undefined) audit.released(id, release);
      else audit.failed(id, store.getRun(id)?.ending?.code ?? RESTARTED.code);
    }
  }

  /** What a request would come to. Thrown: as `submit` says, but for QUEUE_FULL and STOPPING. */
  preview({ template: name, parameters, requester }: SubmittedRequest): RunPreview {
    const { templates, governance, clock } = this.#deps;
    const live = templates.get(name);
    assertMayAsk({ templateDigest: live.digest, requester }, governance, clock.now());
    return previewRun({ parameters, requester }, live, this.#deps);
  }

  /**
   * Checks a request and puts it in the queue.
   * Thrown: CoordinatorError UNKNOWN_TEMPLATE, as `assertMayAsk` says, TEMPLATE_EXPIRED, AGENCIES_NOT_CONNECTED, SNAPSHOTS_MISSING,
   * TOO_FEW_PARTICIPANTS, BUDGET_SPENT, QUEUE_FULL or STOPPING; TemplateError BAD_PARAMETERS or BAD_OFFER.
   */
  submit({ template: name, parameters, requester }: SubmittedRequest): Run {
    if (this.#stopping) throw new CoordinatorError('STOPPING', 'The coordinator is going down: submit again later.');
    const { templates, governance, store, newRunId, feed, clock } = this.#deps;
    const live = templates.get(name);
    const { template } = live.bound;
    assertMayAsk({ templateDigest: live.digest, requester }, governance, clock.now());
    const id = newRunId();
    const prepared = prepareRun({ id, parameters, requester, purpose: template.purpose }, live, this.#deps);
    findAnswer(prepared, this.#deps);
    if (this.#waiting.length >= MAX_WAITING_RUNS) {
      throw new CoordinatorError(
        'QUEUE_FULL',
        `${MAX_WAITING_RUNS} runs are waiting already: submit again when some of them have ended.`,
      );
    }
    const event = store.putRun({
      id,
      template: name,
      templateVersion: template.version,
      templateTitle: template.title,
      templateDigest: live.digest,
      parameters: Object.fromEntries(prepared.parameters.values),
      requester,
      purpose: template.purpose,
      submittedAt: this.#now(),
    });
    const run = this.#get(id);
    this.#log.info({ event: 'run-submitted', runId: id, template: name, requester }, 'run submitted');
    this.#waiting.push(run);
    feed.event(id, event);
    this.#next();
    return run;
  }

  /**
   * Calls a run off.
   * Thrown when there is none of that id: CoordinatorError UNKNOWN_RUN; when it has ended, or is ending: RUN_ENDED.
   */
  async cancel(id: string, requester: string): Promise<Run> {
    const asked = await this.#callOff(id, requester);
    const run = this.#get(id);
    if (asked && run.state === 'cancelled') return run;
    throw new CoordinatorError('RUN_ENDED', `This run is ${run.state}: there is nothing left to cancel.`);
  }

  async #callOff(id: string, requester: string): Promise<boolean> {
    const place = this.#waiting.findIndex((run) => run.id === id);
    if (place >= 0) {
      // Before it leaves the queue: where it can't be written, it stays, and can be cancelled again.
      this.#endWaiting(id, 'cancel', { code: 'CANCELLED', party: COORDINATOR, message: `cancelled by ${requester}` });
      this.#waiting.splice(place, 1);
      return true;
    }
    const active = this.#active;
    if (active?.run.id !== id || !canCancel(active.journal.state)) return false;
    active.attempt.cancel(requester);
    await active.done;
    return true;
  }

  /** As it stands, and no more. Thrown when there is none of that id: CoordinatorError UNKNOWN_RUN. */
  find(id: string): Run {
    return this.#get(id);
  }

  /** Thrown when there is none of that id: CoordinatorError UNKNOWN_RUN. */
  get(id: string): RunDetail {
    const { store } = this.#deps;
    return {
      run: this.#get(id),
      events: store.getEvents(id, 0),
      phases: store.getPhases(id),
      release: store.getRelease(id),
    };
  }

  /**
   * The signed provenance of the run's release: of one that was answered from an earlier release, that one's.
   * Thrown when there is no such run: CoordinatorError UNKNOWN_RUN; and as `makeProvenance` says.
   */
  provenance(id: string): Uint8Array {
    const { store, audit, identity, roster } = this.#deps;
    return makeProvenance(this.#get(id), { store, audit, identity, federation: roster.federation });
  }

  /** Newest first. Thrown when `before` is no run: CoordinatorError UNKNOWN_RUN. */
  list(limit: number, before?: string, which?: ListedRuns): readonly Run[] {
    return this.#deps.store.listRuns(limit, before, which);
  }

  /**
   * Tells what has happened to a run since the event of that number, and goes on telling while it is waiting or under
   * way. The function that is returned ends it. Thrown when there is no such run: CoordinatorError UNKNOWN_RUN.
   */
  follow(id: string, afterSequence: number, listener: RunListener): () => void {
    const { store, feed } = this.#deps;
    for (const event of store.getEvents(id, afterSequence)) listener.event(event);
    if (this.#goesOn(id)) return feed.follow(id, listener);
    listener.over();
    return () => undefined;
  }

  /** Not where the end of a run couldn't be stored: it is in no state in which runs stay, and nobody works on it. */
  #goesOn(id: string): boolean {
    const isHere = this.#active?.run.id === id || this.#waiting.some((run) => run.id === id);
    return isHere && !isEnded(this.#get(id).state);
  }

  /**
   * The counts before they were protected.
   * Thrown when the configuration doesn't allow it: CoordinatorError COUNTS_NOT_REVEALED; when the run has none, or has
   * been forgotten: COUNTS_GONE; when there is no such run: UNKNOWN_RUN.
   */
  unprotectedCounts(id: string): UnprotectedCounts {
    if (!this.#deps.revealUnprotectedCounts) {
      throw new CoordinatorError('COUNTS_NOT_REVEALED', 'This coordinator shows nobody counts that are not protected.');
    }
    const counts = this.#revealed.get(this.#get(id).replayOf ?? id);
    if (counts !== undefined) return counts;
    throw new CoordinatorError(
      'COUNTS_GONE',
      `Unprotected counts exist only of the last ${MAX_REVEALED_RUNS} finished runs since the coordinator started.`,
    );
  }

  /** An agency answered an offer with no. */
  refused(runId: string, agency: PartyId, code: RefusalCode, reason: string): void {
    if (this.#active?.run.id === runId) this.#active.attempt.refused(agency, code, reason);
    else this.#log.debug({ event: 'late-refusal', runId, agency, code }, 'refusal of a run that is not under way');
  }

  /** An agency's node is gone. */
  lost(agency: PartyId): void {
    this.#active?.attempt.lost(agency);
  }

  /** The roster doesn't let an agency's node in any more. */
  keptOut(agency: PartyId): void {
    const attempt = this.#active?.attempt;
    if (attempt?.participants.some((one) => one.agency === agency) === true) attempt.overtaken(keptOut(agency));
  }

  /** Another register is in force: ends the runs that can't go on by it. */
  registerChanged(): void {
    const { governance, roster, clock } = this.#deps;
    const { register } = governance;
    for (const run of [...this.#waiting]) {
      const trouble = approvalTrouble(run, register, clock.now());
      if (trouble === undefined) continue;
      this.#waiting.splice(this.#waiting.indexOf(run), 1);
      this.#failWaiting(run.id, { code: 'REGISTER_CHANGED', ...trouble });
    }
    if (this.#active === null) return;
    const { attempt, run } = this.#active;
    const trouble = approvalTrouble(run, register, clock.now()) ?? partyTrouble(attempt, roster);
    if (trouble !== undefined) attempt.overtaken(trouble);
  }

  /** Ends the run that is under way and those that wait, and takes no more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { id } of this.#waiting.splice(0)) this.#failWaiting(id, RESTARTED);
    this.#active?.attempt.stop();
    await this.#active?.done;
    this.#revealed.clear();
  }

  #next(): void {
    if (this.#active !== null || this.#stopping) return;
    const run = this.#waiting.shift();
    if (run === undefined) return;
    const journal = this.#journal(run.id);
    const reveal = this.#deps.revealUnprotectedCounts ? this.#reveal.bind(this) : undefined;
    // A run keeps the roster, and the register, with which it begins.
    const attempt = new RunAttempt({ ...this.#deps, reveal }, run, this.#deps.templates.get(run.template), journal);
    // After the caller has returned, so that whoever submits can follow the run from its first step.
    const done = Promise.resolve()
      .then(() => attempt.carryOut())
      .catch((thrown: unknown) => this.#notRecorded(run.id, thrown))
      .finally(() => {
        this.#active = null;
        this.#next();
      });
    this.#active = { run, attempt, journal, done };
  }

  #journal(runId: string): RunJournal {
    const { store, feed, clock, log, audit, cpuSeconds } = this.#deps;
    return new RunJournal(runId, { store, feed, clock, log, audit, cpuSeconds });
  }

  /** Thrown when it can't be written: as the store does. */
  #endWaiting(id: string, trigger: 'cancel' | 'fail', ending: RunEnding): void {
    this.#journal(id).end(trigger, ending);
  }

  /** Where nobody has asked for it and could be told: one that can't be written keeps nothing from being done that follows. */
  #failWaiting(id: string, ending: RunEnding): void {
    try {
      this.#endWaiting(id, 'fail', ending);
    } catch (thrown) {
      this.#notRecorded(id, thrown);
    }
  }

  #notRecorded(runId: string, thrown: unknown): void {
    this.#log.error({ event: 'run-not-recorded', runId, err: thrown }, 'the end of a run was not stored');
    this.#deps.feed.lost(runId);
  }

  #reveal(runId: string, counts: UnprotectedCounts): void {
    this.#revealed.set(runId, counts);
    const [oldest] = this.#revealed.keys();
    if (this.#revealed.size > MAX_REVEALED_RUNS && oldest !== undefined) this.#revealed.delete(oldest);
  }

  #get(id: string): Run {
    const run = this.#deps.store.getRun(id);
    if (run === undefined) throw unknownRun();
    return run;
  }

  #now(): string {
    return this.#deps.clock.now().toISOString();
  }
}

const RESTARTED: RunEnding = {
  code: 'RESTARTED',
  party: COORDINATOR,
  message: 'the coordinator went down before the run had ended; submit it again',
};
