import { closeSync, openSync, statSync } from 'node:fs';

import Database from 'better-sqlite3';

import { CodedError } from '../../core/base/index.js';
import { NodeError } from '../errors.js';
import { PRIVATE_FILE_MODE } from '../key-files.js';
import { isLocked, sqliteCode, systemCode } from '../system-codes.js';

/** Version of the file's own form; another one can't be read. */
export const LEDGER_FORMAT = 1;
/** Tells a ledger from any other SQLite database: "tlly" as a number. */
const APPLICATION_ID = 0x746c_6c79;
const USED_BY_OTHERS = 0o077;

const TABLES = `
  CREATE TABLE whose (federation TEXT NOT NULL, agency TEXT NOT NULL) STRICT;
  CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER never_changed BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
  CREATE TRIGGER never_deleted BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;`;

/** Whose ledger a file is. */
export interface LedgerOwner {
  readonly federation: string;
  readonly agency: string;
}

/**
 * Keeps a second node from writing the same ledger, across processes: two of them could each spend what is left. Like
 * that of `prepare` the lock is SQLite's own, which the operating system gives back when its holder dies. It is on a
 * file of its own, so that the ledger can be read while a node runs.
 * Thrown when another node has it: NodeError LEDGER_IN_USE.
 */
export function lockLedger(file: string): Database.Database {
  const lockFile = `${file}.lock`;
  createOnce(lockFile);
  const lock = new Database(lockFile, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (thrown) {
    lock.close();
    if (!isLocked(thrown)) throw thrown;
    throw new NodeError(
      'LEDGER_IN_USE',
      `Another node keeps its ledger in ${file}: stop that node, or give this one a \`ledger\` of its own.`,
    );
  }
}

/** The ledger, to be written by whoever holds its lock; made when there is none. Thrown as `ledgerError` says. */
export function openForWriting(file: string, owner: LedgerOwner): Database.Database {
  createOnce(file);
  refuseExposed(file);
  const database = new Database(file);
  try {
    database.pragma('journal_mode = WAL');
    // A commit returns when the entry is on the disk: what was spent stays spent, also when the power goes.
    database.pragma('synchronous = FULL');
    database.transaction(() => createTables(database, owner)).immediate();
    refuseForeign(database, file, owner);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** The ledger as it stands, also while a node writes it. Thrown as `ledgerError` says. */
export function openForReading(file: string, owner: LedgerOwner): Database.Database {
  const database = openToLook(file);
  try {
    refuseForeign(database, file, owner);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function openToLook(file: string): Database.Database {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new NodeError('LEDGER_UNUSABLE', `There is no ledger ${file}: the node makes it when it first starts.`);
  }
  // Not read-only: after a crash of the node whoever opens the file next tidies up its journal.
  const database = new Database(file, { fileMustExist: true });
  try {
    database.pragma('query_only = ON');
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Whose ledger a file is, by what it says itself. Thrown as `ledgerError` says. */
export function ownerOf(file: string): LedgerOwner {
  const database = openToLook(file);
  try {
    return ownerIn(database, file);
  } finally {
    database.close();
  }
}

/** What SQLite and the system throw about the ledger, as the operator can act on it. */
export function ledgerError(file: string, thrown: unknown): unknown {
  const code = systemCode(thrown);
  if (thrown instanceof CodedError || code === undefined) return thrown;
  const damaged = sqliteCode(thrown) === 'SQLITE_NOTADB' || sqliteCode(thrown)?.startsWith('SQLITE_CORRUPT') === true;
  return damaged
    ? new NodeError('LEDGER_DAMAGED', `${file} is not a ledger, or is damaged: put the last copy of it back.`, {
        cause: thrown,
      })
    : new NodeError(
        'LEDGER_UNUSABLE',
        `The ledger ${file} can't be used (${code}): check the directory, its permissions and the space left.`,
        { cause: thrown },
      );
}

function createTables(database: Database.Database, { federation, agency }: LedgerOwner): void {
  const isEmpty = database.prepare<[], number>('SELECT COUNT(*) FROM sqlite_schema').pluck().get() === 0;
  if (!isEmpty) return;
  database.exec(TABLES);
  database.prepare('INSERT INTO whose (federation, agency) VALUES (?, ?)').run(federation, agency);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${LEDGER_FORMAT}`);
}

function refuseForeign(database: Database.Database, file: string, { federation, agency }: LedgerOwner): void {
  const whose = ownerIn(database, file);
  if (whose.federation === federation && whose.agency === agency) return;
  throw new NodeError(
    'LEDGER_UNUSABLE',
    `${file} is the ledger of ${whose.agency} in ${whose.federation}: correct \`ledger\`.`,
  );
}

function ownerIn(database: Database.Database, file: string): LedgerOwner {
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new NodeError('LEDGER_UNUSABLE', `${file} is not a ledger of a node: correct \`ledger\`.`);
  }
  if (database.pragma('user_version', { simple: true }) !== LEDGER_FORMAT) {
    throw new NodeError('LEDGER_UNUSABLE', `${file} was written by another version of this program: use that one.`);
  }
  const whose = database.prepare<[], LedgerOwner>('SELECT federation, agency FROM whose').get();
  if (whose !== undefined) return whose;
  throw new NodeError('LEDGER_UNUSABLE', `${file} doesn't say whose ledger it is: put the last copy of it back.`);
}

function refuseExposed(file: string): void {
  if ((statSync(file).mode & USED_BY_OTHERS) === 0) return;
  throw new NodeError('LEDGER_EXPOSED', `Others than its owner may use the ledger ${file}: run \`chmod 600 ${file}\`.`);
}

/** Never opens a file that is there: closing it again would give back a lock that this process holds on it (POSIX). */
function createOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE_MODE));
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
  }
}
