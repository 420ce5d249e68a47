import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { toHex, utf8Bytes } from '../../core/base/index.js';
import type { Clock, Rng } from '../../core/base/index.js';
import { caseKey, personKeys, schemes } from '../../core/linkage/index.js';
import { ELEMENT_BYTES, matchKeyDomain, MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { quoteIdentifier, RECORDS_TABLE } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { PRIVATE_DIRECTORY_MODE, PRIVATE_FILE_MODE } from '../key-files.js';
import { InvalidValues } from '../source/invalid-values.js';
import type { BoundMapping } from '../source/mapping.js';
import { recordReader } from '../source/record-reader.js';
import type { SourceRecord } from '../source/record-reader.js';
import type { Source, SourceRow } from '../source/source.js';
import { sqliteCode, systemCode } from '../system-codes.js';
import { snapshotId, snapshotMac } from './digests.js';
import { inOrder } from './in-order.js';
import { KeyGroups } from './key-groups.js';
import { createTables, META_TABLE, recordColumns, snapshotLayout } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { withPrepareLock } from './prepare-lock.js';
import { KeySealing, SALT_BYTES } from './sealing.js';
import { snapshotFiles } from './snapshot-files.js';
import type { SnapshotFiles } from './snapshot-files.js';

export interface PrepareInput {
  readonly mapping: BoundMapping;
  /** Names the study; part of the match keys' domain separation. */
  readonly federation: string;
  /** ISO date of the data. */
  readonly asAt: string;
  readonly source: Source;
  readonly directory: string;
  readonly storageKey: Uint8Array;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly progress?: (step: PrepareStep) => void;
}

/** reading -> grouping -> digesting -> saving -> swapping -> done; until `done` the old snapshot is in force. */
export interface PrepareStep {
  readonly phase: 'reading' | 'grouping' | 'digesting' | 'saving' | 'swapping' | 'done';
  /** Rows read so far. */
  readonly rows: number;
}

/** What the operator is told of a new snapshot. It stays inside the agency. */
export interface PreparedSnapshot {
  readonly dataset: string;
  /** The snapshot's id. */
  readonly snapshot: string;
  readonly asAt: string;
  readonly rows: number;
  readonly keys: readonly KeyCoverage[];
}

export interface KeyCoverage {
  readonly name: string;
  /** Records that have the key and may link on it. */
  readonly present: number;
  /** Records that lost it because two different persons share it. */
  readonly withdrawn: number;
}

/**
 * Makes a snapshot of a source and puts it in the place of the old one. Identifiers are made into match keys as they
 * are read and forgotten; until the last step, a rename, the old snapshot stays as it is, whatever happens.
 * Thrown when the source doesn't fit its dataset: NodeError SOURCE_INVALID, SOURCE_TOO_LARGE; when it can't be read:
 * SOURCE_LOCKED, SOURCE_UNREADABLE; when the file can't be written: SNAPSHOT_WRITE_FAILED, PREPARE_IN_PROGRESS.
 */
export async function prepareSnapshot(input: PrepareInput): Promise<PreparedSnapshot> {
  const { dataset } = input.mapping.definition;
  const files = snapshotFiles(input.directory, dataset);
  try {
    mkdirSync(input.directory, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    return await withPrepareLock(files.lock, dataset, async () => {
      const prepared = await writeUnfinished(input, files);
      input.progress?.({ phase: 'saving', rows: prepared.rows });
      syncFile(files.unfinished);
      input.progress?.({ phase: 'swapping', rows: prepared.rows });
      renameSync(files.unfinished, files.snapshot);
      syncFile(input.directory);
      input.progress?.({ phase: 'done', rows: prepared.rows });
      return prepared;
    });
  } catch (thrown) {
    throw writeError(thrown, input.directory);
  }
}

async function writeUnfinished(input: PrepareInput, files: SnapshotFiles): Promise<PreparedSnapshot> {
  rmSync(files.unfinished, { force: true });
  closeSync(openSync(files.unfinished, 'wx', PRIVATE_FILE_MODE));
  const salt = input.rng.bytes(SALT_BYTES);
  const sealing = new KeySealing(input.storageKey, salt);
  const database = new Database(files.unfinished);
  try {
    // Nobody reads this file before it is whole and synced, and after a crash it is thrown away: no journal.
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    const layout = snapshotLayout(input.mapping.definition, input.federation);
    return await fill(database, layout, sealing, salt, input);
  } catch (thrown) {
    rmSync(files.unfinished, { force: true });
    throw thrown;
  } finally {
    database.close();
    sealing.wipe();
  }
}

async function fill(
  database: Database.Database,
  layout: SnapshotLayout,
  sealing: KeySealing,
  salt: Uint8Array,
  input: PrepareInput,
): Promise<PreparedSnapshot> {
  const { asAt, clock, rng, progress } = input;
  database.exec(createTables(layout));
  database.exec('BEGIN');
  const groups = new KeyGroups(database, rng);
  try {
    const rows = await insertRecords(database, layout, sealing, groups, input);
    progress?.({ phase: 'grouping', rows });
    const withdrawn = groups.apply(layout);
    progress?.({ phase: 'digesting', rows });
    const snapshot = await snapshotId(database, layout, asAt, input.storageKey, sealing);
    const head = { snapshot, asAt, salt: toHex(salt) };
    insertMeta(database, [
      ...layout.facts,
      ['snapshot', snapshot],
      ['as-at', asAt],
      ['salt', head.salt],
      ['mac', await snapshotMac(database, layout, head, input.storageKey)],
      ['records', String(rows)],
      ['prepared-at', clock.now().toISOString()],
    ]);
    groups.dispose();
    database.exec('COMMIT');
    return { dataset: layout.definition.dataset, snapshot, asAt, rows, keys: coverage(database, layout, withdrawn) };
  } catch (thrown) {
    groups.dispose();
    throw thrown;
  }
}

async function insertRecords(
  database: Database.Database,
  layout: SnapshotLayout,
  sealing: KeySealing,
  groups: KeyGroups,
  { mapping, source, engine, federation, progress }: PrepareInput,
): Promise<number> {
  const columns = recordColumns(layout);
  const insert = database.prepare(
    `INSERT INTO ${quoteIdentifier(RECORDS_TABLE)} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const invalid = new InvalidValues();
  const batches = keyedBatches(mapping, invalid, source.batches());
  let inserted = 0;
  for await (const batch of inOrder(batches, engine.parallelism, (records) =>
    hashKeys(layout, federation, engine, records),
  )) {
    for (const { record, fields, keys, elements } of batch) {
      keys.forEach((key, position) => {
        if (key !== null) groups.add(position, record, key);
      });
      const sealed = elements.map((element, position) =>
        element === null ? null : sealing.seal(position, record, element),
      );
      insert.run(record, record, ...(layout.hasCases ? [null] : []), ...fields, ...sealed);
    }
    inserted += batch.length;
    progress?.({ phase: 'reading', rows: inserted });
  }
  invalid.throwIfAny(layout.definition.dataset);
  return inserted;
}

interface KeyedRecord extends SourceRecord {
  /** Normalised keys in the layout's order; null where the record doesn't have one. */
  readonly keys: readonly (string | null)[];
}

interface HashedRecord extends KeyedRecord {
  /** Each key's group element. */
  readonly elements: readonly (Uint8Array | null)[];
}

/** Rows as records with their match keys; none once anything is invalid, for then only more faults are looked for. */
async function* keyedBatches(
  mapping: BoundMapping,
  invalid: InvalidValues,
  batches: AsyncIterable<readonly SourceRow[]>,
): AsyncIterable<readonly KeyedRecord[]> {
  const read = recordReader(mapping, invalid);
  const { dataset, keys } = mapping.definition;
  const known = keys.includes('person') ? [...schemes.values()] : [];
  let rows = 0;
  for await (const batch of batches) {
    if (rows + batch.length > MAX_LIST_RECORDS) {
      throw new NodeError(
        'SOURCE_TOO_LARGE',
        `The source of ${dataset} has more than ${MAX_LIST_RECORDS} rows: map a view that selects those the dataset is about.`,
      );
    }
    const records = batch.map((row, index) => read(row, rows + index + 1));
    rows += batch.length;
    if (!invalid.empty) continue;
    yield records.map((record) => ({
      ...record,
      keys: [
        ...known.flatMap((scheme) => personKeys(scheme, record.person)),
        ...(keys.includes('case') ? [caseKey(record.urn)] : []),
      ],
    }));
  }
}

async function hashKeys(
  layout: SnapshotLayout,
  federation: string,
  engine: Engine,
  records: readonly KeyedRecord[],
): Promise<readonly HashedRecord[]> {
  const columns = await Promise.all(
    layout.keys.map(async ({ name }, position) => {
      const inputs = records.flatMap(({ keys }) => {
        const key = keys[position] ?? null;
        return key === null ? [] : [utf8Bytes(key)];
      });
      if (inputs.length === 0) return new Uint8Array(0);
      return engine.run({ kind: 'hash', domain: matchKeyDomain(federation, name), inputs });
    }),
  );
  const next = columns.map(() => 0);
  return records.map((record) => ({
    ...record,
    elements: record.keys.map((key, position) => {
      if (key === null) return null;
      const offset = (next[position] ?? 0) * ELEMENT_BYTES;
      next[position] = (next[position] ?? 0) + 1;
      return (columns[position] ?? new Uint8Array(0)).subarray(offset, offset + ELEMENT_BYTES);
    }),
  }));
}

function insertMeta(database: Database.Database, facts: readonly (readonly [string, string])[]): void {
  const insert = database.prepare(`INSERT INTO ${quoteIdentifier(META_TABLE)} (name, value) VALUES (?, ?)`);
  for (const [name, value] of facts) insert.run(name, value);
}

function coverage(
  database: Database.Database,
  layout: SnapshotLayout,
  withdrawn: readonly number[],
): readonly KeyCoverage[] {
  const columns = recordColumns(layout).slice(-layout.keys.length);
  return layout.keys.map(({ name }, position) => {
    const column = quoteIdentifier(columns[position] ?? '');
    const present = database
      .prepare<[], number>(`SELECT count(${column}) FROM ${quoteIdentifier(RECORDS_TABLE)}`)
      .pluck()
      .get();
    return { name, present: present ?? 0, withdrawn: withdrawn[position] ?? 0 };
  });
}

/** Bytes of a file, or names of a directory, are on the disk when this returns. */
function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What SQLite and the operating system say when the snapshot can't be written; all else is thrown as it is. */
function writeError(thrown: unknown, directory: string): unknown {
  const code = sqliteCode(thrown) ?? systemCode(thrown);
  if (thrown instanceof NodeError || code === undefined || !/^(SQLITE_|E[A-Z]+$)/.test(code)) return thrown;
  const full = code === 'SQLITE_FULL' || code === 'ENOSPC';
  return new NodeError(
    'SNAPSHOT_WRITE_FAILED',
    full
      ? `The disk of ${directory} is full: make room, then prepare again. The old snapshot is still in force.`
      : `No snapshot can be written in ${directory} (${code}): check that it is a directory this user may write. The old snapshot is still in force.`,
    { cause: thrown },
  );
}
