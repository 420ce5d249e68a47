import { wipe } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import type { ListRows } from '../../core/private-join/index.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import type { CompiledList, CompiledQuery } from '../../core/templates/index.js';
import { leftOutFromText, listsReadFromText } from '../consent/left-out.js';
import type { LeftOut, ListsRead } from '../consent/left-out.js';
import { fileVersion } from '../../runtime/index.js';
import type { RejectedRows } from '../quality/rejected-rows.js';
import type { SnapshotLayout } from './layout.js';
import { snapshotFiles } from './snapshot-files.js';
import { SnapshotReader } from './snapshot-reader.js';

export interface SnapshotStoreOptions {
  readonly directory: string;
  /** One of each dataset that this node offers, and that of its opt-out lists where it has any. */
  readonly layouts: readonly SnapshotLayout[];
  /** Copied; the copy is wiped when the store is closed. */
  readonly storageKey: Uint8Array;
}

/** A snapshot in force, as other parties know it. */
export interface SnapshotInForce {
  readonly dataset: string;
  readonly snapshot: string;
  readonly asAt: string;
  /** Rows of the source that it was made without. */
  readonly rejected: RejectedRows;
  /** Null where nothing can be known of its people, for it has none. */
  readonly linkage: SnapshotLinkage | null;
}

/** The snapshot of the agency's opt-out lists in force. It is leased as any is, under the name OPT_OUTS. */
export interface OptOutsHeld extends ListsRead {
  readonly snapshot: string;
  readonly asAt: string;
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

/** What a look at the snapshots' files came to. */
export interface Refreshed {
  /** Whether what is in force has changed. */
  readonly changed: boolean;
  /** By dataset, why its new file is no use: NodeError SNAPSHOT_UNREADABLE, SNAPSHOT_OUTDATED. Its old one stays in force. */
  readonly unusable: ReadonlyMap<string, Error>;
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
  #refreshing: Promise<Refreshed> | undefined;

  constructor(options: SnapshotStoreOptions) {
    this.#options = { ...options, storageKey: options.storageKey.slice() };
  }

  /** That of opt-outs too, where there is one. */
  get inForce(): readonly SnapshotInForce[] {
    return this.#options.layouts.flatMap(({ definition: { dataset, linkage } }) => {
      const reader = this.#held.get(dataset)?.reader;
      if (reader === undefined) return [];
      const { snapshot, asAt, statistics, rejected } = reader;
      // Whoever opted out is not to be counted, in whatever way.
      const isTold = linkage !== null && statistics.length > 0 && dataset !== OPT_OUTS;
      const told = isTold ? { epsilon: linkage.epsilon, statistics } : null;
      return [{ dataset, snapshot, asAt, rejected, linkage: told }];
    });
  }

  /** Undefined where there are none, or they haven't been read. */
  get optOuts(): OptOutsHeld | undefined {
    const reader = this.#held.get(OPT_OUTS)?.reader;
    if (reader === undefined) return undefined;
    const { snapshot, asAt } = reader;
    return { snapshot, asAt, ...listsReadFromText(reader.consent) };
  }

  /** Of each dataset in force, who isn't in its snapshot. */
  get leftOut(): ReadonlyMap<string, LeftOut> {
    const datasets = [...this.#held].filter(([dataset]) => dataset !== OPT_OUTS);
    return new Map(datasets.map(([dataset, { reader }]) => [dataset, leftOutFromText(reader.consent)]));
  }

  /**
   * Looks for snapshots that are new since the last look, and takes up those that are some use, whatever is wrong with others:
   * whoever is told of a change has to hear of it also then.
   */
  refresh(): Promise<Refreshed> {
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

  async #refresh(): Promise<Refreshed> {
    let changed = false;
    const unusable = new Map<string, Error>();
    for (const layout of this.#options.layouts) {
      try {
        if (await this.#refreshOne(layout)) changed = true;
      } catch (thrown) {
        if (!(thrown instanceof Error)) throw thrown;
        unusable.set(layout.definition.dataset, thrown);
      }
    }
    return { changed, unusable };
  }

  async #refreshOne(layout: SnapshotLayout): Promise<boolean> {
    const { directory, storageKey } = this.#options;
    const { dataset } = layout.definition;
    const { snapshot: file } = snapshotFiles(directory, dataset);
    const version = fileVersion(file);
    const old = this.#held.get(dataset);
    if (version === old?.version) return false;
    const reader = await SnapshotReader.open(file, layout, storageKey);
    if (reader === undefined || version === undefined) this.#held.delete(dataset);
    else this.#held.set(dataset, { reader, version, leases: 0, superseded: false });
    if (old !== undefined) {
      old.superseded = true;
      closeIfUnused(old);
    }
    return true;
  }
}

function closeIfUnused({ superseded, leases, reader }: Held): void {
  if (superseded && leases === 0) reader.close();
}
