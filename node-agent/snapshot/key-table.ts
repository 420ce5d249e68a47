import { utf8Bytes, wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import { BytesColumn, NumberColumn } from './growing-column.js';
import { deriveKey } from './sealing.js';
import { HMAC_BYTES, TextHmac } from './text-hmac.js';

/** 128 bits of an HMAC-SHA-256: two different keys of one agency never share a tag. */
export const TAG_BYTES = 16;
const WORD_BYTES = 4;
const TAG_WORDS = TAG_BYTES / WORD_BYTES;
/** What the table knows of a key, as bytes: its tag, then its group element. */
export const ENTRY_BYTES = TAG_BYTES + ELEMENT_BYTES;

/** Number of no key: keys are numbered from 1. */
export const NO_KEY = 0;

const FIRST_SLOTS = 65_536;

/** A match key that is numbered. */
export interface TableKey {
  /** Keeps its numbers apart from those of others, and its elements from those of every other study. */
  readonly domain: string;
  /** Whether the group element of each is wanted. Where it isn't, records of one agency are only told apart by it. */
  readonly hashed: boolean;
}

/**
 * Numbers the different match keys of a source 1, 2, 3, … in the order in which they are first seen, and keeps the group
 * element of each until the snapshot is written, so that a key that many records have is hashed once.
 *
 * A normalised key is forgotten at once: what stands for it is a tag, an HMAC under a key derived from the storage key
 * and the key's domain. Flat memory, no object: a different key takes at most 36 bytes (tag, place and four slots),
 * and 32 more where it is hashed.
 */
export class KeyTable {
  readonly #keys: readonly TableKey[];
  readonly #hmacs: readonly TextHmac[];
  /** Of the key that is looked for. */
  readonly #hmac = Buffer.alloc(HMAC_BYTES);
  readonly #tags = new NumberColumn();
  /** By number: where the key's element is, from 1; 0 where it has none. */
  readonly #places = new NumberColumn();
  readonly #elements = new BytesColumn(ELEMENT_BYTES);
  /** Numbers by tag: open addressing, at most half of the slots taken. Tags are uniform, so their first word will do. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #size = 0;
  #hashed = 0;

  /** `keys` by their positions in the layout. */
  constructor(storageKey: Uint8Array, keys: readonly TableKey[]) {
    this.#keys = keys;
    this.#hmacs = keys.map(({ domain }) => {
      const tagKey = deriveKey(storageKey, utf8Bytes(domain), 'tag');
      const hmac = new TextHmac(tagKey);
      wipe(tagKey);
      return hmac;
    });
  }

  /** How many different keys there are; the number of the latest. */
  get size(): number {
    return this.#size;
  }

  /** The number of a normalised key, a new one when it was never seen. `position` is its key's in the layout. */
  number(position: number, normalisedKey: string): number {
    const [key, hmac] = [this.#keys[position], this.#hmacs[position]];
    if (key === undefined || hmac === undefined) throw new RangeError('not a match key');
    hmac.write(normalisedKey, this.#hmac);
    return this.#numberOf(this.#hmac, 0, key.hashed);
  }

  /** The element of a hashed key: a view, zeros until it is set. Thrown when there is none: RangeError. */
  element(number: number): Uint8Array {
    const place = this.#places.get(number);
    if (place === 0) throw new RangeError('a key that is not hashed');
    return this.#elements.at(place - 1);
  }

  /** Writes what is known of a key to `entries`, as entry `index`. */
  copyEntry(number: number, entries: Buffer, index: number): void {
    const start = index * ENTRY_BYTES;
    for (let word = 0; word < TAG_WORDS; word += 1) {
      entries.writeUInt32LE(this.#tags.get(number * TAG_WORDS + word), start + word * WORD_BYTES);
    }
    entries.set(this.element(number), start + TAG_BYTES);
  }

  /** Takes over a key and its element as `copyEntry` wrote them, from a table of the same storage key. */
  addEntry(entries: Buffer, index: number): void {
    const start = index * ENTRY_BYTES;
    const number = this.#numberOf(entries, start, true);
    this.element(number).set(entries.subarray(start + TAG_BYTES, start + ENTRY_BYTES));
  }

  /** Overwrites all that keys could be known by; the table is of no more use. */
  wipe(): void {
    for (const hmac of this.#hmacs) hmac.wipe();
    wipe(this.#hmac);
    this.#tags.wipe();
    this.#elements.wipe();
    this.#slots.fill(0);
  }

  #numberOf(tag: Buffer, start: number, hashed: boolean): number {
    const last = this.#slots.length - 1;
    let slot = tag.readUInt32LE(start) & last;
    for (;;) {
      const number = this.#slots[slot] ?? NO_KEY;
      if (number === NO_KEY) return this.#add(tag, start, slot, hashed);
      if (this.#hasTag(number, tag, start)) return number;
      slot = (slot + 1) & last;
    }
  }

  #hasTag(number: number, tag: Buffer, start: number): boolean {
    for (let word = 0; word < TAG_WORDS; word += 1) {
      if (this.#tags.get(number * TAG_WORDS + word) !== tag.readUInt32LE(start + word * WORD_BYTES)) return false;
    }
    return true;
  }

  #add(tag: Buffer, start: number, slot: number, hashed: boolean): number {
    this.#size += 1;
    for (let word = 0; word < TAG_WORDS; word += 1) {
      this.#tags.set(this.#size * TAG_WORDS + word, tag.readUInt32LE(start + word * WORD_BYTES));
    }
    if (hashed) {
      this.#hashed += 1;
      this.#places.set(this.#size, this.#hashed);
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
      while (this.#slots[slot] !== NO_KEY) slot = (slot + 1) & last;
      this.#slots[slot] = number;
    }
  }
}
