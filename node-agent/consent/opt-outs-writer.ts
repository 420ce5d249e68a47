import type Database from 'better-sqlite3';

import { utf8Bytes, wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES, matchKeyDomain } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { KeyBlockWriter } from '../snapshot/key-blocks.js';
import { KeyTags, TAG_BYTES } from '../snapshot/key-tags.js';
import { columnsOf } from '../snapshot/layout.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import type { Sealing } from '../snapshot/sealing.js';
import { SnapshotWriter } from '../snapshot/snapshot-writer.js';
import type { KnownKeys } from './known-keys.js';
import { TagBlockWriter, tagSealing } from './tag-blocks.js';

/** Records hashed together: enough for all workers to have some. */
const RECORDS_HASHED_TOGETHER = 256;

/** A key of the layout that the snapshot holds. */
interface HeldKey {
  readonly name: string;
  readonly domain: string;
  /** Its first column. */
  readonly column: number;
  /** Columns that every scheme with the key takes: one in another column would not be in all runs. */
  readonly room: number;
}

/** Match keys of one record, by column. */
type Cells = (string | null)[];

/** A match key as it is kept. Both are wiped when they have been sealed. */
interface HashedKey {
  readonly tag: Buffer;
  /** A copy: what it is of is wiped, and `slice` of a Buffer would be a view. */
  readonly element: Uint8Array;
}

/** Hashed keys of one record, by column. */
type HashedCells = (HashedKey | null)[];

export interface OptOutsWriterOptions {
  readonly layout: SnapshotLayout;
  readonly storageKey: Uint8Array;
  readonly salt: Uint8Array;
  /** Seals the keys; stays the caller's. */
  readonly sealing: Sealing;
  readonly engine: Engine;
  /** Keys that need not be hashed; stay the caller's. */
  readonly known: KnownKeys | undefined;
}

/**
 * Writes the keys of people who have opted out as the records of a snapshot. Nobody is linked and nothing is withdrawn: a
 * key that two of them share is there once, and leaves out whoever has it. Whoever has more values of a key than fit into
 * one record has several. A key that is known is not hashed again.
 */
export class OptOutsWriter {
  readonly #engine: Engine;
  readonly #writer: SnapshotWriter;
  readonly #blocks: KeyBlockWriter;
  readonly #tagSealing: Sealing;
  readonly #tagBlocks: TagBlockWriter;
  readonly #tags: KeyTags;
  readonly #known: KnownKeys | undefined;
  readonly #keys: readonly HeldKey[];
  readonly #columns: number;
  #pending: Cells[] = [];
  #records = 0;
  #hashed = 0;

  constructor(database: Database.Database, { layout, storageKey, salt, sealing, engine, known }: OptOutsWriterOptions) {
    this.#engine = engine;
    this.#known = known;
    this.#writer = new SnapshotWriter(database, layout);
    this.#blocks = new KeyBlockWriter(database, sealing);
    this.#tagSealing = tagSealing(layout, storageKey, salt);
    this.#tagBlocks = new TagBlockWriter(database, this.#tagSealing);
    const keys: HeldKey[] = [];
    let column = 0;
    for (const key of layout.keys) {
      const { name, copies } = key;
      const [room = 0] = copies;
      if (room > 0) keys.push({ name, domain: matchKeyDomain(layout.federation, name), column, room });
      column += columnsOf(key);
    }
    this.#keys = keys;
    this.#columns = column;
    this.#tags = new KeyTags(
      storageKey,
      keys.map(({ domain }) => ({ domain, hashed: true })),
    );
  }

  get records(): number {
    return this.#records;
  }

  /** Keys hashed, without those that were known. */
  get hashed(): number {
    return this.#hashed;
  }

  /** Of one person, by name. */
  async add(keys: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const records: Cells[] = [];
    for (const { name, column, room } of this.#keys) {
      for (const [place, value] of (keys.get(name) ?? []).entries()) {
        const index = Math.floor(place / room);
        const record = (records[index] ??= Array.from({ length: this.#columns }, () => null));
        record[column + (place % room)] = value;
      }
    }
    this.#pending.push(...records);
    if (this.#pending.length >= RECORDS_HASHED_TOGETHER) await this.#write();
  }

  /** Writes what hasn't been. */
  async finish(): Promise<void> {
    await this.#write();
    this.#blocks.finish();
    this.#tagBlocks.finish();
  }

  /** Of no more use. */
  wipe(): void {
    this.#tagSealing.wipe();
    this.#tags.wipe();
  }

  insertMeta(facts: Iterable<readonly [string, string]>): void {
    this.#writer.insertMeta(facts);
  }

  async #write(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    const hashed = pending.map((): HashedCells => Array.from({ length: this.#columns }, () => null));
    for (const position of this.#keys.keys()) await this.#hash(position, pending, hashed);
    for (const cells of hashed) {
      this.#records += 1;
      this.#writer.insert(this.#records, []);
      this.#writer.attribute(
        this.#records,
        this.#records,
        null,
        cells.map((key) => this.#seal(key)),
      );
    }
  }

  /** In the next slot, which it says. */
  #seal(key: HashedKey | null): number | null {
    if (key === null) return null;
    const slot = this.#blocks.add(key.element);
    this.#tagBlocks.add(key.tag);
    wipe(key.element, key.tag);
    return slot;
  }

  /** All values of one key: those that are known are taken over, the others hashed. */
  async #hash(position: number, pending: readonly Cells[], to: readonly HashedCells[]): Promise<void> {
    const key = this.#keys[position];
    if (key === undefined) return;
    const unknown: { readonly cells: HashedCells; readonly column: number; readonly tag: Buffer }[] = [];
    const inputs: Uint8Array[] = [];
    for (const [record, values] of pending.entries()) {
      const cells = to[record] ?? [];
      for (let column = key.column; column < key.column + key.room; column += 1) {
        const value = values[column] ?? null;
        if (value === null) continue;
        const tag = Buffer.alloc(TAG_BYTES);
        this.#tags.write(position, value, tag, 0);
        const element = this.#known?.element(tag);
        if (element === undefined) {
          unknown.push({ cells, column, tag });
          inputs.push(utf8Bytes(value));
        } else {
          cells[column] = { tag, element: new Uint8Array(element) };
        }
      }
    }
    if (inputs.length === 0) return;
    const elements = await this.#engine.run({ kind: 'hash', domain: key.domain, inputs });
    for (const [index, { cells, column, tag }] of unknown.entries()) {
      const element = elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
      cells[column] = { tag, element: new Uint8Array(element) };
    }
    wipe(elements, ...inputs);
    this.#hashed += inputs.length;
  }
}
