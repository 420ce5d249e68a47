import { uniformBelow } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';

/** What takes time, on a secret of one of two kinds. */
export interface Timed {
  /** The same at every call. */
  readonly fixed: Uint8Array;
  /** Another at every call, as long. */
  readonly random: () => Uint8Array;
  readonly run: (secret: Uint8Array) => unknown;
}

/**
 * Whether the time that something takes tells a fixed secret from random ones: Welch's t-test on interleaved
 * measurements, after Reparaz, Balasch and Verbauwhede, "dude, is my code constant time?" (2017). The slowest
 * measurements are the machine's, not the secret's; as nobody knows how many, the test is made at several cuts and the
 * largest t counts.
 * @returns |t|; above 4.5 is suspicious in a quiet room, above 10 is a leak
 */
export function largestT(rng: Rng, count: number, { fixed, random, run }: Timed): number {
  // Everything is drawn before anything is measured, and put in the same place first: or it would be the cache that
  // tells one array that is used again and again from many.
  const secret = fixed.slice();
  const kinds = Array.from({ length: count }, () => uniformBelow(rng, 2));
  const secrets = kinds.map((kind) => (kind === 0 ? fixed.slice() : random()));
  const times = secrets.map((drawn) => {
    secret.set(drawn);
    const start = process.hrtime.bigint();
    run(secret);
    return Number(process.hrtime.bigint() - start);
  });
  const sorted = times.slice().sort((a, b) => a - b);
  const cuts = [0.5, 0.75, 0.9, 0.99, 1].map((part) => sorted[Math.ceil(part * count) - 1] ?? Infinity);
  return Math.max(...cuts.map((cut) => welch(times, kinds, cut)));
}

function welch(times: readonly number[], kinds: readonly number[], cut: number): number {
  const [a, b] = [0, 1].map((kind) => momentsOf(times.filter((time, index) => kinds[index] === kind && time <= cut)));
  if (a === undefined || b === undefined || a.count < 2 || b.count < 2) return 0;
  const spread = Math.sqrt(a.variance / a.count + b.variance / b.count);
  return spread === 0 ? 0 : Math.abs(a.mean - b.mean) / spread;
}

function momentsOf(values: readonly number[]): {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
} {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
