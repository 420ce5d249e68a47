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

/** What so many bytes are as text. A shorter one, which somebody has thought of, could be guessed: nobody is slowed down. */
export const MIN_SECRET_CHARACTERS = 32;

/** Wrong secrets in so many seconds that are spoken of one by one. */
export const MAX_WRONG_SECRETS = 5;
export const WRONG_SECRETS_SECONDS = 60;

/**
 * Makes the file, where there is none; its text is what a person types to sign in. True where it was made now.
 * Thrown when it can't be written: NodeError FILE_UNWRITABLE.
 */
export function createConsoleSecret(file: string, rng: Rng): boolean {
  if (existsSync(file)) return false;
  return createSecretFile(file, `${Buffer.from(rng.bytes(SECRET_BYTES)).toString('base64url')}\n`);
}

/** `often`: wrong, as several were just before. */
export type SignInResult = 'welcome' | 'wrong' | 'often';

/**
 * Whether somebody knows the secret. The file is read anew each time, so that a new one counts at once. Whoever has it is let
 * in whatever others have said before: on this computer nobody can tell them apart, so making anybody wait for wrong ones would
 * let any program here keep the operator out. What keeps guessers out is how long the secret is.
 */
export class ConsoleSecret {
  readonly #file: string;
  readonly #elapsed: Elapsed;
  #wrong = 0;
  #sinceMs = 0;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#elapsed = new Elapsed(clock);
  }

  /**
   * Thrown when the file is missing, too short, or can be read by others: NodeError KEY_FILE_MISSING, KEY_FILE_INVALID,
   * KEY_FILE_EXPOSED.
   */
  check(said: string): SignInResult {
    const secret = this.#read();
    // Hashes, for those are of one length whatever somebody types.
    if (timingSafeEqual(hashOf(said.trim()), hashOf(secret))) return 'welcome';
    const nowMs = this.#elapsed.ms;
    if (this.#wrong === 0 || nowMs - this.#sinceMs >= WRONG_SECRETS_SECONDS * 1_000) {
      this.#wrong = 0;
      this.#sinceMs = nowMs;
    }
    this.#wrong += 1;
    return this.#wrong <= MAX_WRONG_SECRETS ? 'wrong' : 'often';
  }

  #read(): string {
    const bytes = readSecretFile(this.#file);
    const text = Buffer.from(bytes).toString('utf8').trim();
    bytes.fill(0);
    if (text.length < MIN_SECRET_CHARACTERS || text.length > MAX_SECRET_CHARACTERS) {
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
