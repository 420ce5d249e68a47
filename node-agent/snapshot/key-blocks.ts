import type Database from 'better-sqlite3';

import { wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import { quoteIdentifier } from '../../core/templates/index.js';
import { SEALED_KEYS_TABLE } from './layout.js';
import { NONCE_BYTES } from './sealing.js';
import type { Sealing } from './sealing.js';

/**
 * Match keys sealed together. A call of the cipher costs as much as some kilobytes do, so that sealing keys one by one
 * would take most of the time of reading a list; and a list of a few records has to open no more than it needs.
 */
export const KEYS_PER_BLOCK = 256;

const table = quoteIdentifier(SEALED_KEYS_TABLE);

/** Fills the slots of a snapshot's match keys, from 0 on, and seals them block by block. */
export class KeyBlockWriter {
  readonly #sealing: Sealing;
  readonly #insert: Database.Statement<[number, Uint8Array]>;
  readonly #block = new Uint8Array(KEYS_PER_BLOCK * ELEMENT_BYTES);
  #slots = 0;

  constructor(database: Database.Database, sealing: Sealing) {
    this.#sealing = sealing;
    this.#insert = database.prepare(`INSERT INTO ${table} (block, sealed) VALUES (?, ?)`);
  }

  /** Fills the next slot, and says which it is. */
  add(element: Uint8Array): number {
    const slot = this.#slots;
    const place = slot % KEYS_PER_BLOCK;
    this.#block.set(element, place * ELEMENT_BYTES);
    this.#slots += 1;
    if (place === KEYS_PER_BLOCK - 1) this.#seal();
    return slot;
  }

  /** Seals what hasn't been. */
  finish(): void {
    if (this.#slots % KEYS_PER_BLOCK !== 0) this.#seal();
  }

  #seal(): void {
    const number = Math.ceil(this.#slots / KEYS_PER_BLOCK) - 1;
    this.#insert.run(number, this.#sealing.seal(blockNonce(number), this.#block));
    wipe(this.#block);
  }
}

/** Reads match keys by their slots. It keeps one block open, so slots are best read in ascending order. */
export class KeyBlockReader {
  readonly #sealing: Sealing;
  readonly #select: Database.Statement<[number], Uint8Array>;
  #number: number | undefined;
  #block: Uint8Array = new Uint8Array(0);

  constructor(database: Database.Database, sealing: Sealing) {
    this.#sealing = sealing;
    this.#select = database.prepare<[number], Uint8Array>(`SELECT sealed FROM ${table} WHERE block = ?`).pluck();
  }

  /** A view of the element in a slot, until the next is read. Thrown when there is none, or it doesn't open: Error. */
  element(slot: number): Uint8Array {
    const number = Math.floor(slot / KEYS_PER_BLOCK);
    if (number !== this.#number) this.#open(number);
    const start = (slot % KEYS_PER_BLOCK) * ELEMENT_BYTES;
    return this.#block.subarray(start, start + ELEMENT_BYTES);
  }

  wipe(): void {
    wipe(this.#block);
    this.#number = undefined;
  }

  #open(number: number): void {
    this.wipe();
    const sealed = this.#select.get(number);
    if (sealed === undefined) throw new RangeError('a match key has no slot');
    this.#block = this.#sealing.open(blockNonce(number), sealed);
    this.#number = number;
  }
}

/** What a block of a snapshot is sealed under, which has a sealing key of its own and seals each block once. */
export function blockNonce(block: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, block);
  return nonce;
}
