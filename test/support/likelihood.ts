import { probability } from '../../core/noise/index.js';
import type { NoiseLaw } from '../../core/noise/index.js';

/** P(X = x) of a sum of noise, the first entry being that of `-reach`. */
export interface Density {
  readonly reach: number;
  readonly values: Float64Array;
}

/** Of the sum of one number of noise by each of `times` mixers. 0 of them: no noise, so X = 0. */
export function densityOf(law: NoiseLaw | null, times: number): Density {
  let sum: Density = { reach: 0, values: Float64Array.of(1) };
  if (law === null) return sum;
  const one: Density = {
    reach: law.bound,
    values: Float64Array.from({ length: 2 * law.bound + 1 }, (_, index) => probability(law, index - law.bound)),
  };
  for (let time = 0; time < times; time += 1) sum = convolved(sum, one);
  return sum;
}

function convolved(a: Density, b: Density): Density {
  const values = new Float64Array(a.values.length + b.values.length - 1);
  for (const [i, p] of a.values.entries())
    for (const [j, q] of b.values.entries()) values[i + j] = (values[i + j] ?? 0) + p * q;
  return { reach: a.reach + b.reach, values };
}

/** Natural logarithm of P(X = x); -Infinity where that can't be. */
export function logDensity({ reach, values }: Density, x: number): number {
  return Math.log(values[x + reach] ?? 0);
}

/**
 * By how much likelier the numbers are with the noise of the second world than with that of the first: the best test
 * there is of one against the other (Neyman and Pearson, 1933). Each number comes with the noise it would have to have
 * in either world.
 */
export function isLikelierSecond(
  numbers: readonly { readonly density: Density; readonly noise: readonly [first: number, second: number] }[],
): boolean {
  let first = 0;
  let second = 0;
  for (const { density, noise } of numbers) {
    first += logDensity(density, noise[0]);
    second += logDensity(density, noise[1]);
  }
  return second > first;
}
