import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import { lengthPrefixed, utf8Bytes, wipe } from '../../core/base/index.js';
import { quoteIdentifier } from '../../core/templates/index.js';
import { blockNonce, KEYS_PER_BLOCK } from '../snapshot/key-blocks.js';
import { TAG_BYTES } from '../snapshot/key-tags.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import { Sealing } from '../snapshot/sealing.js';
import { softwareVersion } from '../software-version.js';

/** Beside the sealed keys of a snapshot of opt-out lists: by which tags they were made. Block by block the same slots. */
export const SEALED_TAGS_TABLE = 'sealed_tags';
/** Blocks opened between two looks at what else the process has to do. */
const BLOCKS_A_TURN = 64;

const table = quoteIdentifier(SEALED_TAGS_TABLE);

/**
 * Seals tags of one snapshot. They open with this study's facts and this software only: another version could hash the same
 * key to another element.
 */
export function tagSealing({ facts }: SnapshotLayout, storageKey: Uint8Array, salt: Uint8Array): Sealing {
  const about = lengthPrefixed(utf8Bytes(JSON.stringify([...facts])), utf8Bytes(softwareVersion()));
  return new Sealing(storageKey, salt, 'known-keys', about);
}

/** Writes the tags of a snapshot's match keys in the order of their slots, from 0 on, and seals them block by block. */
export class TagBlockWriter {
  readonly #sealing: Sealing;
  readonly #insert: Database.Statement<[number, Uint8Array]>;
  readonly #block = Buffer.alloc(KEYS_PER_BLOCK * TAG_BYTES);
  #tags = 0;

  constructor(database: Database.Database, sealing: Sealing) {
    database.exec(`CREATE TABLE ${table} (block INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT`);
    this.#sealing = sealing;
    this.#insert = database.prepare(`INSERT INTO ${table} (block, sealed) VALUES (?, ?)`);
  }

  /** That of the key in the next slot. */
  add(tag: Buffer): void {
    const place = this.#tags % KEYS_PER_BLOCK;
    tag.copy(this.#block, place * TAG_BYTES, 0, TAG_BYTES);
    this.#tags += 1;
    if (place === KEYS_PER_BLOCK - 1) this.#seal(KEYS_PER_BLOCK);
  }

  /** Seals what hasn't been. */
  finish(): void {
    const left = this.#tags % KEYS_PER_BLOCK;
    if (left > 0) this.#seal(left);
  }

  #seal(tags: number): void {
    const number = Math.ceil(this.#tags / KEYS_PER_BLOCK) - 1;
    this.#insert.run(number, this.#sealing.seal(blockNonce(number), this.#block.subarray(0, tags * TAG_BYTES)));
    wipe(this.#block);
  }
}

/**
 * Gives `take` every tag, in the order of slots: where in the bytes it is, and its slot; the bytes are wiped then.
 * Thrown when a block doesn't open: Error; when there are none: SQLite's error.
 */
export async function readTagBlocks(
  database: Database.Database,
  sealing: Sealing,
  take: (tags: Buffer, at: number, slot: number) => void,
): Promise<void> {
  const select = database.prepare<[number], Uint8Array>(`SELECT sealed FROM ${table} WHERE block = ?`).pluck();
  for (let number = 0; ; number += 1) {
    const sealed = select.get(number);
    if (sealed === undefined) return;
    const tags = sealing.open(blockNonce(number), sealed);
    for (let at = 0; at < tags.length; at += TAG_BYTES) take(tags, at, number * KEYS_PER_BLOCK + at / TAG_BYTES);
    wipe(tags);
    if (number % BLOCKS_A_TURN === BLOCKS_A_TURN - 1) await nextTurn();
  }
}
