import { statSync } from 'node:fs';

import { wipe } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import type { ListRows } from '../../core/private-join/index.js';
import type { CompiledList, CompiledQuery } from '../../core/templates/index.js';
import type { SnapshotLayout } from './layout.js';
import { snapshotFiles } from './snapshot-files.js';
import { SnapshotReader } from './snapshot-reader.js';

export interface SnapshotStoreOptions {
  readonly directory: string;
  /** One of each dataset that this node offers. */
  readonly layouts: readonly SnapshotLayout[];
  /** Copied; the copy is wiped when the store is closed. */
  readonly storageKey: Uint8Array;
}

/** A snapshot in force, as other parties know it. */
export interface SnapshotInForce {
  readonly dataset: string;
  readonly snapshot: string;
  readonly asAt: string;
  /** Null where nothing can be known of its people, for it has none. */
  readonly linkage: SnapshotLinkage | null;
}

/** What may be known of a snapshot's people outside, once that has been paid for. */
export interface SnapshotLinkage {
  /** Privacy loss of each scheme's statistics. */
  readonly epsilon: number | 'none';
  /** For each scheme; at least one. */
  readonly statistics: readonly LinkageStatistics[];
}

/** Keeps one snapshot open for as long as a run needs it, also when a newer one has taken its place. */
export interface SnapshotLease {
  list(compiled: CompiledList): ListRows;
  /** For every record its label by a compiled membership. */
  labels(membership: CompiledQuery): Uint32Array;
  /** What a query of one row and one column says. */
  number(compiled: CompiledQuery): number;
  /** May be called twice. */
  release(): void;
}

interface Held {
  readonly reader: SnapshotReader;
  /** Tells one file from another that has taken its name. */
  readonly version: string;
  leases: number;
  superseded: boolean;
}

/** The snapshots that a running node answers from. */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #held = new Map<string, Held>();
  #refreshing: Promise<boolean> | undefined;

  constructor(options: SnapshotStoreOptions) {
    this.#options = { ...options, storageKey: options.storageKey.slice() };
  }

  /** In the order of the configuration. */
  get inForce(): readonly SnapshotInForce[] {
    return this.#options.layouts.flatMap(({ definition: { dataset, linkage } }) => {
      const reader = this.#held.get(dataset)?.reader;
      if (reader === undefined) return [];
      const { snapshot, asAt, statistics } = reader;
      const isTold = linkage !== null && statistics.length > 0;
      return [{ dataset, snapshot, asAt, linkage: isTold ? { epsilon: linkage.epsilon, statistics } : null }];
    });
  }

  /**
   * Looks for snapshots that are new since the last look; true when what is in force has changed.
   * Thrown when a new file is no use: NodeError SNAPSHOT_UNREADABLE, SNAPSHOT_OUTDATED; the old one then stays in force.
   */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Undefined when that snapshot is not in force. */
  lease(dataset: string, snapshot: string): SnapshotLease | undefined {
    const held = this.#held.get(dataset);
    if (held?.reader.snapshot !== snapshot) return undefined;
    held.leases += 1;
    let released = false;
    return {
      list: (compiled) => held.reader.list(compiled),
      labels: (membership) => held.reader.labels(membership),
      number: (compiled) => held.reader.number(compiled),
      release: () => {
        if (released) return;
        released = true;
        held.leases -= 1;
        closeIfUnused(held);
      },
    };
  }

  /** Closes every snapshot, also those that are leased. */
  close(): void {
    for (const { reader } of this.#held.values()) reader.close();
    this.#held.clear();
    wipe(this.#options.storageKey);
  }

  async #refresh(): Promise<boolean> {
    const { directory, layouts, storageKey } = this.#options;
    let changed = false;
    for (const layout of layouts) {
      const { dataset } = layout.definition;
      const { snapshot: file } = snapshotFiles(directory, dataset);
      const version = fileVersion(file);
      const old = this.#held.get(dataset);
      if (version === old?.version) continue;
      const reader = await SnapshotReader.open(file, layout, storageKey);
      if (reader === undefined || version === undefined) this.#held.delete(dataset);
      else this.#held.set(dataset, { reader, version, leases: 0, superseded: false });
      if (old !== undefined) {
        old.superseded = true;
        closeIfUnused(old);
      }
      changed = true;
    }
    return changed;
  }
}

function closeIfUnused({ superseded, leases, reader }: Held): void {
  if (superseded && leases === 0) reader.close();
}

function fileVersion(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : [found.dev, found.ino, found.mtimeNs, found.size].join(' ');
}
