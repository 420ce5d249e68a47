import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64, utf8Bytes, type Rng } from '../core/base/index.js';
import { rawPublicKey } from '../core/private-join/index.js';
import { packagePath } from '../runtime/index.js';
import { CoordinatorError } from './errors.js';

/** Bytes of a token; base64url makes 43 characters of them. */
const TOKEN_BYTES = 32;

/** Stands in the example where a token's hash goes; no token is known that has it. */
const HASH_IN_EXAMPLE = '0'.repeat(64);

export interface Initialised {
  readonly configFile: string;
  /** In clear. It is kept nowhere: whoever makes it shows it once. */
  readonly token: string;
  /** For the roster: base64 of the coordinator's raw Ed25519 public key. */
  readonly identityKey: string;
}

/**
 * Makes a coordinator's folder: configuration, identity key, and places for what comes from governance.
 * Thrown when there is something in the folder already: CoordinatorError DIRECTORY_NOT_EMPTY.
 */
export function initCoordinator(directory: string, rng: Rng): Initialised {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new CoordinatorError('DIRECTORY_NOT_EMPTY', `${directory} is not empty: name a new folder.`);
  }
  for (const folder of ['tls', 'templates', 'datasets', 'spool']) {
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(directory, 'identity.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const token = Buffer.from(rng.bytes(TOKEN_BYTES)).toString('base64url');
  const configFile = join(directory, 'coordinator.yaml');
  writeFileSync(configFile, configText(tokenHash(token)), { mode: 0o600 });
  return { configFile, token, identityKey: toBase64(rawPublicKey(privateKey)) };
}

/** SHA-256 of a bearer token, as the configuration holds it. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(utf8Bytes(token)).digest('hex');
}

/** A configuration with every key there is, each explained, that knows one token. */
export function configText(hash: string): string {
  return readFileSync(packagePath('coordinator', 'coordinator.example.yaml'), 'utf8').replace(HASH_IN_EXAMPLE, hash);
}
