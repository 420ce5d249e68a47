/** Numbers of no key value: values are numbered from 1. */
export const NO_VALUE = 0;

const FIRST_ITEMS = 1_024;

/** Lists that are there already, as KeyLists keeps them. */
export interface KeyColumns {
  /** By place: the number of a value. */
  readonly values: Uint32Array;
  /** By place: the value's key, ascending within an item. */
  readonly keys: Uint8Array;
  /** By item: where its values begin; behind the last, where they end. */
  readonly starts: Uint32Array;
  /** Numbers above it are of values that one record has, and no other. */
  readonly shared: number;
}

/**
 * The match keys of people or records, one after another: numbers that stand for values, each with the place of its key.
 * Flat memory: five bytes a value and four an item, no object.
 */
export class KeyLists {
  #values: Uint32Array;
  #keys: Uint8Array;
  /** By item: where its values begin; behind the last, where they end. */
  #starts: Uint32Array;
  #items = 0;
  #used = 0;
  #largest = NO_VALUE;
  /** As of KeyColumns, where it is known. */
  readonly #shared: number | undefined;

  /**
   * Empty. What there is room for from the start isn't copied when it grows; memory that isn't written yet costs nothing.
   * @param room values and items, as far as they are known
   * @param shared as of KeyColumns, where it is known
   */
  constructor(room = { values: FIRST_ITEMS, items: FIRST_ITEMS }, shared?: number) {
    this.#values = new Uint32Array(Math.max(1, room.values));
    this.#keys = new Uint8Array(Math.max(1, room.values));
    this.#starts = new Uint32Array(room.items + 1);
    this.#shared = shared;
  }

  /** Takes over columns, which nobody else writes any more. */
  static of({ values, keys, starts, shared }: KeyColumns): KeyLists {
    const lists = new KeyLists({ values: 0, items: 0 }, shared);
    lists.#values = values;
    lists.#keys = keys;
    lists.#starts = starts;
    lists.#items = starts.length - 1;
    lists.#used = values.length;
    return lists;
  }

  get items(): number {
    return this.#items;
  }

  /** Values of all items together. */
  get size(): number {
    return this.#used;
  }

  /** Numbers above it are of values that one record has, and no other. Whoever keeps something by value needs no more. */
  get largestShared(): number {
    return this.#shared ?? this.#largest;
  }

  /** Adds a value to the item that is being made. Keys come in ascending order. */
  push(key: number, value: number): void {
    if (this.#used === this.#values.length) {
      this.#values = grown(this.#values, new Uint32Array(this.#used * 2));
      this.#keys = grown(this.#keys, new Uint8Array(this.#used * 2));
    }
    this.#values[this.#used] = value;
    this.#keys[this.#used] = key;
    this.#used += 1;
    if (value > this.#largest) this.#largest = value;
  }

  /** Ends the item that is being made, and begins the next. */
  endItem(): void {
    this.#items += 1;
    if (this.#items === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(this.#items * 2));
    }
    this.#starts[this.#items] = this.#used;
  }

  start(item: number): number {
    return this.#starts[item] ?? 0;
  }

  end(item: number): number {
    return this.#starts[item + 1] ?? 0;
  }

  value(at: number): number {
    return this.#values[at] ?? NO_VALUE;
  }

  key(at: number): number {
    return this.#keys[at] ?? 0;
  }

  /** Whether two items have the same values, in the same order. */
  same(a: number, b: number): boolean {
    const [from, other, length] = [this.start(a), this.start(b), this.end(a) - this.start(a)];
    if (this.end(b) - other !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (this.#values[from + index] !== this.#values[other + index]) return false;
    }
    return true;
  }

  /** A bit for each of the keys that an item has a value of, by `bitOf`, which is 0 for keys that don't count. */
  present(item: number, bitOf: Uint32Array): number {
    let set = 0;
    for (let at = this.start(item); at < this.end(item); at += 1) set |= bitOf[this.#keys[at] ?? 0] ?? 0;
    return set;
  }

  /** A bit for each of the keys of which two items share a value. */
  shared(a: number, b: number, bitOf: Uint32Array): number {
    const [endA, endB] = [this.end(a), this.end(b)];
    let [i, j, set] = [this.start(a), this.start(b), 0];
    while (i < endA && j < endB) {
      const [keyA, keyB] = [this.#keys[i] ?? 0, this.#keys[j] ?? 0];
      if (keyA < keyB) i += 1;
      else if (keyB < keyA) j += 1;
      else {
        // One value each is nearly all there is.
        for (let at = j; at < endB && this.#keys[at] === keyA; at += 1) {
          if (this.#values[at] === this.#values[i]) set |= bitOf[keyA] ?? 0;
        }
        i += 1;
      }
    }
    return set;
  }
}

function grown<Numbers extends Uint32Array | Uint8Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
