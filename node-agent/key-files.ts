import { readFileSync, statSync } from 'node:fs';

import { NodeError } from './errors.js';
import { systemCode } from './system-codes.js';

/** Permissions of files that only this process's user may read. */
export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_DIRECTORY_MODE = 0o700;
const READABLE_BY_OTHERS = 0o077;

/** A file is read whole into memory, so it has a bound: keys, rosters and definitions are far smaller. */
export const MAX_FILE_BYTES = 1_048_576;

/**
 * Reads a file that holds a secret. Thrown when it is missing, when others than its owner may read or write it, or when
 * it can't be read: NodeError KEY_FILE_MISSING, KEY_FILE_EXPOSED, FILE_UNREADABLE.
 */
export function readSecretFile(file: string): Uint8Array {
  const mode = modeOf(file);
  if (mode === undefined) {
    throw new NodeError('KEY_FILE_MISSING', `There is no key file ${file}: correct its path, or put the key there.`);
  }
  if ((mode & READABLE_BY_OTHERS) !== 0) {
    throw new NodeError(
      'KEY_FILE_EXPOSED',
      `Others than its owner may use the key file ${file}: run \`chmod 600 ${file}\`.`,
    );
  }
  return readFile(file);
}

/** Thrown when the file can't be read or is larger than MAX_FILE_BYTES: NodeError FILE_UNREADABLE. */
export function readFile(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) {
      throw new NodeError(
        'FILE_UNREADABLE',
        `${file} has more than ${MAX_FILE_BYTES} bytes: that is not the right file.`,
      );
    }
    return new Uint8Array(readFileSync(file));
  } catch (thrown) {
    if (thrown instanceof NodeError) throw thrown;
    throw new NodeError(
      'FILE_UNREADABLE',
      `${file} can't be read (${systemCode(thrown) ?? 'unexpected error'}): check its path and that this user may read it.`,
      { cause: thrown },
    );
  }
}

function modeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mode;
}
