import { wipe } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import { fileVersion } from '../../runtime/index.js';
import type { Agreements } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { leftOutFromText, listsReadFromText } from '../consent/left-out.js';
import type { LeftOut, ListsRead } from '../consent/left-out.js';
import { optOutsLayout } from '../consent/prepare-opt-outs.js';
import { NodeError } from '../errors.js';
import type { RejectedRows } from '../quality/rejected-rows.js';
import { layoutOf } from '../snapshot/layout.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import { countsQuery, snapshotCounts } from '../snapshot/snapshot-counts.js';
import type { SnapshotCounts } from '../snapshot/snapshot-counts.js';
import { snapshotFiles } from '../snapshot/snapshot-files.js';
import { SnapshotReader } from '../snapshot/snapshot-reader.js';
import { readStorageKey } from '../snapshot/storage-key.js';

/** What `prepare` has made last, or why it is no use. */
export type Prepared<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'made'; readonly facts: T }
  | { readonly kind: 'unusable'; readonly code: string; readonly message: string };

/** What a dataset's snapshot says of itself, and what is counted in it. It stays inside the agency. */
export interface SnapshotFacts {
  readonly snapshot: string;
  readonly asAt: string;
  readonly preparedAt: string;
  readonly rejected: RejectedRows;
  readonly leftOut: LeftOut;
  readonly counts: SnapshotCounts;
  /** What may be known of its people outside, with the node's noise in it. */
  readonly statistics: readonly LinkageStatistics[];
}

export interface OptOutsFacts extends ListsRead {
  readonly snapshot: string;
}

/**
 * What the files of snapshots hold, read when somebody wants to see it. Each file is read through once, for that takes
 * seconds where it is large; only what was counted is kept, no key and no record.
 */
export class PreparedSnapshots {
  readonly #config: NodeConfig;
  readonly #read = new Map<string, { readonly version: string; readonly found: Promise<Prepared<unknown>> }>();

  constructor(config: NodeConfig) {
    this.#config = config;
  }

  /** In the order of the configuration. */
  async datasets({ roster, sources }: Agreements): Promise<ReadonlyMap<string, Prepared<SnapshotFacts>>> {
    const found = new Map<string, Prepared<SnapshotFacts>>();
    for (const { mapping } of sources) {
      const layout = layoutOf(mapping, roster.federation);
      const read = (reader: SnapshotReader): SnapshotFacts => factsOf(reader, layout);
      found.set(mapping.definition.dataset, await this.#of(layout, read));
    }
    return found;
  }

  /** Also where the configuration names no lists any more: what was read last goes on being in force. */
  optOuts({ roster }: Agreements): Promise<Prepared<OptOutsFacts>> {
    return this.#of(optOutsLayout(roster.federation), ({ snapshot, consent }) => ({
      snapshot,
      ...listsReadFromText(consent),
    }));
  }

  async #of<T>(layout: SnapshotLayout, use: (reader: SnapshotReader) => T): Promise<Prepared<T>> {
    const { dataset } = layout.definition;
    const { snapshot: file } = snapshotFiles(this.#config.snapshots, dataset);
    const ofFile = fileVersion(file);
    if (ofFile === undefined) return { kind: 'none' };
    // The key may be another, and the definition, without the file being another.
    const version = JSON.stringify([ofFile, fileVersion(this.#config.storageKey), ...layout.facts]);
    let read = this.#read.get(dataset);
    if (read?.version !== version) {
      const found = this.#open(file, layout, use);
      read = { version, found };
      this.#read.set(dataset, read);
      // What is put right, as the mode of the storage key, may leave the files as they were: it is looked at again.
      const forget = (): void => {
        if (this.#read.get(dataset)?.found === found) this.#read.delete(dataset);
      };
      void found.then(({ kind }) => (kind === 'made' ? undefined : forget()), forget);
    }
    // What stands under a dataset's name was made by the `use` for it.
    return read.found as Promise<Prepared<T>>;
  }

  async #open<T>(file: string, layout: SnapshotLayout, use: (reader: SnapshotReader) => T): Promise<Prepared<T>> {
    try {
      const reader = await this.#reader(file, layout);
      if (reader === undefined) return { kind: 'none' };
      try {
        return { kind: 'made', facts: use(reader) };
      } finally {
        reader.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof NodeError)) throw thrown;
      return { kind: 'unusable', code: thrown.code, message: thrown.message };
    }
  }

  async #reader(file: string, layout: SnapshotLayout): Promise<SnapshotReader | undefined> {
    const storageKey = readStorageKey(this.#config.storageKey);
    try {
      return await SnapshotReader.open(file, layout, storageKey);
    } finally {
      wipe(storageKey);
    }
  }
}

function factsOf(reader: SnapshotReader, layout: SnapshotLayout): SnapshotFacts {
  const { snapshot, asAt, preparedAt, rejected, consent, statistics } = reader;
  return {
    ...{ snapshot, asAt, preparedAt, rejected, statistics },
    leftOut: leftOutFromText(consent),
    counts: snapshotCounts(layout, reader.numbers(countsQuery(layout))),
  };
}
