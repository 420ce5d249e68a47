import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { toHex, wipe } from '../../core/base/index.js';
import type { Clock, Log, Rng } from '../../core/base/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { factsText } from '../consent/left-out.js';
import type { LeftOut } from '../consent/left-out.js';
import type { AppliedOptOuts } from '../consent/opt-out-matcher.js';
import { OptedOutRows } from '../consent/opted-out-rows.js';
import { RowAdmission } from '../consent/row-admission.js';
import { NodeError } from '../errors.js';
import { PRIVATE_DIRECTORY_MODE, PRIVATE_FILE_MODE } from '../key-files.js';
import { rejectedRows, rejectedText } from '../quality/rejected-rows.js';
import type { RejectedRows } from '../quality/rejected-rows.js';
import { SourceQuality } from '../quality/source-quality.js';
import type { BoundMapping } from '../source/mapping.js';
import type { Source } from '../source/source.js';
import { sqliteCode, systemCode } from '../system-codes.js';
import { headMac } from './digests.js';
import { layoutOf } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { withPrepareLock } from './prepare-lock.js';
import { noiseKeyOf, SALT_BYTES, Sealing } from './sealing.js';
import { snapshotFiles } from './snapshot-files.js';
import type { SnapshotFiles } from './snapshot-files.js';
import { SnapshotFilling } from './snapshot-filling.js';
import type { KeyCoverage } from './snapshot-filling.js';
import { SnapshotKeys, syncFile } from './snapshot-keys.js';
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
  /** The lists by which records are left out; undefined where none are configured. The keys stay the caller's. */
  readonly optOuts?: AppliedOptOuts | undefined;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Is told what was found of an interrupted prepare. */
  readonly log?: Log;
  /** For how long it waits for another prepare of the dataset; PREPARE_WAIT_MS when it isn't given. */
  readonly prepareWaitMs?: number;
  /** Called at each new phase and every few hundred or thousand rows; what it throws ends the work. */
  readonly progress?: (step: PrepareStep) => void;
}

/**
 * In this order; until `done` the old snapshot is in force. Most of the time goes into `reading` and `hashing`. `linking`
 * finds out whose rows they are. Where there is anybody on an opt-out list, `excluding` comes first: it reads the source and
 * finds out which rows are of people on the lists; `reading` then reads the same rows from disk. `waiting` is for another
 * prepare of the same dataset.
 */
export type PreparePhase =
  | 'waiting'
  | 'excluding'
  | 'reading'
  | 'hashing'
  | 'linking'
  | 'sealing'
  | 'digesting'
  | 'saving'
  | 'swapping'
  | 'done';

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
  /** Those that were used. */
  readonly rows: number;
  /** Those that weren't. */
  readonly rejected: RejectedRows;
  /** Different people whose rows they are; null where the dataset has no keys of people. */
  readonly people: number | null;
  readonly keys: readonly KeyCoverage[];
  /** Rows that are not among `rows`. */
  readonly leftOut: LeftOut;
}

/**
 * Makes a snapshot of a source and puts it in the place of the old one. Until the last step, a rename, the old snapshot
 * stays as it is, whatever happens; what has been hashed by then is kept, sealed, and the next prepare goes on with it.
 *
 * Memory: a few batches of rows, five bytes for each match key of records that differ (KeyLists), some fifty for each row,
 * and while rows are linked four for each key that several records share: a million rows about people fit in 512 MiB with
 * all else that the process has (`npm run bench -- people`). All that is larger waits on disk, sealed under a key that is
 * never written (ScratchFile): some 2 KiB for each row beside the snapshot, until it is done. Where anybody is on an opt-out
 * list, people are told apart once before that, by all rows, which then wait on disk as well (OptedOutRows).
 * Thrown when the source doesn't fit its dataset: NodeError QUALITY_BELOW_FLOOR, SOURCE_TOO_LARGE; when it can't be read:
 * SOURCE_LOCKED, SOURCE_UNREADABLE; when the file can't be written: SNAPSHOT_WRITE_FAILED, PREPARE_IN_PROGRESS.
 */
export async function prepareSnapshot(input: PrepareInput): Promise<PreparedSnapshot> {
  const { dataset } = input.mapping.definition;
  const files = snapshotFiles(input.directory, dataset);
  try {
    mkdirSync(input.directory, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    const waiting = (): void => input.progress?.({ phase: 'waiting', rows: 0, hashed: 0 });
    return await withPrepareLock(files.lock, dataset, { mostMs: input.prepareWaitMs, waiting }, async () => {
      // One that was killed before its file lost its name has nothing in it.
      rmSync(files.scratch, { force: true });
      const { prepared, hashed } = await withoutOptedOut(input, files, (rows) => writeUnfinished(input, files, rows));
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

/** Memory for pages of the unfinished snapshot. */
const CACHE_KIB = 4_096;

interface Written {
  readonly prepared: PreparedSnapshot;
  /** As of PrepareStep. */
  readonly hashed: number;
}

/** `work` is given the rows of which it is known who has opted out; undefined where no lists are configured. */
async function withoutOptedOut<T>(
  { source, mapping, federation, storageKey, optOuts, rng, progress }: PrepareInput,
  { scratch }: SnapshotFiles,
  work: (rows: OptedOutRows | undefined) => Promise<T>,
): Promise<T> {
  if (optOuts === undefined) return work(undefined);
  const excluding = (rows: number): void => progress?.({ phase: 'excluding', rows, hashed: 0 });
  const rows = await OptedOutRows.find({
    ...{ source, mapping, federation, storageKey, optOuts, scratch, rng },
    progress: excluding,
  });
  try {
    return await work(rows);
  } finally {
    rows.close();
  }
}

async function writeUnfinished(
  input: PrepareInput,
  files: SnapshotFiles,
  optedOut: OptedOutRows | undefined,
): Promise<Written> {
  rmSync(files.unfinished, { force: true });
  closeSync(openSync(files.unfinished, 'wx', PRIVATE_FILE_MODE));
  const database = new Database(files.unfinished);
  try {
    // Nobody reads this file before it is whole and synced, and after a crash it is thrown away. (The driver doesn't let
    // anybody switch SQLite's own journal off altogether; of a new file it has next to nothing.)
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    // It is written from one end to the other: pages that were left behind are of no use.
    database.pragma(`cache_size = -${CACHE_KIB}`);
    return await withKeys(input, files, (layout, keys) => fill(database, layout, keys, { ...input, optedOut }));
  } catch (thrown) {
    rmSync(files.unfinished, { force: true });
    throw thrown;
  } finally {
    database.close();
  }
}

async function withKeys(
  { mapping, federation, directory, storageKey, engine, rng, log, progress }: PrepareInput,
  files: SnapshotFiles,
  work: (layout: SnapshotLayout, keys: SnapshotKeys) => Promise<PreparedSnapshot>,
): Promise<Written> {
  const layout = layoutOf(mapping, federation);
  const turned = (): void => progress?.({ phase: 'reading', rows: 0, hashed: 0 });
  const options = { files, directory, layout, storageKey, engine, rng, turned };
  const keys = await SnapshotKeys.open(log === undefined ? options : { ...options, log });
  try {
    const prepared = await work(layout, keys);
    return { prepared, hashed: keys.hashed };
  } finally {
    keys.end();
  }
}

interface FillInput extends PrepareInput {
  /** The rows of the source, where they have been read already. */
  readonly optedOut: OptedOutRows | undefined;
}

async function fill(
  database: Database.Database,
  layout: SnapshotLayout,
  keys: SnapshotKeys,
  { mapping, source, asAt, storageKey, optedOut, clock, rng, progress }: FillInput,
): Promise<PreparedSnapshot> {
  const reporter = (phase: PreparePhase) => (rows: number) => progress?.({ phase, rows, hashed: keys.hashed });
  const [reading, hashing, linking] = [reporter('reading'), reporter('hashing'), reporter('linking')];
  const [sealingKeys, digesting] = [reporter('sealing'), reporter('digesting')];
  const salt = rng.bytes(SALT_BYTES);
  const sealing = new Sealing(storageKey, salt, 'sealing');
  try {
    const filling = new SnapshotFilling(database, layout, keys, rng);
    database.exec('BEGIN');
    const quality = new SourceQuality(mapping, asAt);
    const admission = new RowAdmission(mapping, optedOut);
    const rows = await filling.readRecords(optedOut ?? source, mapping, { quality, admission, report: reading });
    const people = await filling.hashAndLink(hashing, () => linking(0));
    sealingKeys(0);
    const coverage = await filling.sealKeys(sealing, sealingKeys);
    digesting(0);
    const { snapshot, content } = await filling.digest(sealing, { asAt, storageKey, turn: digesting });
    const linkage = statisticsText(await withNoiseKey(storageKey, (key) => filling.statistics(key, snapshot)));
    const rejected = rejectedRows(quality.counts);
    const { leftOut } = admission;
    const facts = { rejected: rejectedText(rejected), consent: factsText(leftOut) };
    const head = { snapshot, asAt, salt: toHex(salt), linkage, ...facts };
    filling.insertMeta([
      ['snapshot', snapshot],
      ['as-at', asAt],
      ['salt', head.salt],
      ['linkage', linkage],
      ['rejected', head.rejected],
      ['consent', head.consent],
      ['mac', headMac(layout, head, storageKey, content)],
      ['prepared-at', clock.now().toISOString()],
    ]);
    database.exec('COMMIT');
    return { dataset: layout.definition.dataset, snapshot, asAt, rows, rejected, people, keys: coverage, leftOut };
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

/** What SQLite and the operating system say when the snapshot can't be written; all else is thrown as it is. */
export function writeError(thrown: unknown, directory: string): unknown {
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
