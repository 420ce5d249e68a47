import { readFileSync, statSync } from 'node:fs';
import { signingKeyFromPem, type SigningKey } from '../core/private-join/index.js';
import { parseRoster, type Roster } from '../core/templates/index.js';
import type { TlsMaterial } from '../transport/index.js';
import { messageOf } from '../core/base/index.js';
import type { CoordinatorConfig } from './config.js';
import { CoordinatorError } from './errors.js';

const OPEN_TO_OTHERS = 0o077;

/** Thrown when one can't be read: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
export function readTls({ authority, certificate, privateKey }: CoordinatorConfig['federation']['tls']): TlsMaterial {
  return {
    authority: readText('federation.tls.authority', authority),
    certificate: readText('federation.tls.certificate', certificate),
    privateKey: readSecret('federation.tls.privateKey', privateKey),
  };
}

/** Thrown when it can't be read or is no Ed25519 key: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
export function readIdentity(file: string): SigningKey {
  const pem = readSecret('identityKey', file);
  try {
    return signingKeyFromPem(pem);
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `identityKey: ${file} is ${messageOf(cause)}.`, { cause });
  }
}

/** Thrown when it can't be read or isn't a roster: CoordinatorError CONFIG_INVALID. */
export function readRoster(file: string): Roster {
  const text = readText('roster', file);
  try {
    return parseRoster(text);
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `roster: ${file}: ${messageOf(cause)}`, { cause });
  }
}

function readSecret(key: string, file: string): string {
  const text = readText(key, file);
  if ((statSync(file).mode & OPEN_TO_OTHERS) !== 0) {
    throw new CoordinatorError(
      'KEY_FILE_EXPOSED',
      `${key}: others than its owner may use ${file}: run \`chmod 600 ${file}\`.`,
    );
  }
  return text;
}

function readText(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `${key}: ${file} can't be read: check its path and permissions.`, {
      cause,
    });
  }
}
