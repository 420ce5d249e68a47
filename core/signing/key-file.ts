import { createCipheriv, createDecipheriv, createPrivateKey, scryptSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { z } from 'zod';

import { concatBytes, fromBase64, toBase64, utf8Bytes, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { canonicalJson } from './canonical-json.js';
import { RAW_KEY_BYTES, rawPublicKey } from './ed25519.js';
import { SigningError } from './errors.js';

/**
 * An officer's private key at rest: JSON with the public key in clear and the private one sealed with AES-256-GCM under a
 * key that scrypt (RFC 7914) makes of the passphrase. Everything in clear is authenticated with it, so whoever opens the
 * file knows that nobody has put another public key or a cheaper cost there.
 */
export interface OfficerKeyFile {
  /** Raw, 32 bytes. Believed only once the file has been opened. */
  readonly publicKey: Uint8Array;
}

/** Cost of a new file: 128 MiB and some tenths of a second for each guess at a passphrase. */
export const SCRYPT_COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** A file may ask for more than that, as computers get faster, and never for less. */
export const MAX_SCRYPT_N = 2 ** 20;
/** Characters of a passphrase: three words that have nothing to do with each other. */
export const MIN_PASSPHRASE_LENGTH = 14;
export const MAX_PASSPHRASE_LENGTH = 1_024;
export const MAX_KEY_FILE_BYTES = 4_096;

const FORMAT = 'tallystick-officer-key-1';
const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** RFC 8410: PKCS #8 of an Ed25519 key up to its 32 secret bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const bytesOf = (length: number): z.ZodType<Uint8Array> =>
  z.string().transform((text, context): Uint8Array => {
    try {
      const bytes = fromBase64(text);
      if (bytes.length === length) return bytes;
    } catch {
      // Said below.
    }
    context.addIssue({ code: 'custom', message: `must be ${length} bytes in base64` });
    return z.NEVER;
  });

const keyFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  publicKey: bytesOf(RAW_KEY_BYTES),
  scrypt: z.strictObject({
    N: z
      .int()
      .min(SCRYPT_COST.N)
      .max(MAX_SCRYPT_N)
      .refine((cost) => Number.isInteger(Math.log2(cost))),
    r: z.literal(SCRYPT_COST.r),
    p: z.literal(SCRYPT_COST.p),
    salt: bytesOf(SALT_BYTES),
  }),
  cipher: z.literal(CIPHER),
  nonce: bytesOf(NONCE_BYTES),
  sealed: bytesOf(RAW_KEY_BYTES + TAG_BYTES),
});
type KeyFile = z.infer<typeof keyFileSchema>;

/**
 * A new key, sealed under the passphrase; it is in no other place. Thrown when the passphrase has fewer than
 * MIN_PASSPHRASE_LENGTH characters or more than MAX_PASSPHRASE_LENGTH: SigningError BAD_PASSPHRASE.
 */
export function createKeyFile(passphrase: string, rng: Rng): Uint8Array {
  if (passphrase.length < MIN_PASSPHRASE_LENGTH || passphrase.length > MAX_PASSPHRASE_LENGTH) {
    throw new SigningError(
      'BAD_PASSPHRASE',
      `The passphrase must have ${MIN_PASSPHRASE_LENGTH} to ${MAX_PASSPHRASE_LENGTH} characters: three words that have nothing to do with each other are good.`,
    );
  }
  const seed = rng.bytes(RAW_KEY_BYTES);
  const open = {
    format: FORMAT,
    publicKey: rawPublicKey(privateKeyOf(seed)),
    scrypt: { ...SCRYPT_COST, salt: rng.bytes(SALT_BYTES) },
    cipher: CIPHER,
    nonce: rng.bytes(NONCE_BYTES),
  } as const;
  const key = stretch(passphrase, open.scrypt);
  const cipher = createCipheriv(CIPHER, key, open.nonce);
  cipher.setAAD(inClear(open));
  const sealed = concatBytes(cipher.update(seed), cipher.final(), cipher.getAuthTag());
  wipe(seed, key);
  return utf8Bytes(`${JSON.stringify({ ...writable(open), sealed: toBase64(sealed) }, null, 2)}\n`);
}

/** What can be read without the passphrase. Thrown when it isn't a key file: SigningError BAD_KEY_FILE. */
export function readKeyFile(bytes: Uint8Array): OfficerKeyFile {
  return { publicKey: parse(bytes).publicKey };
}

/** Whether the bytes look like a key file, rather than a PEM file. */
export function isKeyFile(bytes: Uint8Array): boolean {
  return bytes[0] === '{'.charCodeAt(0);
}

/**
 * The private key. Thrown when it isn't a key file: SigningError BAD_KEY_FILE; when the passphrase is another, or the file
 * was altered: WRONG_PASSPHRASE.
 */
export function openKeyFile(bytes: Uint8Array, passphrase: string): KeyObject {
  const file = parse(bytes);
  const key = stretch(passphrase, file.scrypt);
  let seed: Uint8Array;
  try {
    const decipher = createDecipheriv(CIPHER, key, file.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(inClear(file));
    decipher.setAuthTag(file.sealed.subarray(RAW_KEY_BYTES));
    seed = concatBytes(decipher.update(file.sealed.subarray(0, RAW_KEY_BYTES)), decipher.final());
  } catch (cause) {
    throw new SigningError('WRONG_PASSPHRASE', 'The passphrase is not the one of this key file, or it was altered.', {
      cause,
    });
  } finally {
    wipe(key);
  }
  const opened = privateKeyOf(seed);
  wipe(seed);
  return opened;
}

function parse(bytes: Uint8Array): KeyFile {
  try {
    if (bytes.length > MAX_KEY_FILE_BYTES) throw new RangeError('too large');
    return keyFileSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new SigningError('BAD_KEY_FILE', 'This is not a key file of `tally officer new-key`.', { cause });
  }
}

/** The same passphrase typed on another keyboard has the same characters, if not the same bytes. */
function stretch(passphrase: string, { N, r, p, salt }: KeyFile['scrypt']): Uint8Array {
  // It takes 128 · N · r bytes and a little.
  return scryptSync(passphrase.normalize('NFKC'), salt, RAW_KEY_BYTES, { N, r, p, maxmem: 128 * N * r + 2 ** 20 });
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

function inClear(file: Omit<KeyFile, 'sealed'>): Uint8Array {
  return canonicalJson(writable(file));
}

function writable({ format, publicKey, scrypt, cipher, nonce }: Omit<KeyFile, 'sealed'>): object {
  return {
    format,
    publicKey: toBase64(publicKey),
    scrypt: { ...scrypt, salt: toBase64(scrypt.salt) },
    cipher,
    nonce: toBase64(nonce),
  };
}
