import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, fromHex, toHex, utf8Bytes } from '../../../core/base/index.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { GroupError } from '../../../core/private-join/group-error.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const { Point } = ristretto255;
const { Fn } = Point;

/** The field's prime, little-endian: a non-canonical encoding of zero. */
const NON_CANONICAL = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
/** Canonical as a number, but not an element (RFC 9496 appendix A.3, negative field elements). */
const NEGATIVE = fromHex('0100000000000000000000000000000000000000000000000000000000000000');

let group: Group;
beforeAll(async () => {
  group = await createGroup();
});

function scalarNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

function split(elements: Uint8Array): Uint8Array[] {
  return Array.from({ length: elements.length / 32 }, (_, index) => elements.slice(index * 32, (index + 1) * 32));
}

describe('the group', () => {
  it('hashes like RFC 9497: BlindedElement of appendix A.1.1.1, test vector 1', () => {
    // Blind * HashToGroup(Input) with the suite's own domain.
    const blind = fromHex('64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706');
    const domain = 'HashToGroup-OPRFV1-\u0000-ristretto255-SHA512';
    const [element = IDENTITY] = split(group.hashToGroup(domain, [Uint8Array.of(0)]));
    expect(toHex(group.multiply(blind, element))).toBe(
      '609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c',
    );
  });

  it(`agrees with @noble/curves on every operation (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const inputs = ['', 'a', 'ANNE|SMITH', 'x'.repeat(300)].map(utf8Bytes);
    const hashed = group.hashToGroup('domain', inputs);
    const oracle = inputs.map((input) => ristretto255_hasher.hashToCurve(input, { DST: 'domain' }));
    expect(split(hashed).map(toHex)).toEqual(oracle.map((point) => point.toHex()));

    const scalar = group.randomScalar(rng);
    const k = scalarNumber(scalar);
    expect(split(group.multiply(scalar, hashed)).map(toHex)).toEqual(oracle.map((point) => point.multiply(k).toHex()));
    expect(toHex(group.multiplyBase(scalar))).toBe(Point.BASE.multiply(k).toHex());

    const other = group.randomScalar(rng);
    const l = scalarNumber(other);
    expect(scalarNumber(group.multiplyScalars(scalar, other))).toBe(Fn.mul(k, l));
    expect(scalarNumber(group.subtractScalars(scalar, other))).toBe(Fn.sub(k, l));

    const moved = group.multiply(other, hashed);
    expect(split(group.add(hashed, moved)).map(toHex)).toEqual(
      oracle.map((point) => point.add(point.multiply(l)).toHex()),
    );
    expect(split(group.subtract(hashed, moved)).map(toHex)).toEqual(
      oracle.map((point) => point.subtract(point.multiply(l)).toHex()),
    );
    expect(scalarNumber(group.scalar(123_456_789_012))).toBe(123_456_789_012n);
    expect(group.multiplyBase(group.scalar(0))).toEqual(IDENTITY);
    expect(scalarNumber(group.hashToScalar('domain', utf8Bytes('message')))).toBe(
      ristretto255_hasher.hashToScalar(utf8Bytes('message'), { DST: 'domain' }),
    );
  });

  it(`encrypts, re-randomises and decrypts in steps, as @noble/curves reads it (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const shares = [group.randomScalar(rng), group.randomScalar(rng)];
    const [first = IDENTITY, second = IDENTITY] = shares.map((share) => group.multiplyBase(share));
    const key = group.add(first, second);
    const plain = concatBytes(group.multiplyBase(group.scalar(7)), IDENTITY);

    const encrypted = group.encrypt(rng, key, plain);
    const secret = Fn.add(scalarNumber(shares[0] ?? IDENTITY), scalarNumber(shares[1] ?? IDENTITY));
    const decrypted = split(encrypted.slice(32, 64)).map((c2) =>
      Point.fromHex(toHex(c2)).subtract(Point.fromHex(toHex(encrypted.slice(0, 32))).multiply(secret)),
    );
    expect(decrypted.map((point) => point.toHex())).toEqual([Point.BASE.multiply(7n).toHex()]);

    const again = group.rerandomise(rng, key, encrypted);
    expect(again).not.toEqual(encrypted);
    const lighter = group.removeShare(shares[0] ?? IDENTITY, again);
    const opened = group.removeShare(shares[1] ?? IDENTITY, group.rerandomise(rng, second, lighter));
    expect([opened.slice(32, 64), opened.slice(96, 128)]).toEqual(split(plain));
  });

  it('makes random elements and scalars that differ', () => {
    const rng = seededRng(testSeed);
    const elements = split(group.randomElements(rng, 50)).map(toHex);
    expect(new Set(elements).size).toBe(50);
    expect(group.randomScalar(rng)).not.toEqual(group.randomScalar(rng));
  });

  it.each([
    ['non-canonical', NON_CANONICAL],
    ['not an element', NEGATIVE],
    ['the identity', IDENTITY],
  ])('refuses an element that is %s wherever it comes from outside', (_, wrong) => {
    const rng = seededRng(1);
    const good = group.multiplyBase(group.scalar(5));
    const scalar = group.scalar(3);
    expect(() => group.check(good)).not.toThrow();
    expect(() => group.check(concatBytes(good, wrong))).toThrow(GroupError);
    expect(() => group.multiply(scalar, concatBytes(good, wrong))).toThrow(GroupError);
    for (const ciphertext of [concatBytes(good, wrong), concatBytes(wrong, good)]) {
      expect(() => group.rerandomise(rng, good, ciphertext)).toThrow(GroupError);
      expect(() => group.removeShare(scalar, ciphertext)).toThrow(GroupError);
    }
  });

  it('refuses a domain of no or of 256 bytes, and takes 255', () => {
    expect(() => group.hashToGroup('', [])).not.toThrow();
    expect(() => group.hashToGroup('', [IDENTITY])).toThrow(RangeError);
    expect(() => group.hashToGroup('d'.repeat(256), [IDENTITY])).toThrow(RangeError);
    expect(group.hashToGroup('d'.repeat(255), [IDENTITY])).toHaveLength(32);
  });

  it('refuses plaintexts that are not whole numbers below 2^53', () => {
    for (const wrong of [-1, 0.5, 2 ** 53]) expect(() => group.scalar(wrong)).toThrow(RangeError);
  });
});
