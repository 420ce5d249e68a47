import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { fromHex } from '../../core/base/index.js';
import { quoteIdentifier } from '../../core/templates/index.js';
import { KeyBlockReader } from '../snapshot/key-blocks.js';
import { META_TABLE } from '../snapshot/layout.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import { Sealing } from '../snapshot/sealing.js';
import { TagTable } from '../snapshot/tag-table.js';
import { readTagBlocks, tagSealing } from './tag-blocks.js';

/**
 * The match keys that the snapshot of the opt-out lists in force has hashed, by their tags: those of the same people are
 * taken over into the next one, and only new ones are hashed.
 *
 * Tags and elements are sealed under keys of that one file, each block in its place, so that nobody can put an element
 * beside a tag that isn't its own. What doesn't open, because it was damaged or is of another study, storage key or
 * software, is not taken over, and hashed again. Memory: at most 32 bytes a key.
 */
export class KnownKeys {
  readonly #database: Database.Database;
  readonly #sealing: Sealing;
  readonly #elements: KeyBlockReader;
  /** By tag: the slot, plus one. */
  readonly #slots = new TagTable();

  private constructor(database: Database.Database, sealing: Sealing) {
    this.#database = database;
    this.#sealing = sealing;
    this.#elements = new KeyBlockReader(database, sealing);
  }

  /** Undefined where there is no snapshot, or none whose keys are of any use. */
  static async open(file: string, layout: SnapshotLayout, storageKey: Uint8Array): Promise<KnownKeys | undefined> {
    if (!existsSync(file)) return undefined;
    let [database, known]: [Database.Database | undefined, KnownKeys | undefined] = [undefined, undefined];
    try {
      database = new Database(file, { readonly: true, fileMustExist: true });
      const salt = fromHex(saltIn(database));
      known = new KnownKeys(database, new Sealing(storageKey, salt, 'sealing'));
      await known.#readTags(tagSealing(layout, storageKey, salt));
      return known;
    } catch {
      // It is replaced: whoever needs it says what is wrong with it (SnapshotReader).
      if (known === undefined) database?.close();
      else known.close();
      return undefined;
    }
  }

  /** A view of the element of the key with that tag, until the next is asked for; undefined where it isn't known. */
  element(tag: Buffer): Uint8Array | undefined {
    const number = this.#slots.find(tag, 0);
    if (number === undefined) return undefined;
    try {
      return this.#elements.element(number - 1);
    } catch {
      return undefined;
    }
  }

  /** Of no more use. */
  close(): void {
    this.#elements.wipe();
    this.#slots.wipe();
    this.#sealing.wipe();
    this.#database.close();
  }

  async #readTags(sealing: Sealing): Promise<void> {
    try {
      await readTagBlocks(this.#database, sealing, (tags, at, slot) => {
        if (this.#slots.number(tags, at) !== slot + 1) throw new RangeError('one key in two slots');
      });
    } finally {
      sealing.wipe();
    }
  }
}

function saltIn(database: Database.Database): string {
  const select = database.prepare<[], string>(`SELECT value FROM ${quoteIdentifier(META_TABLE)} WHERE name = 'salt'`);
  return select.pluck().get() ?? '';
}
