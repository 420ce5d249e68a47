import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { NodeError } from '../errors.js';
import { PRIVATE_FILE_MODE } from '../key-files.js';
import { isLocked, systemCode } from '../system-codes.js';

/** For how long a prepare waits for another one of the same dataset: longer than lists take, so that timers may meet. */
export const PREPARE_WAIT_MS = 600_000;
const POLL_MS = 100;

export interface PrepareWait {
  /** PREPARE_WAIT_MS when it isn't given. */
  readonly mostMs?: number | undefined;
  /** Called every tenth of a second; what it throws ends the wait. */
  readonly waiting?: (() => void) | undefined;
}

/**
 * Lets one prepare at a time work on a dataset, across processes; another waits for it. The lock is SQLite's own, which the
 * operating system gives back when its holder dies, so a crash never leaves it behind.
 * Thrown when another prepare has it still: NodeError PREPARE_IN_PROGRESS.
 */
export async function withPrepareLock<T>(
  file: string,
  dataset: string,
  wait: PrepareWait,
  work: () => Promise<T>,
): Promise<T> {
  createOnce(file);
  const lock = new Database(file, { timeout: 0 });
  try {
    await locked(lock, dataset, wait);
    return await work();
  } finally {
    lock.close();
  }
}

async function locked(
  lock: Database.Database,
  dataset: string,
  { mostMs = PREPARE_WAIT_MS, waiting }: PrepareWait,
): Promise<void> {
  for (let waitedMs = 0; !isTaken(lock); waitedMs += POLL_MS) {
    if (waitedMs >= mostMs) {
      throw new NodeError('PREPARE_IN_PROGRESS', `${dataset} is being prepared already: wait until that has finished.`);
    }
    waiting?.();
    // Not SQLite's own wait, which would stop this process, also from being asked to end.
    await setTimeout(POLL_MS);
  }
}

function isTaken(lock: Database.Database): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (thrown) {
    if (!isLocked(thrown)) throw thrown;
    return false;
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
