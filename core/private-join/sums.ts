import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { NoiseSource } from '../noise/index.js';
import { breathe } from './carry-out.js';
import type { Engine } from './engine.js';
import type { Group } from './group.js';
import type { Job } from './jobs.js';
import { CIPHERTEXT_BYTES, SCALAR_BYTES } from './messages.js';
import { CHUNK_RECORDS, MAX_LOGARITHM } from './plan.js';
import type { JoinPlan } from './plan.js';

/**
 * Round 5: one sum for each column of the plan in each cell of its table, in this order: cell by cell as in
 * `tableCells`, in each the columns as in `sums`.
 */

/** How many sums there are. */
export function sumCount({ tableCells, sums }: JoinPlan): number {
  return tableCells.length * sums.length;
}

/** Bytes of the ciphertexts of all sums. */
export function sumBytes(plan: JoinPlan): number {
  return sumCount(plan) * CIPHERTEXT_BYTES;
}

/** (Mixer) Its noise on every sum, as scalars; 0 where a column has none. Secret: the caller wipes it. */
export function* drawSumNoise(plan: JoinPlan, group: Group, noise: NoiseSource | null): Steps<Uint8Array> {
  const { tableCells, sums } = plan;
  const scalars = new Uint8Array(sumCount(plan) * SCALAR_BYTES);
  yield* inSteps(sumCount(plan), (index) => {
    const column = index % sums.length;
    const law = sums[column]?.noise ?? null;
    const cell = tableCells[(index - column) / sums.length];
    if (law === null || cell === undefined) return;
    if (noise === null) throw new RangeError('the plan asks for noise and there is none');
    scalars.set(group.scalar(noise.draw(law, { kind: 'sum', column, cell })), index * SCALAR_BYTES);
  });
  return scalars;
}

/**
 * How large each sum can be if everybody has done as agreed.
 * @param counts records in each cell number, dummies among them
 */
export function sumBounds({ mixers, tableCells, sums }: JoinPlan, counts: Float64Array): Float64Array {
  const bounds = tableCells.flatMap((cell) =>
    sums.map(({ magnitude, noise }) => {
      const most = (counts[cell] ?? 0) * magnitude + mixers.length * (noise?.bound ?? 0);
      return Math.min(most, MAX_LOGARITHM);
    }),
  );
  return Float64Array.from(bounds);
}

/** For each column its sums by cell number. */
export function sumsByCell({ cells, tableCells, sums }: JoinPlan, values: Float64Array): readonly Float64Array[] {
  return sums.map((_, column) => {
    const byCell = new Float64Array(cells);
    tableCells.forEach((cell, index) => {
      byCell[cell] = values[index * sums.length + column] ?? 0;
    });
    return byCell;
  });
}

/** What long work on sums is done with. */
export interface SumsWork {
  readonly group: Group;
  readonly engine: Engine;
  /** Aborts when the run has ended. */
  readonly signal: AbortSignal;
  /** Called after each piece of work. */
  readonly stepped?: () => void;
}

/** A part of a list of sums: from..to-1. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** 0..count-1 in parts that are no long work. */
export function partsOf(count: number): readonly Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < count; from += CHUNK_RECORDS)
    parts.push({ from, to: Math.min(from + CHUNK_RECORDS, count) });
  return parts;
}

/**
 * What a job makes of each part, in their order, as many at once as are worth it.
 * Thrown when the signal aborts: its reason; otherwise as by `Engine.run`.
 */
export async function runParts<Item>(
  work: Omit<SumsWork, 'group'>,
  items: readonly Item[],
  job: (item: Item) => Job,
): Promise<readonly Uint8Array[]> {
  const results: Uint8Array[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await runJobOf(work, job(item));
  };
  await Promise.all(Array.from({ length: work.engine.parallelism }, lane));
  return results;
}

/** One job, and a breath after it. Thrown as by `runParts`. */
export async function runJobOf({ engine, signal, stepped }: Omit<SumsWork, 'group'>, job: Job): Promise<Uint8Array> {
  signal.throwIfAborted();
  const result = await engine.run(job, { signal });
  await breathe();
  signal.throwIfAborted();
  stepped?.();
  return result;
}
