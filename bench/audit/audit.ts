import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { AuditLog, MAX_BATCH_ENTRIES } from '../../coordinator/index.js';
import type { AuditLogOptions } from '../../coordinator/index.js';
import { leafHash, openCheckpoint, verifyConsistency, verifyInclusion } from '../../core/audit/index.js';
import { signingKey } from '../../core/private-join/index.js';
import { systemClock } from '../../runtime/index.js';
import { cpuMicroseconds } from '../cpu-clock.js';
import { quantile } from '../statistics.js';

/** About as long as an offer or an answer. */
export const ENTRY_BYTES = 400;
/** Entries at a time, each time durably, and how often that is timed when the log is full. */
const TIMED_BATCHES = [
  { entries: MAX_BATCH_ENTRIES, times: 20 },
  { entries: 100, times: 100 },
  { entries: 1, times: 500 },
] as const;
const TIMED_PROOFS = 2_000;
const TIMED_CHECKPOINTS = 200;

/** Milliseconds of many calls of one kind. */
export interface Timings {
  readonly median: number;
  /** Of a hundred calls, 99 take less. */
  readonly slow: number;
  readonly longest: number;
  /** The same of processor time, all threads: what other programs do hardly shows in it. */
  readonly cpuMedian: number;
  readonly cpuSlow: number;
}

export interface BatchTimings {
  /** Entries of a batch. */
  readonly entries: number;
  readonly batches: number;
  readonly entriesPerSecond: number;
  /** Of one batch. */
  readonly timings: Timings;
}

export interface AuditResult {
  /** That the log had when what follows was timed. */
  readonly entries: number;
  readonly entryBytes: number;
  readonly fillSeconds: number;
  readonly batches: readonly BatchTimings[];
  readonly inclusion: Timings;
  readonly consistency: Timings;
  readonly checkpoint: Timings;
  readonly openMs: number;
  readonly fileBytes: number;
  /** Whether every proof that was made was right, as whoever gets it finds out. */
  readonly exact: boolean;
}

export interface AuditBenchOptions {
  readonly entries: number;
  readonly progress: (text: string) => void;
}

/** Fills an audit log, a real one on this computer's disk, and times what is done with it then. */
export async function measureAudit({ entries, progress }: AuditBenchOptions): Promise<AuditResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-audit-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const options: AuditLogOptions = {
    ...{ file: join(folder, 'audit.db'), federation: 'bench', key: signingKey(privateKey), clock: systemClock },
  };
  const log = AuditLog.open(options);
  try {
    const fillSeconds = await fill(log, entries, progress);
    progress('proofs');
    const proofs = timeProofs(log);
    const checkpoint = timed(TIMED_CHECKPOINTS, () => log.checkpoint());
    const batches = TIMED_BATCHES.map(({ entries: each, times }) => {
      progress(`${times} batches of ${each}`);
      return timeBatches(log, each, times);
    });
    log.close();
    const openMs = timed(1, () => AuditLog.open(options).close()).median;
    const fileBytes = statSync(options.file).size;
    return { entries, entryBytes: ENTRY_BYTES, fillSeconds, batches, ...proofs, checkpoint, openMs, fileBytes };
  } finally {
    log.close();
    rmSync(folder, { recursive: true });
  }
}

async function fill(log: AuditLog, entries: number, progress: (text: string) => void): Promise<number> {
  const began = performance.now();
  const steps = 10;
  for (let step = 1; step <= steps; step += 1) {
    const until = Math.floor((entries * step) / steps);
    while (log.head.size < until) {
      log.append(made(Math.min(MAX_BATCH_ENTRIES, until - log.head.size)));
      await setImmediate();
    }
    progress(`${until} entries`);
  }
  return (performance.now() - began) / 1_000;
}

function timeBatches(log: AuditLog, entries: number, batches: number): BatchTimings {
  const prepared = Array.from({ length: batches }, () => made(entries));
  const began = performance.now();
  const timings = timed(batches, (place) => log.append(prepared[place] ?? []));
  const seconds = (performance.now() - began) / 1_000;
  return { entries, batches, entriesPerSecond: (entries * batches) / seconds, timings };
}

function timeProofs(log: AuditLog): Pick<AuditResult, 'inclusion' | 'consistency' | 'exact'> {
  const { size } = log.head;
  const head = openCheckpoint(log.checkpoint(), log.key).checkpoint;
  const places = Array.from({ length: TIMED_PROOFS }, () => randomInt(size));
  const [inclusions, consistencies]: (readonly Uint8Array[])[][] = [[], []];
  const inclusion = timed(TIMED_PROOFS, (at) => inclusions?.push(log.inclusionProof(places[at] ?? 0, size)));
  const consistency = timed(TIMED_PROOFS, (at) => consistencies?.push(log.consistencyProof(places[at] ?? 0, size)));
  const exact = places.every((place, at) => {
    const [entry = new Uint8Array()] = log.entries(place, place + 1);
    return (
      verifyInclusion(leafHash(entry), place, head, inclusions?.[at] ?? []) &&
      verifyConsistency({ size: place, root: log.rootAt(place) }, head, consistencies?.[at] ?? [])
    );
  });
  return { inclusion, consistency, exact };
}

function timed(times: number, work: (place: number) => unknown): Timings {
  const taken = Array.from({ length: times }, (_, place) => {
    const [began, cpuBegan] = [performance.now(), cpuMicroseconds()];
    work(place);
    return { wall: performance.now() - began, cpu: (cpuMicroseconds() - cpuBegan) / 1_000 };
  });
  const [wall, cpu] = (['wall', 'cpu'] as const).map((kind) =>
    taken.map((each) => each[kind]).toSorted((one, other) => one - other),
  ) as [number[], number[]];
  return {
    ...{ median: quantile(wall, 0.5), slow: quantile(wall, 0.99), longest: quantile(wall, 1) },
    ...{ cpuMedian: quantile(cpu, 0.5), cpuSlow: quantile(cpu, 0.99) },
  };
}

function made(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(randomBytes(ENTRY_BYTES)));
}
