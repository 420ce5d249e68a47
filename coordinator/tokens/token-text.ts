import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { toHex, type Rng } from '../../core/base/index.js';

/** What every token begins with, so that scanners for secrets, and people, know one when they see it. */
export const TOKEN_PREFIX = 'tally_';
/** 192 bits: nobody guesses them, so no guess is counted. */
const SECRET_BYTES = 24;

/** `tally_`, 48 hexadecimal digits that nobody can guess, and 8 that are their CRC-32: a scanner has no false alarms. */
export const TOKEN_PATTERN = /^tally_([0-9a-f]{48})([0-9a-f]{8})$/;

export function newTokenText(rng: Rng): string {
  const secret = toHex(rng.bytes(SECRET_BYTES));
  return `${TOKEN_PREFIX}${secret}${checksum(secret)}`;
}

/** Whether it can be one of ours; what a typing mistake or another program made is looked up nowhere. */
export function isTokenText(text: string): boolean {
  const [, secret, sum] = TOKEN_PATTERN.exec(text) ?? [];
  return secret !== undefined && sum === checksum(secret);
}

/** SHA-256 in hexadecimal: all that is kept of a token. */
export function tokenHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function checksum(secret: string): string {
  return crc32(`${TOKEN_PREFIX}${secret}`).toString(16).padStart(8, '0');
}
