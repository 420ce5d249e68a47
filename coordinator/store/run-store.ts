import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NO_FLOORS, type Floors, type Participant, type ParameterValues } from '../../core/templates/index.js';
import { RELEASED_STATE, unknownRun, type RunViewer } from '../access/visible-runs.js';
import { releaseSchema } from '../runs/release-schema.js';
import type { Release } from '../runs/release.js';
import { FIRST_EVENT, type RunState } from '../runs/run-states.js';
import type { NewRunEvent, PhaseCost, Run, RunEnding, RunEvent, RunRequest } from '../runs/run.js';
import {
  eventRow,
  floorsRow,
  parametersSchema,
  phaseRow,
  releasedRow,
  releaseRow,
  runRow,
  snapshotRow,
} from './run-rows.js';

/**
 * What the coordinator remembers of runs. Every method is one transaction. A method that names a run throws
 * CoordinatorError UNKNOWN_RUN when there is none of that id.
 */
export interface RunStore {
  /** A new run, `submitted`, with its first event. */
  putRun(request: RunRequest): RunEvent;
  /** Undefined when there is none. */
  getRun(id: string): Run | undefined;
  /** Newest first, at most `limit`; with `before`, those submitted earlier than that run. */
  listRuns(limit: number, before?: string, which?: ListedRuns): readonly Run[];
  /** Runs that have not ended, oldest first. */
  unfinishedRuns(): readonly Run[];
  /** Who is asked what, fixed when the run's turn comes. */
  putAsked(id: string, asked: AskedRequest): void;
  /** Writes the event and moves the run to the event's state. */
  putEvent(id: string, event: NewRunEvent): RunEvent;
  /** Writes the event that ends the run without a table. */
  endRun(id: string, event: NewRunEvent, ending: RunEnding, phases: readonly PhaseCost[]): RunEvent;
  /** Writes the event that finishes the run, and its table. */
  finishRun(id: string, event: NewRunEvent, release: Release, phases: readonly PhaseCost[]): RunEvent;
  /**
   * Writes the event that finishes the run with the release of an earlier one, which must have one of its own. Nothing is
   * copied: what was released once stands once.
   */
  replayRun(id: string, event: NewRunEvent, original: string, asked: AskedRequest): RunEvent;
  /** The run that first released an answer to what has this digest. Undefined when there is none. */
  findReleased(requestDigest: string): string | undefined;
  /** Whether any run has offered what has this digest, however it ended. */
  wasOffered(requestDigest: string): boolean;
  /** Runs with a release of their own of this very template from exactly these snapshots, newest first. */
  listReleased(templateDigest: string, participants: readonly Participant[]): readonly ReleasedRun[];
  /** In order, those after `sequence`. */
  getEvents(id: string, sequence: number): readonly RunEvent[];
  getPhases(id: string): readonly PhaseCost[];
  /** Its own, or that which it gave again. Undefined while the run has none. */
  getRelease(id: string): Release | undefined;
}

/** Which runs are listed: those that are all of it. */
export interface ListedRuns {
  readonly state?: RunState | undefined;
  /** Name of a template. */
  readonly template?: string | undefined;
  /** Of this requester only. */
  readonly requester?: string | undefined;
  /** Of whom `maySee` says yes for this viewer; all when it isn't given. */
  readonly viewer?: RunViewer | undefined;
}

/** What a run asks, once its turn has come. */
export interface AskedRequest {
  readonly participants: readonly Participant[];
  /** 64 hexadecimal digits. */
  readonly requestDigest: string;
}

export interface ReleasedRun {
  readonly id: string;
  readonly parameters: ParameterValues;
}

export function createRunStore(database: Database.Database): RunStore {
  return new SqliteRunStore(database);
}

class SqliteRunStore implements RunStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  putRun(request: RunRequest): RunEvent {
    return this.#transaction(() => {
      this.#database
        .prepare(
          `INSERT INTO runs (id, template, template_version, template_title, template_digest, parameters, requester,
             purpose, submitted_at, state)
           VALUES (@id, @template, @templateVersion, @templateTitle, @templateDigest, @parameters, @requester, @purpose,
             @submittedAt, 'submitted')`,
        )
        .run({ ...request, parameters: JSON.stringify(request.parameters) });
      const event: NewRunEvent = { at: request.submittedAt, name: FIRST_EVENT, state: 'submitted' };
      return this.#insertEvent(this.#numberOf(request.id), event);
    });
  }

  getRun(id: string): Run | undefined {
    const row = this.#database.prepare('SELECT * FROM runs WHERE id = ?').get(id);
    return row === undefined ? undefined : this.#toRun(row);
  }

  listRuns(limit: number, before?: string, { state, template, requester, viewer }: ListedRuns = {}): readonly Run[] {
    const bound = before === undefined ? Number.MAX_SAFE_INTEGER : this.#numberOf(before);
    return this.#database
      .prepare(
        `SELECT * FROM runs WHERE number < @bound
           AND (@state IS NULL OR state = @state) AND (@template IS NULL OR template = @template)
           AND (@requester IS NULL OR requester = @requester)
           AND (@isEverybody OR requester = @viewer OR state = @released)
         ORDER BY number DESC LIMIT @limit`,
      )
      .all({
        ...{ bound, limit, state: state ?? null, template: template ?? null, requester: requester ?? null },
        ...{ isEverybody: viewer === undefined ? 1 : 0, viewer: viewer?.requester ?? null, released: RELEASED_STATE },
      })
      .map((row) => this.#toRun(row));
  }

  unfinishedRuns(): readonly Run[] {
    return this.#database
      .prepare('SELECT * FROM runs WHERE ended_at IS NULL ORDER BY number')
      .all()
      .map((row) => this.#toRun(row));
  }

  putAsked(id: string, asked: AskedRequest): void {
    this.#transaction(() => this.#insertAsked(this.#numberOf(id), asked));
  }

  putEvent(id: string, event: NewRunEvent): RunEvent {
    return this.#transaction(() => {
      const run = this.#numberOf(id);
      this.#database
        .prepare(
          `UPDATE runs SET state = @state, started_at = coalesce(started_at, @at)
           WHERE number = @run`,
        )
        .run({ run, state: event.state, at: event.at });
      return this.#insertEvent(run, event);
    });
  }

  endRun(id: string, event: NewRunEvent, ending: RunEnding, phases: readonly PhaseCost[]): RunEvent {
    return this.#transaction(() => {
      const run = this.#numberOf(id);
      this.#database
        .prepare(
          `UPDATE runs SET state = @state, ended_at = @at, ending_code = @code, ending_party = @party,
             ending_message = @message
           WHERE number = @run`,
        )
        .run({ run, state: event.state, at: event.at, ...ending });
      this.#insertPhases(run, phases);
      return this.#insertEvent(run, event);
    });
  }

  finishRun(id: string, event: NewRunEvent, release: Release, phases: readonly PhaseCost[]): RunEvent {
    return this.#transaction(() => {
      const run = this.#numberOf(id);
      this.#database
        .prepare('UPDATE runs SET state = @state, ended_at = @at WHERE number = @run')
        .run({ run, state: event.state, at: event.at });
      this.#database
        .prepare('INSERT INTO releases (run, released_at, body) VALUES (?, ?, ?)')
        .run(run, event.at, JSON.stringify(release));
      this.#insertPhases(run, phases);
      return this.#insertEvent(run, event);
    });
  }

  replayRun(id: string, event: NewRunEvent, original: string, asked: AskedRequest): RunEvent {
    return this.#transaction(() => {
      const run = this.#numberOf(id);
      const source = this.#numberOf(original);
      if (this.#database.prepare('SELECT 1 FROM releases WHERE run = ?').get(source) === undefined) {
        throw new RangeError('the run that is to be given again has no release of its own');
      }
      this.#insertAsked(run, asked);
      this.#database
        .prepare(
          'UPDATE runs SET state = @state, started_at = @at, ended_at = @at, replay_of = @source WHERE number = @run',
        )
        .run({ run, state: event.state, at: event.at, source });
      return this.#insertEvent(run, event);
    });
  }

  findReleased(requestDigest: string): string | undefined {
    const id = this.#database
      .prepare(
        `SELECT id FROM runs JOIN releases ON releases.run = runs.number
         WHERE request_digest = ? ORDER BY number LIMIT 1`,
      )
      .pluck()
      .get(requestDigest);
    return typeof id === 'string' ? id : undefined;
  }

  wasOffered(requestDigest: string): boolean {
    return this.#database.prepare('SELECT 1 FROM runs WHERE request_digest = ?').get(requestDigest) !== undefined;
  }

  listReleased(templateDigest: string, participants: readonly Participant[]): readonly ReleasedRun[] {
    const snapshots = participants
      .flatMap(({ agency, datasets }) => datasets.map(({ dataset, snapshot }) => [agency, dataset, snapshot]))
      .toSorted(compareSnapshots);
    return this.#database
      .prepare(
        `SELECT id, parameters FROM runs JOIN releases ON releases.run = runs.number
         WHERE template_digest = ? AND ? = (
           SELECT json_group_array(json_array(agency, dataset, snapshot) ORDER BY agency, dataset)
           FROM run_snapshots WHERE run_snapshots.run = runs.number)
         ORDER BY number DESC`,
      )
      .all(templateDigest, JSON.stringify(snapshots))
      .map((row) => releasedRow.parse(row))
      .map(({ id, parameters }) => ({ id, parameters: parametersSchema.parse(JSON.parse(parameters)) }));
  }

  getEvents(id: string, sequence: number): readonly RunEvent[] {
    return this.#database
      .prepare(
        `SELECT sequence, at, name, state, party, code, message FROM run_events
         WHERE run = ? AND sequence > ? ORDER BY sequence`,
      )
      .all(this.#numberOf(id), sequence)
      .map((row) => eventRow.parse(row));
  }

  getPhases(id: string): readonly PhaseCost[] {
    return this.#database
      .prepare('SELECT phase, seconds, bytes FROM run_phases WHERE run = ? ORDER BY position')
      .all(this.#numberOf(id))
      .map((row) => phaseRow.parse(row));
  }

  getRelease(id: string): Release | undefined {
    const row = this.#database
      .prepare('SELECT body FROM releases WHERE run = (SELECT coalesce(replay_of, number) FROM runs WHERE number = ?)')
      .get(this.#numberOf(id));
    return row === undefined ? undefined : releaseSchema.parse(JSON.parse(releaseRow.parse(row).body));
  }

  #transaction<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }

  /** Thrown when there is no such run: CoordinatorError UNKNOWN_RUN. */
  #numberOf(id: string): number {
    const number = this.#database.prepare('SELECT number FROM runs WHERE id = ?').pluck().get(id);
    if (typeof number === 'number') return number;
    throw unknownRun();
  }

  #insertEvent(run: number, event: NewRunEvent): RunEvent {
    const last = this.#database.prepare('SELECT max(sequence) FROM run_events WHERE run = ?').pluck().get(run);
    const written: RunEvent = {
      sequence: (typeof last === 'number' ? last : 0) + 1,
      at: event.at,
      name: event.name,
      state: event.state,
      party: event.party ?? null,
      code: event.code ?? null,
      message: event.message ?? null,
    };
    this.#database
      .prepare(
        `INSERT INTO run_events (run, sequence, at, name, state, party, code, message)
         VALUES (@run, @sequence, @at, @name, @state, @party, @code, @message)`,
      )
      .run({ run, ...written });
    return written;
  }

  #insertAsked(run: number, { participants, requestDigest }: AskedRequest): void {
    this.#database.prepare('UPDATE runs SET request_digest = ? WHERE number = ?').run(requestDigest, run);
    const insertSnapshot = this.#database.prepare(
      'INSERT INTO run_snapshots (run, position, agency, dataset, snapshot) VALUES (?, ?, ?, ?, ?)',
    );
    participants
      .flatMap(({ agency, datasets }) => datasets.map(({ dataset, snapshot }) => ({ agency, dataset, snapshot })))
      .forEach(({ agency, dataset, snapshot }, position) =>
        insertSnapshot.run(run, position, agency, dataset, snapshot),
      );
    const insertFloors = this.#database.prepare(
      'INSERT INTO run_floors (run, agency, threshold, round_to, epsilon) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { agency, floors } of participants) {
      insertFloors.run(run, agency, floors.threshold, floors.roundTo, floors.epsilon);
    }
  }

  #insertPhases(run: number, phases: readonly PhaseCost[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO run_phases (run, position, phase, seconds, bytes) VALUES (?, ?, ?, ?, ?)',
    );
    phases.forEach(({ phase, seconds, bytes }, position) => insert.run(run, position, phase, seconds, bytes));
  }

  #toRun(stored: unknown): Run {
    const row = runRow.parse(stored);
    const { ending_code: code, ending_party: party, ending_message: message } = row;
    return {
      id: row.id,
      template: row.template,
      templateVersion: row.template_version,
      templateTitle: row.template_title,
      templateDigest: row.template_digest,
      parameters: parametersSchema.parse(JSON.parse(row.parameters)),
      requester: row.requester,
      purpose: row.purpose,
      submittedAt: row.submitted_at,
      state: row.state,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      ending: code === null || message === null ? null : { code, party, message },
      participants: this.#participantsOf(row.number),
      requestDigest: row.request_digest,
      replayOf: row.replay_of === null ? null : this.#idOf(row.replay_of),
    };
  }

  #participantsOf(run: number): readonly Participant[] {
    const rows = this.#database
      .prepare('SELECT agency, dataset, snapshot FROM run_snapshots WHERE run = ? ORDER BY position')
      .all(run)
      .map((row) => snapshotRow.parse(row));
    const floors = this.#floorsOf(run);
    return [...new Set(rows.map(({ agency }) => agency))].map((agency) => ({
      agency,
      datasets: rows.filter((row) => row.agency === agency).map(({ dataset, snapshot }) => ({ dataset, snapshot })),
      floors: floors.get(agency) ?? NO_FLOORS,
    }));
  }

  #floorsOf(run: number): ReadonlyMap<string, Floors> {
    const rows = this.#database
      .prepare('SELECT agency, threshold, round_to, epsilon FROM run_floors WHERE run = ?')
      .all(run)
      .map((row) => floorsRow.parse(row));
    return new Map(
      rows.map(({ agency, threshold, round_to: roundTo, epsilon }) => [agency, { threshold, roundTo, epsilon }]),
    );
  }

  #idOf(number: number): string {
    return z.string().parse(this.#database.prepare('SELECT id FROM runs WHERE number = ?').pluck().get(number));
  }
}

type SnapshotNames = readonly string[];

/** As SQLite sorts text: by its bytes, which for these names are its characters. */
function compareSnapshots(
  [agencyA = '', datasetA = '']: SnapshotNames,
  [agencyB = '', datasetB = '']: SnapshotNames,
): number {
  if (agencyA !== agencyB) return agencyA < agencyB ? -1 : 1;
  return datasetA < datasetB ? -1 : datasetA === datasetB ? 0 : 1;
}
