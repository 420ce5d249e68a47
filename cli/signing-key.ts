import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isKeyFile, keyIdOf, openKeyFile, rawPublicKey, readKeyFile } from '../core/signing/index.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readFile } from './files.js';
import { readPassphrase } from './passphrase.js';

export { PASSPHRASE_FILE_HELP } from './passphrase.js';

/**
 * The private key of an officer's key file, or of a PEM file without a passphrase.
 * Thrown when it is neither: CliError KEY_UNUSABLE; when it can't be opened: NO_PASSPHRASE, SigningError WRONG_PASSPHRASE or
 * BAD_KEY_FILE.
 */
export async function readSigningKey(
  file: string,
  passphraseFile: string | undefined,
  context: CliContext,
): Promise<KeyObject> {
  const bytes = readFile(file);
  if (isKeyFile(bytes)) {
    const passphrase = await readPassphrase(passphraseFile, `Passphrase of ${file} (it does not show):`, context);
    return openKeyFile(bytes, passphrase);
  }
  return pemKey(file, bytes);
}

/** Fingerprint of the key in such a file, for which nobody has to open it. Thrown when it is none: as above. */
export function readKeyId(file: string): string {
  const bytes = readFile(file);
  const publicKey = isKeyFile(bytes) ? readKeyFile(bytes).publicKey : rawPublicKey(pemKey(file, bytes));
  return keyIdOf({ kind: 'ed25519', publicKey });
}

function pemKey(file: string, bytes: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(bytes));
  } catch {
    throw notAKey(file);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw notAKey(file);
  return key;
}

function notAKey(file: string): CliError {
  return new CliError(
    'KEY_UNUSABLE',
    `${file} is neither a key file of tally officer new-key nor an Ed25519 private key in PKCS #8 PEM form without a passphrase.`,
  );
}
