import { wipe } from '../../core/base/index.js';
import type { Agreements } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { optOutsLayout } from '../consent/prepare-opt-outs.js';
import { layoutOf } from './layout.js';
import { SnapshotStore } from './snapshot-store.js';
import { readStorageKey } from './storage-key.js';

/**
 * Opens the snapshots that are in force.
 * Thrown as `readStorageKey` says; when a snapshot is no use: NodeError SNAPSHOT_UNREADABLE, SNAPSHOT_OUTDATED.
 */
export async function openSnapshotStore(config: NodeConfig, { roster, sources }: Agreements): Promise<SnapshotStore> {
  const ofSources = sources.map(({ mapping }) => layoutOf(mapping, roster.federation));
  // Also where the configuration names no lists any more: whoever has opted out stays out until the file is removed.
  const layouts = [optOutsLayout(roster.federation), ...ofSources];
  const store = withStorageKey(
    config,
    (storageKey) => new SnapshotStore({ directory: config.snapshots, layouts, storageKey }),
  );
  try {
    const { unusable } = await store.refresh();
    const [first] = unusable.values();
    if (first !== undefined) throw first;
    return store;
  } catch (thrown) {
    store.close();
    throw thrown;
  }
}

/** Lends the storage key for as long as `use` takes. */
export function withStorageKey<T>(config: Pick<NodeConfig, 'storageKey'>, use: (storageKey: Uint8Array) => T): T {
  const storageKey = readStorageKey(config.storageKey);
  try {
    return use(storageKey);
  } finally {
    wipe(storageKey);
  }
}
