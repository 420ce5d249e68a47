import type { AuditResult } from '../audit/audit.js';
import type { KernelResult } from '../kernel/kernel.js';
import { LIBRARIES, OPERATIONS } from '../kernel/operation.js';
import type { LibraryName, OperationName } from '../kernel/operation.js';
import type { PeoplePrepared } from '../prepare/people-process.js';
import type { PrepareResult } from '../prepare/prepare.js';
import { cpuSecondsOf, kernelSecondsOf, phaseOf } from '../runs/run-result.js';
import type { RunResult } from '../runs/run-result.js';
import type { TwoPartyResult } from '../two-party/two-party.js';
import { growthOf } from './growth.js';
import type { Report } from './report.js';
import { mebibytes, NOTHING, number, percent } from './table.js';

/** What was to be reached, and what was. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  /** Null where nothing was measured that it could be held against. */
  readonly met: boolean | null;
}

/** What the prototype took, as a multiple of sodium-native's X25519 in the same process. */
export const PROTOTYPE_RATIOS: readonly {
  readonly library: LibraryName;
  readonly operation: OperationName;
  readonly ratio: number;
}[] = [
  { library: 'fma', operation: 'multiply', ratio: 1.01 },
  { library: 'fma', operation: 'hash-multiply', ratio: 1.13 },
  // With plaintexts that double at every hop; 0.81 without. Ours don't double.
  { library: 'fma', operation: 'rerandomise', ratio: 0.66 },
  { library: 'fma', operation: 'fixed-base', ratio: 0.26 },
  { library: 'i64', operation: 'multiply', ratio: 3.5 },
  { library: 'i64', operation: 'hash-multiply', ratio: 3.8 },
  { library: 'i64', operation: 'rerandomise', ratio: 2.5 },
  { library: 'i64', operation: 'fixed-base', ratio: 1.0 },
];

/** How much slower than the prototype is still as fast. */
const PROTOTYPE_SLACK = 1.1;
export const PSI_RATIO = 13;
export const PSI_RATIO_STRETCH = 16;
/** CPU of a whole run to that of its kernel operations, and from how many people on. */
export const KERNEL_MULTIPLE = 1.3;
export const KERNEL_MULTIPLE_FROM = 20_000;
/** What still counts as linear, for a line through noisy points. */
export const LINEAR = 1.05;
/** Memory of a process: this, and so many times the largest list in transit. */
const MEMORY_BYTES = 512 * 2 ** 20;
const MEMORY_LISTS = 3;
export const BUSY = 0.85;
export const PREPARE_ROWS = 20_000;

/** Entries that the log is to have when it is timed. */
export const AUDIT_ENTRIES = 1_000_000;
export const AUDIT_ENTRIES_A_SECOND = 2_000;
export const AUDIT_PROOF_MS = 10;

/** Every target, in order. */
export function targetsOf({
  kernel,
  twoParty,
  runs,
  prepare,
  people,
  peopleOptedOut,
  audit,
}: Omit<Report, 'machine'>): Target[] {
  return [
    ...kernelTargets(kernel),
    twoPartyTarget(twoParty),
    kernelMultipleTarget(runs?.runs ?? []),
    ...growthTargets(runs?.runs ?? []),
    memoryTarget(runs?.runs ?? []),
    busyTarget(runs?.runs ?? []),
    ...prepareTargets(prepare ?? []),
    peopleTarget('Most memory while a million rows about people are prepared', people),
    peopleTarget('The same with people on an opt-out list', peopleOptedOut),
    ...auditTargets(audit),
  ];
}

/** First quartile of an operation's time to that of sodium-native's X25519; null where either was not measured. */
export function ratioOf(kernel: KernelResult, library: LibraryName, operation: OperationName): number | null {
  const quartile = (ofLibrary: LibraryName, ofOperation: OperationName): number | undefined =>
    kernel.rows.find((row) => row.library === ofLibrary && row.operation === ofOperation)?.spread.firstQuartile;
  const [own, reference] = [quartile(library, operation), quartile('sodium', 'x25519')];
  return own === undefined || reference === undefined ? null : own / reference;
}

function kernelTargets(kernel: KernelResult | null): Target[] {
  return PROTOTYPE_RATIOS.map(({ library, operation, ratio }) => {
    const measured = kernel === null ? null : ratioOf(kernel, library, operation);
    const limit = ratio * PROTOTYPE_SLACK;
    return {
      what: `${LIBRARIES[library]}: ${OPERATIONS[operation]}`,
      wanted: `at most ${number(limit, 2)} × sodium-native X25519 (prototype: ${number(ratio, 2)})`,
      measured: measured === null ? NOTHING : `${number(measured, 2)} ×`,
      met: measured === null ? null : measured <= limit,
    };
  });
}

function twoPartyTarget(twoParty: TwoPartyResult | null): Target {
  return {
    what: 'Two parties, size of the intersection, elements for each second of one core',
    wanted: `at least ${PSI_RATIO} × psi.js (${PSI_RATIO_STRETCH} × would be better still)`,
    measured: twoParty === null ? NOTHING : `${number(twoParty.ratio, 1)} ×`,
    met: twoParty === null ? null : twoParty.ratio >= PSI_RATIO,
  };
}

function kernelMultipleTarget(runs: readonly RunResult[]): Target {
  const multiples = runs
    .filter(({ shape }) => shape.people >= KERNEL_MULTIPLE_FROM)
    .map((run) => cpuSecondsOf(run) / kernelSecondsOf(run));
  return {
    what: `Processor time of a whole run from ${number(KERNEL_MULTIPLE_FROM)} people on`,
    wanted: `at most ${KERNEL_MULTIPLE} × its kernel operations`,
    measured: rangeOf(multiples, (multiple) => `${number(multiple, 2)} ×`),
    met: multiples.length === 0 ? null : Math.max(...multiples) <= KERNEL_MULTIPLE,
  };
}

function growthTargets(runs: readonly RunResult[]): Target[] {
  const rows = growthOf(runs);
  return (['cpu', 'seconds'] as const).map((cost) => {
    const exponents = rows.flatMap((row) => row[cost] ?? []);
    return {
      what: `Growth of ${cost === 'cpu' ? 'processor time' : 'time'} with people`,
      wanted: `linear: exponent at most ${LINEAR}`,
      measured: rangeOf(exponents, (exponent) => number(exponent, 2)),
      met: exponents.length === 0 ? null : Math.max(...exponents) <= LINEAR,
    };
  });
}

function memoryTarget(runs: readonly RunResult[]): Target {
  const shares = runs.flatMap(({ parties, largestListBytes }) =>
    parties.map(({ peakBytes }) => peakBytes / memoryBound(largestListBytes)),
  );
  return {
    what: 'Most memory of any process',
    wanted: `below 512 MiB + ${MEMORY_LISTS} × the largest list`,
    measured: shares.length === 0 ? NOTHING : `${percent(Math.max(...shares))} of that`,
    met: shares.length === 0 ? null : Math.max(...shares) < 1,
  };
}

/** What a process may have resident when the largest list is so long. */
export function memoryBound(largestListBytes: number): number {
  return MEMORY_BYTES + MEMORY_LISTS * largestListBytes;
}

/** Of the largest runs of each kind: a ring that lasts a second is mostly its own beginning and end. */
function busyTarget(runs: readonly RunResult[]): Target {
  const most = Math.max(...runs.map(({ shape }) => shape.people));
  const shares = runs.filter(({ shape }) => shape.people === most).flatMap((run) => phaseOf(run, 'ring')?.busy ?? []);
  return {
    what: 'Cores busy with the run during the ring, in the largest runs',
    wanted: `above ${percent(BUSY)}`,
    measured: rangeOf(shares, percent),
    met: shares.length === 0 ? null : Math.min(...shares) > BUSY,
  };
}

/** Rows about people that are to be prepared within MEMORY_BYTES. */
export const PEOPLE_ROWS = 1_000_000;

function peopleTarget(what: string, people: PeoplePrepared | null): Target {
  return {
    what,
    wanted: `at most ${mebibytes(MEMORY_BYTES)} MiB`,
    measured: people === null ? NOTHING : `${mebibytes(people.peakBytes)} MiB for ${number(people.rows)} rows`,
    // Fewer rows say nothing.
    met: people === null || people.rows < PEOPLE_ROWS ? null : people.peakBytes <= MEMORY_BYTES,
  };
}

function prepareTargets(results: readonly PrepareResult[]): Target[] {
  const speeds = results.map(({ rows, withoutHashing }) => rows / withoutHashing.seconds);
  const multiples = results.map(hashingMultiple);
  return [
    {
      what: 'Rows prepared in a second from SQLite, without hashing',
      wanted: `at least ${number(PREPARE_ROWS)}`,
      measured: rangeOf(speeds, (speed) => number(speed)),
      met: speeds.length === 0 ? null : Math.min(...speeds) >= PREPARE_ROWS,
    },
    {
      what: 'Processor time of hashing while preparing',
      wanted: `at most ${KERNEL_MULTIPLE} × the kernel's`,
      measured: rangeOf(multiples, (multiple) => `${number(multiple, 2)} ×`),
      met: multiples.length === 0 ? null : Math.max(...multiples) <= KERNEL_MULTIPLE,
    },
  ];
}

/** Processor time that hashing added, to what the kernel takes for as many hashes. */
export function hashingMultiple({ withHashing, withoutHashing, kernelSeconds }: PrepareResult): number {
  return (withHashing.cpuSeconds - withoutHashing.cpuSeconds) / kernelSeconds;
}

function auditTargets(audit: AuditResult | null): Target[] {
  const batch = audit?.batches.find(({ entries }) => entries === 100);
  const slow = audit === null ? null : Math.max(audit.inclusion.cpuSlow, audit.consistency.cpuSlow);
  // A smaller log says nothing.
  const isLarge = audit !== null && audit.entries >= AUDIT_ENTRIES;
  return [
    {
      what: 'Entries a second appended to an audit log of a million, 100 at a time',
      wanted: `more than ${number(AUDIT_ENTRIES_A_SECOND)}`,
      measured: batch === undefined ? NOTHING : number(batch.entriesPerSecond),
      met: !isLarge || batch === undefined ? null : batch.entriesPerSecond > AUDIT_ENTRIES_A_SECOND,
    },
    {
      what: 'Processor time of 99 of 100 proofs from an audit log of a million',
      wanted: `below ${AUDIT_PROOF_MS} ms`,
      measured: slow === null ? NOTHING : `${number(slow, 2)} ms`,
      met: !isLarge || slow === null ? null : slow < AUDIT_PROOF_MS,
    },
  ];
}

function rangeOf(values: readonly number[], text: (value: number) => string): string {
  if (values.length === 0) return NOTHING;
  const [least, most] = [text(Math.min(...values)), text(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}
