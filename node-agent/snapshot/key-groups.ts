import { NumberColumn } from './growing-column.js';
import { NO_KEY } from './key-table.js';
import type { SnapshotLayout } from './layout.js';

/** In the place of a person: several have the key. No record has this number (MAX_LIST_RECORDS). */
const SEVERAL = 0xffff_ffff;

/** Whose a record is, named by the first record that is theirs. */
export interface Place {
  readonly person: number;
  /** Null where it has no case. */
  readonly caseGroup: number | null;
}

/**
 * Finds out which records of a snapshot share a match key, by the keys' numbers (KeyTable). Flat memory: four bytes for
 * each key column of a record and eight for each different key.
 */
export class KeyGroups {
  readonly #onPerson: readonly boolean[];
  /** By record and position. */
  readonly #numbers = new NumberColumn();
  /** By key: the first record that is known by it. */
  readonly #firsts = new NumberColumn();
  /** By key: the person who has it. */
  readonly #owners = new NumberColumn();

  constructor({ keys }: SnapshotLayout) {
    this.#onPerson = keys.map(({ on }) => on === 'person');
  }

  /**
   * Says of a record whose it is: the person of its first present key in the layout's order, or without a key a person
   * of its own; likewise the case, where it has one. Records come in the order of their numbers.
   * `numbers`: of its keys, in the layout's order.
   */
  add(record: number, numbers: Uint32Array): Place {
    let person: number | undefined;
    let caseGroup: number | null = null;
    for (const [position, onPerson] of this.#onPerson.entries()) {
      const number = numbers[position] ?? NO_KEY;
      if (number === NO_KEY) continue;
      this.#numbers.set(record * this.#onPerson.length + position, number);
      if (onPerson) {
        person ??= this.#firstWith(number, record);
        this.#own(number, person);
      } else {
        caseGroup = this.#firstWith(number, record);
      }
    }
    return { person: person ?? record, caseGroup };
  }

  /** The number of a record's key, NO_KEY where it has none. */
  number(record: number, position: number): number {
    return this.#numbers.get(record * this.#onPerson.length + position);
  }

  /** Whether two different persons have the key: once all records have been added, none may use it. */
  isShared(number: number): boolean {
    return this.#owners.get(number) === SEVERAL;
  }

  #firstWith(number: number, record: number): number {
    const first = this.#firsts.get(number);
    if (first !== 0) return first;
    this.#firsts.set(number, record);
    return record;
  }

  #own(number: number, person: number): void {
    const owner = this.#owners.get(number);
    if (owner === person) return;
    this.#owners.set(number, owner === 0 ? person : SEVERAL);
  }
}
