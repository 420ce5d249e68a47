import { closeSync, openSync } from 'node:fs';

import Database from 'better-sqlite3';

import { NodeError } from '../errors.js';
import { PRIVATE_FILE_MODE } from '../key-files.js';
import { isLocked, systemCode } from '../system-codes.js';

/**
 * Lets one prepare at a time work on a dataset, across processes. The lock is SQLite's own, which the operating system
 * gives back when its holder dies, so a crash never leaves it behind.
 * Thrown when another prepare has it: NodeError PREPARE_IN_PROGRESS.
 */
export async function withPrepareLock<T>(file: string, dataset: string, work: () => Promise<T>): Promise<T> {
  createOnce(file);
  const lock = new Database(file, { timeout: 0 });
  try {
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (thrown) {
      if (!isLocked(thrown)) throw thrown;
      throw new NodeError('PREPARE_IN_PROGRESS', `${dataset} is being prepared already: wait until that has finished.`);
    }
    return await work();
  } finally {
    lock.close();
  }
}

/** Never opens a file that is there: closing it again would give back a lock that this process holds on it (POSIX). */
function createOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE_MODE));
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
  }
}
