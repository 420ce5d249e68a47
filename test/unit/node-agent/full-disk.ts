import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { childProgram } from '../../support/child-program.js';

const child = fileURLToPath(new URL('write-or-say.ts', import.meta.url));
/** As POSIX says of `ulimit -f`. */
export const BLOCK_BYTES = 512;

export type Written =
  'state file' | 'whole file' | 'secret file' | 'storage key' | 'identity key' | 'console secret' | 'pause';

/** What came of writing: the code of what was thrown, or what was returned. */
export interface CameOf {
  readonly code?: string;
  readonly came?: unknown;
}

/**
 * Has a process of its own write that gets no file larger than so many blocks: the operating system then takes a part of
 * what is written and says nothing, and complains of the rest, as on a disk that is nearly full. None: not a byte.
 */
export function writeWithin(blocks: number, what: Written, file: string, characters: number): CameOf {
  return JSON.parse(runWithin(blocks, child, [what, file, String(characters)])) as CameOf;
}

/** What a script says on stdout that gets no file larger than so many blocks. */
export function runWithin(blocks: number, script: string, words: readonly string[]): string {
  const limited = ['-c', `ulimit -f ${blocks} && exec "$@"`, 'sh', process.execPath, ...childProgram(script), ...words];
  const { stdout, stderr, status } = spawnSync('sh', limited, {
    encoding: 'utf8',
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}
