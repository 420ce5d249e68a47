import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { withoutSpaceAround } from '../core/base/index.js';
import { CliError } from './errors.js';

/** Thrown when it can't be read: CliError FILE_UNREADABLE. */
export function readFile(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${file} can't be read: check its path and permissions.`, { cause });
  }
}

/** Something signed, as it was signed: editors put an end of line after it. Thrown when it can't be read: CliError FILE_UNREADABLE. */
export function readSigned(file: string): Uint8Array {
  return withoutSpaceAround(readFile(file));
}

/** Thrown when it can't be read or isn't UTF-8: CliError FILE_UNREADABLE. */
export function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFile(file));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('FILE_UNREADABLE', `${file} is not text in UTF-8.`, { cause });
  }
}

/** Readable by whoever runs the command, and nobody else. */
export const SECRET_FILE_MODE = 0o600;

/** Thrown when the file is there already: CliError FILE_EXISTS; when it can't be written: FILE_UNWRITABLE. */
export function writeNewFile(file: string, bytes: Uint8Array, mode?: number): void {
  try {
    writeFileSync(file, bytes, { flag: 'wx', ...(mode === undefined ? {} : { mode }) });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${file} exists already: name a new file.`, { cause });
    }
    throw new CliError('FILE_UNWRITABLE', `${file} can't be written: check its folder and permissions.`, { cause });
  }
}

/**
 * Makes a file anew from what it was (undefined where it wasn't), so that whoever reads it, also after a crash, finds all
 * of it or what was there before. Meanwhile nobody else changes it this way: the unfinished file beside it keeps them out,
 * from before the file is read until the unfinished one has become it.
 * Thrown when it is being changed, or can't be written: CliError FILE_UNWRITABLE; else whatever `change` throws, and
 * nothing has changed then.
 */
export function replaceFile(named: string, change: (before: Uint8Array | undefined) => Uint8Array): void {
  // A link stays one: what it leads to is what others have.
  const file = existsSync(named) ? realpathSync(named) : named;
  const unfinished = `${file}.unfinished`;
  let descriptor: number;
  try {
    descriptor = openSync(unfinished, 'wx');
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const message = isThere
      ? `${file} is being changed by another command. If none is running, one was interrupted: remove ${unfinished}.`
      : `${file} can't be written: check its folder and permissions.`;
    throw new CliError('FILE_UNWRITABLE', message, { cause });
  }
  try {
    const after = change(existsSync(file) ? readFile(file) : undefined);
    inPlace(file, () => {
      // Those who could read and change it still can.
      if (existsSync(file)) fchmodSync(descriptor, statSync(file).mode);
      writeFileSync(descriptor, after);
      fsyncSync(descriptor);
      renameSync(unfinished, file);
    });
  } catch (thrown) {
    // Only here: once the unfinished file has become the file, another of its name is another command's.
    rmSync(unfinished, { force: true });
    throw thrown;
  } finally {
    closeSync(descriptor);
  }
  inPlace(file, () => syncFolder(dirname(file)));
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function inPlace(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', `${file} can't be written: check its folder and permissions.`, { cause });
  }
}
