import { hash } from 'node:crypto';

import { KeyLists } from '../../core/linkage/index.js';
import type { Profiles } from '../../core/linkage/index.js';
import { NumberColumn } from './growing-column.js';
import { TAG_BYTES } from './key-tags.js';
import { TagTable } from './tag-table.js';

/** Of SHA-256. */
const DIGEST_BYTES = 32;

/**
 * The match keys of records as they are read, but for the numbers of their values, which are known when all have been:
 * records that have all the same keys have one profile. Flat memory: a byte a key of a profile, four once `values` are
 * asked for, and about 40 a record.
 */
export class RecordProfiles {
  readonly #table = new TagTable();
  readonly #digest = Buffer.alloc(DIGEST_BYTES);
  /** By record: its profile, and what it lacks. */
  readonly #of = new NumberColumn();
  readonly #missing = new NumberColumn(Uint16Array);
  /** By profile: 1 where several records have it, and where its keys begin. */
  readonly #several = new NumberColumn(Uint8Array);
  readonly #starts = new NumberColumn();
  /** By place: whose value stands there. */
  readonly #keys = new NumberColumn(Uint8Array);
  #records = 0;
  #places = 0;

  /**
   * The next record: the place of its first value, those of the others follow; undefined where an earlier record has all
   * the same.
   * @param tags of its values, in the order of keys and preference
   * @param keys by value: the place of its key
   * @param missing as missingMask makes it
   */
  add(tags: Buffer, keys: readonly number[], missing: number): number | undefined {
    const record = this.#records;
    this.#records += 1;
    this.#missing.set(record, missing);
    const before = this.#table.size;
    const number = this.#table.number(this.#digestOf(tags, record), 0);
    this.#of.set(record, number - 1);
    if (number <= before) {
      this.#several.set(number - 1, 1);
      return undefined;
    }
    const first = this.#places;
    for (const key of keys) {
      this.#keys.set(this.#places, key);
      this.#places += 1;
    }
    this.#starts.set(number, this.#places);
    return first;
  }

  /** All of them, once all have been added: then they are here no longer. */
  finish(): NumberlessProfiles {
    const profiles = this.#table.size;
    this.#table.wipe();
    return new NumberlessProfiles(
      this.#of.moveTo(new Uint32Array(this.#records)),
      this.#several.moveTo(new Uint8Array(profiles)),
      this.#keys.moveTo(new Uint8Array(this.#places)),
      this.#starts.moveTo(new Uint32Array(profiles + 1)),
      this.#missing.moveTo(new Uint16Array(this.#records)),
    );
  }

  /** What stands for all keys of a record. Who has no keys has nothing in common with anybody. */
  #digestOf(tags: Buffer, record: number): Buffer {
    if (tags.length === 0) {
      this.#digest.fill(0);
      this.#digest.writeUInt32LE(record);
    } else {
      this.#digest.write(hash('sha256', tags, 'binary'), 'latin1');
    }
    return this.#digest.subarray(0, TAG_BYTES);
  }
}

/** Profiles of which it isn't known yet which values stand at their places. */
export class NumberlessProfiles {
  /** By place: the number of a value, or whatever stands for it until there are numbers. */
  readonly values: Uint32Array;
  readonly missing: Uint16Array;
  readonly #of: Uint32Array;
  readonly #several: Uint8Array;
  readonly #keys: Uint8Array;
  readonly #starts: Uint32Array;

  constructor(of: Uint32Array, several: Uint8Array, keys: Uint8Array, starts: Uint32Array, missing: Uint16Array) {
    this.values = new Uint32Array(keys.length);
    this.missing = missing;
    this.#of = of;
    this.#several = several;
    this.#keys = keys;
    this.#starts = starts;
  }

  /** Whether several records have the profile in which a place is. */
  isOfSeveral(place: number): boolean {
    let [low, high] = [0, this.#starts.length - 1];
    // The last profile that begins at the place or before it.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return this.#several[low] === 1;
  }

  /** Once there are numbers; those above `shared` are of values that one record has. */
  numbered(shared: number): Profiles {
    const columns = { values: this.values, keys: this.#keys, starts: this.#starts, shared };
    return { lists: KeyLists.of(columns), of: this.#of, several: this.#several };
  }
}
