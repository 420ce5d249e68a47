import { setImmediate as nextTurn } from 'node:timers/promises';

import type { CaseGroups } from './case-groups.js';
import type { Elements } from './elements.js';
import { ENTRY_BYTES } from './key-hasher.js';
import type { KeyHasher } from './key-hasher.js';
import { KeyNumbers } from './key-numbers.js';
import { KEY_PARTS } from './key-spool.js';
import type { KeyEntries, KeySpool } from './key-spool.js';
import { TAG_BYTES } from './key-tags.js';
import type { NumberlessProfiles } from './record-profiles.js';
import type { ScratchParts } from './scratch-parts.js';
import { TagTable } from './tag-table.js';

/** Entries told apart between two looks at what else the process has to do. */
const ENTRIES_A_TURN = 2_048;

/** A place of that and more is the case of a record, and no value's of a profile. */
export const CASE_PLACES = 2 ** 31;

const NOTHING = Buffer.alloc(0);

/** Who hashes keys, and where their elements go. */
export interface KeyHashing {
  /** What an interrupted prepare has hashed, as the journal has it, by partOf. */
  readonly known: ScratchParts;
  readonly hasher: KeyHasher;
  readonly elements: Elements;
}

export interface NumberingInput {
  readonly spool: KeySpool;
  /** Null where no key of the spool is one that is hashed. */
  readonly hashing: KeyHashing | null;
  readonly profiles: NumberlessProfiles;
  readonly cases: CaseGroups;
  /** Is told which share of the keys has been told apart, 0..1. */
  readonly turned: (share: number) => void;
}

/**
 * Tells apart the keys that were read, part after part; has each different one hashed, once, unless it is known already;
 * and puts their numbers where they belong. Resolves when all are hashed.
 */
export async function numberKeys(input: NumberingInput): Promise<KeyNumbers> {
  const numbering = new KeyNumbering(input);
  try {
    for (let part = 0; part < KEY_PARTS; part += 1) await numbering.part(part);
    await input.hashing?.hasher.finish();
    return numbering.numbers;
  } finally {
    numbering.wipe();
  }
}

class KeyNumbering {
  readonly numbers = new KeyNumbers();
  readonly #input: NumberingInput;
  readonly #table = new TagTable();
  /** By entry of the part: where it begins, and which of its different keys it is. */
  #starts = new Uint32Array(0);
  #keys = new Uint32Array(0);
  /** By different key of the part: how many entries it has, the first of them, and its provisional number. */
  #counts = new Uint32Array(0);
  #firsts = new Uint32Array(0);
  #provisional = new Uint32Array(0);

  constructor(input: NumberingInput) {
    this.#input = input;
  }

  async part(part: number): Promise<void> {
    const { spool, hashing, turned } = this.#input;
    this.#table.clear();
    const hashed = hashing?.known.take(part) ?? NOTHING;
    const knownAt = this.#knownIn(hashed);
    const knownOf = (key: number): Buffer | undefined =>
      key < knownAt.length ? hashed.subarray(knownAt[key]) : undefined;
    const entries = spool.take(part);
    const count = this.#tellApart(entries);
    for (let entry = 0; entry < count; entry += 1) {
      if (entry % ENTRIES_A_TURN === 0) {
        await hashing?.hasher.room();
        turned((part + entry / count) / KEY_PARTS);
        await nextTurn();
      }
      this.#number(entries, entry, knownOf);
    }
    turned((part + 1) / KEY_PARTS);
  }

  wipe(): void {
    this.#table.wipe();
  }

  /** By key of the part: where it is among those that are hashed already. */
  #knownIn(hashed: Buffer): readonly number[] {
    const places = [0];
    for (let at = 0; at < hashed.length; at += ENTRY_BYTES) places[this.#table.number(hashed, at)] = at;
    return places;
  }

  /** Finds out which entries are of one key. How many entries there are. */
  #tellApart(entries: KeyEntries): number {
    let count = 0;
    for (let at = 0; at < entries.bytes.length; at = entries.next(at)) count += 1;
    this.#makeRoom(count, count + this.#table.size + 1);
    let at = 0;
    for (let entry = 0; entry < count; entry += 1) {
      const key = this.#table.number(entries.bytes, at);
      this.#starts[entry] = at;
      this.#keys[entry] = key;
      if (this.#counts[key] === 0) this.#firsts[key] = entry;
      this.#counts[key] = (this.#counts[key] ?? 0) + 1;
      at = entries.next(at);
    }
    return count;
  }

  /** Puts an entry's number in its place; the first of a key finds it one. */
  #number(entries: KeyEntries, entry: number, knownOf: (key: number) => Buffer | undefined): void {
    const { profiles, cases } = this.#input;
    const [at, key] = [this.#starts[entry] ?? 0, this.#keys[entry] ?? 0];
    const place = entries.place(at);
    const first = this.#firsts[key] ?? 0;
    if (first === entry) {
      this.#provisional[key] = this.#next(entries, at, key);
      if (entries.isHashed(at)) this.#hash(entries, at, this.#provisional[key] ?? 0, knownOf(key));
    }
    const provisional = this.#provisional[key] ?? 0;
    if (place < CASE_PLACES) profiles.values[place] = provisional;
    else cases.set(place - CASE_PLACES, provisional, entries.place(this.#starts[first] ?? 0) - CASE_PLACES);
  }

  #next(entries: KeyEntries, at: number, key: number): number {
    const place = entries.place(at);
    // Nobody counts by cases.
    const shared = place < CASE_PLACES && ((this.#counts[key] ?? 0) > 1 || this.#input.profiles.isOfSeveral(place));
    return this.numbers.next(shared, entries.isHashed(at));
  }

  #hash(entries: KeyEntries, at: number, provisional: number, known: Buffer | undefined): void {
    const { hashing } = this.#input;
    if (hashing === null) throw new RangeError('a key that is hashed, and nobody to hash it');
    const { hasher, elements } = hashing;
    if (known !== undefined) elements.put(provisional, known.subarray(TAG_BYTES, ENTRY_BYTES));
    else hasher.add(entries.position(at), provisional, entries.bytes.subarray(at, at + TAG_BYTES), entries.text(at));
  }

  #makeRoom(entries: number, keys: number): void {
    if (this.#starts.length < entries) {
      this.#starts = new Uint32Array(Math.ceil(entries * 1.25));
      this.#keys = new Uint32Array(this.#starts.length);
    }
    if (this.#counts.length < keys) {
      this.#counts = new Uint32Array(Math.ceil(keys * 1.25));
      this.#firsts = new Uint32Array(this.#counts.length);
      this.#provisional = new Uint32Array(this.#counts.length);
    }
    this.#counts.fill(0, 0, keys);
  }
}
