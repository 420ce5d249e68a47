import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { PreparePhase } from '../../../node-agent/snapshot/prepare.js';

const child = fileURLToPath(new URL('prepare-and-die.ts', import.meta.url));

/** When a prepare is to be killed beside its phase: so many rows in all, and so many keys hashed. */
export interface Midway {
  readonly rows: number;
  readonly hashed: number;
}

/** Prepares in a process of its own that is killed on reaching a phase. Thrown when it isn't: Error. */
export function prepareAndDie(folder: string, phase: PreparePhase, midway?: Midway): Promise<void> {
  const more = midway === undefined ? [] : [String(midway.rows), String(midway.hashed)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--import', 'tsx', child, folder, phase, ...more], (error, _stdout, stderr) => {
      if (error === null) reject(new Error('the process was not killed'));
      else if (error.signal === 'SIGKILL') resolve();
      else reject(new Error(stderr));
    });
  });
}
