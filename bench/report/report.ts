import type { AuditResult } from '../audit/audit.js';
import type { KernelResult } from '../kernel/kernel.js';
import type { Machine } from '../machine.js';
import type { PeoplePrepared } from '../prepare/people-process.js';
import type { PrepareResult } from '../prepare/prepare.js';
import type { RunsResult } from '../runs/runs.js';
import type { TwoPartyResult } from '../two-party/two-party.js';

/** All that one run of the benchmark found out. Parts that were not asked for are null. */
export interface Report {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What to type to repeat it. */
  readonly command: string;
  readonly machine: Machine;
  /** Threads for the arithmetic in each process. */
  readonly workers: number;
  /** What each process could keep of lists in memory. */
  readonly spoolMiB: number;
  readonly kernel: KernelResult | null;
  readonly twoParty: TwoPartyResult | null;
  readonly runs: RunsResult | null;
  readonly prepare: readonly PrepareResult[] | null;
  readonly people: PeoplePrepared | null;
  readonly audit: AuditResult | null;
  /** With an opt-out list. */
  readonly peopleOptedOut: PeoplePrepared | null;
}

/** Whether nothing that was counted or computed was wrong. */
export function isExact({
  kernel,
  twoParty,
  runs,
  audit,
}: Pick<Report, 'kernel' | 'twoParty' | 'runs' | 'audit'>): boolean {
  const areRunsExact = runs?.runs.every(({ exact }) => exact) ?? true;
  return (kernel?.exact ?? true) && (twoParty?.exact ?? true) && areRunsExact && (audit?.exact ?? true);
}
