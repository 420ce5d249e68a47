import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { lengthPrefixed, toHex, utf8Bytes } from '../../../core/base/index.js';
import { HMAC_BUFFER_BYTES, PrefixedHmac } from '../../../node-agent/snapshot/prefixed-hmac.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const key = new Uint8Array(32).fill(6);

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hmac = new PrefixedHmac(key.slice());
  for (const part of parts) {
    if (typeof part === 'string') hmac.text(part);
    else hmac.bytes(part);
  }
  return toHex(hmac.digest());
}

function reference(parts: readonly (string | Uint8Array)[]): string {
  const bytes = parts.map((part) => (typeof part === 'string' ? utf8Bytes(part) : part));
  return createHmac('sha256', key)
    .update(lengthPrefixed(...bytes))
    .digest('hex');
}

const rng = seededRng(`${testSeed}/hmac`);
const longest = HMAC_BUFFER_BYTES - 4;

describe(`PrefixedHmac (seed ${testSeed})`, () => {
  it.each<[string, (string | Uint8Array)[]]>([
    ['nothing', []],
    ['empty strings', ['', new Uint8Array(0), '']],
    ['texts of one to four bytes a character', ['abc', 'é', '王', '𐐷', 'x']],
    ['bytes that just fit the buffer', ['a', rng.bytes(longest), 'b']],
    ['bytes that just don’t', ['a', rng.bytes(longest + 1), 'b']],
    ['texts that just fit', ['a', '王'.repeat(Math.floor(longest / 3)), 'b']],
    ['texts that just don’t', ['a', '王'.repeat(Math.floor(longest / 3) + 1), 'b']],
    ['more than one buffer', Array.from({ length: 3_000 }, (_, index) => rng.bytes(index % 97))],
  ])('is the HMAC of the strings with their lengths: %s', (_, parts) => {
    expect(digestOf(parts)).toBe(reference(parts));
  });

  it('wipes the key that it is given', () => {
    const given = key.slice();
    new PrefixedHmac(given);
    expect(given).toEqual(new Uint8Array(32));
  });
});
