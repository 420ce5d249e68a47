import type { RecordStore, RecordStores } from '../core/private-join/index.js';
import { memoryStores, RecordMemory } from '../core/private-join/index.js';
import { spoolFailed } from './sealed-granules.js';
import type { SpoolOptions } from './sealed-granules.js';
import { SealedStore } from './sealed-store.js';

/** `spool.memoryMiB` of a configuration. With less than this the index of a list of a million records has no room. */
export const MIN_SPOOL_MEMORY_MIB = 16;
export const MAX_SPOOL_MEMORY_MIB = 65_536;

export interface SealedStoresOptions extends SpoolOptions {
  /** Bytes that all lists together may take in memory, those on disk with what they need of it. */
  readonly memoryBytes: number;
}

export interface SealedStores extends RecordStores {
  /** Disposes of every store that is left. */
  close(): void;
}

/**
 * Of the bound on memory, what lists in memory leave to lists on disk. A million records on disk need 3 to 4 MiB of it
 * (SealedStore.bytesFor), so of such lists there can be seven times the whole bound while memory is full of others.
 */
const SHARE_FOR_DISK = 1 / 4;

/** What one array may have in Node 20. A larger list goes to disk whatever the bound. */
const MAX_ARRAY_BYTES = 2 ** 32;

/**
 * Keeps lists in memory as long as they fit the bound, and sealed on disk from there on (SealedStore). `create`, `put`,
 * `read` and `gather` throw JoinError SPOOL_FULL when the disk is full, SPOOL_FAILED for whatever else is wrong with it,
 * and when the bound leaves no memory even for a list on disk.
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
    const { inner, taken } = this.#inMemory(count, width) ?? this.#onDisk(count, width);
    this.#memoryLeft -= taken;
    const store: RecordStore = {
      count,
      width,
      put: (positions, records) => inner.put(positions, records),
      read: (from, to) => inner.read(from, to),
      gather: (places) => inner.gather(places),
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

  #inMemory(count: number, width: number): Taken | null {
    const taken = RecordMemory.bytesFor(count, width);
    const available = this.#memoryLeft - this.#options.memoryBytes * SHARE_FOR_DISK;
    if (taken > available || taken > MAX_ARRAY_BYTES) return null;
    return { inner: memoryStores.create(count, width), taken };
  }

  #onDisk(count: number, width: number): Taken {
    const taken = SealedStore.bytesFor(count, width);
    if (taken > this.#memoryLeft) {
      const { self, directory, memoryBytes } = this.#options;
      throw spoolFailed(
        self,
        directory,
        `on disk, too, it needs ${mib(taken)} MiB of memory, and of spool.memoryMiB (${mib(memoryBytes)}) other lists ` +
          `have all but ${mib(this.#memoryLeft)}: raise it, or let fewer runs go on at once`,
      );
    }
    return { inner: new SealedStore(count, width, this.#options), taken };
  }
}

/** A store and the memory that it takes. */
interface Taken {
  readonly inner: RecordStore;
  readonly taken: number;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
