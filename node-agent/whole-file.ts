import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

import { NodeError } from './errors.js';
import { PRIVATE_FILE_MODE } from './key-files.js';
import { systemCode } from './system-codes.js';

export interface ReplaceFileOptions {
  /** Permissions, whatever the process's mask says. */
  readonly mode: number;
  /** Whether it is there after a power cut, too. */
  readonly durably: boolean;
}

/**
 * Puts a content in the place of what the file said, so that whoever reads it, also after a crash, finds all of it or what
 * was there before. Where the path is a symbolic link, the file behind it is replaced and the link stays: somebody else
 * reads or manages that file. Thrown when it can't be written: what the operating system says; the file is as it was.
 */
export function replaceFile(file: string, content: string | Uint8Array, { mode, durably }: ReplaceFileOptions): void {
  const real = behindLinks(file);
  const half = `${real}.half`;
  try {
    writeNew(half, content, { mode, durably });
    renameSync(half, real);
  } catch (thrown) {
    // On a full disk what was begun takes space that somebody needs.
    rmSync(half, { force: true });
    throw thrown;
  }
  if (durably) syncFolderOf(real);
}

/** As `replaceFile`, durably. Thrown when it can't be written: NodeError FILE_UNWRITABLE. */
export function writeWholeFile(file: string, content: string | Uint8Array, mode: number): void {
  writing(file, () => replaceFile(file, content, { mode, durably: true }));
}

/**
 * Makes a file where there is none yet, durably and whole; of two who do so at once only one does. `half` ends the name of what
 * is written first: nobody else may use it. Thrown when it can't: what the operating system says, EEXIST where there is one.
 */
export function createWholeFile(file: string, content: string | Uint8Array, mode: number, half: string): void {
  const real = behindLinks(file);
  const unnamed = `${real}.${half}`;
  try {
    writeNew(unnamed, content, { mode, durably: true });
    // Unlike a rename it never takes the place of another's.
    linkSync(unnamed, real);
  } finally {
    rmSync(unnamed, { force: true });
  }
  syncFolderOf(real);
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

/** Writes all of a file, or throws: a disk that is nearly full takes a part of it, and only says so when asked for the rest. */
function writeNew(file: string, content: string | Uint8Array, { mode, durably }: ReplaceFileOptions): void {
  const descriptor = openSync(file, 'w', mode);
  try {
    fchmodSync(descriptor, mode);
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; at += writeSync(descriptor, bytes, at));
    if (durably) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Takes the place of `to`, and is on the disk when it has. */
export function moveFile(from: string, to: string): void {
  renameSync(from, to);
  syncFolderOf(to);
}

/** What has got or lost its name in the file's folder is on the disk so. */
export function syncFolderOf(file: string): void {
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The file that a path means, whether it is there yet or not: the path itself where no symbolic link is. */
export function behindLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch (thrown) {
    if (systemCode(thrown) !== 'ENOENT') throw thrown;
    // A link to a file that isn't there yet; of those that go in a circle the system has said so by now.
    const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return isLink ? behindLinks(resolve(realpathSync(dirname(file)), readlinkSync(file))) : file;
  }
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
