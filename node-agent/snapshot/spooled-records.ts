import { MAX_KEY_COPIES, missingMask, recordKeyMaker } from '../../core/linkage/index.js';
import type { HeldIdentifiers, Identifiers, RecordKeys } from '../../core/linkage/index.js';
import type { KeySpool } from './key-spool.js';
import { TAG_BYTES } from './key-tags.js';
import type { KeyTags } from './key-tags.js';
import type { SnapshotLayout } from './layout.js';
import { RecordProfiles } from './record-profiles.js';
import type { NumberlessProfiles } from './record-profiles.js';

const NO_IDENTIFIERS: HeldIdentifiers = new Map();

/** Makes match keys of records, one after the other, which wait on disk until all are there and can be told apart. */
export class SpooledRecords {
  readonly #spool: KeySpool;
  readonly #keyTags: KeyTags;
  readonly #recordKeys: ReturnType<typeof recordKeyMaker>;
  readonly #profiles = new RecordProfiles();
  /** Of the record that is being read: tags of its keys' values, the keys' places and the values. */
  readonly #tags: Buffer;
  readonly #places: number[] = [];
  readonly #values: string[] = [];

  /** Keys are told apart by `keyTags` and wait in `spool` for their numbers. */
  constructor({ definition, personKeys }: SnapshotLayout, keyTags: KeyTags, spool: KeySpool) {
    this.#keyTags = keyTags;
    this.#spool = spool;
    this.#recordKeys = recordKeyMaker(personKeys, definition.linkage?.identifiers ?? NO_IDENTIFIERS);
    this.#tags = Buffer.alloc(personKeys.length * MAX_KEY_COPIES * TAG_BYTES);
  }

  /** Makes the match keys of the next record, and says which; its identifiers are forgotten. */
  add(person: Identifiers): RecordKeys {
    const made = this.#recordKeys(person);
    this.#places.length = this.#values.length = 0;
    let used = 0;
    for (const [key, values] of made.keys.entries()) {
      for (const value of values) {
        this.#keyTags.write(key, value, this.#tags, used);
        used += TAG_BYTES;
        this.#places.push(key);
        this.#values.push(value);
      }
    }
    const first = this.#profiles.add(this.#tags.subarray(0, used), this.#places, missingMask(made.missing));
    if (first === undefined) return made;
    for (const [index, value] of this.#values.entries()) {
      this.#spool.add(this.#tags, index * TAG_BYTES, this.#places[index] ?? 0, first + index, value);
    }
    return made;
  }

  /** What has been read, once all records have been added. */
  finish(): NumberlessProfiles {
    this.#tags.fill(0);
    this.#values.length = 0;
    return this.#profiles.finish();
  }
}
