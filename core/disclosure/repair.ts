import { columnsOf, isMet, witnessOf } from './audit.js';
import type { Knowledge, Requirement, Witness } from './audit.js';
import type { Figures } from './figures.js';
import { CheckedModel } from './solver.js';
import type { LinearSolver } from './solver.js';

/** What must be suppressed too, so that requirements hold, and why they then do. */
export interface Repaired {
  readonly figures: readonly number[];
  readonly met: readonly Requirement[];
  readonly witness: Witness;
}

/** Above any price of a unit that a table can ask: reaching the amount comes first, cheapness second. */
const REWARD = 1e6;
/** What a figure costs that should stay shown, where there is any other way. */
const RELUCTANCE = 100;
/** How often the prices are made dearer for what was hardly used, so that few figures are used much. */
const REPRICINGS = 3;
/** A figure that isn't used counts as used by this share of the largest use when prices are made. */
const UNUSED = 0.1;

/**
 * Finds, for requirements that fail, a cheap set of further figures to suppress: the linear programme of the reader, with
 * every shown figure free to deviate at a price. (Kelly, Golden and Assad, Cell Suppression: Disclosure Protection for
 * Sensitive Tabular Data, Networks 22, 1992; repriced as in Candès, Wakin and Boyd, Enhancing Sparsity by Reweighted l1
 * Minimization, 2008.)
 */
export class Repair {
  readonly #figures: Figures;
  readonly #count: number;
  readonly #knowledge: Knowledge;
  readonly #model: CheckedModel;

  constructor(figures: Figures, knowledge: Knowledge, solver: LinearSolver) {
    this.#figures = figures;
    this.#count = figures.cells + figures.parts.length;
    this.#knowledge = knowledge;
    // Every figure has a column for what it goes up and one for what it goes down.
    const columns = [...columnsOf(figures, 1), ...columnsOf(figures, -1)];
    this.#model = new CheckedModel({ rows: figures.parts.length, columns }, solver);
  }

  /**
   * For requirements of one direction, all to be met by one table; taken one by one they cost less, together less time.
   * @param unwanted figures to leave shown where possible
   * Where even suppressing everything would not do, everything it is.
   */
  repair(suppressed: Uint8Array, requirements: readonly Requirement[], unwanted: ReadonlySet<number>): Repaired {
    this.#aim(requirements);
    let best = this.#cheapest(suppressed, requirements, this.#prices(suppressed, unwanted, null));
    for (let round = 0; round < REPRICINGS && best.figures.length > 1; round += 1) {
      const next = this.#cheapest(suppressed, requirements, this.#prices(suppressed, unwanted, best.deviations));
      if (this.#weight(next.figures, unwanted) >= this.#weight(best.figures, unwanted)) break;
      best = next;
    }
    const met = requirements.filter((requirement) => isMet(requirement, best.deviations));
    if (met.length > 0) return { figures: best.figures, met, witness: witnessOf(best.deviations) };
    return { figures: this.#shown(suppressed), met: [], witness: new Int32Array(0) };
  }

  dispose(): void {
    this.#model.dispose();
  }

  #aim(requirements: readonly Requirement[]): void {
    const lower = new Float64Array(2 * this.#count);
    const upper = new Float64Array(2 * this.#count);
    for (let other = 0; other < this.#count; other += 1) {
      upper[other] = this.#knowledge.upper[other] ?? 0;
      upper[this.#count + other] = -(this.#knowledge.lower[other] ?? 0);
    }
    for (const { figure, direction, amount } of requirements) {
      upper[figure] = direction === 1 ? amount : 0;
      upper[this.#count + figure] = direction === -1 ? amount : 0;
    }
    this.#model.setBounds(lower, upper);
  }

  #prices(suppressed: Uint8Array, unwanted: ReadonlySet<number>, used: Float64Array | null): Float64Array {
    const most = used?.reduce((largest, deviation) => Math.max(largest, Math.abs(deviation)), 0) ?? 0;
    return Float64Array.from({ length: this.#count }, (_, figure) => {
      if (suppressed[figure] === 1) return 0;
      const price = (this.#figures.weights[figure] ?? 0) * (unwanted.has(figure) ? RELUCTANCE : 1);
      return used === null || most === 0 ? price : price / (Math.abs(used[figure] ?? 0) / most + UNUSED);
    });
  }

  #cheapest(
    suppressed: Uint8Array,
    requirements: readonly Requirement[],
    prices: Float64Array,
  ): { readonly deviations: Float64Array; readonly figures: readonly number[] } {
    const costs = new Float64Array(2 * this.#count);
    costs.set(prices);
    costs.set(prices, this.#count);
    for (const { figure, direction } of requirements) costs[direction === 1 ? figure : this.#count + figure] = -REWARD;
    this.#model.setCosts(costs);
    const both = this.#model.minimise();
    const deviations = Float64Array.from(
      { length: this.#count },
      (_, other) => (both[other] ?? 0) - (both[this.#count + other] ?? 0),
    );
    const figures = [...witnessOf(deviations)].filter((other) => suppressed[other] === 0);
    return { deviations, figures };
  }

  #weight(figures: readonly number[], unwanted: ReadonlySet<number>): number {
    return figures.reduce(
      (sum, figure) => sum + (this.#figures.weights[figure] ?? 0) * (unwanted.has(figure) ? RELUCTANCE : 1),
      0,
    );
  }

  #shown(suppressed: Uint8Array): number[] {
    return Array.from({ length: this.#count }, (_, figure) => figure).filter((figure) => suppressed[figure] === 0);
  }
}
