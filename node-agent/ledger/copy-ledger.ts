import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';

import { NodeError } from '../errors.js';
import { PRIVATE_FILE_MODE } from '../key-files.js';
import { moveFile } from '../../runtime/index.js';
import { writing } from '../whole-file.js';
import { Ledger } from './ledger.js';
import type { LedgerHead, LedgerOptions } from './ledger.js';

/**
 * Writes a copy of a ledger, also while a node writes it: one file, of one moment, that only its owner may read. It has
 * been read through and is on the disk when it gets its name.
 * Thrown when there is a file of that name: NodeError FILE_EXISTS; when it can't be written: FILE_UNWRITABLE; else as
 * `Ledger.read`. Then there is no copy.
 */
export function copyLedger(options: Omit<LedgerOptions, 'clock'>, to: string): LedgerHead {
  // The copy before may be all that somebody has.
  if (existsSync(to)) throw new NodeError('FILE_EXISTS', `${to} is there already: name a new file.`);
  const ledger = Ledger.read(options);
  const half = `${to}.half`;
  try {
    return writing(to, () => {
      rmSync(half, { force: true });
      closeSync(openSync(half, 'wx', PRIVATE_FILE_MODE));
      ledger.writeCopy(half);
      const head = headOf({ ...options, file: half });
      sync(half);
      moveFile(half, to);
      return head;
    });
  } finally {
    ledger.close();
    rmSync(half, { force: true });
  }
}

/** Reads it through. */
function headOf(options: Omit<LedgerOptions, 'clock'>): LedgerHead {
  const copy = Ledger.read(options);
  try {
    return copy.head;
  } finally {
    copy.close();
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
