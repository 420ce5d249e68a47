/** Numbers of no key value: values are numbered from 1. */
export const NO_VALUE = 0;

const FIRST_ITEMS = 1_024;

/**
 * The match keys of people or records, one after another: numbers that stand for values, each with the place of its key.
 * Flat memory: five bytes a value and four an item, no object.
 */
export class KeyLists {
  #values = new Uint32Array(FIRST_ITEMS);
  #keys = new Uint8Array(FIRST_ITEMS);
  /** By item: where its values begin; behind the last, where they end. */
  #starts = new Uint32Array(FIRST_ITEMS);
  #items = 0;
  #used = 0;
  #largest = NO_VALUE;

  get items(): number {
    return this.#items;
  }

  /** Values of all items together. */
  get size(): number {
    return this.#used;
  }

  /** The largest number that stands for a value. */
  get largest(): number {
    return this.#largest;
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
