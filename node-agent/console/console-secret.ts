import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';

import { Elapsed } from '../../core/base/index.js';
import type { Clock, Rng } from '../../core/base/index.js';
import { NodeError } from '../errors.js';
import { readSecretFile } from '../key-files.js';
import { createSecretFile } from '../whole-file.js';

/** Random bytes of the secret: nobody guesses it. */
export const SECRET_BYTES = 24;
/** A file with more is not one that was made here. */
const MAX_SECRET_CHARACTERS = 200;

/** Wrong secrets until whoever tries has to wait. */
export const MAX_WRONG_SECRETS = 5;
export const WAIT_SECONDS = 60;

/**
 * Makes the file, where there is none; its text is what a person types to sign in. True where it was made now.
 * Thrown when it can't be written: NodeError FILE_UNWRITABLE.
 */
export function createConsoleSecret(file: string, rng: Rng): boolean {
  if (existsSync(file)) return false;
  return createSecretFile(file, `${Buffer.from(rng.bytes(SECRET_BYTES)).toString('base64url')}\n`);
}

export type SignInResult = 'welcome' | 'wrong' | 'wait';

/** Whether somebody knows the secret. The file is read anew each time, so that a new one counts at once. */
export class ConsoleSecret {
  readonly #file: string;
  readonly #elapsed: Elapsed;
  #wrong = 0;
  #waitUntilMs = 0;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#elapsed = new Elapsed(clock);
  }

  /**
   * Thrown when the file is missing, empty, or can be read by others: NodeError KEY_FILE_MISSING, KEY_FILE_INVALID,
   * KEY_FILE_EXPOSED.
   */
  check(said: string): SignInResult {
    const nowMs = this.#elapsed.ms;
    if (nowMs < this.#waitUntilMs) return 'wait';
    const secret = this.#read();
    // Hashes, for those are of one length whatever somebody types.
    if (timingSafeEqual(hashOf(said.trim()), hashOf(secret))) {
      this.#wrong = 0;
      return 'welcome';
    }
    this.#wrong += 1;
    if (this.#wrong < MAX_WRONG_SECRETS) return 'wrong';
    this.#wrong = 0;
    this.#waitUntilMs = nowMs + WAIT_SECONDS * 1_000;
    return 'wait';
  }

  #read(): string {
    const bytes = readSecretFile(this.#file);
    const text = Buffer.from(bytes).toString('utf8').trim();
    bytes.fill(0);
    if (text.length === 0 || text.length > MAX_SECRET_CHARACTERS) {
      throw new NodeError(
        'KEY_FILE_INVALID',
        `${this.#file} is not a console's secret: remove it, and the node makes a new one when it starts.`,
      );
    }
    return text;
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
