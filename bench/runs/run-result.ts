import type { RunState } from '../../coordinator/index.js';
import type { StudyShape } from './study.js';

/** One whole run, measured from the moment it was asked for until every process was done with it. */
export interface RunResult {
  readonly shape: StudyShape;
  /** Whether every count of the table was the true one. */
  readonly exact: boolean;
  /** Seconds, until the table was released. */
  readonly seconds: number;
  readonly phases: readonly PhaseResult[];
  /** The coordinator first. */
  readonly parties: readonly PartyResult[];
  /** Of the largest list in transit. */
  readonly largestListBytes: number;
  /** Seconds for all snapshots, before the run. */
  readonly prepareSeconds: number;
}

export interface PhaseResult {
  readonly phase: RunState;
  /** By the coordinator's clock. */
  readonly seconds: number;
  /** That the coordinator relayed or received. */
  readonly bytes: number;
  /** Processor time of each party, as read when the phase's beginning and end were heard of. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Share of the machine's cores that was busy, with whatever; null where nothing was read. */
  readonly machineBusy: number | null;
  /** Share of the machine's cores that these processes kept busy; null where nothing was read. */
  readonly busy: number | null;
}

export interface PartyResult {
  readonly party: string;
  readonly cpuSeconds: number;
  /** What the kernel operations take that this party has to do. */
  readonly kernelSeconds: number;
  /** The most memory it had resident, since it was started. */
  readonly peakBytes: number;
  /** Processor time before the run was asked for: starting up and connecting. */
  readonly startCpuSeconds: number;
}

/** Phases in which the work on records is done; before them the agencies decide, after them nothing is left. */
export const WORKING_PHASES: readonly RunState[] = ['keying', 'ring', 'matching', 'tallying', 'releasing'];

export function cpuSecondsOf({ parties }: Pick<RunResult, 'parties'>): number {
  return parties.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

export function kernelSecondsOf({ parties }: Pick<RunResult, 'parties'>): number {
  return parties.reduce((sum, { kernelSeconds }) => sum + kernelSeconds, 0);
}

export function bytesOf({ phases }: Pick<RunResult, 'phases'>): number {
  return phases.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function phaseOf({ phases }: Pick<RunResult, 'phases'>, name: RunState): PhaseResult | undefined {
  return phases.find(({ phase }) => phase === name);
}
