import { NumberColumn } from './growing-column.js';

/** Number of no key: keys are numbered from 1. */
export const NO_KEY = 0;

/** Which records of a snapshot are of one case. Flat memory: eight bytes for each record. Records are 1, 2, 3, … */
export class CaseGroups {
  /** By record: the number of its case's key. */
  readonly #numbers = new NumberColumn();
  /** By record: the first record of its case. */
  readonly #firsts = new NumberColumn();
  #last = 0;

  /** @param first the first record that has the key with that number */
  set(record: number, number: number, first: number): void {
    this.#numbers.set(record, number);
    this.#firsts.set(record, first);
    this.#last = Math.max(this.#last, record);
  }

  /** Puts other numbers in the place of those that there are. */
  renumber(numberOf: (number: number) => number): void {
    for (let record = 1; record <= this.#last; record += 1) {
      if (this.#firsts.get(record) !== 0) this.#numbers.set(record, numberOf(this.#numbers.get(record)));
    }
  }

  /** What a record's case is called: its first record. Null where it has none. */
  group(record: number): number | null {
    const first = this.#firsts.get(record);
    return first === 0 ? null : first;
  }

  /** The number of a record's case key, NO_KEY where it has none. */
  number(record: number): number {
    return this.#numbers.get(record);
  }
}
