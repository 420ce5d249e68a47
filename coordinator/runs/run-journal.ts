import type { Clock, Log } from '../../core/base/index.js';
import type { PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AskedRequest, RunStore } from '../store/run-store.js';
import type { Release } from './release.js';
import type { RunFeed, RunProgress } from './run-feed.js';
import { isEnded, RUN_PATH, transition, type RunState, type RunTrigger } from './run-states.js';
import { PHASE_BYTES_STEP, type NewRunEvent, type PhaseCost, type RunEnding, type RunEvent } from './run.js';

export interface JournalDeps {
  readonly store: RunStore;
  readonly feed: RunFeed;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Pick<AuditTrail, 'answered' | 'released' | 'failed'>;
  /** Processor seconds that this process has used so far. */
  readonly cpuSeconds: () => number;
}

/** Phases in which lists move. */
const RELAYING: ReadonlySet<RunState> = new Set(['ring', 'tallying']);

/**
 * The only way in which a run that is under way changes: through the transition table, with the event written, those
 * who follow it told, and a line in the log.
 */
export class RunJournal {
  readonly #runId: string;
  readonly #deps: JournalDeps;
  readonly #cpuAtStart: number;
  readonly #costs: PhaseCost[] = [];
  #state: RunState = 'submitted';
  #phaseBegan: Date;
  #phaseBytes = 0;

  constructor(runId: string, deps: JournalDeps) {
    this.#runId = runId;
    this.#deps = deps;
    this.#cpuAtStart = deps.cpuSeconds();
    this.#phaseBegan = deps.clock.now();
  }

  get state(): RunState {
    return this.#state;
  }

  /** What each phase so far has cost; exact lengths of lists are in it, so it stays here. */
  get exactCosts(): readonly PhaseCost[] {
    return this.#costs;
  }

  /** The run's turn has come; these are asked. */
  offering(asked: AskedRequest): void {
    this.#deps.store.putAsked(this.#runId, asked);
    this.move('start');
  }

  /** The run's turn has come, and the same was asked before by `original`. */
  replay(original: string, asked: AskedRequest): void {
    const { to, records } = transition(this.#state, 'replay');
    const at = this.#closePhase();
    const event: NewRunEvent = { at, name: records, state: to };
    this.#tell(this.#deps.store.replayRun(this.#runId, event, original, asked));
    this.#ended(null);
  }

  /** Thrown when the table has no such change: CoordinatorError ILLEGAL_TRANSITION. */
  move(trigger: RunTrigger): void {
    const { to, records } = transition(this.#state, trigger);
    const at = this.#closePhase();
    this.#tell(this.#deps.store.putEvent(this.#runId, { at, name: records, state: to }));
    this.#deps.log.info({ event: 'run-phase', runId: this.#runId, phase: to }, 'run goes on');
  }

  /** Moves on, one change after the other, until `state`; does nothing when the run is there already or past it. */
  moveTo(state: RunState): void {
    const steps = RUN_PATH.slice(0, RUN_PATH.findIndex(({ to }) => to === state) + 1);
    for (const { from, on } of steps) {
      if (from === this.#state) this.move(on);
    }
  }

  /** Thrown when it can't be written into the audit log: CoordinatorError AUDIT_LOG_UNWRITABLE. */
  accepted(agency: PartyId): void {
    this.#deps.audit.answered(this.#runId, agency, null);
    this.#answer({ name: 'agency-accepted', party: agency });
  }

  /** Thrown as `accepted` says. */
  refused(agency: PartyId, code: RefusalCode, message: string): void {
    this.#deps.audit.answered(this.#runId, agency, code);
    this.#answer({ name: 'agency-refused', party: agency, code, message });
    this.#deps.log.warn({ event: 'agency-refused', runId: this.#runId, agency, code }, 'agency refused');
  }

  progress(progress: RunProgress): void {
    // The relay may close the last transfer after what was in it has been counted.
    if (!isEnded(this.#state)) this.#deps.feed.progress(this.#runId, progress);
  }

  relayed(bytes: number): void {
    this.#phaseBytes += bytes;
  }

  finish(release: Release): void {
    const { to, records } = transition(this.#state, 'released');
    const at = this.#closePhase();
    const event = this.#deps.store.finishRun(this.#runId, { at, name: records, state: to }, release, this.#published());
    this.#deps.audit.released(this.#runId, release);
    this.#tell(event);
    this.#ended(null);
  }

  /** Ends the run without a table. */
  end(trigger: 'refuse' | 'fail' | 'cancel', ending: RunEnding): void {
    const { to, records } = transition(this.#state, trigger);
    const at = this.#closePhase();
    const event: NewRunEvent = { at, name: records, state: to, ...ending };
    const ended = this.#deps.store.endRun(this.#runId, event, ending, this.#published());
    this.#deps.audit.failed(this.#runId, ending.code);
    this.#tell(ended);
    this.#ended(ending);
  }

  #answer(answer: Omit<NewRunEvent, 'at' | 'state'>): void {
    const event = { ...answer, at: this.#deps.clock.now().toISOString(), state: this.#state };
    this.#deps.feed.event(this.#runId, this.#deps.store.putEvent(this.#runId, event));
  }

  #tell(event: RunEvent): void {
    this.#state = event.state;
    this.#deps.feed.event(this.#runId, event);
  }

  /** Returns the time. */
  #closePhase(): string {
    const now = this.#deps.clock.now();
    // Waiting for its turn costs a run nothing.
    if (this.#state !== 'submitted') {
      const seconds = Math.max(0, now.getTime() - this.#phaseBegan.getTime()) / 1000;
      this.#costs.push({ phase: this.#state, seconds, bytes: this.#phaseBytes });
    }
    this.#phaseBegan = now;
    this.#phaseBytes = 0;
    return now.toISOString();
  }

  #published(): readonly PhaseCost[] {
    return this.#costs.map(({ phase, seconds, bytes }) => ({
      phase,
      seconds,
      // Never 0 where lists move, for that would say that they are empty.
      bytes: bytes === 0 && !RELAYING.has(phase) ? 0 : (Math.floor(bytes / PHASE_BYTES_STEP) + 1) * PHASE_BYTES_STEP,
    }));
  }

  #ended(ending: RunEnding | null): void {
    this.#deps.feed.forget(this.#runId);
    this.#deps.log.info(
      {
        event: 'run-ended',
        runId: this.#runId,
        outcome: this.#state,
        ...(ending === null ? {} : { code: ending.code }),
        ...(ending === null || ending.party === null ? {} : { party: ending.party }),
        cpuSeconds: Math.round((this.#deps.cpuSeconds() - this.#cpuAtStart) * 1000) / 1000,
      },
      'run ended',
    );
  }
}
