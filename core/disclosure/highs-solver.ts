import loadHighs from 'highs';
import type { Highs, IndexSelection, Model } from 'highs';

import type { LinearModel, LinearProgramme, LinearSolver } from './solver.js';

/** Steps after which the solver gives up: a limit that is the same on every machine, as a time would not be. */
export const SOLVER_ITERATIONS = 1_000_000;

/**
 * HiGHS (https://highs.dev), compiled to WebAssembly: one thread, no random choices, no clock, so the same programme has
 * the same solution everywhere. Loading it is what takes time; solving is synchronous.
 */
export async function createSolver(): Promise<LinearSolver> {
  // Its types describe the CommonJS build, where the function is a property of what is imported; ours is the other one.
  const load = loadHighs as unknown as typeof loadHighs.default;
  const highs = await load();
  return { model: (programme) => new HighsModel(highs, programme) };
}

/** Primal simplex, for the last solution stays feasible when costs change; where it fails, dual. (`simplex_strategy`) */
const PRIMAL = 4;
const DUAL = 1;

class HighsModel implements LinearModel {
  readonly #model: Model;
  readonly #optimal: number;
  readonly #all: IndexSelection;

  constructor(highs: Highs, programme: LinearProgramme) {
    const count = programme.columns.length;
    this.#optimal = highs.constants.modelStatus.optimal;
    this.#all = { kind: 'range', from: 0, to: count - 1 };
    const starts = [0];
    const indices: number[] = [];
    const values: number[] = [];
    for (const { rows, coefficients } of programme.columns) {
      indices.push(...rows);
      values.push(...coefficients);
      starts.push(indices.length);
    }
    this.#model = highs.createModel({
      numCols: count,
      numRows: programme.rows,
      colCost: new Float64Array(count),
      colLower: new Float64Array(count),
      colUpper: new Float64Array(count),
      rowLower: new Float64Array(programme.rows),
      rowUpper: new Float64Array(programme.rows),
      matrix: {
        format: 'csc',
        numRows: programme.rows,
        numCols: count,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(indices),
        values: Float64Array.from(values),
      },
    });
    this.#model.options.set({
      output_flag: false,
      // Presolving would throw the last basis away.
      presolve: 'off',
      solver: 'simplex',
      simplex_strategy: PRIMAL,
      simplex_iteration_limit: SOLVER_ITERATIONS,
    });
  }

  setBounds(lower: Float64Array, upper: Float64Array): void {
    this.#model.changeColsBounds(this.#all, lower, upper);
  }

  setBoundsOf(column: number, lower: number, upper: number): void {
    this.#model.changeColBounds(column, lower, upper);
  }

  setCosts(costs: Float64Array): void {
    this.#model.changeColsCost(this.#all, costs);
  }

  setCostOf(column: number, cost: number): void {
    this.#model.changeColCost(column, cost);
  }

  minimise(): Float64Array | null {
    this.#model.run();
    const isOptimal = this.#model.getModelStatus() === this.#optimal;
    const values = isOptimal ? this.#model.getSolution().colValue : null;
    this.#model.options.set({ simplex_strategy: PRIMAL });
    return values;
  }

  forget(): void {
    this.#model.clearSolver();
    this.#model.options.set({ simplex_strategy: DUAL });
  }

  dispose(): void {
    this.#model.dispose();
  }
}
