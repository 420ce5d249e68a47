import { readFileSync } from 'node:fs';
import { ApiClient } from './api-client.js';
import { DEFAULT_URL } from './connection-help.js';
import { CliError } from './errors.js';
import { readLogin } from './stored-login.js';

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A client from options, environment and `tally login`, in this order. The token of a login goes to the coordinator that
 * gave it and to no other address.
 * Thrown when there is no token, or its file can't be read: CliError NO_TOKEN; when the address is none: BAD_USAGE.
 */
export function connect(options: ConnectionOptions, environment: Environment): ApiClient {
  const url = urlOf(options, environment);
  return new ApiClient({ url, token: findToken(url, options, environment) });
}

/** The coordinator's address, as it is compared and stored. Thrown when it is none: CliError BAD_USAGE. */
export function urlOf({ url: named }: ConnectionOptions, environment: Environment): string {
  const url = named ?? environment['TALLY_URL'] ?? readLogin(environment)?.url ?? DEFAULT_URL;
  if (!/^https?:$/.test(protocolOf(url))) {
    throw new CliError('BAD_USAGE', `${url} is not an address: write it as in ${DEFAULT_URL}.`);
  }
  return url.replace(/\/+$/, '');
}

function findToken(url: string, { tokenFile }: ConnectionOptions, environment: Environment): string {
  const file = tokenFile ?? (environment['TALLY_TOKEN'] === undefined ? environment['TALLY_TOKEN_FILE'] : undefined);
  const login = readLogin(environment);
  const stored = login?.url === url ? login.token : undefined;
  const token = file === undefined ? (environment['TALLY_TOKEN'] ?? stored) : readToken(file);
  if (token === undefined || token.trim() === '') {
    throw new CliError(
      'NO_TOKEN',
      'A token is needed: `tally login` gets one, or give --token-file FILE, or set TALLY_TOKEN or TALLY_TOKEN_FILE.',
    );
  }
  return token.trim();
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('NO_TOKEN', `The token file ${file} can't be read: check its path and permissions.`, { cause });
  }
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return '';
  }
}
