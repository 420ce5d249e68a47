import { closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { concatBytes, uint32Bytes, wipe } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { PRIVATE_FILE_MODE } from '../key-files.js';
import { NONCE_BYTES, SALT_BYTES, SEAL_BYTES, Sealing } from './sealing.js';

/** Entries sealed together at most. */
export const BLOCK_ENTRIES_MAX = 1_024;
/** What may be lost with the power: a few seconds of hashing. A process that is killed loses nothing that it wrote. */
const UNSYNCED_BYTES_MAX = 4_194_304;
/** Blocks taken over between two looks at what else the process has to do. */
const BLOCKS_A_TURN = 16;
const COUNT_BYTES = 4;
const HEAD_BYTES = COUNT_BYTES + NONCE_BYTES;

export interface HashJournalOptions {
  readonly file: string;
  readonly storageKey: Uint8Array;
  /** What the hashes depend on. A journal about anything else is of no use and is begun anew. */
  readonly about: Uint8Array;
  readonly rng: Rng;
  readonly entryBytes: number;
  /** Entries taken over at most; what is beyond them is dropped. */
  readonly entriesMax: number;
}

/** Is given the entries of a journal, several at a time; the bytes are wiped when it returns. */
export type TakeEntries = (entries: Buffer, count: number) => void;

/**
 * What a prepare has hashed so far, on disk, so that when it is killed the next one goes on from there. Each entry is
 * true by itself (a key's tag and its group element), whatever the source holds: one that has changed since costs
 * hashing, and can't make a snapshot wrong.
 *
 * The file is a salt, then blocks: a number of entries, a random nonce, and the entries sealed. Without the storage key
 * nothing in it can be read. A block that doesn't open, because its writing was cut off or because somebody changed it,
 * is dropped with all that follows.
 */
export class HashJournal {
  /** Entries that were taken over from an interrupted prepare. */
  readonly entries: number;
  /** Bytes that were there and are of no use. */
  readonly droppedBytes: number;
  readonly #descriptor: number;
  readonly #sealing: Sealing;
  readonly #rng: Rng;
  readonly #entryBytes: number;
  #end: number;
  #unsyncedBytes = 0;
  #open = true;

  private constructor(descriptor: number, options: HashJournalOptions, found: Found | undefined) {
    const { storageKey, about, rng, entryBytes } = options;
    const salt = found?.salt ?? rng.bytes(SALT_BYTES);
    this.#descriptor = descriptor;
    this.#rng = rng;
    this.#entryBytes = entryBytes;
    this.entries = found?.entries ?? 0;
    this.#end = found?.end ?? SALT_BYTES;
    this.#sealing = new Sealing(storageKey, salt, 'journal', about);
    this.droppedBytes = Math.max(0, fstatSync(descriptor).size - this.#end);
    ftruncateSync(descriptor, found?.end ?? 0);
    if (found === undefined) writeAt(descriptor, salt, 0);
  }

  /**
   * Opens the journal, a new one where there is none, and gives `take` what is in it.
   * Thrown when the file can't be read or written: Error with the system's code; what `take` throws.
   */
  static async open(options: HashJournalOptions, take: TakeEntries): Promise<HashJournal> {
    const descriptor = openSync(options.file, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE_MODE);
    try {
      return new HashJournal(descriptor, options, await takeOver(descriptor, options, take));
    } catch (thrown) {
      closeSync(descriptor);
      throw thrown;
    }
  }

  /** Thrown when they can't be written: Error with the system's code. */
  append(entries: Uint8Array): void {
    const step = BLOCK_ENTRIES_MAX * this.#entryBytes;
    for (let from = 0; from < entries.length; from += step) {
      const block = entries.subarray(from, from + step);
      const nonce = this.#rng.bytes(NONCE_BYTES);
      const count = uint32Bytes(block.length / this.#entryBytes);
      const bytes = concatBytes(count, nonce, this.#sealing.seal(nonce, block));
      writeAt(this.#descriptor, bytes, this.#end);
      this.#end += bytes.length;
      this.#unsyncedBytes += bytes.length;
    }
    if (this.#unsyncedBytes < UNSYNCED_BYTES_MAX) return;
    fdatasyncSync(this.#descriptor);
    this.#unsyncedBytes = 0;
  }

  /** May be called twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sealing.wipe();
    closeSync(this.#descriptor);
  }
}

interface Found {
  readonly salt: Uint8Array;
  readonly entries: number;
  /** Where the last block that opened ends. */
  readonly end: number;
}

/** Undefined when not one block opens: then its salt is not used again either. */
async function takeOver(
  descriptor: number,
  { storageKey, about, entryBytes, entriesMax }: HashJournalOptions,
  take: TakeEntries,
): Promise<Found | undefined> {
  const salt = readAt(descriptor, 0, SALT_BYTES);
  if (salt === undefined) return undefined;
  const sealing = new Sealing(storageKey, salt, 'journal', about);
  let [entries, end] = [0, SALT_BYTES];
  try {
    for (let blocks = 1; ; blocks += 1) {
      const head = readAt(descriptor, end, HEAD_BYTES);
      const count = head?.readUInt32BE() ?? 0;
      if (head === undefined || count < 1 || count > Math.min(BLOCK_ENTRIES_MAX, entriesMax - entries)) break;
      const sealed = readAt(descriptor, end + HEAD_BYTES, count * entryBytes + SEAL_BYTES);
      const block = sealed === undefined ? undefined : opened(sealing, head.subarray(COUNT_BYTES), sealed);
      if (sealed === undefined || block === undefined) break;
      try {
        take(block, count);
      } finally {
        wipe(block);
      }
      entries += count;
      end += HEAD_BYTES + sealed.length;
      if (blocks % BLOCKS_A_TURN === 0) await nextTurn();
    }
  } finally {
    sealing.wipe();
  }
  return entries === 0 ? undefined : { salt, entries, end };
}

function opened(sealing: Sealing, nonce: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  try {
    return sealing.open(nonce, sealed);
  } catch {
    return undefined;
  }
}

/** Undefined when the file ends before. */
function readAt(descriptor: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(descriptor, bytes, done, length - done, position + done);
    if (read === 0) return undefined;
    done += read;
  }
  return bytes;
}

function writeAt(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  }
}
