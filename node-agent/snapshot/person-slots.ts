import { wipe } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { NumberColumn } from './growing-column.js';
import { NO_KEY } from './case-groups.js';
import { columnsOf } from './layout.js';
import type { SnapshotKey } from './layout.js';

const BITS = 32;
/** Random bytes asked for at once: one by one they would cost more than all else here. */
const RANDOM_BYTES = 4_096;

/**
 * In which columns the match keys of each person stand, and in which slots they are sealed. Where a key has several
 * columns, chance says which of a person's values stands in which: then the place says nothing of which they prefer.
 *
 * Flat memory: four bytes a person and four for every 32 columns, and a byte a slot.
 */
export class PersonSlots {
  readonly #keys: readonly SnapshotKey[];
  readonly #rng: Rng;
  #random: Uint8Array = new Uint8Array(0);
  #drawn = 0;
  readonly #words: number;
  /** Of the columns that are laid out. */
  readonly #arranged: number[] = [];
  /** By person: the first slot, plus one. */
  readonly #firsts = new NumberColumn();
  /** By person and word: a bit for each column that holds a key. A person's slots follow on one another. */
  readonly #filled = new NumberColumn();
  /** By slot: how much its value is preferred among those of its key, 0 the most. */
  readonly #ranks = new NumberColumn(Uint8Array);

  /** `keys` of people, in the order of their columns. */
  constructor(keys: readonly SnapshotKey[], rng: Rng) {
    this.#keys = keys;
    this.#rng = rng;
    this.#words = Math.ceil(keys.reduce((all, key) => all + columnsOf(key), 0) / BITS);
  }

  /** Whether the person has been laid out. */
  has(person: number): boolean {
    return this.#firsts.get(person) !== 0;
  }

  /**
   * Lays out a person's keys, once, and has each sealed in the order of its column.
   * @param valuesOf a key by its place, preferred first, at most as many as it has columns
   * @param seal fills the next slot and says which it is
   */
  add(person: number, valuesOf: (key: number) => readonly number[], seal: (value: number) => number): void {
    let first: number | undefined;
    let column = 0;
    for (const [place, key] of this.#keys.entries()) {
      const values = valuesOf(place);
      let from = 0;
      for (const to of key.copies) {
        this.#arrange(values, from, to);
        for (const value of this.#arranged) {
          if (value !== NO_KEY) {
            const slot = seal(value);
            first ??= slot;
            this.#ranks.set(slot, values.indexOf(value));
            this.#fill(person, column);
          }
          column += 1;
        }
        from = to;
      }
    }
    this.#firsts.set(person, (first ?? 0) + 1);
  }

  /** Of a person that was laid out: the slot of each column, null where it holds no key. */
  slots(person: number): (number | null)[] {
    let next = this.#firsts.get(person) - 1;
    const slots: (number | null)[] = [];
    for (const key of this.#keys) {
      for (let copy = columnsOf(key); copy > 0; copy -= 1) {
        slots.push(this.#isFilled(person, slots.length) ? next++ : null);
      }
    }
    return slots;
  }

  /** The slots of a person's columns in the order in which their values are preferred, key by key: what chance has no say in. */
  preferred(slots: readonly (number | null)[]): (number | null)[] {
    const preferred = new Array<number | null>(slots.length).fill(null);
    let from = 0;
    for (const key of this.#keys) {
      const to = from + columnsOf(key);
      for (let column = from; column < to; column += 1) {
        const slot = slots[column] ?? null;
        if (slot !== null) preferred[from + this.#ranks.get(slot)] = slot;
      }
      from = to;
    }
    return preferred;
  }

  /** Forgets chance: who had it could tell places apart. */
  wipe(): void {
    wipe(this.#random);
  }

  /**
   * What stands in the columns of a key from one on, up to another. A scheme with fewer columns of the key than another
   * takes the first ones, so they hold the values preferred most: shuffled are the columns that every scheme takes, and
   * those further ones that the next takes too.
   */
  #arrange(values: readonly number[], from: number, to: number): void {
    this.#arranged.length = 0;
    for (let place = from; place < to; place += 1) this.#arranged.push(values[place] ?? NO_KEY);
    if (this.#arranged[0] !== NO_KEY) this.#shuffle(this.#arranged);
  }

  /** Fisher and Yates. */
  #shuffle(items: number[]): void {
    for (let left = items.length; left > 1; left -= 1) {
      const chosen = this.#below(left);
      const item = items[chosen] ?? NO_KEY;
      items.copyWithin(chosen, chosen + 1);
      items[items.length - 1] = item;
    }
  }

  /** A uniform number in 0..limit-1, for a few columns. */
  #below(limit: number): number {
    for (;;) {
      if (this.#drawn === this.#random.length) {
        this.wipe();
        this.#random = this.#rng.bytes(RANDOM_BYTES);
        this.#drawn = 0;
      }
      const byte = this.#random[this.#drawn++] ?? 0;
      // What is over a multiple of the limit would make the first numbers likelier.
      if (byte < 256 - (256 % limit)) return byte % limit;
    }
  }

  #fill(person: number, column: number): void {
    const word = person * this.#words + Math.floor(column / BITS);
    this.#filled.set(word, this.#filled.get(word) | (1 << (column % BITS)));
  }

  #isFilled(person: number, column: number): boolean {
    const word = person * this.#words + Math.floor(column / BITS);
    return ((this.#filled.get(word) >>> (column % BITS)) & 1) === 1;
  }
}
