/**
 * The generator behind the example population: sfc32 ("small fast counting", Chris Doty-Humphrey, in PractRand), seeded
 * by a seed and a stream number. It makes repeatable examples and must never make a key: what is secret takes an Rng.
 *
 * Only integer arithmetic and the four basic operations on doubles are used, whose results are the same on every
 * machine; no logarithm, no sine, whose last digit may differ. Distributions are therefore tables (see `quantile`).
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Each stream of a seed and purpose is a sequence of its own. All are whole numbers in 0..2^32-1. */
  constructor(seed: number, stream: number, purpose = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = purpose | 0;
    // Neighbouring seeds start out with neighbouring states; these rounds drive them apart.
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.#next();
  }

  /** In 0 ≤ x < 1, a multiple of 2^-32. */
  unit(): number {
    return this.#next() / 4_294_967_296;
  }

  /** A whole number in 0..bound-1. Which is likelier by one part in 2^32 / bound doesn't matter here. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** True with this probability; always one draw, so that what follows doesn't depend on it. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** One of the keys, each as likely as its weight says. The weights need not add up to 1. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let left = this.unit() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    const last = names.at(-1);
    if (last === undefined) throw new RangeError('nothing to pick from');
    return last;
  }

  #next(): number {
    const drawn = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  }
}

/**
 * The value of a distribution at rank `u`, from a table of its values at equally spaced ranks: five values are the
 * minimum, the quarters and the maximum. Straight lines between them.
 */
export function quantile(table: readonly number[], u: number): number {
  const position = u * (table.length - 1);
  const index = Math.min(Math.floor(position), table.length - 2);
  const low = table[index];
  const high = table[index + 1];
  if (low === undefined || high === undefined) throw new RangeError('a table of quantiles has at least two values');
  return low + (high - low) * (position - index);
}

const WARM_UP_ROUNDS = 15;
