import { RecordMemory } from '../../core/private-join/index.js';
import { createSealedStores } from '../../runtime/index.js';
import type { SealedStores, SpoolOptions } from '../../runtime/index.js';

const MEMORY_BYTES = 16 * 2 ** 20;

/** Stores whose memory for lists is taken already, by a list of no use: what comes next goes to disk. */
export function storesWithFullMemory(options: SpoolOptions): SealedStores {
  const stores = createSealedStores({ ...options, memoryBytes: MEMORY_BYTES });
  stores.create((MEMORY_BYTES * 3) / 4 - RecordMemory.bytesFor(0, 1), 1);
  return stores;
}
