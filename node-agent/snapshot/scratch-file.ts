import { wipe } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { openSpoolFile } from '../../runtime/index.js';
import type { SpoolFile } from '../../runtime/index.js';
import { NONCE_BYTES, SALT_BYTES, SEAL_BYTES, Sealing } from './sealing.js';
import { STORAGE_KEY_BYTES } from './storage-key.js';

/**
 * What `prepare` can't keep in memory, on disk, in blocks. Each is sealed under a key that is drawn for this file and is
 * never written anywhere, so that nobody can read it, not even with the agency's storage key; and the file, which only
 * its owner may use, has no name, so that it is gone when the process is, whatever ended that.
 *
 * Thrown when it can't be written or read: Error with the system's code.
 */
export class ScratchFile {
  readonly #file: SpoolFile;
  readonly #sealing: Sealing;
  #end = 0;

  /** `path`: where it has a name for a moment. */
  constructor(path: string, rng: Rng) {
    const key = rng.bytes(STORAGE_KEY_BYTES);
    this.#sealing = new Sealing(key, rng.bytes(SALT_BYTES), 'scratch');
    wipe(key);
    this.#file = openSpoolFile(path);
  }

  /** Writes a block, and says where it is. */
  append(block: Uint8Array): number {
    const place = this.#end;
    const sealed = this.#sealing.seal(nonceOf(place), block);
    this.#file.write(sealed, place);
    this.#end += sealed.length;
    return place;
  }

  /** Fills all of `block` with the block of that length at a place. Thrown when there is none, or it doesn't open: Error. */
  read(place: number, block: Uint8Array): void {
    const sealed = new Uint8Array(block.length + SEAL_BYTES);
    this.#file.read(sealed, place);
    const opened = this.#sealing.open(nonceOf(place), sealed);
    block.set(opened);
    wipe(opened);
  }

  /** May be called twice. */
  close(): void {
    this.#sealing.wipe();
    this.#file.close();
  }
}

/** The file has a key of its own, and no two blocks begin at one place. */
function nonceOf(place: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setBigUint64(NONCE_BYTES - 8, BigInt(place));
  return nonce;
}
