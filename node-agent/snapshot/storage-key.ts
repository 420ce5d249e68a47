import { existsSync, readdirSync } from 'node:fs';

import { toHex } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { NodeError } from '../errors.js';
import { PRIVATE_FILE_MODE, readSecretFile } from '../key-files.js';
import { systemCode } from '../system-codes.js';
import { createWholeFile } from '../../runtime/index.js';
import { isSnapshotFile } from './snapshot-files.js';

/** Bytes of the key under which an agency seals the match keys in its snapshots. */
export const STORAGE_KEY_BYTES = 32;
/** Of the name under which a new key is written, which no other process draws. */
const HALF_NAME_BYTES = 8;

/**
 * Thrown when there is no key: NodeError STORAGE_KEY_MISSING; when it is no use: KEY_FILE_EXPOSED, KEY_FILE_INVALID,
 * FILE_UNREADABLE.
 */
export function readStorageKey(file: string): Uint8Array {
  if (!existsSync(file)) {
    throw new NodeError(
      'STORAGE_KEY_MISSING',
      `There is no storage key ${file}: correct its path, or run \`prepare\`, which makes it with the first snapshot.`,
    );
  }
  const key = readSecretFile(file);
  if (key.length !== STORAGE_KEY_BYTES) {
    throw new NodeError(
      'KEY_FILE_INVALID',
      `${file} is not a storage key: it has ${key.length} bytes instead of ${STORAGE_KEY_BYTES}. Put the key back from your ` +
        'backup; where there is no copy, or no snapshot was made yet, delete the file and run `prepare`, which makes another.',
    );
  }
  return key;
}

/**
 * The key for a new snapshot. An agency's first `prepare` makes it; from then on it is never replaced silently, for
 * what was sealed under a lost key can't be read again.
 * Thrown when it is missing though there are snapshots: NodeError STORAGE_KEY_MISSING; else as `readStorageKey`.
 */
export function readOrCreateStorageKey(file: string, snapshotDirectory: string, rng: Rng): Uint8Array {
  if (existsSync(file)) return readStorageKey(file);
  if (existsSync(snapshotDirectory) && readdirSync(snapshotDirectory).some(isSnapshotFile)) {
    throw new NodeError(
      'STORAGE_KEY_MISSING',
      `The storage key ${file} is gone, but ${snapshotDirectory} holds snapshots sealed under it: put the key back, or delete the snapshots and prepare again.`,
    );
  }
  const key = rng.bytes(STORAGE_KEY_BYTES);
  try {
    createWholeFile(file, key, PRIVATE_FILE_MODE, `${toHex(rng.bytes(HALF_NAME_BYTES))}.half`);
  } catch (thrown) {
    // Another prepare was quicker: both go on with its key.
    if (systemCode(thrown) === 'EEXIST') return readStorageKey(file);
    throw new NodeError(
      'SNAPSHOT_WRITE_FAILED',
      `The storage key ${file} can't be written (${systemCode(thrown) ?? 'unexpected error'}): check the directory and the space left.`,
      { cause: thrown },
    );
  }
  return key;
}
