import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './errors.js';

/** Thrown when it can't be read: CliError FILE_UNREADABLE. */
export function readFile(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${file} can't be read: check its path and permissions.`, { cause });
  }
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

/** The files of a folder that end so, in the order of their names. Thrown when it can't be read: CliError FILE_UNREADABLE. */
export function listFiles(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${folder} can't be read as a folder.`, { cause });
  }
}

/** Thrown when the file is there already: CliError FILE_EXISTS; when it can't be written: FILE_UNWRITABLE. */
export function writeNewFile(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new CliError('FILE_EXISTS', `${file} exists already: name a new file.`, { cause });
    }
    throw new CliError('FILE_UNWRITABLE', `${file} can't be written: check its folder and permissions.`, { cause });
  }
}
