import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';

import type { SigningKey } from '../../core/private-join/index.js';
import { readIdentity } from '../agreements.js';
import { createSecretFile } from '../whole-file.js';

/**
 * The agency's identity key, made when there is none. It is on the disk before anybody hears of it: the roster's half
 * is no use without it. Of two who make one at once both go on with the same.
 * Thrown: NodeError FILE_UNWRITABLE, or as `readIdentity`.
 */
export function readOrCreateIdentity(file: string): SigningKey {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    createSecretFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return readIdentity(file);
}
