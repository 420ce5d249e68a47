import { createPublicKey } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  createKeyFile,
  isKeyFile,
  MAX_KEY_FILE_BYTES,
  MAX_PASSPHRASE_LENGTH,
  MIN_PASSPHRASE_LENGTH,
  openKeyFile,
  rawPublicKey,
  readKeyFile,
  SigningError,
} from '../../../core/signing/index.js';
import { MAX_SCRYPT_N, SCRYPT_COST } from '../../../core/signing/key-file.js';
import { seededRng } from '../../support/seeded-rng.js';

const PASSPHRASE = 'tally stick notch';
const file = createKeyFile(PASSPHRASE, seededRng('key file'));
const text = new TextDecoder().decode(file);

interface KeyFileJson {
  format: string;
  publicKey: string;
  scrypt: { N: number; r: number; p: number; salt: string };
  cipher: string;
  nonce: string;
  sealed: string;
}

function altered(change: (json: KeyFileJson) => void): Uint8Array {
  const json = JSON.parse(text) as KeyFileJson;
  change(json);
  return new TextEncoder().encode(JSON.stringify(json));
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SigningError) return error.code;
    throw error;
  }
  return 'nothing';
}

describe('an officer’s key file', () => {
  it('opens with its passphrase, however that was typed, and with no other', () => {
    const key = openKeyFile(file, PASSPHRASE);
    expect(rawPublicKey(key)).toEqual(readKeyFile(file).publicKey);
    expect(createPublicKey(key).asymmetricKeyType).toBe('ed25519');
    expect(codeOf(() => openKeyFile(file, `${PASSPHRASE} `))).toBe('WRONG_PASSPHRASE');
    const composed = createKeyFile('caf\u00e9 tally stick', seededRng('composed'));
    expect(openKeyFile(composed, 'cafe\u0301 tally stick').type).toBe('private');
  });

  it('names its cost, and holds nothing of the key in clear', () => {
    const json = JSON.parse(text) as KeyFileJson;
    expect(json).toMatchObject({ scrypt: { N: 131_072, r: 8, p: 1 }, cipher: 'aes-256-gcm' });
    const seed = openKeyFile(file, PASSPHRASE).export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    for (const form of ['base64', 'hex'] as const) expect(text).not.toContain(seed.toString(form));
    expect(isKeyFile(file)).toBe(true);
    expect(isKeyFile(new TextEncoder().encode('-----BEGIN PRIVATE KEY-----'))).toBe(false);
  });

  it.each<[string, (json: KeyFileJson) => void]>([
    ['public key', (json) => (json.publicKey = Buffer.alloc(32).toString('base64'))],
    ['cost', (json) => (json.scrypt.N = 2 * SCRYPT_COST.N)],
    ['salt', (json) => (json.scrypt.salt = Buffer.alloc(32).toString('base64'))],
    ['nonce', (json) => (json.nonce = Buffer.alloc(12).toString('base64'))],
    ['sealed key', (json) => (json.sealed = Buffer.alloc(48).toString('base64'))],
  ])('does not open with another %s', (_, change) => {
    expect(codeOf(() => openKeyFile(altered(change), PASSPHRASE))).toBe('WRONG_PASSPHRASE');
  });

  it.each<[string, Uint8Array]>([
    ['a cheaper cost', altered((json) => (json.scrypt.N = SCRYPT_COST.N / 2))],
    ['a cost past the limit', altered((json) => (json.scrypt.N = 2 * MAX_SCRYPT_N))],
    ['a cost that is no power of two', altered((json) => (json.scrypt.N = SCRYPT_COST.N + 1))],
    ['another block size', altered((json) => (json.scrypt.r = 1))],
    ['another cipher', altered((json) => (json.cipher = 'aes-128-gcm'))],
    ['another format', altered((json) => (json.format = 'x'))],
    ['a short tag', altered((json) => (json.sealed = json.sealed.slice(0, -4)))],
    ['an entry too many', altered((json) => Object.assign(json, { comment: 'x' }))],
    ['no JSON', new TextEncoder().encode('{')],
    ['too many bytes', new TextEncoder().encode(text.padEnd(MAX_KEY_FILE_BYTES + 1))],
  ])('is refused with %s', (_, bytes) => {
    expect(codeOf(() => readKeyFile(bytes))).toBe('BAD_KEY_FILE');
    expect(codeOf(() => openKeyFile(bytes, PASSPHRASE))).toBe('BAD_KEY_FILE');
  });

  it('is read up to its limit', () => {
    expect(readKeyFile(new TextEncoder().encode(text.padEnd(MAX_KEY_FILE_BYTES)))).toEqual(readKeyFile(file));
  });

  it('is made with a passphrase of a length within its limits', () => {
    const make = (length: number): string => codeOf(() => createKeyFile('x'.repeat(length), seededRng('length')));
    expect(make(MIN_PASSPHRASE_LENGTH - 1)).toBe('BAD_PASSPHRASE');
    expect(make(MIN_PASSPHRASE_LENGTH)).toBe('nothing');
    expect(make(MAX_PASSPHRASE_LENGTH)).toBe('nothing');
    expect(make(MAX_PASSPHRASE_LENGTH + 1)).toBe('BAD_PASSPHRASE');
  });
});
