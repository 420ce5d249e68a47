import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { fromHex } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import { CHUNK_RECORDS, ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { ListRows, RowChunk } from '../../core/private-join/index.js';
import { compileCount, quoteIdentifier, RECORDS_TABLE } from '../../core/templates/index.js';
import type { CompiledList, CompiledQuery } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { rejectedFromText } from '../quality/rejected-rows.js';
import type { RejectedRows } from '../quality/rejected-rows.js';
import { snapshotMac } from './digests.js';
import type { SnapshotHead } from './digests.js';
import { KeyBlockReader } from './key-blocks.js';
import { META_TABLE } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { Sealing } from './sealing.js';
import { statisticsFromText } from './statistics-text.js';

/** One row of a compiled list: its label, then the slots of its match keys, then its numbers. */
type ListRow = readonly [number, ...(number | null)[]];

/**
 * An open snapshot. It stays readable when its file is replaced, for an open file outlives its name.
 */
export class SnapshotReader {
  readonly dataset: string;
  readonly snapshot: string;
  readonly asAt: string;
  /** For each scheme. Empty where the snapshot has no keys of people. */
  readonly statistics: readonly LinkageStatistics[];
  /** Rows of the source that it was made without. */
  readonly rejected: RejectedRows;
  /** As left-out.ts reads it. */
  readonly consent: string;
  /** When it was made, as ISO 8601 in UTC: what the file says, which no digest vouches for. */
  readonly preparedAt: string;
  readonly #database: Database.Database;
  readonly #sealing: Sealing;
  readonly #reading = new Set<Generator<RowChunk>>();

  private constructor(
    dataset: string,
    { snapshot, asAt, linkage, rejected, consent }: SnapshotHead,
    preparedAt: string,
    database: Database.Database,
    sealing: Sealing,
  ) {
    this.dataset = dataset;
    this.snapshot = snapshot;
    this.asAt = asAt;
    this.statistics = statisticsFromText(linkage);
    this.rejected = rejectedFromText(rejected);
    this.consent = consent;
    this.preparedAt = preparedAt;
    this.#database = database;
    this.#sealing = sealing;
  }

  /**
   * Opens a snapshot and reads it through once: it must be whole, unchanged, sealed under this storage key, and made
   * for this definition and federation. Undefined when there is no such file.
   * Thrown when it isn't: NodeError SNAPSHOT_UNREADABLE, SNAPSHOT_OUTDATED.
   */
  static async open(file: string, layout: SnapshotLayout, storageKey: Uint8Array): Promise<SnapshotReader | undefined> {
    if (!existsSync(file)) return undefined;
    let database: Database.Database | undefined;
    try {
      database = new Database(file, { readonly: true, fileMustExist: true });
      const meta = readMeta(database);
      refuseOutdated(layout, meta);
      const head = {
        snapshot: fact(meta, 'snapshot'),
        asAt: fact(meta, 'as-at'),
        salt: fact(meta, 'salt'),
        linkage: fact(meta, 'linkage'),
        rejected: fact(meta, 'rejected'),
        consent: fact(meta, 'consent'),
      };
      const mac = await snapshotMac(database, layout, head, storageKey);
      if (mac !== fact(meta, 'mac')) throw new RangeError('its content is not what was written');
      const sealing = new Sealing(storageKey, fromHex(head.salt), 'sealing');
      return new SnapshotReader(layout.definition.dataset, head, fact(meta, 'prepared-at'), database, sealing);
    } catch (thrown) {
      database?.close();
      if (thrown instanceof NodeError) throw thrown;
      throw new NodeError(
        'SNAPSHOT_UNREADABLE',
        `The snapshot of ${layout.definition.dataset} in ${file} is damaged or was sealed under another storage key: prepare it again.`,
        { cause: thrown },
      );
    }
  }

  /** The rows of a list. Several lists may be read at once. Thrown when the file can't be read: Error. */
  list(compiled: CompiledList): ListRows {
    const counting = compileCount(compiled);
    const count = this.#database
      .prepare<unknown[], number>(counting.sql)
      .pluck()
      .get(...counting.parameters);
    const begun: Generator<RowChunk>[] = [];
    return {
      count: count ?? 0,
      chunks: () => {
        const chunks = this.#chunks(compiled);
        begun.push(chunks);
        this.#reading.add(chunks);
        return chunks;
      },
      close: () => {
        for (const chunks of begun) this.#end(chunks);
      },
    };
  }

  /** For every record, in order, its label by a compiled membership. Thrown when the file can't be read: Error. */
  labels({ sql, parameters }: CompiledQuery): Uint32Array {
    const labels = new Uint32Array(this.#records());
    const rows = this.#database
      .prepare<unknown[], readonly [number, number]>(sql)
      .raw()
      .iterate(...parameters);
    let place = 0;
    for (const [, label] of rows) labels[place++] = label;
    if (place !== labels.length) throw new RangeError('a membership that leaves records out');
    return labels;
  }

  /** What a query of one row and one column says. Thrown when the file can't be read: Error. */
  number(compiled: CompiledQuery): number {
    return this.numbers(compiled)[0] ?? 0;
  }

  /** What a query of one row says, column by column. Thrown when the file can't be read: Error. */
  numbers({ sql, parameters }: CompiledQuery): readonly number[] {
    return (
      this.#database
        .prepare<unknown[], number[]>(sql)
        .raw()
        .get(...parameters) ?? []
    );
  }

  /** Ends every list that is still being read. May be called twice. */
  close(): void {
    for (const chunks of this.#reading) this.#end(chunks);
    this.#sealing.wipe();
    this.#database.close();
  }

  #end(chunks: Generator<RowChunk>): void {
    this.#reading.delete(chunks);
    chunks.return(undefined);
  }

  #records(): number {
    return this.number({ sql: `SELECT COUNT(*) FROM ${quoteIdentifier(RECORDS_TABLE)}`, parameters: [] });
  }

  *#chunks({ sql, parameters, keys, numbers }: CompiledList): Generator<RowChunk> {
    const rows = this.#database
      .prepare<unknown[], ListRow>(sql)
      .raw()
      .iterate(...parameters);
    const keyBlocks = new KeyBlockReader(this.#database, this.#sealing);
    try {
      let pending: ListRow[] = [];
      for (const row of rows) {
        pending.push(row);
        if (pending.length < CHUNK_RECORDS) continue;
        yield chunkOf(pending, keys.length, numbers.length, keyBlocks);
        pending = [];
      }
      if (pending.length > 0) yield chunkOf(pending, keys.length, numbers.length, keyBlocks);
    } finally {
      keyBlocks.wipe();
    }
  }
}

function chunkOf(
  rows: readonly ListRow[],
  keyColumns: number,
  numberColumns: number,
  keyBlocks: KeyBlockReader,
): RowChunk {
  const keys = new Uint8Array(rows.length * keyColumns * ELEMENT_BYTES);
  const labels = new Uint32Array(rows.length);
  const numbers = new Float64Array(rows.length * numberColumns);
  rows.forEach(([label, ...cells], index) => {
    labels[index] = label;
    cells.slice(0, keyColumns).forEach((slot, column) => {
      if (slot !== null) keys.set(keyBlocks.element(slot), (index * keyColumns + column) * ELEMENT_BYTES);
    });
    cells.slice(keyColumns).forEach((number, column) => {
      numbers[index * numberColumns + column] = number ?? 0;
    });
  });
  return { count: rows.length, keys, labels, numbers };
}

/** What a snapshot says of itself, by name. Thrown when it is none: Error. */
export function readMeta(database: Database.Database): ReadonlyMap<string, string> {
  const rows = database
    .prepare<[], { readonly name: string; readonly value: string }>(
      `SELECT name, value FROM ${quoteIdentifier(META_TABLE)}`,
    )
    .all();
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function refuseOutdated({ definition, facts }: SnapshotLayout, meta: ReadonlyMap<string, string>): void {
  fact(meta, 'format');
  // One of an earlier format may lack some of the others.
  const changed = [...facts].filter(([name, value]) => meta.get(name) !== value).map(([name]) => name);
  if (changed.length === 0) return;
  throw new NodeError(
    'SNAPSHOT_OUTDATED',
    `The snapshot of ${definition.dataset} was made for another ${changed.join(', ')} than is configured now: prepare it again.`,
  );
}

function fact(meta: ReadonlyMap<string, string>, name: string): string {
  const value = meta.get(name);
  if (value === undefined) throw new RangeError(`its meta table lacks ${name}`);
  return value;
}
