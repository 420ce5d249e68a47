/** Steps of arithmetic for one decision: a second or two. */
export const MAX_SPAN_STEPS = 20_000_000;

/** Thrown when the arithmetic would take more than MAX_SPAN_STEPS, or numbers that a double doesn't hold exactly. */
export class SpanTooLarge extends RangeError {}

/** Whole numbers by column, none of them 0. */
export type SparseVector = ReadonlyMap<number, number>;

/** Counts what the arithmetic of one decision costs. */
export class SpanWork {
  #steps = 0;

  /** Thrown when that is too many: SpanTooLarge. */
  add(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_SPAN_STEPS) throw new SpanTooLarge('too many steps');
  }
}

/**
 * All linear combinations of some vectors, with rational factors, by a basis in reduced echelon form: each vector of the
 * basis leads in its lowest column, and no other has anything there. The arithmetic is exact: whole numbers without a
 * common factor stand for the line of their rational multiples.
 *
 * A combination that is 0 in all columns but one is always a vector of the basis itself (up to a factor).
 */
export class Span {
  readonly #work: SpanWork;
  readonly #basis = new Map<number, Map<number, number>>();

  constructor(work: SpanWork) {
    this.#work = work;
  }

  get basis(): readonly SparseVector[] {
    return [...this.#basis.values()];
  }

  /** Thrown when it is too much: SpanTooLarge. */
  add(vector: SparseVector): void {
    const rest = this.#reduce(vector);
    if (rest.size === 0) return;
    const lead = Math.min(...rest.keys());
    for (const row of this.#basis.values()) {
      if (row.has(lead)) eliminate(row, rest, lead, this.#work);
    }
    this.#basis.set(lead, rest);
  }

  /** Thrown when it is too much: SpanTooLarge. */
  has(vector: SparseVector): boolean {
    return this.#reduce(vector).size === 0;
  }

  #reduce(vector: SparseVector): Map<number, number> {
    const rest = new Map(vector);
    for (const column of vector.keys()) {
      const row = this.#basis.get(column);
      if (row !== undefined && rest.has(column)) eliminate(rest, row, column, this.#work);
    }
    return rest;
  }
}

/** Takes so many times `other` off `row` that nothing is left in the column; makes what remains as small as it gets. */
function eliminate(row: Map<number, number>, other: SparseVector, column: number, work: SpanWork): void {
  work.add(row.size + other.size);
  const [own, its] = [row.get(column) ?? 0, other.get(column) ?? 1];
  const common = gcd(own, its);
  const [factor, less] = [its / common, own / common];
  for (const [at, value] of row) row.set(at, exact(value * factor));
  for (const [at, value] of other) {
    const difference = exact((row.get(at) ?? 0) - exact(value * less));
    if (difference === 0) row.delete(at);
    else row.set(at, difference);
  }
  let divisor = 0;
  for (const value of row.values()) {
    divisor = gcd(divisor, value);
    if (divisor === 1) return;
  }
  for (const [at, value] of row) row.set(at, value / divisor);
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new SpanTooLarge('too large a number');
  return value;
}

/** Of absolute values; gcd(0, n) = n. */
function gcd(a: number, b: number): number {
  let [large, small] = [Math.abs(a), Math.abs(b)];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}
