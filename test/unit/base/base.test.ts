import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  CodedError,
  concatBytes,
  describeProblems,
  equalBytes,
  fromBase64,
  fromHex,
  lengthPrefixed,
  messageOf,
  permutation,
  toBase64,
  toHex,
  uint32Bytes,
  uniformBelow,
  utf8Bytes,
  wipe,
} from '../../../core/base/index.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

describe('bytes', () => {
  it('round-trips hexadecimal and base64, and refuses what is neither', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
      propertyOptions,
    );
    expect(() => fromHex('abc')).toThrow(RangeError);
    expect(() => fromHex('zz')).toThrow(RangeError);
    expect(() => fromBase64('a===')).toThrow(RangeError);
    expect(() => fromBase64('YQ')).toThrow(RangeError);
  });

  it('encodes different sequences differently', () => {
    expect(lengthPrefixed(utf8Bytes('ab'), utf8Bytes('c'))).not.toEqual(
      lengthPrefixed(utf8Bytes('a'), utf8Bytes('bc')),
    );
    expect(lengthPrefixed(utf8Bytes('é'))).toEqual(Uint8Array.of(0, 0, 0, 2, 0xc3, 0xa9));
  });

  it('takes 32-bit numbers and nothing past them', () => {
    expect(uint32Bytes(0xffff_ffff)).toEqual(Uint8Array.of(255, 255, 255, 255));
    for (const wrong of [0x1_0000_0000, -1, 0.5]) expect(() => uint32Bytes(wrong)).toThrow(RangeError);
  });

  it('compares, joins and wipes', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 3))).toBe(false);
    const secret = Uint8Array.of(1, 2, 3);
    expect(concatBytes(secret, Uint8Array.of(4))).toEqual(Uint8Array.of(1, 2, 3, 4));
    wipe(secret);
    expect(secret).toEqual(new Uint8Array(3));
  });
});

describe('errors', () => {
  it('carry a code, a message and, apart from both, a cause', () => {
    const error = new CodedError('SOME_CODE', 'what to do', { cause: new Error('private') });
    expect(error).toMatchObject({ code: 'SOME_CODE', message: 'what to do', name: 'CodedError' });
    expect(messageOf(error)).toBe('what to do');
    expect(messageOf('text')).toBe('text');
  });

  it('describe problems by line and path', () => {
    expect(
      describeProblems([
        { path: 'a.b', message: 'is wrong', line: 3 },
        { path: '', message: 'is empty' },
      ]),
    ).toBe('line 3: a.b: is wrong\nis empty');
  });
});

describe('random numbers', () => {
  it(`are uniform below their bound (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    const draws = 70_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const value = uniformBelow(rng, counts.length);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    const expected = draws / counts.length;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 6 degrees of freedom; exceeded once in a million seeds.
    expect(chiSquare).toBeLessThan(38.3);
  });

  it('draw again where a remainder would favour small numbers', () => {
    // 2^32 - 1 is the one value above the largest multiple of 3.
    const draws = [Uint8Array.of(255, 255, 255, 255), Uint8Array.of(0, 0, 0, 7)];
    expect(uniformBelow({ bytes: () => draws.shift() ?? new Uint8Array(4) }, 3)).toBe(1);
    expect(draws).toEqual([]);
  });

  it('refuse bounds outside 1..2^32', () => {
    for (const bound of [0, 2 ** 32 + 1, 1.5]) expect(() => uniformBelow(seededRng(1), bound)).toThrow(RangeError);
    expect(uniformBelow(seededRng(1), 1)).toBe(0);
    expect(uniformBelow(seededRng(1), 2 ** 32)).toBeLessThan(2 ** 32);
  });

  it(`permute uniformly: each of the 24 orders of 4 as often as the others (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const counts = new Map<string, number>();
    const draws = 24_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const order = permutation(rng, 4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 23 degrees of freedom; exceeded once in a million seeds.
    expect(chiSquare).toBeLessThan(75.8);
  });

  it(`permute a million: all are there, and near the even spread everywhere (seed ${testSeed})`, () => {
    const count = 1_000_000;
    const sections = 100;
    const size = count / sections;
    const places = permutation(seededRng(testSeed), count);
    const seen = new Uint8Array(count);
    const moves = new Float64Array(sections * sections);
    places.forEach((place, index) => {
      seen[place] = 1;
      const move = Math.floor(index / size) * sections + Math.floor(place / size);
      moves[move] = (moves[move] ?? 0) + 1;
    });
    expect(seen.every((one) => one === 1)).toBe(true);
    const chiSquare = moves.reduce((sum, times) => sum + (times - size / sections) ** 2 / (size / sections), 0);
    // 99 * 99 degrees of freedom, so near a normal distribution; exceeded once in 10^9 seeds.
    expect(chiSquare).toBeLessThan(9801 + 6.2 * Math.sqrt(2 * 9801));
  });

  it('draw random bytes for a thousand places at a time, and wipe them', () => {
    const rng = seededRng(1);
    const drawn: Uint8Array[] = [];
    permutation(
      {
        bytes: (length) => {
          const bytes = rng.bytes(length);
          drawn.push(bytes);
          return bytes;
        },
      },
      5000,
    );
    expect(drawn.map(({ length }) => length)).toEqual([4096, 4096, 4096, 4096, 4096]);
    expect(drawn.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  it('draw again for a place where a remainder would favour small numbers', () => {
    // For the last of three places 2^32 - 1 is too large, and the next number moves it to 1; for the second, 0.
    const numbers = [0xffff_ffff, 7, 2];
    const bytes = Uint8Array.from(numbers.flatMap((number) => [...uint32Bytes(number)]));
    expect([...permutation({ bytes: () => bytes }, 3)]).toEqual([2, 0, 1]);
  });

  it('permute nothing and one', () => {
    expect([...permutation(seededRng(1), 0)]).toEqual([]);
    expect([...permutation(seededRng(1), 1)]).toEqual([0]);
  });
});
