import type { FailureCode, PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { ParameterValues, Participant } from '../../core/templates/index.js';
import type { RunEventName, RunState } from './run-states.js';

/** What was asked, fixed when the run is submitted. */
export interface RunRequest {
  /** UUID. */
  readonly id: string;
  readonly template: string;
  readonly templateVersion: number;
  readonly templateTitle: string;
  /** SHA-256 of the signed payload, 64 hexadecimal digits. */
  readonly templateDigest: string;
  readonly parameters: ParameterValues;
  /** The name that the API token stands for. */
  readonly requester: string;
  readonly purpose: string;
  /** ISO 8601, UTC. */
  readonly submittedAt: string;
}

/** A run as it stands. */
export interface Run extends RunRequest {
  readonly state: RunState;
  /** When its turn came; null while it waits, and when it never came. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Why it ended without a table; null while it goes on and when it finished. */
  readonly ending: RunEnding | null;
  /** Who was asked, with which snapshots; empty until its turn comes. */
  readonly participants: readonly Participant[];
  /**
   * Digest of what was asked of which snapshots, 64 hexadecimal digits: two runs that have the same get the same answer.
   * Null until its turn comes.
   */
  readonly requestDigest: string | null;
  /** The run whose release this one gave again, for it asked the same; null where it counted for itself. */
  readonly replayOf: string | null;
}

export interface RunEnding {
  readonly code: FailureCode;
  /** Where the trouble arose, if that is known. */
  readonly party: PartyId | null;
  /** For a person: what happened and what to do. */
  readonly message: string;
}

/** A line of the run's log. */
export interface RunEvent {
  /** 1, 2, 3 … within the run. */
  readonly sequence: number;
  readonly at: string;
  readonly name: RunEventName;
  /** The run's state once this had happened. */
  readonly state: RunState;
  /** The agency that answered, or the party at which a run failed. */
  readonly party: PartyId | null;
  /** Why an agency refused, or a run failed. */
  readonly code: RefusalCode | FailureCode | null;
  readonly message: string | null;
}

/** A new line of the log; its number and time are the store's and the clock's. */
export type NewRunEvent = Pick<RunEvent, 'at' | 'name' | 'state'> &
  Partial<Pick<RunEvent, 'party' | 'code' | 'message'>>;

/** What a phase of a run cost. */
export interface PhaseCost {
  readonly phase: RunState;
  readonly seconds: number;
  /** Bytes relayed, rounded up to PHASE_BYTES_STEP: a list's exact length would tell how many people are in it. */
  readonly bytes: number;
}

/** 1 MiB. */
export const PHASE_BYTES_STEP = 1_048_576;

/** Runs that a page of the listing may hold. */
export const MAX_RUNS_LISTED = 200;
