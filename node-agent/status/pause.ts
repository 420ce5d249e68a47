import { existsSync } from 'node:fs';

import { z } from 'zod';

import type { Log } from '../../core/base/index.js';
import type { Changes } from '../ledger/changes.js';
import { readStateFile, removeStateFile, touchStateFile, writeStateFile } from './state-file.js';

/** Characters of what the operator says of a pause. */
export const MAX_PAUSE_REASON_CHARACTERS = 200;

const pauseSchema = z.strictObject({
  since: z.iso.datetime(),
  reason: z.string().max(MAX_PAUSE_REASON_CHARACTERS).nullable(),
});

/** That the operator has stopped the node from answering. */
export interface Pause {
  /** ISO date and time, UTC; null where nobody can tell any more. */
  readonly since: string | null;
  readonly reason: string | null;
}

/** Beside the ledger: it is about the node, not about its snapshots, and outlives both their folder and the process. */
export function pauseFile(ledger: string): string {
  return `${ledger}.paused`;
}

/**
 * From now on, whether the node runs or not. False where the disk had room for no more than that it is paused: since when,
 * and why, is lost then. Thrown when it is not paused: NodeError STATE_FILE_UNUSABLE.
 */
export function writePause(ledger: string, pause: Pause & { readonly since: string }): boolean {
  const file = pauseFile(ledger);
  try {
    writeStateFile(file, `${JSON.stringify(pause)}\n`, true);
    return true;
  } catch (thrown) {
    try {
      // Whatever the file says pauses, and an empty one takes no space.
      touchStateFile(file);
    } catch {
      // What counts is whether it is there; of a file that can't even be looked for nobody knows.
    }
    if (!existsSync(file)) throw thrown;
    return false;
  }
}

/** False where the node was not paused. Thrown when it can't be taken away: NodeError STATE_FILE_UNUSABLE. */
export function removePause(ledger: string): boolean {
  const wasPaused = readPause(ledger) !== undefined;
  removeStateFile(pauseFile(ledger));
  return wasPaused;
}

/** Undefined where the node may answer. A file that says something else, or can't be read, pauses too. */
export function readPause(ledger: string): Pause | undefined {
  try {
    const text = readStateFile(pauseFile(ledger));
    return text === undefined ? undefined : pauseSchema.parse(JSON.parse(text));
  } catch {
    return { since: null, reason: null };
  }
}

export interface PauseSwitchOptions {
  readonly ledger: string;
  readonly changes: Pick<Changes, 'paused'>;
  readonly log: Log;
}

/** Whether a running node may answer. Looks anew whenever it is asked. */
export class PauseSwitch {
  readonly #options: PauseSwitchOptions;
  #pause: Pause | undefined;
  #isNoted = true;

  constructor(options: PauseSwitchOptions) {
    this.#options = options;
    this.#pause = readPause(options.ledger);
    if (this.#pause !== undefined) this.#say();
    this.#note();
  }

  /** As it was at the last look. */
  get pause(): Pause | undefined {
    return this.#pause;
  }

  /** Whether the node is paused now. */
  look(): boolean {
    const before = this.#pause;
    this.#pause = readPause(this.#options.ledger);
    const isPaused = this.#pause !== undefined;
    if (isPaused !== (before !== undefined)) {
      this.#isNoted = false;
      this.#say();
    }
    if (!this.#isNoted) this.#note();
    return isPaused;
  }

  #say(): void {
    if (this.#pause === undefined) this.#options.log.info({ event: 'resumed' }, 'the node answers again');
    else this.#options.log.warn({ event: 'paused' }, 'the node is paused: it answers nothing until `resume`');
  }

  /** A pause holds also where it can't be written down. */
  #note(): void {
    try {
      this.#options.changes.paused(this.#pause === undefined ? null : { reason: this.#pause.reason });
      this.#isNoted = true;
    } catch (err) {
      if (this.#isNoted) this.#options.log.error({ err }, 'the ledger could not be written');
      this.#isNoted = false;
    }
  }
}
