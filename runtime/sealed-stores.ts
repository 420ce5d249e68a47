import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, toHex, wipe } from '../core/base/index.js';
import type { Rng } from '../core/base/index.js';
import { JoinError, memoryStores } from '../core/private-join/index.js';
import type { PartyId, RecordStore, RecordStores } from '../core/private-join/index.js';
import { openSpoolFile } from './spool-file.js';
import type { OpenFile, SpoolFile } from './spool-file.js';

export interface SealedStoresOptions {
  /** The party whose process this is: errors name it. */
  readonly self: PartyId;
  /** Where lists go that don't fit in memory. Made when it is first needed. */
  readonly directory: string;
  /** Bytes that all lists together may take in memory. */
  readonly memoryBytes: number;
  readonly rng: Rng;
  readonly openFile?: OpenFile;
}

export interface SealedStores extends RecordStores {
  /** Disposes of every store that is left. */
  close(): void;
}

/**
 * Keeps lists in memory as long as they fit the bound, and on disk from there on. On disk every record has a slot of its
 * own, sealed with AES-256-GCM under a key of that store, which exists in memory only; the slot's number is the nonce.
 * So a slot can be written once, and a record that was altered or moved to another slot doesn't open.
 *
 * `create`, `put` and `read` throw JoinError SPOOL_FULL when the disk is full, SPOOL_FAILED for whatever else is wrong
 * with it.
 */
export function createSealedStores(options: SealedStoresOptions): SealedStores {
  return new BoundedStores(options);
}

class BoundedStores implements SealedStores {
  readonly #options: SealedStoresOptions;
  readonly #stores = new Set<RecordStore>();
  #memoryLeft: number;

  constructor(options: SealedStoresOptions) {
    this.#options = options;
    this.#memoryLeft = options.memoryBytes;
  }

  create(count: number, width: number): RecordStore {
    const bytes = count * width;
    const inMemory = bytes <= this.#memoryLeft;
    const taken = inMemory ? bytes : 0;
    const inner = inMemory ? memoryStores.create(count, width) : new SealedStore(count, width, this.#options);
    this.#memoryLeft -= taken;
    const store: RecordStore = {
      count,
      width,
      put: (positions, records) => inner.put(positions, records),
      read: (from, to) => inner.read(from, to),
      dispose: () => {
        inner.dispose();
        if (this.#stores.delete(store)) this.#memoryLeft += taken;
      },
    };
    this.#stores.add(store);
    return store;
  }

  close(): void {
    for (const store of [...this.#stores]) store.dispose();
  }
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME_BYTES = 16;

class SealedStore implements RecordStore {
  readonly count: number;
  readonly width: number;
  readonly #self: PartyId;
  readonly #directory: string;
  readonly #key: Uint8Array;
  /** One bit a slot: a nonce is used once. */
  readonly #written: Uint8Array;
  readonly #file: SpoolFile;
  #disposed = false;

  constructor(count: number, width: number, { self, directory, rng, openFile = openSpoolFile }: SealedStoresOptions) {
    this.count = count;
    this.width = width;
    this.#self = self;
    this.#directory = directory;
    this.#written = new Uint8Array(Math.ceil(count / 8));
    this.#key = rng.bytes(KEY_BYTES);
    this.#file = this.#onDisk(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return openFile(join(directory, `${toHex(rng.bytes(NAME_BYTES))}.spool`));
    });
  }

  put(positions: Uint32Array, records: Uint8Array): void {
    this.#usable();
    if (records.length !== positions.length * this.width) throw new RangeError('not one position for each record');
    // In the order of the file, so that neighbours go out in one write and the disk moves one way.
    const order = positions.map((_, index) => index).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
    const slotBytes = this.width + TAG_BYTES;
    const sealed = new Uint8Array(positions.length * slotBytes);
    let runStart = 0;
    order.forEach((index, place) => {
      const slot = positions[index] ?? 0;
      this.#claim(slot);
      this.#seal(slot, records.subarray(index * this.width, (index + 1) * this.width), sealed, place * slotBytes);
      if (positions[order[place + 1] ?? -1] === slot + 1) return;
      const first = slot - (place - runStart);
      this.#onDisk(() =>
        this.#file.write(sealed.subarray(runStart * slotBytes, (place + 1) * slotBytes), first * slotBytes),
      );
      runStart = place + 1;
    });
  }

  read(from: number, to: number): Uint8Array {
    this.#usable();
    if (from < 0 || to < from || to > this.count) throw new RangeError('not places of this store');
    const slotBytes = this.width + TAG_BYTES;
    const sealed = new Uint8Array((to - from) * slotBytes);
    this.#onDisk(() => this.#file.read(sealed, from * slotBytes));
    const records = new Uint8Array((to - from) * this.width);
    for (let slot = from; slot < to; slot += 1) {
      const offset = (slot - from) * slotBytes;
      this.#open(slot, sealed.subarray(offset, offset + slotBytes), records, (slot - from) * this.width);
    }
    return records;
  }

  dispose(): void {
    this.#disposed = true;
    wipe(this.#key);
    this.#file.close();
  }

  #seal(slot: number, record: Uint8Array, into: Uint8Array, offset: number): void {
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(slot));
    into.set(cipher.update(record), offset);
    cipher.final();
    into.set(cipher.getAuthTag(), offset + this.width);
  }

  #open(slot: number, sealed: Uint8Array, into: Uint8Array, offset: number): void {
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(slot), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(this.width));
    into.set(decipher.update(sealed.subarray(0, this.width)), offset);
    try {
      decipher.final();
    } catch (cause) {
      throw this.#failed('a record on disk is not the one that was written', cause);
    }
  }

  #claim(slot: number): void {
    if (slot >= this.count) throw new RangeError('not a place of this store');
    const byte = this.#written[slot >> 3] ?? 0;
    const bit = 1 << (slot & 7);
    if ((byte & bit) !== 0) throw this.#failed('a place was to be written twice');
    this.#written[slot >> 3] = byte | bit;
  }

  #usable(): void {
    if (this.#disposed) throw this.#failed('the store has been disposed of');
  }

  #onDisk<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (isFull(cause)) {
        const message = `the disk that holds ${this.#directory} is full: free some of it, then run again`;
        throw new JoinError('SPOOL_FULL', this.#self, message, { cause });
      }
      throw this.#failed(messageOf(cause), cause);
    }
  }

  #failed(problem: string, cause?: unknown): JoinError {
    return new JoinError('SPOOL_FAILED', this.#self, `a list could not be kept in ${this.#directory}: ${problem}`, {
      cause,
    });
  }
}

function nonceOf(slot: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, slot);
  return nonce;
}

/** No space left, or the user's quota is used up. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
