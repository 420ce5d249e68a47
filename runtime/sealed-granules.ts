import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, toHex, wipe } from '../core/base/index.js';
import type { Rng } from '../core/base/index.js';
import { JoinError } from '../core/private-join/index.js';
import type { PartyId } from '../core/private-join/index.js';
import { openSpoolFile } from './spool-file.js';
import type { OpenFile, SpoolFile } from './spool-file.js';

export interface SpoolOptions {
  /** The party whose process this is: errors name it. */
  readonly self: PartyId;
  /** Where lists go that don't fit in memory. Made when it is first needed. */
  readonly directory: string;
  readonly rng: Rng;
  readonly openFile?: OpenFile;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME_BYTES = 16;
/** What is read in one go is this many granules: one by one, a bucket would take a sixth longer. */
const GRANULES_AT_ONCE = 16;

/**
 * A file of granules: pieces of plain text of at most `granuleBytes`, each sealed with AES-256-GCM under a key of this
 * file, which exists in memory only. A granule's number is its nonce and its position in the file: it can be written
 * once, and one that was altered or moved doesn't open.
 *
 * What is wrong with the disk is thrown as JoinError: SPOOL_FULL when it is full, else SPOOL_FAILED.
 */
export class SealedGranules {
  readonly #self: PartyId;
  readonly #directory: string;
  readonly #sealedBytes: number;
  readonly #key: Uint8Array;
  readonly #file: SpoolFile;
  /** Granules as they are on disk. */
  readonly #sealed: Uint8Array;

  /** Bytes of memory that a file takes. */
  static bytesFor(granuleBytes: number): number {
    return GRANULES_AT_ONCE * (granuleBytes + TAG_BYTES);
  }

  constructor(granuleBytes: number, { self, directory, rng, openFile = openSpoolFile }: SpoolOptions) {
    this.#self = self;
    this.#directory = directory;
    this.#sealedBytes = granuleBytes + TAG_BYTES;
    this.#sealed = new Uint8Array(SealedGranules.bytesFor(granuleBytes));
    this.#key = rng.bytes(KEY_BYTES);
    this.#file = this.#onDisk(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return openFile(join(directory, `${toHex(rng.bytes(NAME_BYTES))}.spool`));
    });
  }

  /** Seals `plain` as granule `number`, which the caller has not written before. */
  write(number: number, plain: Uint8Array): void {
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(number));
    this.#sealed.set(cipher.update(plain));
    cipher.final();
    this.#sealed.set(cipher.getAuthTag(), plain.length);
    const sealed = this.#sealed.subarray(0, plain.length + TAG_BYTES);
    this.#onDisk(() => this.#file.write(sealed, number * this.#sealedBytes));
  }

  /**
   * Fills `plain` with granules `first`, `first + 1` and so on; the last may be a short one, if it was written so.
   * When it throws there may be anything in `plain`.
   */
  read(first: number, plain: Uint8Array): void {
    const granuleBytes = this.#sealedBytes - TAG_BYTES;
    const step = GRANULES_AT_ONCE * granuleBytes;
    for (let from = 0, number = first; from < plain.length; from += step, number += GRANULES_AT_ONCE) {
      this.#readAtOnce(number, plain.subarray(from, from + step));
    }
  }

  close(): void {
    wipe(this.#key);
    this.#file.close();
  }

  #readAtOnce(first: number, plain: Uint8Array): void {
    const granuleBytes = this.#sealedBytes - TAG_BYTES;
    const granules = Math.ceil(plain.length / granuleBytes);
    const sealed = this.#sealed.subarray(0, plain.length + granules * TAG_BYTES);
    this.#onDisk(() => this.#file.read(sealed, first * this.#sealedBytes));
    for (let index = 0; index < granules; index += 1) {
      this.#open(
        first + index,
        sealed.subarray(index * this.#sealedBytes, (index + 1) * this.#sealedBytes),
        plain.subarray(index * granuleBytes, (index + 1) * granuleBytes),
      );
    }
  }

  #open(number: number, sealed: Uint8Array, plain: Uint8Array): void {
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(number), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(plain.length));
    const opened = decipher.update(sealed.subarray(0, plain.length));
    plain.set(opened);
    wipe(opened);
    try {
      decipher.final();
    } catch (cause) {
      throw this.#failed('a record on disk is not the one that was written', cause);
    }
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
    return spoolFailed(this.#self, this.#directory, problem, cause);
  }
}

/** The error of whatever keeps a list from being kept. */
export function spoolFailed(self: PartyId, directory: string, problem: string, cause?: unknown): JoinError {
  return new JoinError('SPOOL_FAILED', self, `a list could not be kept in ${directory}: ${problem}`, { cause });
}

function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, number);
  return nonce;
}

/** No space left, or the user's quota is used up. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
