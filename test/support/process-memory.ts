import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { PatternSearch } from './find-patterns.js';

const PIECE_BYTES = 16 * 1_048_576;

/** Whether this system lets a test read the memory of a process that it started. */
export const canReadMemory: boolean = process.platform === 'linux';

/** Looks through all writable memory of a process. */
export function searchMemory(pid: number, search: PatternSearch): void {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (const { from, to } of writableRanges(pid)) {
      search.cut();
      for (let at = from; at < to; at += PIECE_BYTES) {
        const read = readSome(memory, piece, Math.min(PIECE_BYTES, to - at), at);
        if (read === 0) break;
        search.add(piece.subarray(0, read));
      }
    }
  } finally {
    closeSync(memory);
  }
}

function writableRanges(pid: number): { readonly from: number; readonly to: number }[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from = '', to = '', permissions = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
      return permissions.startsWith('rw') ? [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }] : [];
    });
}

/** A range may go while it is read: what is gone can't be looked at. */
function readSome(memory: number, piece: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, piece, 0, length, at);
  } catch {
    return 0;
  }
}

/** Looks through every file below a folder. */
export function searchFolder(folder: string, search: PatternSearch): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      searchFolder(path, search);
      continue;
    }
    search.cut();
    search.add(readFileSync(path));
  }
}
