import type { Rng } from '../base/index.js';
import { ELEMENT_BYTES } from './messages.js';
import { NOWHERE } from './record-store.js';

/** Elements are hashed and compared as words of 32 bits, in the machine's byte order. */
export const WORD_BYTES = 4;
export const ELEMENT_WORDS = ELEMENT_BYTES / WORD_BYTES;

/** Bound of an index: 2 GiB of elements and 1 GiB of slots, four of the largest lists. */
export const MAX_INDEXED = 67_108_864;

/**
 * Slots that a search looks at before it gives up. At most half of all slots are taken, so with a hash that nobody
 * could foresee the longest search among MAX_INDEXED elements is some hundred slots long. More than this means that the
 * hash has failed, and work would be quadratic: better an end than a coordinator that doesn't answer.
 */
export const MAX_PROBES = 1_024;

/** 32 bits, of any sign, for the element that begins at word `at`. */
export interface ElementHash {
  of(elements: Uint32Array, at: number): number;
}

/** Values of a byte. */
const BYTE_VALUES = 256;

/**
 * Simple tabulation: the exclusive or of one random word for each byte of the element. Pseudonyms are uniform as long as
 * everybody follows the protocol, and then any of their bits would do; but the last mixer of a list knows its pseudonyms
 * and could send elements that agree in whatever bytes a fixed hash looks at. Here the words are drawn anew by the
 * coordinator after the lists are in, so nobody can choose elements that meet, and linear probing takes constant time on
 * average whatever the elements are (Pătraşcu and Thorup, The Power of Simple Tabulation Hashing, J. ACM 59, 2012).
 */
export class TabulationHash implements ElementHash {
  readonly #words: Int32Array;

  constructor(rng: Rng) {
    this.#words = new Int32Array(rng.bytes(ELEMENT_BYTES * BYTE_VALUES * WORD_BYTES).slice().buffer);
  }

  of(elements: Uint32Array, at: number): number {
    const words = this.#words;
    let hash = 0;
    let table = 0;
    for (let place = at; place < at + ELEMENT_WORDS; place += 1) {
      const word = elements[place] ?? 0;
      hash ^= words[table | (word & 255)] ?? 0;
      hash ^= words[(table + BYTE_VALUES) | ((word >>> 8) & 255)] ?? 0;
      hash ^= words[(table + 2 * BYTE_VALUES) | ((word >>> 16) & 255)] ?? 0;
      hash ^= words[(table + 3 * BYTE_VALUES) | (word >>> 24)] ?? 0;
      table += 4 * BYTE_VALUES;
    }
    return hash;
  }
}

/**
 * Numbers distinct elements 0, 1, 2, … in the order in which they are first added: pseudonyms of a key column, or the
 * points of cell numbers. Open addressing in flat arrays, with no object and no string for an element; all 32 bytes are
 * compared.
 */
export class ElementIndex {
  readonly #hash: ElementHash;
  readonly #capacity: number;
  /** Distinct elements by number. */
  readonly #elements: Uint32Array;
  /** Two words a slot: the number of its element plus 1, or 0 when it is free; the element's hash. */
  readonly #slots: Int32Array;
  readonly #lastSlot: number;
  #size = 0;

  /** Thrown when `capacity`, of distinct elements, is not in 0..MAX_INDEXED: RangeError. */
  constructor(hash: ElementHash, capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 0 || capacity > MAX_INDEXED) {
      throw new RangeError('an index of more elements than one may hold');
    }
    let slots = 2;
    while (slots < 2 * capacity) slots *= 2;
    this.#hash = hash;
    this.#capacity = capacity;
    this.#elements = new Uint32Array(capacity * ELEMENT_WORDS);
    this.#slots = new Int32Array(2 * slots);
    this.#lastSlot = slots - 1;
  }

  /** How many distinct elements there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * The number of the element that begins at word `at`; a new one when it was not there.
   * Thrown when that is one too many, or the hash has failed (MAX_PROBES): RangeError.
   */
  add(elements: Uint32Array, at: number): number {
    const hash = this.#hash.of(elements, at);
    const slot = this.#seek(elements, at, hash);
    const taken = this.#slots[2 * slot] ?? 0;
    if (taken !== 0) return taken - 1;
    if (this.#size === this.#capacity) throw new RangeError('more elements than the index was made for');
    const number = this.#size;
    for (let word = 0; word < ELEMENT_WORDS; word += 1) {
      this.#elements[number * ELEMENT_WORDS + word] = elements[at + word] ?? 0;
    }
    this.#size = number + 1;
    this.#slots[2 * slot] = number + 1;
    this.#slots[2 * slot + 1] = hash;
    return number;
  }

  /** The number of the element that begins at word `at`, or NOWHERE. Thrown when the hash has failed: RangeError. */
  find(elements: Uint32Array, at: number): number {
    const taken = this.#slots[2 * this.#seek(elements, at, this.#hash.of(elements, at))] ?? 0;
    return taken === 0 ? NOWHERE : taken - 1;
  }

  /** Overwrites what was added; the index is empty then. */
  wipe(): void {
    this.#elements.fill(0, 0, this.#size * ELEMENT_WORDS);
    this.#slots.fill(0);
    this.#size = 0;
  }

  /** The slot in which the element stands, or else the free one in which it would. */
  #seek(elements: Uint32Array, at: number, hash: number): number {
    const slots = this.#slots;
    const lastSlot = this.#lastSlot;
    let slot = hash & lastSlot;
    for (let probe = 0; probe < MAX_PROBES; probe += 1) {
      const taken = slots[2 * slot] ?? 0;
      if (taken === 0) return slot;
      if (slots[2 * slot + 1] === hash && this.#holds(taken - 1, elements, at)) return slot;
      slot = (slot + 1) & lastSlot;
    }
    throw new RangeError('the hash of an index has failed: too many elements meet in it');
  }

  #holds(number: number, elements: Uint32Array, at: number): boolean {
    const own = this.#elements;
    const start = number * ELEMENT_WORDS;
    for (let word = 0; word < ELEMENT_WORDS; word += 1) {
      if (own[start + word] !== elements[at + word]) return false;
    }
    return true;
  }
}

/** Elements, or records of them, as words: the same memory where the bytes' position in it allows that. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % WORD_BYTES === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / WORD_BYTES);
}
