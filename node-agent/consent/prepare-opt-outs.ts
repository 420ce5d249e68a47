import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { toHex } from '../../core/base/index.js';
import type { Clock, Rng } from '../../core/base/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { OPT_OUTS, OPT_OUTS_DEFINITION } from '../../core/templates/index.js';
import { PRIVATE_DIRECTORY_MODE, PRIVATE_FILE_MODE } from '../key-files.js';
import { rejectedText } from '../quality/rejected-rows.js';
import { digestSnapshot, headMac } from '../snapshot/digests.js';
import { giveBackMemory } from '../snapshot/give-back-memory.js';
import { snapshotLayout } from '../snapshot/layout.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import { PrefixedHmac } from '../snapshot/prefixed-hmac.js';
import { writeError } from '../snapshot/prepare.js';
import type { PreparePhase, PrepareStep } from '../snapshot/prepare.js';
import { withPrepareLock } from '../snapshot/prepare-lock.js';
import { syncFile } from '../snapshot/snapshot-keys.js';
import { deriveKey, SALT_BYTES, Sealing } from '../snapshot/sealing.js';
import { snapshotFiles } from '../snapshot/snapshot-files.js';
import type { SnapshotFiles } from '../snapshot/snapshot-files.js';
import { statisticsText } from '../snapshot/statistics-text.js';
import { KnownKeys } from './known-keys.js';
import { factsText } from './left-out.js';
import type { ListsRead } from './left-out.js';
import { OptOutKeys } from './opt-out-keys.js';
import type { OptOutsConfig } from './opt-outs-config.js';
import { OptOutsWriter } from './opt-outs-writer.js';
import { readOptOuts } from './read-opt-outs.js';
import type { OptOutLines, ReadOptOutsOptions } from './read-opt-outs.js';
import type { AppliedOptOuts } from './opt-out-matcher.js';
import { assertNotShorter, linesInForce } from './shorter-lists.js';
import type { LinesOfLists } from './shorter-lists.js';

const NOTHING = new Uint8Array(0);

export interface PrepareOptOutsInput {
  readonly lists: OptOutsConfig['lists'];
  readonly lockTimeoutMs: number;
  /** As of ReadOptOutsOptions. */
  readonly keysInUse: ReadonlySet<string> | null;
  /** Names the study; part of the match keys' domain separation. */
  readonly federation: string;
  readonly directory: string;
  readonly storageKey: Uint8Array;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Also lists that are empty or have lost most of their lines since they were last read. */
  readonly acceptShorter: boolean;
  /** Called at each new phase and every few hundred lines; what it throws ends the work. */
  readonly progress?: (step: PrepareStep) => void;
}

/** What the operator is told of the lists in force. It stays inside the agency. */
export interface PreparedOptOuts extends ListsRead, Omit<OptOutLines, 'lines' | 'linesOfLists'> {
  /** Id of the snapshot that goes into runs. */
  readonly snapshot: string;
}

/** The lists as they are in force now: what is known of them, and what leaves records out of snapshots. */
export interface OptOutsInForce {
  readonly prepared: PreparedOptOuts;
  /** Whoever has them wipes the keys. */
  readonly applied: AppliedOptOuts;
}

/** What the snapshot of any agency's lists looks like. */
export function optOutsLayout(federation: string): SnapshotLayout {
  return snapshotLayout(OPT_OUTS_DEFINITION, federation);
}

/**
 * Reads the opt-out lists and puts a new snapshot of them in the place of the old one. Until the last step, a rename, the
 * old one stays in force, whatever happens, until it is too old. Keys that the old one holds are taken over from it, and not
 * hashed again.
 * Thrown when a list can't be read: NodeError with a code that begins with SOURCE_; when the file can't be written:
 * SNAPSHOT_WRITE_FAILED, PREPARE_IN_PROGRESS; when one has lost most of its lines: OPT_OUTS_SHORTER.
 */
export async function prepareOptOuts(input: PrepareOptOutsInput): Promise<OptOutsInForce> {
  const { directory, storageKey, progress } = input;
  const files = snapshotFiles(directory, OPT_OUTS);
  const keys = new OptOutKeys(storageKey);
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    const waiting = (): void => progress?.({ phase: 'waiting', rows: 0, hashed: 0 });
    const prepared = await withPrepareLock(files.lock, OPT_OUTS, { waiting }, async () => {
      const { hashed, ...written } = await writeUnfinished(input, files, keys);
      const step = (phase: PreparePhase): void => progress?.({ phase, rows: written.lines, hashed });
      step('saving');
      syncFile(files.unfinished);
      step('swapping');
      renameSync(files.unfinished, files.snapshot);
      syncFile(directory);
      step('done');
      return written;
    });
    giveBackMemory();
    return { prepared, applied: { keys, digest: prepared.digest } };
  } catch (thrown) {
    keys.wipe();
    throw writeError(thrown, directory);
  }
}

async function writeUnfinished(
  input: PrepareOptOutsInput,
  { snapshot, unfinished }: SnapshotFiles,
  keys: OptOutKeys,
): Promise<Written> {
  const layout = optOutsLayout(input.federation);
  const salt = input.rng.bytes(SALT_BYTES);
  const sealing = new Sealing(input.storageKey, salt, 'sealing');
  rmSync(unfinished, { force: true });
  closeSync(openSync(unfinished, 'wx', PRIVATE_FILE_MODE));
  const database = new Database(unfinished);
  const known = await KnownKeys.open(snapshot, layout, input.storageKey);
  try {
    // As of any snapshot: nobody reads it before it is whole and synced.
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    const before = input.acceptShorter ? undefined : linesInForce(snapshot);
    return await fill(database, layout, { ...input, salt, sealing, keys, known, before });
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw thrown;
  } finally {
    known?.close();
    sealing.wipe();
    database.close();
  }
}

interface Written extends PreparedOptOuts {
  /** As of PrepareStep. */
  readonly hashed: number;
}

interface FillMeans extends PrepareOptOutsInput {
  readonly salt: Uint8Array;
  readonly sealing: Sealing;
  readonly keys: OptOutKeys;
  readonly known: KnownKeys | undefined;
  /** Lists must not have lost most of these lines. */
  readonly before: LinesOfLists | undefined;
}

async function fill(
  database: Database.Database,
  layout: SnapshotLayout,
  {
    lists,
    lockTimeoutMs,
    keysInUse,
    storageKey,
    engine,
    clock,
    progress,
    salt,
    sealing,
    keys,
    known,
    before,
  }: FillMeans,
): Promise<Written> {
  // Whoever opts out while it is read is on the next list.
  const readAt = clock.now().toISOString();
  const asAt = readAt.slice(0, 10);
  database.exec('BEGIN');
  const writer = new OptOutsWriter(database, { layout, storageKey, salt, sealing, engine, known });
  const step = (phase: PreparePhase, rows: number): void => progress?.({ phase, rows, hashed: writer.hashed });
  step('reading', 0);
  const { lines, linesOfLists, ...trouble } = await writeLines(writer, {
    lists,
    lockTimeoutMs,
    keysInUse,
    keys,
    progress: (rows) => step('reading', rows),
  });
  assertNotShorter({ lines, linesOfLists }, before);
  step('digesting', lines);
  const digest = keys.digest();
  const snapshot = snapshotId(layout, digest, storageKey);
  const { content } = await digestSnapshot(database, layout, {
    ...{ asAt, storageKey, slotsOf: () => [], elementIn: () => NOTHING, turn: () => step('digesting', lines) },
  });
  const read: ListsRead = { digest, readAt, lines, linesOfLists };
  const head = {
    ...{ snapshot, asAt, salt: toHex(salt) },
    linkage: statisticsText([]),
    rejected: rejectedText({ rows: lines, rejected: 0, reasons: [] }),
    consent: factsText(read),
  };
  writer.insertMeta([
    ...layout.facts,
    ['snapshot', snapshot],
    ['as-at', asAt],
    ['salt', head.salt],
    ['linkage', head.linkage],
    ['rejected', head.rejected],
    ['consent', head.consent],
    ['mac', headMac(layout, head, storageKey, content)],
    ['prepared-at', clock.now().toISOString()],
    ['records', String(writer.records)],
  ]);
  database.exec('COMMIT');
  return { ...read, ...trouble, snapshot, hashed: writer.hashed };
}

async function writeLines(writer: OptOutsWriter, options: Omit<ReadOptOutsOptions, 'take'>): Promise<OptOutLines> {
  try {
    const read = await readOptOuts({ ...options, take: (added) => writer.add(added) });
    await writer.finish();
    return read;
  } finally {
    writer.wipe();
  }
}

/**
 * The same for the same people on whatever day they are read and in whatever order: a run asks the same again where the
 * lists are the same.
 */
function snapshotId({ facts }: SnapshotLayout, digest: string, storageKey: Uint8Array): string {
  const id = new PrefixedHmac(deriveKey(storageKey, NOTHING, 'id'));
  id.text(JSON.stringify([...facts]));
  id.text(digest);
  return toHex(id.digest());
}
