/** Kinds of different keys. Those that several records may have are numbered first. */
const KINDS = 4;
const SERIES_BITS = 30;
const SERIES_MAX = 2 ** SERIES_BITS - 1;
/** The kind's bits: of one record only; not hashed. */
const SINGLE = 2;
const UNHASHED = 1;

/** Whether a provisional number is of a key that several records may have. */
export function isShared(provisional: number): boolean {
  return ((provisional >>> SERIES_BITS) & SINGLE) === 0;
}

/** A provisional number's place among those of its kind: 0, 1, 2, … */
export function seriesOf(provisional: number): number {
  return provisional & SERIES_MAX;
}

/**
 * Numbers different match keys 1, 2, 3, … so that those that several records may have come first, before it is known how
 * many these are: until all have been seen, a number is provisional.
 */
export class KeyNumbers {
  readonly #counts = new Array<number>(KINDS).fill(0);

  /** The provisional number of the next key. Thrown when there are too many: RangeError. */
  next(shared: boolean, hashed: boolean): number {
    const kind = (shared ? 0 : SINGLE) | (hashed ? 0 : UNHASHED);
    const series = this.#counts[kind] ?? 0;
    if (series > SERIES_MAX) throw new RangeError('too many different keys');
    this.#counts[kind] = series + 1;
    return ((kind << SERIES_BITS) | series) >>> 0;
  }

  /** How many keys there are that several records may have: numbers above it are of one record. */
  get shared(): number {
    return this.#before(SINGLE);
  }

  /** The number that a provisional one becomes, once all have been seen. */
  number(provisional: number): number {
    return this.#before(provisional >>> SERIES_BITS) + seriesOf(provisional) + 1;
  }

  /** Puts the numbers that they become in the place of provisional ones. */
  settle(values: Uint32Array): void {
    for (let place = 0; place < values.length; place += 1) values[place] = this.number(values[place] ?? 0);
  }

  /** The provisional number of a hashed key, by its number. */
  provisional(number: number): number {
    const single = number > this.shared;
    return (((single ? SINGLE : 0) << SERIES_BITS) | (number - 1 - (single ? this.shared : 0))) >>> 0;
  }

  #before(kind: number): number {
    let before = 0;
    for (let other = 0; other < kind; other += 1) before += this.#counts[other] ?? 0;
    return before;
  }
}
