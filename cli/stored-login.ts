import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../runtime/index.js';
import { CliError } from './errors.js';
import { SECRET_FILE_MODE } from './files.js';

/** What `tally login` keeps: the token, and of which coordinator it is. */
export interface StoredLogin {
  readonly url: string;
  readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const loginSchema = z.object({ url: z.string(), token: z.string() });

const PRIVATE_FOLDER_MODE = 0o700;
const OTHERS = 0o077;

/** Undefined where the environment says nothing of whose files they are. */
function loginFile(environment: Environment): string | undefined {
  const home = environment['HOME'];
  const folder = environment['XDG_CONFIG_HOME'] ?? (home === undefined ? undefined : join(home, '.config'));
  return folder === undefined ? undefined : join(folder, 'tally', 'login.json');
}

/**
 * Undefined where nobody has logged in.
 * Thrown when others can read it, or it isn't what was stored: CliError LOGIN_UNUSABLE.
 */
export function readLogin(environment: Environment): StoredLogin | undefined {
  const file = loginFile(environment);
  if (file === undefined || !existsSync(file)) return undefined;
  if ((statSync(file).mode & OTHERS) !== 0) {
    throw new CliError(
      'LOGIN_UNUSABLE',
      `${file} can be read by others: \`tally logout\`, then \`tally login\` again.`,
    );
  }
  try {
    return loginSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CliError('LOGIN_UNUSABLE', `${file} is not as \`tally login\` writes it: log in again.`, { cause });
  }
}

/** Readable by whoever runs the command only. Thrown when it can't be written: CliError FILE_UNWRITABLE. */
export function writeLogin(login: StoredLogin, environment: Environment): string {
  const file = loginFile(environment);
  if (file === undefined) throw new CliError('FILE_UNWRITABLE', 'HOME is not set, so there is no place for a login.');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_FOLDER_MODE });
    replaceFile(file, `${JSON.stringify(login)}\n`, { mode: SECRET_FILE_MODE, durably: false });
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', `${file} can't be written: check its folder and permissions.`, { cause });
  }
  return file;
}

/** Whether there was one. */
export function removeLogin(environment: Environment): boolean {
  const file = loginFile(environment);
  if (file === undefined || !existsSync(file)) return false;
  rmSync(file);
  return true;
}
