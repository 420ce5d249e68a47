import { join } from 'node:path';

const SNAPSHOT_SUFFIX = '.snapshot';

/** The files of one dataset in the directory of snapshots. Datasets' names have no character that means anything here. */
export interface SnapshotFiles {
  /** The snapshot in force. */
  readonly snapshot: string;
  /** The next one, while it is made. Worth nothing after a crash. */
  readonly unfinished: string;
  /** What was hashed for the next one so far: all that a prepare takes over from one that was interrupted. */
  readonly journal: string;
  /** What doesn't fit in memory, without a name from the moment it is open (ScratchFile). */
  readonly scratch: string;
  /** Holds nothing; who has it locked may write the others. */
  readonly lock: string;
}

export function snapshotFiles(directory: string, dataset: string): SnapshotFiles {
  const snapshot = join(directory, `${dataset}${SNAPSHOT_SUFFIX}`);
  return {
    snapshot,
    unfinished: `${snapshot}.new`,
    journal: `${snapshot}.journal`,
    scratch: `${snapshot}.scratch`,
    lock: `${snapshot}.lock`,
  };
}

export function isSnapshotFile(name: string): boolean {
  return name.endsWith(SNAPSHOT_SUFFIX);
}
