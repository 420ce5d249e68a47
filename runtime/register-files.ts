import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

import { CodedError, messageOf, withoutSpaceAround } from '../core/base/index.js';
import { MAX_REGISTER_FILE_BYTES, parseRegisterFile, registerCopy, STATEMENT_KIND } from '../core/governance/index.js';
import type { RegisterCopy } from '../core/governance/index.js';
import { RuntimeError } from './errors.js';
import type { Loaded } from './file-in-force.js';
import type { GovernanceFiles } from './governance-config.js';
import { wordOn } from './register-word.js';
import type { Word } from './register-word.js';

/** A register of which every signature has been checked, and what a registrar says of it. */
export interface LoadedRegister extends Loaded, Word {
  readonly copy: RegisterCopy;
}

/**
 * Reads the register and goes through all of it. What is wrong with the statement is no reason not to take the register: it
 * may bring a revocation.
 * Thrown: RuntimeError FINGERPRINT_MISSING, REGISTER_UNREADABLE or REGISTER_INVALID.
 */
export function loadRegister(files: GovernanceFiles): LoadedRegister {
  const { register: file, fingerprint } = files;
  if (fingerprint === undefined) {
    throw new RuntimeError(
      'FINGERPRINT_MISSING',
      'governance.fingerprint: put the fingerprint of the roster there that an officer has read out to you, over another ' +
        'way than the register came.',
    );
  }
  const bytes = readBounded(file, MAX_REGISTER_FILE_BYTES);
  if (bytes === undefined) {
    throw new RuntimeError('REGISTER_UNREADABLE', `There is no ${file}: put the register there that governance sends.`);
  }
  const written = readBounded(files.statement, STATEMENT_KIND.maxBytes);
  // As it was signed: editors put an end of line after it.
  const statement = written && withoutSpaceAround(written);
  const copy = copyOf(
    naming(file, () => parseRegisterFile(bytes)),
    files,
  );
  return { copy, ...wordOn(copy, statement), digest: digestOf(bytes, statement) };
}

/** Goes through all entries. Thrown when they can't be believed: RuntimeError REGISTER_INVALID. */
export function copyOf(entries: readonly Uint8Array[], { register: file, fingerprint }: GovernanceFiles): RegisterCopy {
  return naming(file, () => registerCopy(entries, fingerprint ?? ''));
}

export function digestOf(register: Uint8Array, statement: Uint8Array | undefined): string {
  const hash = createHash('sha256').update(createHash('sha256').update(register).digest());
  return hash.update(statement ?? '').digest('hex');
}

/** Undefined where there is none. Thrown when it can't be read, or is too long: RuntimeError REGISTER_UNREADABLE. */
function readBounded(file: string, maxBytes: number): Uint8Array | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.size > maxBytes) throw new RangeError(`it has ${found.size} bytes, at most ${maxBytes} are read`);
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new RuntimeError('REGISTER_UNREADABLE', `${file} can't be read: ${messageOf(cause)}`, { cause });
  }
}

/** Says of which file it is that something is wrong with. */
export function naming<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    throw named(file, cause as CodedError);
  }
}

export function named(file: string, cause: CodedError): RuntimeError {
  return new RuntimeError('REGISTER_INVALID', `${file}: ${cause.code}: ${cause.message}`, { cause });
}
