import { wipe } from '../../core/base/index.js';
import { TAG_BYTES } from './key-tags.js';
import type { TaggedKey } from './key-tags.js';
import type { ScratchFile } from './scratch-file.js';
import { ScratchParts } from './scratch-parts.js';

/** What is told apart together: one in so many different keys. */
export const KEY_PARTS = 256;

const PLACE_AT = TAG_BYTES;
const POSITION_AT = PLACE_AT + 4;
const HEAD_BYTES = POSITION_AT + 1;
const LENGTH_BYTES = 4;
/** Room for so many bytes of a key is made first; more when it is needed. */
const USUAL_TEXT_BYTES = 1_024;
/** At most, in UTF-8, for one UTF-16 unit of a string. */
const UNIT_BYTES = 3;

/** Match keys of rows as they are read, on disk until they are told apart: tag, place, and of those to be hashed the text. */
export class KeySpool {
  readonly #keys: readonly TaggedKey[];
  readonly #parts: ScratchParts;
  #entry = Buffer.alloc(HEAD_BYTES + LENGTH_BYTES + USUAL_TEXT_BYTES);

  /** `keys` by their positions in the layout. */
  constructor(file: ScratchFile, keys: readonly TaggedKey[]) {
    this.#keys = keys;
    this.#parts = new ScratchParts(file);
  }

  /**
   * @param tags where the key's tag is, from `at` on
   * @param place what the number of the key is for, 0..2^32-1; of one part places come ascending
   */
  add(tags: Buffer, at: number, position: number, place: number, normalisedKey: string): void {
    const most = HEAD_BYTES + LENGTH_BYTES + normalisedKey.length * UNIT_BYTES;
    if (most > this.#entry.length) {
      wipe(this.#entry);
      this.#entry = Buffer.alloc(most);
    }
    const entry = this.#entry;
    tags.copy(entry, 0, at, at + TAG_BYTES);
    entry.writeUInt32LE(place, PLACE_AT);
    entry[POSITION_AT] = position;
    let length = HEAD_BYTES;
    if (this.#keys[position]?.hashed === true) {
      const bytes = entry.write(normalisedKey, HEAD_BYTES + LENGTH_BYTES, 'utf8');
      entry.writeUInt32LE(bytes, HEAD_BYTES);
      length += LENGTH_BYTES + bytes;
    }
    this.#parts.add(partOf(tags, at), entry, length);
  }

  /** The entries of a part, in the order in which they were added; good until the next are taken. */
  take(part: number): KeyEntries {
    return new KeyEntries(this.#keys, this.#parts.take(part));
  }

  wipe(): void {
    this.#parts.wipe();
    wipe(this.#entry);
  }
}

/** By its last byte: tables go by the first ones. */
export function partOf(tags: Buffer, at: number): number {
  return tags[at + TAG_BYTES - 1] ?? 0;
}

/** Entries of a part, each found by where it begins in `bytes`, which is where its tag is. */
export class KeyEntries {
  readonly bytes: Buffer;
  readonly #keys: readonly TaggedKey[];

  constructor(keys: readonly TaggedKey[], bytes: Buffer) {
    this.#keys = keys;
    this.bytes = bytes;
  }

  place(at: number): number {
    return this.bytes.readUInt32LE(at + PLACE_AT);
  }

  position(at: number): number {
    return this.bytes[at + POSITION_AT] ?? 0;
  }

  isHashed(at: number): boolean {
    return this.#keys[this.position(at)]?.hashed === true;
  }

  /** A view of the normalised key, in UTF-8, where it is to be hashed. */
  text(at: number): Buffer {
    const start = at + HEAD_BYTES + LENGTH_BYTES;
    return this.bytes.subarray(start, start + this.bytes.readUInt32LE(at + HEAD_BYTES));
  }

  /** Where the next one begins. */
  next(at: number): number {
    const head = at + HEAD_BYTES;
    return this.isHashed(at) ? head + LENGTH_BYTES + this.bytes.readUInt32LE(head) : head;
  }
}
