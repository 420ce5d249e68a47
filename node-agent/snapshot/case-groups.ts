import { NumberColumn } from './growing-column.js';
import { NO_KEY } from './key-table.js';

/**
 * Finds out which records of a snapshot are of one case, by the numbers of their keys (KeyTable). Flat memory: four bytes
 * for each record and four for each number.
 */
export class CaseGroups {
  /** By record. */
  readonly #numbers = new NumberColumn();
  /** By number: the first record that has it. */
  readonly #firsts = new NumberColumn();

  /** Says of a record what its case is called: the first record of it. Null where it has none (NO_KEY). */
  add(record: number, number: number): number | null {
    if (number === NO_KEY) return null;
    this.#numbers.set(record, number);
    const first = this.#firsts.get(number);
    if (first !== 0) return first;
    this.#firsts.set(number, record);
    return record;
  }

  /** The number of a record's case key, NO_KEY where it has none. */
  number(record: number): number {
    return this.#numbers.get(record);
  }
}
