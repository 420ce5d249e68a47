import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { snapshotFiles } from './snapshot-files.js';
import { readMeta } from './snapshot-reader.js';

/** The snapshot of a dataset that is in its place, as its file says: none, one whose id can't be read, or this one. */
export type SnapshotInPlace =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'snapshot'; readonly snapshot: string };

/**
 * What `prepare` is going to replace, for words about it only: nothing is checked. It never throws, for a snapshot that is
 * no use any more is a reason to make a new one.
 */
export function snapshotInPlace(directory: string, dataset: string): SnapshotInPlace {
  const file = snapshotFiles(directory, dataset).snapshot;
  if (!existsSync(file)) return { kind: 'none' };
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true });
    const snapshot = readMeta(database).get('snapshot');
    return snapshot === undefined ? { kind: 'unreadable' } : { kind: 'snapshot', snapshot };
  } catch {
    return { kind: 'unreadable' };
  } finally {
    database?.close();
  }
}
