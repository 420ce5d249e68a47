import { NumberColumn } from './growing-column.js';
import { TAG_BYTES } from './key-tags.js';

const WORD_BYTES = 4;
const TAG_WORDS = TAG_BYTES / WORD_BYTES;
const NO_NUMBER = 0;
const FIRST_SLOTS = 65_536;

/**
 * Numbers different tags 1, 2, 3, … in the order in which they are first seen. Flat memory, no object: a tag takes at
 * most 32 bytes (itself and four slots).
 */
export class TagTable {
  readonly #tags = new NumberColumn();
  /** Numbers by tag: open addressing, at most half of the slots taken. Tags are uniform, so their first word will do. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  /** How many different tags there are; the number of the latest. */
  get size(): number {
    return this.#size;
  }

  /** The number of the tag at a place of some bytes, a new one when it was never seen. */
  number(bytes: Buffer, at: number): number {
    const slot = this.#slotOf(bytes, at);
    const number = this.#slots[slot] ?? NO_NUMBER;
    return number === NO_NUMBER ? this.#add(bytes, at, slot) : number;
  }

  /** The number of the tag at a place of some bytes; undefined when it was never seen. */
  find(bytes: Buffer, at: number): number | undefined {
    const number = this.#slots[this.#slotOf(bytes, at)] ?? NO_NUMBER;
    return number === NO_NUMBER ? undefined : number;
  }

  /** Forgets all tags, and keeps the memory. */
  clear(): void {
    this.#slots.fill(NO_NUMBER);
    this.#size = 0;
  }

  /** Overwrites and forgets all tags, and their memory. */
  wipe(): void {
    this.#tags.wipe();
    this.clear();
    this.#slots = new Uint32Array(FIRST_SLOTS);
  }

  /** Where the tag's number is, or would go. */
  #slotOf(bytes: Buffer, at: number): number {
    const last = this.#slots.length - 1;
    let slot = bytes.readUInt32LE(at) & last;
    for (;;) {
      const number = this.#slots[slot] ?? NO_NUMBER;
      if (number === NO_NUMBER || this.#hasTag(number, bytes, at)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #hasTag(number: number, bytes: Buffer, at: number): boolean {
    for (let word = 0; word < TAG_WORDS; word += 1) {
      if (this.#tags.get(number * TAG_WORDS + word) !== bytes.readUInt32LE(at + word * WORD_BYTES)) return false;
    }
    return true;
  }

  #add(bytes: Buffer, at: number, slot: number): number {
    this.#size += 1;
    for (let word = 0; word < TAG_WORDS; word += 1) {
      this.#tags.set(this.#size * TAG_WORDS + word, bytes.readUInt32LE(at + word * WORD_BYTES));
    }
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#doubleSlots();
    return this.#size;
  }

  #doubleSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const last = this.#slots.length - 1;
    for (let number = 1; number <= this.#size; number += 1) {
      let slot = this.#tags.get(number * TAG_WORDS) & last;
      while (this.#slots[slot] !== NO_NUMBER) slot = (slot + 1) & last;
      this.#slots[slot] = number;
    }
  }
}
