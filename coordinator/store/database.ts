import Database from 'better-sqlite3';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../core/base/index.js';
import { packagePath } from '../../runtime/index.js';
import { CoordinatorError } from '../errors.js';

/** What a file is for. */
export interface DatabaseKind {
  /** Marks a file as ours, so that another program's database is never migrated. */
  readonly applicationId: number;
  /** Folder of the migrations, below the package's root. */
  readonly migrations: readonly string[];
  /** Whether several processes may have it open at once. */
  readonly shared: boolean;
}

/** Runs and releases ("Tsck"): two coordinators on one database would end each other's runs. */
const RUNS: DatabaseKind = {
  applicationId: 0x5473636b,
  migrations: ['coordinator', 'store', 'migrations'],
  shared: false,
};

/** How long to wait for a coordinator that is still stopping. */
const LOCK_WAIT_MS = 2_000;

const MEMORY = ':memory:';

/**
 * Opens a database of the coordinator and brings its schema up to date. Unless its kind is shared, the file is locked
 * for as long as it is open.
 *
 * Thrown when another process has it open: CoordinatorError DATABASE_LOCKED; when it was made by a newer version of
 * this program, or not by this program: SCHEMA_UNKNOWN; when it can't be opened or written: DATABASE_UNREADABLE.
 */
export function openDatabase(file: string, kind: DatabaseKind = RUNS): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (file !== MEMORY) {
      mkdirSync(dirname(file), { recursive: true });
      closeSync(openSync(file, 'a', 0o600));
    }
    database = new Database(file, { timeout: LOCK_WAIT_MS });
    if (!kind.shared) database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database, file, kind);
    return database;
  } catch (cause) {
    database?.close();
    throw asCoordinatorError(cause, file);
  }
}

function migrate(database: Database.Database, file: string, { applicationId, migrations: folder }: DatabaseKind): void {
  const migrations = readMigrations(packagePath(...folder));
  database.exec('BEGIN EXCLUSIVE');
  try {
    const version = database.pragma('user_version', { simple: true });
    const owner = database.pragma('application_id', { simple: true });
    const isNew = version === 0 && owner === 0 && database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
    if (!isNew && owner !== applicationId) {
      throw new CoordinatorError('SCHEMA_UNKNOWN', `${file} is a database of another program: name another file.`);
    }
    if (typeof version !== 'number' || version > migrations.length) {
      throw new CoordinatorError(
        'SCHEMA_UNKNOWN',
        `${file} was written by a newer version of the coordinator (schema ${String(version)}, this version knows ` +
          `${migrations.length}): start that version, or name another file.`,
      );
    }
    for (const sql of migrations.slice(version)) database.exec(sql);
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (cause) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}

/** The schema's history in order: `0001-….sql` is what makes version 1. */
function readMigrations(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name, index) => {
      if (Number(name.slice(0, 4)) !== index + 1) throw new RangeError(`migration ${name} is out of sequence`);
      return readFileSync(join(folder, name), 'utf8');
    });
}

function asCoordinatorError(cause: unknown, file: string): CoordinatorError {
  if (cause instanceof CoordinatorError) return cause;
  if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
    return new CoordinatorError(
      'DATABASE_LOCKED',
      `${file} is in use by another process: stop that coordinator first, or name another file.`,
      { cause },
    );
  }
  return new CoordinatorError('DATABASE_UNREADABLE', `${file} can't be used as a database: ${messageOf(cause)}.`, {
    cause,
  });
}
