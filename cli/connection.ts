import { readFileSync } from 'node:fs';
import { ApiClient } from './api-client.js';
import { DEFAULT_URL } from './connection-help.js';
import { CliError } from './errors.js';

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/**
 * A client from options and environment; options win.
 * Thrown when there is no token, or its file can't be read: CliError NO_TOKEN; when the address is none: BAD_USAGE.
 */
export function connect(
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ApiClient {
  const url = options.url ?? environment['TALLY_URL'] ?? DEFAULT_URL;
  if (!/^https?:$/.test(protocolOf(url))) {
    throw new CliError('BAD_USAGE', `${url} is not an address: write it as in ${DEFAULT_URL}.`);
  }
  return new ApiClient({ url, token: findToken(options, environment) });
}

function findToken(
  { tokenFile }: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const file = tokenFile ?? (environment['TALLY_TOKEN'] === undefined ? environment['TALLY_TOKEN_FILE'] : undefined);
  const token = file === undefined ? environment['TALLY_TOKEN'] : readToken(file);
  if (token === undefined || token.trim() === '') {
    throw new CliError(
      'NO_TOKEN',
      'A bearer token is needed: give --token-file FILE, or set TALLY_TOKEN or TALLY_TOKEN_FILE.',
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
