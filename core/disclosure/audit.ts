import type { Figures } from './figures.js';
import { CheckedModel, SOLVER_TOLERANCE } from './solver.js';
import type { LinearColumn, LinearSolver } from './solver.js';

/**
 * What a reader takes for granted of a suppressed figure, as the lowest and highest deviation from its true value. What
 * is shown deviates by 0; and cells always add up to the totals.
 */
export interface Knowledge {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** That a suppressed figure might as well be this much more (direction 1) or less (-1), for all that a reader can tell. */
export interface Requirement {
  readonly figure: number;
  readonly direction: 1 | -1;
  /** Above 0. */
  readonly amount: number;
}

/** The figures, ascending, that differ from the truth in a table which looks the same and in which a requirement holds. */
export type Witness = Int32Array;

/** Requirements that hold, each with the table that proves it, and those that don't. */
export interface Audited {
  readonly witnesses: ReadonlyMap<Requirement, Witness>;
  readonly failed: readonly Requirement[];
}

/**
 * Asks, as a reader would by linear programming, how far each suppressed figure can be narrowed down from all that is
 * shown. Nothing is taken on trust from the solver: a requirement holds where another table has been found, and checked,
 * that shows the same and meets it. A wrong answer can only lead to more suppression.
 */
export class Audit {
  readonly #figures: number;
  readonly #knowledge: Knowledge;
  readonly #model: CheckedModel;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;

  constructor(figures: Figures, knowledge: Knowledge, solver: LinearSolver) {
    this.#figures = figures.cells + figures.parts.length;
    this.#knowledge = knowledge;
    this.#model = new CheckedModel({ rows: figures.parts.length, columns: columnsOf(figures, 1) }, solver);
    this.#lower = new Float64Array(this.#figures);
    this.#upper = new Float64Array(this.#figures);
  }

  /** Checks requirements on suppressed figures; with `stopEarly` it is done as soon as one fails. */
  check(suppressed: Uint8Array, requirements: readonly Requirement[], stopEarly: boolean): Audited {
    this.#suppress(suppressed);
    const witnesses = new Map<Requirement, Witness>();
    const failed: Requirement[] = [];
    for (const direction of [1, -1] as const) {
      let open = requirements.filter((requirement) => requirement.direction === direction);
      if (open.length === 0) continue;
      open = this.#together(open, direction, witnesses);
      for (const requirement of open) {
        const deviations = this.#furthest(requirement);
        if (isMet(requirement, deviations)) witnesses.set(requirement, witnessOf(deviations));
        else failed.push(requirement);
        if (stopEarly && failed.length > 0) return { witnesses, failed };
      }
    }
    return { witnesses, failed };
  }

  /** How far the figure can be away from its true value in the requirement's direction, up to its amount. */
  reach(suppressed: Uint8Array, requirement: Requirement): number {
    this.#suppress(suppressed);
    return requirement.direction * (this.#furthest(requirement)[requirement.figure] ?? 0);
  }

  dispose(): void {
    this.#model.dispose();
  }

  #suppress(suppressed: Uint8Array): void {
    for (let figure = 0; figure < this.#figures; figure += 1) {
      this.#lower[figure] = suppressed[figure] === 1 ? (this.#knowledge.lower[figure] ?? 0) : 0;
      this.#upper[figure] = suppressed[figure] === 1 ? (this.#knowledge.upper[figure] ?? 0) : 0;
    }
    this.#model.setBounds(this.#lower, this.#upper);
  }

  /**
   * One table can prove many requirements: as many as possible are pulled at once, each no further than it must, until
   * nothing more comes of it. Returns those that are left.
   */
  #together(all: readonly Requirement[], direction: 1 | -1, witnesses: Map<Requirement, Witness>): Requirement[] {
    let open = [...all];
    const lower = Float64Array.from(this.#lower);
    const upper = Float64Array.from(this.#upper);
    for (const { figure, amount } of open) {
      if (direction === 1) upper[figure] = Math.min(upper[figure] ?? 0, amount);
      else lower[figure] = Math.max(lower[figure] ?? 0, -amount);
    }
    this.#model.setBounds(lower, upper);
    let before = open.length + 1;
    while (open.length > 0 && open.length < before) {
      before = open.length;
      const costs = new Float64Array(this.#figures);
      for (const { figure } of open) costs[figure] = -direction;
      this.#model.setCosts(costs);
      const deviations = this.#model.minimise();
      const witness = witnessOf(deviations);
      for (const requirement of open) if (isMet(requirement, deviations)) witnesses.set(requirement, witness);
      open = open.filter((requirement) => !witnesses.has(requirement));
    }
    this.#model.setCosts(new Float64Array(this.#figures));
    this.#model.setBounds(this.#lower, this.#upper);
    return open;
  }

  #furthest({ figure, direction, amount }: Requirement): Float64Array {
    const lower = this.#lower[figure] ?? 0;
    const upper = this.#upper[figure] ?? 0;
    if (direction === 1) this.#model.setBoundsOf(figure, lower, Math.min(upper, amount));
    else this.#model.setBoundsOf(figure, Math.max(lower, -amount), upper);
    this.#model.setCostOf(figure, -direction);
    const deviations = this.#model.minimise();
    this.#model.setCostOf(figure, 0);
    this.#model.setBoundsOf(figure, lower, upper);
    return deviations;
  }
}

/** Whether a deviation of the figure reaches the amount, but for what the solver may be wrong by. */
export function isMet({ figure, direction, amount }: Requirement, deviations: Float64Array): boolean {
  return direction * (deviations[figure] ?? 0) >= amount - SOLVER_TOLERANCE;
}

export function witnessOf(deviations: Float64Array): Witness {
  const figures: number[] = [];
  for (let figure = 0; figure < deviations.length; figure += 1) {
    if (Math.abs(deviations[figure] ?? 0) > SOLVER_TOLERANCE) figures.push(figure);
  }
  return Int32Array.from(figures);
}

/** Cells less their total are 0, a row for each total; `sign` turns all of it round. */
export function columnsOf({ cells, parts }: Figures, sign: 1 | -1): LinearColumn[] {
  const columns = Array.from({ length: cells + parts.length }, () => ({
    rows: [] as number[],
    coefficients: [] as number[],
  }));
  const put = (figure: number, row: number, coefficient: number): void => {
    columns[figure]?.rows.push(row);
    columns[figure]?.coefficients.push(coefficient);
  };
  parts.forEach((members, row) => {
    for (const cell of members) put(cell, row, sign);
    put(cells + row, row, -sign);
  });
  return columns;
}
