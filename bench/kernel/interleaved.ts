import { setImmediate as nextTurn } from 'node:timers/promises';

import { spreadOf } from '../statistics.js';
import type { Spread } from '../statistics.js';
import { MAX_COUNT } from './operation.js';
import type { TimedOperation } from './operation.js';

/** How long one operation runs before the next has its turn: short beside what else disturbs the machine. */
const SLICE_MICROSECONDS = 4_000;
/** Calls before anything is timed, for the compiler to have done its work. */
const WARM_UP_CALLS = 8;
/** Fewer rounds have no quartile to speak of. */
const MIN_ROUNDS = 5;

export interface InterleavedOptions {
  /** Time to spend, in microseconds; at least MIN_ROUNDS rounds are made. */
  readonly microseconds: number;
  /** A clock, in microseconds, that stands still or not while other programs have their turn. */
  readonly now: () => number;
  /** Called after each round, with the share (0..1) of the time that is spent; may throw to stop. */
  readonly progress?: (share: number) => void;
}

export interface Timing {
  readonly timed: TimedOperation;
  /** Elements in one slice. */
  readonly count: number;
  /** Microseconds for one element. */
  readonly spread: Spread;
}

/**
 * Times operations in turns, slice by slice in one process, so that whatever disturbs one of them disturbs all.
 */
export async function interleaved(
  operations: readonly TimedOperation[],
  { microseconds, now, progress }: InterleavedOptions,
): Promise<Timing[]> {
  const timings = operations.map((timed) => ({ timed, count: sliceCount(timed, now), samples: [] as number[] }));
  const end = now() + microseconds;
  for (let round = 0; round < MIN_ROUNDS || now() < end; round += 1) {
    for (const { timed, count, samples } of timings) {
      const began = now();
      timed.run(count);
      samples.push((now() - began) / count);
    }
    progress?.(Math.min(1, 1 - (end - now()) / microseconds));
    // For Ctrl-C to be heard.
    await nextTurn();
  }
  return timings.map(({ timed, count, samples }) => ({ timed, count, spread: spreadOf(samples) }));
}

/** The largest power of two, up to MAX_COUNT, of elements that stays within a slice; warms the operation up. */
function sliceCount(timed: TimedOperation, now: () => number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let call = 0; call < WARM_UP_CALLS; call += 1) {
    const began = now();
    timed.run(1);
    fastest = Math.min(fastest, now() - began);
  }
  let count = 1;
  while (count < MAX_COUNT && 2 * fastest <= SLICE_MICROSECONDS) {
    count *= 2;
    fastest = Number.POSITIVE_INFINITY;
    for (let call = 0; call < WARM_UP_CALLS; call += 1) {
      const began = now();
      timed.run(count);
      fastest = Math.min(fastest, now() - began);
    }
  }
  return count;
}
