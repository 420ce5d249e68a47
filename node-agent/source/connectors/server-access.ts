import { NodeError } from '../../errors.js';
import { readFile, readSecretFile } from '../../key-files.js';
import type { PasswordPlace, ServerTls } from '../source-config.js';

/** How long a server may take to answer at all. */
export const SOURCE_CONNECT_TIMEOUT_MS = 10_000;

/**
 * The password that a configuration names the place of; undefined where it names none. Environment variables and files
 * written by hand end with a line break that is no part of it.
 * Thrown when it isn't there: NodeError SOURCE_PASSWORD_MISSING, KEY_FILE_MISSING, KEY_FILE_EXPOSED, FILE_UNREADABLE.
 */
export function readPassword(
  place: PasswordPlace | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (place === undefined) return undefined;
  if (place.file !== undefined) return withoutLineBreak(new TextDecoder().decode(readSecretFile(place.file)));
  const name = place.env ?? '';
  const password = environment[name];
  if (password === undefined || password === '') {
    throw new NodeError(
      'SOURCE_PASSWORD_MISSING',
      `The environment variable ${name} is not set: it holds the password of this source's login.`,
    );
  }
  return withoutLineBreak(password);
}

export interface TlsFiles {
  readonly rejectUnauthorized: true;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What TLS needs, read; undefined where the configuration switches it off. Thrown as readFile and readSecretFile say. */
export function readTls({ mode, authority, certificate, privateKey }: ServerTls): TlsFiles | undefined {
  if (mode === 'off') return undefined;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return {
    rejectUnauthorized: true,
    ...(authority === undefined ? {} : { ca: text(readFile(authority)) }),
    ...(certificate === undefined ? {} : { cert: text(readFile(certificate)) }),
    ...(privateKey === undefined ? {} : { key: text(readSecretFile(privateKey)) }),
  };
}

/** A host that begins with a slash is where the server's socket is: nothing goes over a network. */
export function isSocketPath(host: string): boolean {
  return host.startsWith('/');
}

function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
