import { messageOf } from '../base/index.js';
import { DisclosureError } from './errors.js';

/** Rows that must each add up to 0, over columns that have bounds. */
export interface LinearProgramme {
  readonly rows: number;
  readonly columns: readonly LinearColumn[];
}

export interface LinearColumn {
  /** The rows it stands in, and with which coefficient; both of one length. */
  readonly rows: readonly number[];
  readonly coefficients: readonly number[];
}

/** A programme held ready, so that each of many similar questions starts from the answer to the last. */
export interface LinearModel {
  /** `lower` <= column <= `upper`, for all columns; 0 must lie between them, so that there always is a solution. */
  setBounds(lower: Float64Array, upper: Float64Array): void;
  setBoundsOf(column: number, lower: number, upper: number): void;
  setCosts(costs: Float64Array): void;
  setCostOf(column: number, cost: number): void;
  /** Values of the columns that cost least; null where none were found. */
  minimise(): Float64Array | null;
  /** The next answer starts from nothing, and is looked for in another way. */
  forget(): void;
  dispose(): void;
}

/** Solves linear programmes. One serves any number of tables, one after the other. */
export interface LinearSolver {
  model(programme: LinearProgramme): LinearModel;
}

/** By how much a solution may miss a bound or a row. Counts are whole numbers, so this is nothing. */
export const SOLVER_TOLERANCE = 1e-6;

/**
 * A model whose answers have been checked against rows and bounds: whatever goes wrong inside the solver, what comes back
 * is a solution, at worst not the cheapest.
 */
export class CheckedModel {
  readonly #model: LinearModel;
  readonly #rows: number;
  /** Where the entries of each column begin, and where the last one's end. */
  readonly #starts: Int32Array;
  readonly #rowOf: Int32Array;
  readonly #coefficients: Float64Array;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;

  constructor(programme: LinearProgramme, solver: LinearSolver) {
    this.#rows = programme.rows;
    this.#rowOf = Int32Array.from(programme.columns.flatMap(({ rows }) => rows));
    this.#coefficients = Float64Array.from(programme.columns.flatMap(({ coefficients }) => coefficients));
    this.#starts = new Int32Array(programme.columns.length + 1);
    programme.columns.forEach(({ rows }, column) => {
      this.#starts[column + 1] = (this.#starts[column] ?? 0) + rows.length;
    });
    this.#lower = new Float64Array(programme.columns.length);
    this.#upper = new Float64Array(programme.columns.length);
    this.#model = guarded(() => solver.model(programme));
  }

  setBounds(lower: Float64Array, upper: Float64Array): void {
    this.#lower.set(lower);
    this.#upper.set(upper);
    guarded(() => this.#model.setBounds(lower, upper));
  }

  setBoundsOf(column: number, lower: number, upper: number): void {
    this.#lower[column] = lower;
    this.#upper[column] = upper;
    guarded(() => this.#model.setBoundsOf(column, lower, upper));
  }

  setCosts(costs: Float64Array): void {
    guarded(() => this.#model.setCosts(costs));
  }

  setCostOf(column: number, cost: number): void {
    guarded(() => this.#model.setCostOf(column, cost));
  }

  /** Thrown when there is no answer, or none that is right, on the second attempt either: DisclosureError DISCLOSURE_FAILED. */
  minimise(): Float64Array {
    return guarded(() => {
      const first = this.#model.minimise();
      if (first !== null && this.#isSolution(first)) return first;
      this.#model.forget();
      const second = this.#model.minimise();
      if (second !== null && this.#isSolution(second)) return second;
      throw new DisclosureError('DISCLOSURE_FAILED', 'The solver could not say what the totals of the table reveal.');
    });
  }

  dispose(): void {
    this.#model.dispose();
  }

  /** With plain loops: it is asked of every answer. */
  #isSolution(values: Float64Array): boolean {
    const columns = this.#lower.length;
    if (values.length !== columns) return false;
    const sums = new Float64Array(this.#rows);
    for (let column = 0; column < columns; column += 1) {
      const value = values[column] ?? Number.NaN;
      // Written so that NaN is refused.
      const isWithin =
        value >= (this.#lower[column] ?? 0) - SOLVER_TOLERANCE &&
        value <= (this.#upper[column] ?? 0) + SOLVER_TOLERANCE;
      if (!isWithin) return false;
      const end = this.#starts[column + 1] ?? 0;
      for (let place = this.#starts[column] ?? 0; place < end; place += 1) {
        const row = this.#rowOf[place] ?? 0;
        sums[row] = (sums[row] ?? 0) + (this.#coefficients[place] ?? 0) * value;
      }
    }
    return sums.every((sum) => Math.abs(sum) <= SOLVER_TOLERANCE);
  }
}

/** Whatever a solver throws means that nothing may be released. */
function guarded<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof DisclosureError) throw cause;
    throw new DisclosureError('DISCLOSURE_FAILED', `The solver stopped: ${messageOf(cause)}`, { cause });
  }
}
