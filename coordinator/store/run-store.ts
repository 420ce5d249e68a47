import type Database from 'better-sqlite3';
import { z } from 'zod';
import { FAILURE_CODES, REFUSAL_CODES } from '../../core/private-join/index.js';
import type { Participant } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import { releaseSchema, type Release } from '../runs/release.js';
import { FIRST_EVENT, RUN_EVENTS, RUN_STATES } from '../runs/run-states.js';
import type { NewRunEvent, PhaseCost, Run, RunEnding, RunEvent, RunRequest } from '../runs/run.js';

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
  listRuns(limit: number, before?: string): readonly Run[];
  /** Runs that have not ended, oldest first. */
  unfinishedRuns(): readonly Run[];
  /** Who is asked, fixed when the run's turn comes. */
  putParticipants(id: string, participants: readonly Participant[]): void;
  /** Writes the event and moves the run to the event's state. */
  putEvent(id: string, event: NewRunEvent): RunEvent;
  /** Writes the event that ends the run without a table. */
  endRun(id: string, event: NewRunEvent, ending: RunEnding, phases: readonly PhaseCost[]): RunEvent;
  /** Writes the event that finishes the run, and its table. */
  finishRun(id: string, event: NewRunEvent, release: Release, phases: readonly PhaseCost[]): RunEvent;
  /** In order, those after `sequence`. */
  getEvents(id: string, sequence: number): readonly RunEvent[];
  getPhases(id: string): readonly PhaseCost[];
  /** Undefined while the run has none. */
  getRelease(id: string): Release | undefined;
}

export function createRunStore(database: Database.Database): RunStore {
  return new SqliteRunStore(database);
}

const parametersSchema = z.record(z.string(), z.array(z.string()));

const runRow = z.object({
  number: z.int(),
  id: z.string(),
  template: z.string(),
  template_version: z.int(),
  template_title: z.string(),
  template_digest: z.string(),
  parameters: z.string(),
  requester: z.string(),
  purpose: z.string(),
  submitted_at: z.string(),
  state: z.enum(RUN_STATES),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ending_code: z.enum(FAILURE_CODES).nullable(),
  ending_party: z.string().nullable(),
  ending_message: z.string().nullable(),
});

const eventRow = z.object({
  sequence: z.int(),
  at: z.string(),
  name: z.enum(RUN_EVENTS),
  state: z.enum(RUN_STATES),
  party: z.string().nullable(),
  code: z.enum([...FAILURE_CODES, ...REFUSAL_CODES]).nullable(),
  message: z.string().nullable(),
});

const phaseRow = z.object({ phase: z.enum(RUN_STATES), seconds: z.number(), bytes: z.int() });
const snapshotRow = z.object({ agency: z.string(), dataset: z.string(), snapshot: z.string() });
const releaseRow = z.object({ body: z.string() });

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

  listRuns(limit: number, before?: string): readonly Run[] {
    const bound = before === undefined ? Number.MAX_SAFE_INTEGER : this.#numberOf(before);
    return this.#database
      .prepare('SELECT * FROM runs WHERE number < ? ORDER BY number DESC LIMIT ?')
      .all(bound, limit)
      .map((row) => this.#toRun(row));
  }

  unfinishedRuns(): readonly Run[] {
    return this.#database
      .prepare('SELECT * FROM runs WHERE ended_at IS NULL ORDER BY number')
      .all()
      .map((row) => this.#toRun(row));
  }

  putParticipants(id: string, participants: readonly Participant[]): void {
    this.#transaction(() => {
      const run = this.#numberOf(id);
      const insert = this.#database.prepare(
        'INSERT INTO run_snapshots (run, position, agency, dataset, snapshot) VALUES (?, ?, ?, ?, ?)',
      );
      participants
        .flatMap(({ agency, datasets }) => datasets.map(({ dataset, snapshot }) => ({ agency, dataset, snapshot })))
        .forEach(({ agency, dataset, snapshot }, position) => insert.run(run, position, agency, dataset, snapshot));
    });
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
    const row = this.#database.prepare('SELECT body FROM releases WHERE run = ?').get(this.#numberOf(id));
    return row === undefined ? undefined : releaseSchema.parse(JSON.parse(releaseRow.parse(row).body));
  }

  #transaction<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }

  /** Thrown when there is no such run: CoordinatorError UNKNOWN_RUN. */
  #numberOf(id: string): number {
    const number = this.#database.prepare('SELECT number FROM runs WHERE id = ?').pluck().get(id);
    if (typeof number === 'number') return number;
    throw new CoordinatorError('UNKNOWN_RUN', 'There is no run of that id: `tally runs` lists those there are.');
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
    };
  }

  #participantsOf(run: number): readonly Participant[] {
    const rows = this.#database
      .prepare('SELECT agency, dataset, snapshot FROM run_snapshots WHERE run = ? ORDER BY position')
      .all(run)
      .map((row) => snapshotRow.parse(row));
    return [...new Set(rows.map(({ agency }) => agency))].map((agency) => ({
      agency,
      datasets: rows.filter((row) => row.agency === agency).map(({ dataset, snapshot }) => ({ dataset, snapshot })),
    }));
  }
}
