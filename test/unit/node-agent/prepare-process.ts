import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { PreparePhase, PrepareStep } from '../../../node-agent/snapshot/prepare.js';
import { childProgram } from '../../support/child-program.js';

const child = fileURLToPath(new URL('prepare-and-die.ts', import.meta.url));

/** When a prepare is to be killed. */
export interface Moment {
  readonly phase: PreparePhase;
  /** Rows of the source; where it isn't given, two. */
  readonly rows?: number;
  /** How many of them, the first ones, are on an opt-out list; where it isn't given, there is no list. */
  readonly listed?: number;
  /** When so many keys have been hashed; where it isn't given, none. */
  readonly hashed?: number;
  /** At which of its steps in that phase, from 1 on, among those with so many hashed; where it isn't given, the first. */
  readonly step?: number;
}

/** Says of one step after the other whether it is the moment. */
export function diesAt({ phase, hashed = 0, step = 1 }: Moment): (step: PrepareStep) => boolean {
  let left = step;
  return (taken) => {
    if (taken.phase !== phase || taken.hashed < hashed) return false;
    left -= 1;
    return left === 0;
  };
}

/** Prepares in a process of its own that is killed at a moment. Thrown when it isn't: Error. */
export function prepareAndDie(folder: string, moment: Moment): Promise<void> {
  const args = [...childProgram(child), folder, JSON.stringify(moment)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, _stdout, stderr) => {
      if (error === null) reject(new Error('the process was not killed'));
      else if (error.signal === 'SIGKILL') resolve();
      else reject(new Error(stderr));
    });
  });
}
