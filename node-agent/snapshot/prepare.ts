import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { lengthPrefixed, silentLog, toHex, utf8Bytes, wipe } from '../../core/base/index.js';
import type { Clock, Log, Rng } from '../../core/base/index.js';
import { MAX_KEY_COPIES } from '../../core/linkage/index.js';
import { matchKeyDomain, MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { NodeError } from '../errors.js';
import { PRIVATE_DIRECTORY_MODE, PRIVATE_FILE_MODE } from '../key-files.js';
import { softwareVersion } from '../software-version.js';
import type { BoundMapping } from '../source/mapping.js';
import type { Source } from '../source/source.js';
import { sqliteCode, systemCode } from '../system-codes.js';
import { headMac } from './digests.js';
import { HashJournal } from './hash-journal.js';
import { KeyHasher } from './key-hasher.js';
import { ENTRY_BYTES, KeyTable } from './key-table.js';
import { columnsOf, snapshotLayout } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { withPrepareLock } from './prepare-lock.js';
import { noiseKeyOf, SALT_BYTES, Sealing } from './sealing.js';
import { snapshotFiles } from './snapshot-files.js';
import type { SnapshotFiles } from './snapshot-files.js';
import { SnapshotFilling } from './snapshot-filling.js';
import type { KeyCoverage } from './snapshot-filling.js';
import { statisticsText } from './statistics-text.js';

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
  /** Is told what was found of an interrupted prepare. */
  readonly log?: Log;
  /** Called at each new phase and every few hundred or thousand rows; what it throws ends the work. */
  readonly progress?: (step: PrepareStep) => void;
}

/**
 * In this order; until `done` the old snapshot is in force. Most of the time goes into `reading`, for keys are hashed
 * while rows are read. `linking` finds out whose they are.
 */
export type PreparePhase = 'reading' | 'linking' | 'sealing' | 'digesting' | 'saving' | 'swapping' | 'done';

export interface PrepareStep {
  readonly phase: PreparePhase;
  /** Rows that this phase is done with. */
  readonly rows: number;
  /** Different match keys hashed so far, without those that an interrupted prepare had hashed. */
  readonly hashed: number;
}

/** What the operator is told of a new snapshot. It stays inside the agency. */
export interface PreparedSnapshot {
  readonly dataset: string;
  /** The snapshot's id. */
  readonly snapshot: string;
  readonly asAt: string;
  readonly rows: number;
  /** Different people whose rows they are; null where the dataset has no keys of people. */
  readonly people: number | null;
  readonly keys: readonly KeyCoverage[];
}

/**
 * Makes a snapshot of a source and puts it in the place of the old one. Until the last step, a rename, the old snapshot
 * stays as it is, whatever happens; what has been hashed by then is kept, sealed, and the next prepare goes on with it.
 *
 * Memory: a few batches of rows, and at most 110 bytes for each match key of each row (KeyTable, PeopleMaker).
 * Thrown when the source doesn't fit its dataset: NodeError SOURCE_INVALID, SOURCE_TOO_LARGE; when it can't be read:
 * SOURCE_LOCKED, SOURCE_UNREADABLE; when the file can't be written: SNAPSHOT_WRITE_FAILED, PREPARE_IN_PROGRESS.
 */
export async function prepareSnapshot(input: PrepareInput): Promise<PreparedSnapshot> {
  const { dataset } = input.mapping.definition;
  const files = snapshotFiles(input.directory, dataset);
  try {
    mkdirSync(input.directory, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    return await withPrepareLock(files.lock, dataset, async () => {
      const { prepared, hashed } = await writeUnfinished(input, files);
      const { rows } = prepared;
      input.progress?.({ phase: 'saving', rows, hashed });
      syncFile(files.unfinished);
      input.progress?.({ phase: 'swapping', rows, hashed });
      renameSync(files.unfinished, files.snapshot);
      syncFile(input.directory);
      rmSync(files.journal, { force: true });
      input.progress?.({ phase: 'done', rows, hashed });
      return prepared;
    });
  } catch (thrown) {
    throw writeError(thrown, input.directory);
  }
}

interface Written {
  readonly prepared: PreparedSnapshot;
  /** As of PrepareStep. */
  readonly hashed: number;
}

async function writeUnfinished(input: PrepareInput, files: SnapshotFiles): Promise<Written> {
  rmSync(files.unfinished, { force: true });
  closeSync(openSync(files.unfinished, 'wx', PRIVATE_FILE_MODE));
  const database = new Database(files.unfinished);
  try {
    // Nobody reads this file before it is whole and synced, and after a crash it is thrown away. (The driver doesn't let
    // anybody switch SQLite's own journal off altogether; of a new file it has next to nothing.)
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    return await withHasher(input, files, (layout, table, hasher) => fill(database, layout, table, hasher, input));
  } catch (thrown) {
    rmSync(files.unfinished, { force: true });
    throw thrown;
  } finally {
    database.close();
  }
}

async function withHasher(
  input: PrepareInput,
  files: SnapshotFiles,
  work: (layout: SnapshotLayout, table: KeyTable, hasher: KeyHasher) => Promise<PreparedSnapshot>,
): Promise<Written> {
  const layout = snapshotLayout(input.mapping.definition, input.federation);
  const keys = layout.keys.map((key) => ({
    domain: matchKeyDomain(input.federation, key.name),
    // The others are of no use outside, and most of the time goes into hashing.
    hashed: columnsOf(key) > 0,
  }));
  const table = new KeyTable(input.storageKey, keys);
  let journal: HashJournal | undefined;
  let hasher: KeyHasher | undefined;
  try {
    journal = await openJournal(files, layout, table, input);
    hasher = new KeyHasher(input.engine, keys, table, journal);
    const prepared = await work(layout, table, hasher);
    return { prepared, hashed: hasher.hashed };
  } finally {
    hasher?.end();
    journal?.close();
    table.wipe();
  }
}

/** Takes over what an interrupted prepare has hashed, if this software did so for this dataset and study. */
async function openJournal(
  { journal: file }: SnapshotFiles,
  { definition: { dataset }, facts, keys }: SnapshotLayout,
  table: KeyTable,
  { storageKey, directory, rng, log = silentLog, progress }: PrepareInput,
): Promise<HashJournal> {
  const about = lengthPrefixed(utf8Bytes(JSON.stringify([...facts])), utf8Bytes(softwareVersion()));
  const journal = await HashJournal.open(
    {
      file,
      storageKey,
      about,
      rng,
      entryBytes: ENTRY_BYTES,
      entriesMax: MAX_LIST_RECORDS * keys.length * MAX_KEY_COPIES,
    },
    (entries, count) => {
      for (let index = 0; index < count; index += 1) table.addEntry(entries, index);
      progress?.({ phase: 'reading', rows: 0, hashed: 0 });
    },
  );
  // Or the power takes the file's name, and what has been hashed with it.
  syncFile(directory);
  const { entries: count, droppedBytes: bytes } = journal;
  if (count > 0)
    log.info({ event: 'prepare-resumed', dataset, count }, 'match keys that were hashed before are taken over');
  if (bytes > 0) {
    log.warn(
      { event: 'prepare-journal-dropped', dataset, bytes },
      'what an interrupted prepare left is cut off, damaged or of no use any more: those match keys are hashed again',
    );
  }
  return journal;
}

async function fill(
  database: Database.Database,
  layout: SnapshotLayout,
  table: KeyTable,
  hasher: KeyHasher,
  { mapping, source, asAt, storageKey, clock, rng, progress }: PrepareInput,
): Promise<PreparedSnapshot> {
  const reporter = (phase: PreparePhase) => (rows: number) => progress?.({ phase, rows, hashed: hasher.hashed });
  const [reading, linking, sealingKeys] = [reporter('reading'), reporter('linking'), reporter('sealing')];
  const digesting = reporter('digesting');
  const salt = rng.bytes(SALT_BYTES);
  const sealing = new Sealing(storageKey, salt, 'sealing');
  try {
    const filling = new SnapshotFilling(database, layout, table, hasher, rng);
    database.exec('BEGIN');
    const rows = await filling.readRecords(source, mapping, reading);
    linking(0);
    const people = await filling.link(() => linking(0));
    sealingKeys(0);
    const keys = await filling.sealKeys(sealing, sealingKeys);
    digesting(0);
    const { snapshot, content } = await filling.digest({ asAt, storageKey, turn: digesting });
    const linkage = statisticsText(await withNoiseKey(storageKey, (key) => filling.statistics(key, snapshot)));
    const head = { snapshot, asAt, salt: toHex(salt), linkage };
    filling.insertMeta([
      ['snapshot', snapshot],
      ['as-at', asAt],
      ['salt', head.salt],
      ['linkage', linkage],
      ['mac', headMac(layout, head, storageKey, content)],
      ['prepared-at', clock.now().toISOString()],
    ]);
    database.exec('COMMIT');
    return { dataset: layout.definition.dataset, snapshot, asAt, rows, people, keys };
  } finally {
    sealing.wipe();
  }
}

async function withNoiseKey<T>(storageKey: Uint8Array, use: (noiseKey: Uint8Array) => Promise<T>): Promise<T> {
  const noiseKey = noiseKeyOf(storageKey);
  try {
    return await use(noiseKey);
  } finally {
    wipe(noiseKey);
  }
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
