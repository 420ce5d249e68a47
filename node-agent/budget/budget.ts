import type { Clock } from '../../core/base/index.js';
import { quarterOf } from '../../core/templates/index.js';
import { Refusal } from '../offers/refusal.js';
import type { LedgerMemory } from './memory.js';
import { fromMillionths, toMillionths } from './millionths.js';

/**
 * How much privacy loss (epsilon) a node gives away in all. Losses of questions about the same people add up
 * (sequential composition; Dwork and Roth, The Algorithmic Foundations of Differential Privacy, 2014, theorem 3.16).
 */
export interface BudgetLimits {
  /** Of one snapshot of a dataset. */
  readonly perSnapshot: number;
  /** Of one dataset in a calendar quarter (UTC), over all its snapshots: most people in a new one were in the last. */
  readonly perQuarter: number;
}

export interface BudgetOptions {
  readonly memory: LedgerMemory;
  /** What holds now. */
  readonly limits: () => BudgetLimits;
  readonly clock: Clock;
}

/** What is left for questions. Reads the memory as it is; who may spend calls `LedgerMemory.catchUp` before. */
export class Budget {
  readonly #memory: LedgerMemory;
  readonly #limits: () => BudgetLimits;
  readonly #clock: Clock;

  constructor({ memory, limits, clock }: BudgetOptions) {
    this.#memory = memory;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The calendar quarter in which something that is spent now counts. */
  get quarter(): string {
    return quarterOf(this.#clock.now().toISOString().slice(0, 10));
  }

  /** Epsilon that may still be spent on the snapshot; 0 where limits were lowered below what has been spent. */
  left(dataset: string, snapshot: string): number {
    return fromMillionths(Math.min(this.#leftOfSnapshot(dataset, snapshot), this.leftOfQuarter(dataset)));
  }

  /** Whether so much may still be spent on the snapshot. Millionths. */
  isEnough(cost: number, dataset: string, snapshot: string): boolean {
    return cost <= this.#leftOfSnapshot(dataset, snapshot) && cost <= this.leftOfQuarter(dataset);
  }

  /** Thrown when a snapshot of the request has less left than it costs: Refusal BUDGET_SPENT. Millionths. */
  assertEnough(cost: number, snapshots: ReadonlyMap<string, string>): void {
    for (const [dataset, snapshot] of snapshots) {
      if (this.isEnough(cost, dataset, snapshot)) continue;
      const [ofSnapshot, ofQuarter] = [this.#leftOfSnapshot(dataset, snapshot), this.leftOfQuarter(dataset)];
      throw new Refusal(
        'BUDGET_SPENT',
        `this would cost a privacy loss of ${fromMillionths(cost)} from ${dataset}; of the budget of this snapshot ` +
          `${fromMillionths(ofSnapshot)} is left of ${fromMillionths(this.#perSnapshot)}, of that of ${this.quarter} ` +
          `${fromMillionths(ofQuarter)} of ${fromMillionths(this.#perQuarter)}: ask for less, or ` +
          (cost <= ofQuarter ? 'when there is a newer snapshot' : 'in another quarter'),
      );
    }
  }

  /** Millionths. */
  get #perSnapshot(): number {
    return toMillionths(this.#limits().perSnapshot);
  }

  /** Millionths. */
  get #perQuarter(): number {
    return toMillionths(this.#limits().perQuarter);
  }

  /** Millionths. */
  leftOfQuarter(dataset: string): number {
    return Math.max(0, this.#perQuarter - this.#memory.spentInQuarter(dataset, this.quarter));
  }

  /** Millionths. */
  #leftOfSnapshot(dataset: string, snapshot: string): number {
    return Math.max(0, this.#perSnapshot - this.#memory.spentOnSnapshot(dataset, snapshot));
  }
}
