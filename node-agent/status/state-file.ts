import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';

import { NodeError } from '../errors.js';
import { MAX_FILE_BYTES, PRIVATE_FILE_MODE } from '../key-files.js';
import { systemCode } from '../system-codes.js';
import { replaceFile, syncFolderOf } from '../../runtime/index.js';

/*
 * Small files beside the ledger by which a running node and its commands tell each other something. Whoever reads one
 * finds it as it was before or after, whenever the writer was killed.
 */

/**
 * Puts a text in the place of what the file said, as `replaceFile`. `durably`: it is there after a power cut, too. `mode`:
 * who may read it. Thrown when it can't be written: NodeError STATE_FILE_UNUSABLE; the file is as it was.
 */
export function writeStateFile(file: string, text: string, durably: boolean, mode = PRIVATE_FILE_MODE): void {
  translated(file, () => replaceFile(file, text, { mode, durably }));
}

/** Durably makes an empty file where there is none; one that is there stays. Thrown when it can't: NodeError STATE_FILE_UNUSABLE. */
export function touchStateFile(file: string): void {
  translated(file, () => {
    closeSync(openSync(file, 'a', PRIVATE_FILE_MODE));
    syncFolderOf(file);
  });
}

/** Durably. Thrown when it can't be taken away: NodeError STATE_FILE_UNUSABLE. */
export function removeStateFile(file: string): void {
  translated(file, () => {
    rmSync(file, { force: true });
    syncFolderOf(file);
  });
}

/** Undefined where there is no such file. Thrown when it can't be read: NodeError STATE_FILE_UNUSABLE. */
export function readStateFile(file: string): string | undefined {
  return translated(file, () => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.size > MAX_FILE_BYTES) throw new RangeError('too large');
    try {
      return readFileSync(file, 'utf8');
    } catch (thrown) {
      // Taken away since.
      if (systemCode(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
  });
}

function translated<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new NodeError(
      'STATE_FILE_UNUSABLE',
      `${file} can't be used (${systemCode(cause) ?? 'it is not what was written there'}): check its folder, the ` +
        'permissions and the space left.',
      { cause },
    );
  }
}
