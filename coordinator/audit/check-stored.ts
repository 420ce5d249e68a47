import {
  frontierOf,
  frontierRoot,
  hashesBefore,
  leafHash,
  nodeHash,
  verifyConsistency,
} from '../../core/audit/index.js';
import type { TreeHead } from '../../core/audit/index.js';
import { equalBytes } from '../../core/base/index.js';
import type { Steps } from '../../core/base/index.js';
import { CoordinatorError } from '../errors.js';
import type { AuditStore } from './audit-store.js';

/** Entries read and hashed in one step. */
const STEP_ENTRIES = 256;

/**
 * What doesn't fit in a stored log, in words; undefined where all does: that as many entries and hashes are there as the
 * head says, that they give its root, that they continue the last checkpoint, and that the entries from index `from` on
 * have the hashes that are stored for them.
 */
export function* checkStored(
  store: AuditStore,
  head: TreeHead,
  last: TreeHead | undefined,
  from: number,
): Steps<string | undefined> {
  if (store.countEntries() !== head.size || store.countHashes() !== hashesBefore(head.size)) {
    return 'it has not as many entries and hashes as it says';
  }
  try {
    if (!hasRoot(store, head)) return 'its hashes do not give its root';
    if (last !== undefined && (last.size > head.size || !hasRoot(store, last))) {
      return 'it does not continue its last checkpoint';
    }
    for (let first = from; first < head.size; first += STEP_ENTRIES) {
      const end = Math.min(first + STEP_ENTRIES, head.size);
      const entries = store.getEntries(first, end);
      if (entries.length !== end - first) return 'an entry is missing';
      for (const [place, entry] of entries.entries()) {
        if (!fits(store, first + place, entry)) return `entry ${first + place} is not what was added`;
      }
      yield;
    }
    return undefined;
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'a hash is missing';
    throw thrown;
  }
}

function hasRoot(store: AuditStore, { size, root }: TreeHead): boolean {
  return verifyConsistency({ size, root: frontierRoot(frontierOf(store, size)) }, { size, root }, []);
}

/** Whether an entry has its leaf's hash, and every subtree that it made full the hash of its two halves. */
function fits(store: AuditStore, index: number, entry: Uint8Array): boolean {
  if (!equalBytes(store.hash(0, index), leafHash(entry))) return false;
  let place = index;
  for (let level = 1; place % 2 === 1; level += 1) {
    place = (place - 1) / 2;
    const joined = nodeHash(store.hash(level - 1, 2 * place), store.hash(level - 1, 2 * place + 1));
    if (!equalBytes(store.hash(level, place), joined)) return false;
  }
  return true;
}

/** Thrown when there is a problem: CoordinatorError AUDIT_LOG_DAMAGED. */
export function found(problem: string | undefined, file: string): void {
  if (problem !== undefined) throw damaged(file, problem);
}

export function damaged(file: string, problem: string, cause?: unknown): CoordinatorError {
  return new CoordinatorError(
    'AUDIT_LOG_DAMAGED',
    `${file} is damaged: ${problem}. Add nothing to it: restore the newest backup, and tell the agencies.`,
    { cause },
  );
}
