import type Database from 'better-sqlite3';
import { z } from 'zod';

import { hashPosition } from '../../core/audit/index.js';
import type { SubtreeHashes, TreeHead } from '../../core/audit/index.js';
import { openDatabase } from '../store/database.js';
import type { DatabaseKind } from '../store/database.js';

/** What the log's database says of itself. */
export interface StoredHead extends TreeHead {
  readonly origin: string;
}

/** Entries from a number on, and what they add to the tree. */
export interface NewEntries {
  readonly entries: readonly Uint8Array[];
  readonly hashes: readonly Uint8Array[];
  readonly head: TreeHead;
}

/** A checkpoint's note; numbers grow as they are signed. */
export interface StoredCheckpoint {
  readonly number: number;
  readonly note: string;
}

/**
 * The log's tables. Every write is on the disk when its call returns: the database is written ahead and synchronised
 * with each transaction.
 */
export interface AuditStore extends SubtreeHashes {
  /** Undefined where the file is new. */
  getHead(): StoredHead | undefined;
  putHead(head: StoredHead): void;
  /** How many entries and hashes there are, by the last one's place. */
  countEntries(): number;
  countHashes(): number;
  /** All of it or nothing. */
  putEntries(added: NewEntries): void;
  /** From `first` to before `end`; those that are missing are left out. */
  getEntries(first: number, end: number): readonly Uint8Array[];
  /** The newest of all; those with a number in `dropped` go at the same time. */
  addCheckpoint(added: { readonly size: number; readonly note: string }, dropped: readonly number[]): void;
  changeCheckpoint(number: number, note: string): void;
  /** Those of a size, the newest first. */
  getCheckpoints(size: number): readonly StoredCheckpoint[];
  /** Of the largest size the newest. */
  getLastCheckpoint(): string | undefined;
  /** Sizes of all, ascending, each once. */
  getCheckpointSizes(): readonly number[];
  /** All that `work` writes, or nothing: what it throws takes it back. */
  together(work: () => void): void;
  close(): void;
}

/** "Tsau". One coordinator writes it; everybody else asks that one. */
const AUDIT: DatabaseKind = {
  applicationId: 0x54736175,
  migrations: ['coordinator', 'audit', 'migrations'],
  shared: false,
};

const headRow = z.object({ origin: z.string(), size: z.int(), root: z.instanceof(Uint8Array) });

const checkpointRow = z.object({ number: z.int(), note: z.string() });

/**
 * Thrown when the file can't be used: CoordinatorError DATABASE_LOCKED, DATABASE_UNREADABLE or SCHEMA_UNKNOWN; by `hash`,
 * when it isn't there: RangeError.
 */
export function openAuditStore(file: string): AuditStore {
  return storeIn(openDatabase(file, AUDIT));
}

export function storeIn(database: Database.Database): AuditStore {
  const insertEntry = database.prepare('INSERT INTO entries (number, bytes) VALUES (?, ?)');
  const insertHash = database.prepare('INSERT INTO hashes (position, hash) VALUES (?, ?)');
  const updateHead = database.prepare('UPDATE log SET size = ?, root = ?');
  const selectHash = database.prepare('SELECT hash FROM hashes WHERE position = ?').pluck();
  const selectEntries = database.prepare('SELECT bytes FROM entries WHERE number >= ? AND number < ? ORDER BY number');
  const selectNotes = database.prepare('SELECT number, note FROM checkpoints WHERE size = ? ORDER BY number DESC');
  const selectLastNote = database
    .prepare('SELECT note FROM checkpoints ORDER BY size DESC, number DESC LIMIT 1')
    .pluck();
  const insertNote = database.prepare('INSERT INTO checkpoints (size, note) VALUES (?, ?)');
  const deleteNote = database.prepare('DELETE FROM checkpoints WHERE number = ?');
  const numberOf = (sql: string): number => z.int().parse(database.prepare(sql).pluck().get());

  const putEntries = database.transaction(({ entries, hashes, head }: NewEntries, [entry, hash]: [number, number]) => {
    for (const [place, bytes] of entries.entries()) insertEntry.run(entry + place, bytes);
    for (const [place, bytes] of hashes.entries()) insertHash.run(hash + place, bytes);
    updateHead.run(head.size, head.root);
  });

  type Added = Parameters<AuditStore['addCheckpoint']>;
  const addCheckpoint = database.transaction(({ size, note }: Added[0], dropped: Added[1]) => {
    insertNote.run(size, note);
    for (const number of dropped) deleteNote.run(number);
  });

  const store: AuditStore = {
    getHead: () => {
      const row = database.prepare('SELECT origin, size, root FROM log').get();
      return row === undefined ? undefined : headRow.parse(row);
    },
    putHead: ({ origin, size, root }) => {
      database.prepare('INSERT INTO log (only, origin, size, root) VALUES (1, ?, ?, ?)').run(origin, size, root);
    },
    countEntries: () => numberOf('SELECT coalesce(max(number) + 1, 0) FROM entries'),
    countHashes: () => numberOf('SELECT coalesce(max(position) + 1, 0) FROM hashes'),
    putEntries: (added) => putEntries.immediate(added, [store.countEntries(), store.countHashes()]),
    getEntries: (first, end) =>
      selectEntries
        .pluck()
        .all(first, end)
        .map((bytes) => bytesOf(bytes)),
    hash: (level, index) => {
      const found = selectHash.get(hashPosition(level, index));
      if (found === undefined) throw new RangeError('a hash of the log is missing');
      return bytesOf(found);
    },
    addCheckpoint: (added, dropped) => addCheckpoint.immediate(added, dropped),
    changeCheckpoint: (number, note) => {
      database.prepare('UPDATE checkpoints SET note = ? WHERE number = ?').run(note, number);
    },
    getCheckpoints: (size) => z.array(checkpointRow).parse(selectNotes.all(size)),
    getLastCheckpoint: () => z.string().optional().parse(selectLastNote.get()),
    getCheckpointSizes: () =>
      z.array(z.int()).parse(database.prepare('SELECT DISTINCT size FROM checkpoints ORDER BY size').pluck().all()),
    together: (work) => database.transaction(work).immediate(),
    close: () => {
      database.close();
    },
  };
  return store;
}

/** Without the Buffer's own methods, so that a hash is the same kind of thing wherever it comes from. */
function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(z.instanceof(Uint8Array).parse(value));
}
