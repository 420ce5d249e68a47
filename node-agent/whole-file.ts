import { randomUUID } from 'node:crypto';

import { createWholeFile, replaceFile, systemCode } from '../runtime/index.js';
import { NodeError } from './errors.js';
import { PRIVATE_FILE_MODE } from './key-files.js';

/** As `replaceFile`, durably. Thrown when it can't be written: NodeError FILE_UNWRITABLE. */
export function writeWholeFile(file: string, content: string | Uint8Array, mode: number): void {
  writing(file, () => replaceFile(file, content, { mode, durably: true }));
}

/**
 * As `createWholeFile`, for its owner alone. False, and nothing is written, where there is one already: also one that somebody
 * else has made just now. Thrown when it can't be written: NodeError FILE_UNWRITABLE.
 */
export function createSecretFile(file: string, content: string | Uint8Array): boolean {
  return writing(file, () => {
    try {
      // A name that no other process draws.
      createWholeFile(file, content, PRIVATE_FILE_MODE, `${randomUUID()}.half`);
      return true;
    } catch (thrown) {
      if (systemCode(thrown) === 'EEXIST') return false;
      throw thrown;
    }
  });
}

/** Thrown when the file can't be written: NodeError FILE_UNWRITABLE. */
export function writing<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof NodeError) throw thrown;
    throw new NodeError(
      'FILE_UNWRITABLE',
      `${file} can't be written (${systemCode(thrown) ?? 'unexpected error'}): check that its folder is there, is this user’s, and has space left.`,
      { cause: thrown },
    );
  }
}
