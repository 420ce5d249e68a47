import { createHash } from 'node:crypto';

import { sumLaw } from '../../core/noise/index.js';
import type { NoiseLaw } from '../../core/noise/index.js';
import { logGamma } from './statistics.js';

/** In [0, 1). */
export type Uniform = () => number;

/**
 * A fast generator with a seed, for simulations of millions of numbers: xoshiro128** (Blackman and Vigna, 2018). Never
 * used by a program.
 */
export function fastUniform(seed: number | string): Uniform {
  const digest = createHash('sha256').update(`simulation/${seed}`).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((place) => digest.readInt32LE(place)) as [number, number, number, number];
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

/** Draws of the sum of several mixers' noise. That keyed noise has this law is shown by test/unit/noise. */
export function noiseSampler(law: NoiseLaw, mixers: number, uniform: Uniform): () => number {
  const sum = sumLaw(law, mixers);
  if (sum.step > 1) return () => sum.quantile(uniform());
  const reach = sum.quantile(1 - 1e-12) + 1;
  const upTo = Float64Array.from({ length: 2 * reach + 1 }, (_, place) => sum.atMost(place - reach));
  return () => search(upTo, uniform()) - reach;
}

const binomials = new Map<string, Float64Array>();

/** Hits in `trials`, by the exact law. */
export function binomial(trials: number, p: number, uniform: Uniform): number {
  const name = `${trials} ${p}`;
  let upTo = binomials.get(name);
  if (upTo === undefined) {
    upTo = new Float64Array(trials + 1);
    let sum = 0;
    for (let hits = 0; hits <= trials; hits += 1) {
      const ways = logGamma(trials + 1) - logGamma(hits + 1) - logGamma(trials - hits + 1);
      sum += Math.exp(ways + hits * Math.log(p) + (trials - hits) * Math.log1p(-p));
      upTo[hits] = sum;
    }
    binomials.set(name, upTo);
  }
  return search(upTo, uniform());
}

/** The first place at which so much has been passed; the last where rounding has left a gap. */
function search(upTo: Float64Array, share: number): number {
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] ?? 1) > share) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How often something held, by the name of the setting, and in all. */
export class Tally {
  readonly #hits = new Map<string, { hits: number; trials: number }>();

  add(setting: string, hit: boolean): void {
    const count = this.#hits.get(setting) ?? { hits: 0, trials: 0 };
    count.hits += hit ? 1 : 0;
    count.trials += 1;
    this.#hits.set(setting, count);
  }

  /** Settings with their shares, the least first. */
  shares(): readonly {
    readonly setting: string;
    readonly hits: number;
    readonly trials: number;
    readonly share: number;
  }[] {
    return [...this.#hits]
      .map(([setting, { hits, trials }]) => ({ setting, hits, trials, share: hits / trials }))
      .sort((one, other) => one.share - other.share);
  }

  /** Over all trials. */
  share(): number {
    const all = this.shares();
    return all.reduce((sum, { hits }) => sum + hits, 0) / all.reduce((sum, { trials }) => sum + trials, 0);
  }
}
