import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { PatternSearch } from './find-patterns.js';

const PIECE_BYTES = 16 * 1_048_576;

/** Whether this system lets a test read the memory of a process that it started. */
export const canReadMemory: boolean = process.platform === 'linux';

/** All writable memory of a process, range by range, each in pieces. */
export type MemoryCopy = readonly (readonly Buffer[])[];

/**
 * Copies it at once. Whoever wants one state of a process stops it for that, and lets it go on before the copy is
 * searched: searching takes seconds, in which its peers would take it for lost.
 */
export function copyMemory(pid: number): MemoryCopy {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return writableRanges(pid).map(({ from, to }) => {
      const pieces: Buffer[] = [];
      for (let at = from; at < to; at += PIECE_BYTES) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - at));
        const read = readSome(memory, piece, piece.length, at);
        if (read === 0) break;
        pieces.push(piece.subarray(0, read));
      }
      return pieces;
    });
  } finally {
    closeSync(memory);
  }
}

export function searchMemory(copy: MemoryCopy, search: PatternSearch): void {
  for (const pieces of copy) {
    search.cut();
    for (const piece of pieces) search.add(piece);
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
