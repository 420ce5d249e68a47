import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { HMAC_BYTES, TextHmac, USUAL_TEXT_BYTES } from '../../../node-agent/snapshot/text-hmac.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

function written(hmac: TextHmac, text: string): Buffer {
  const to = Buffer.alloc(HMAC_BYTES + 1, 0xee);
  hmac.write(text, to);
  expect(to[HMAC_BYTES]).toBe(0xee);
  return to.subarray(0, HMAC_BYTES);
}

const texts: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a match key', 'kat|1991-03-07|F'],
  ['other scripts', 'Ольга 王 🙂 Łukasz'],
  ['half a pair', 'a\ud83db'],
  // Of SHA-256 the first block ends here, of what there is room for the last.
  ...[54, 55, 56, 63, 64, 65, USUAL_TEXT_BYTES / 3, USUAL_TEXT_BYTES / 3 + 1, 5_000].map(
    (length) => [`${length} letters`, 'x'.repeat(length)] as const,
  ),
  ['as many bytes as there is room for', '王'.repeat(USUAL_TEXT_BYTES / 3)],
  ['more bytes than there is room for', '王'.repeat(USUAL_TEXT_BYTES / 3 + 1)],
];

describe(`TextHmac (seed ${testSeed})`, () => {
  const rng = seededRng(testSeed);

  it.each([0, 1, 32, 64])('is the HMAC that Node makes, with a key of %i bytes', (length) => {
    const key = rng.bytes(length);
    const hmac = new TextHmac(key);
    // One after the other, forwards and backwards: nothing of a text stays for the next.
    for (const [name, text] of [...texts, ...texts.toReversed()]) {
      expect(written(hmac, text), name).toEqual(createHmac('sha256', key).update(text).digest());
    }
  });

  it('has keys of at most a block, and a copy of its own', () => {
    expect(() => new TextHmac(new Uint8Array(65))).toThrow(RangeError);
    const key = rng.bytes(32);
    const expected = createHmac('sha256', key).update('ANN').digest();
    const hmac = new TextHmac(key);
    key.fill(0);
    expect(written(hmac, 'ANN')).toEqual(expected);
    hmac.wipe();
    expect(written(hmac, 'ANN')).not.toEqual(expected);
  });
});
