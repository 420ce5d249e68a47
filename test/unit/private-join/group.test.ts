import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, fromHex, toHex, utf8Bytes } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { GroupError } from '../../../core/private-join/group-error.js';
import { KernelError } from '../../../core/private-join/kernel/kernel-error.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const { Point } = ristretto255;
const { Fn } = Point;

/** The field's prime, little-endian: a non-canonical encoding of zero. */
const NON_CANONICAL = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
/** Canonical as a number, but not an element (RFC 9496 appendix A.3, negative field elements). */
const NEGATIVE = fromHex('0100000000000000000000000000000000000000000000000000000000000000');

let group: Group;

function scalarNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

function split(elements: Uint8Array): Uint8Array[] {
  return Array.from({ length: elements.length / 32 }, (_, index) => elements.slice(index * 32, (index + 1) * 32));
}

describe('a group', () => {
  it('says which module of the kernel does its arithmetic', async () => {
    expect((await createGroup()).kernel).toBe('fma');
    expect((await createGroup({ module: 'i64' })).kernel).toBe('i64');
    await expect(createGroup({ test: () => 'wrong answers' })).rejects.toThrow(KernelError);
  });
});

describe.each(['fma', 'i64'] as const)('the group, by the %s module', (module) => {
  beforeAll(async () => {
    group = await createGroup({ module });
  });

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
    ['only a part of one', NEGATIVE.slice(0, 31)],
  ])('refuses an element that is %s wherever it comes from outside', (_, wrong) => {
    const rng = seededRng(1);
    const good = group.multiplyBase(group.scalar(5));
    const scalar = group.scalar(3);
    const zeros = group.zeros(rng, good, 1);
    expect(() => group.check(good)).not.toThrow();
    expect(() => group.check(concatBytes(good, wrong))).toThrow(GroupError);
    expect(() => group.multiply(scalar, concatBytes(good, wrong))).toThrow(GroupError);
    expect(() => group.multiplyEach(concatBytes(scalar, scalar), concatBytes(good, wrong))).toThrow(GroupError);
    expect(() => group.encrypt(rng, wrong, good)).toThrow(GroupError);
    expect(() => group.zeros(rng, wrong, 1)).toThrow(GroupError);
    expect(() => group.rerandomise(rng, wrong, concatBytes(good, good))).toThrow(GroupError);
    expect(() => group.removeShareAndRerandomise(rng, scalar, wrong, concatBytes(good, good))).toThrow(GroupError);
    for (const ciphertext of [concatBytes(good, wrong), concatBytes(wrong, good)]) {
      expect(() => group.rerandomise(rng, good, ciphertext)).toThrow(GroupError);
      expect(() => group.rerandomise(rng, good, ciphertext, zeros)).toThrow(GroupError);
      expect(() => group.removeShare(scalar, ciphertext)).toThrow(GroupError);
      expect(() => group.removeShareAndRerandomise(rng, scalar, good, ciphertext)).toThrow(GroupError);
    }
  });

  it('takes the identity where it means nothing to add, and refuses what is no element there', () => {
    const rng = seededRng(1);
    const good = group.multiplyBase(group.scalar(5));
    expect(group.add(good, IDENTITY)).toEqual(good);
    expect(group.subtract(good, IDENTITY)).toEqual(good);
    expect(group.encrypt(rng, good, IDENTITY)).toHaveLength(64);
    for (const wrong of [NON_CANONICAL, NEGATIVE, good.slice(0, 31), concatBytes(good, good)]) {
      expect(() => group.add(good, wrong)).toThrow(GroupError);
      expect(() => group.subtract(wrong, good)).toThrow(GroupError);
    }
    expect(() => group.encrypt(rng, good, NEGATIVE)).toThrow(GroupError);
    expect(() => group.encrypt(rng, good, good.slice(0, 31))).toThrow(GroupError);
  });

  it(`draws 64 bytes for each scalar, in order, whatever the number of them (seed ${testSeed})`, () => {
    // One batch and one more. What is drawn as one list is what is drawn one by one.
    const count = 257;
    const [whole, single] = [seededRng(testSeed), seededRng(testSeed)];
    const key = group.multiplyBase(group.scalar(5));
    const plain = group.multiplyBase(concatBytes(...Array.from({ length: count }, (_, index) => group.scalar(index))));
    const encrypted = group.encrypt(whole, key, plain);
    const oneByOne = split(plain).map((element) => group.encrypt(single, key, element));
    expect(toHex(encrypted)).toBe(toHex(concatBytes(...oneByOne)));
    const moved = group.rerandomise(whole, key, encrypted);
    const movedSingly = oneByOne.map((ciphertext) => group.rerandomise(single, key, ciphertext));
    expect(toHex(moved)).toBe(toHex(concatBytes(...movedSingly)));
    expect(whole.bytes(8)).toEqual(single.bytes(8));
  });

  it('passes over a draw that reduces to 0, in a list as alone', () => {
    const order = Fn.toBytes(Fn.ORDER - 1n);
    order[0] = (order[0] ?? 0) + 1;
    const draws = [1, 0, 2, 0, 0, 3].map((value) => {
      const wide = new Uint8Array(64);
      if (value === 0) wide.set(order);
      else wide[0] = value;
      return wide;
    });
    const from = (): Rng => {
      let stream = concatBytes(...draws);
      return {
        bytes: (length) => {
          const taken = stream.slice(0, length);
          stream = stream.slice(length);
          return taken;
        },
      };
    };
    const rng = from();
    expect([1, 2, 3].map(() => scalarNumber(group.randomScalar(rng)))).toEqual([1n, 2n, 3n]);
    const key = group.multiplyBase(group.scalar(5));
    const encrypted = group.encrypt(from(), key, new Uint8Array(96));
    const used = split(encrypted).filter((_, index) => index % 2 === 0);
    expect(used).toEqual([1, 2, 3].map((value) => group.multiplyBase(group.scalar(value))));
  });

  it(`re-randomises with encryptions of zero made before, without drawing anything (seed ${testSeed})`, () => {
    const key = group.multiplyBase(group.scalar(5));
    const ciphertexts = group.encrypt(seededRng(1), key, group.randomElements(seededRng(2), 300));
    const zeros = group.zeros(seededRng(testSeed), key, 300);
    expect(zeros).toHaveLength(300 * group.zeroBytes);
    const silent: Rng = {
      bytes: () => {
        throw new Error('randomness was drawn');
      },
    };
    const moved = group.rerandomise(silent, key, ciphertexts, zeros);
    expect(toHex(moved)).toBe(toHex(group.rerandomise(seededRng(testSeed), key, ciphertexts)));
    expect(() => group.rerandomise(silent, key, ciphertexts, zeros.slice(group.zeroBytes))).toThrow(RangeError);
    expect(() => group.rerandomise(silent, key, ciphertexts)).toThrow('drawn');
  });

  it(`takes a share off and re-randomises in one go as in two (seed ${testSeed})`, () => {
    const shares = [group.randomScalar(seededRng(1)), group.randomScalar(seededRng(2))] as const;
    const remaining = group.multiplyBase(shares[1]);
    const key = group.add(group.multiplyBase(shares[0]), remaining);
    const ciphertexts = group.encrypt(seededRng(3), key, group.randomElements(seededRng(4), 260));
    const atOnce = group.removeShareAndRerandomise(seededRng(testSeed), shares[0], remaining, ciphertexts);
    const lighter = group.removeShare(shares[0], ciphertexts);
    expect(toHex(atOnce)).toBe(toHex(group.rerandomise(seededRng(testSeed), remaining, lighter)));
    // What is in between is the identity here, and is nobody's input.
    const base = group.multiplyBase(group.scalar(1));
    const cancelling = concatBytes(base, group.multiplyBase(shares[0]));
    const [, second = base] = split(group.removeShareAndRerandomise(seededRng(5), shares[0], remaining, cancelling));
    expect(second).toEqual(group.multiply(group.randomScalar(seededRng(5)), remaining));
  });

  it('multiplies each element by a scalar of its own, and the generator by each', () => {
    const elements = group.randomElements(seededRng(1), 300);
    const scalars = Array.from({ length: 300 }, (_, index) => group.scalar(index));
    const products = split(group.multiplyEach(concatBytes(...scalars), elements));
    expect(products[0]).toEqual(IDENTITY);
    expect(products[299]).toEqual(group.multiply(group.scalar(299), elements.slice(299 * 32)));
    expect(split(group.multiplyBase(concatBytes(...scalars)))[298]).toEqual(group.multiplyBase(group.scalar(298)));
    expect(() => group.multiplyEach(concatBytes(...scalars), elements.slice(32))).toThrow(RangeError);
  });

  it(`takes scalars modulo the order, as those of somebody else's proof need not be below it (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const element = group.randomElements(rng, 1);
    const little = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0')).reverse();
    for (const multiple of [1n, 2n, 15n]) {
      const scalar = group.randomScalar(rng);
      const beyond = little(scalarNumber(scalar) + multiple * Fn.ORDER);
      expect(group.multiply(beyond, element)).toEqual(group.multiply(scalar, element));
      expect(group.multiplyEach(beyond, element)).toEqual(group.multiply(scalar, element));
      expect(group.multiplyBase(beyond)).toEqual(group.multiplyBase(scalar));
      expect(group.multiplyScalars(beyond, scalar)).toEqual(group.multiplyScalars(scalar, scalar));
      expect(group.subtractScalars(scalar, beyond)).toEqual(group.scalar(0));
      const ciphertext = concatBytes(element, element);
      expect(group.removeShare(beyond, ciphertext)).toEqual(group.removeShare(scalar, ciphertext));
      const key = group.multiplyBase(scalar);
      expect(group.removeShareAndRerandomise(seededRng(1), beyond, key, ciphertext)).toEqual(
        group.removeShareAndRerandomise(seededRng(1), scalar, key, ciphertext),
      );
    }
    expect(() => group.multiply(element.slice(1), element)).toThrow(RangeError);
  });

  it('wipes what it draws', () => {
    const drawn: Uint8Array[] = [];
    const source = seededRng(1);
    const watching: Rng = {
      bytes: (length) => {
        const bytes = source.bytes(length);
        drawn.push(bytes);
        return bytes;
      },
    };
    const key = group.multiplyBase(group.randomScalar(watching));
    const ciphertexts = group.encrypt(watching, key, group.randomElements(watching, 2));
    group.rerandomise(watching, key, ciphertexts);
    group.zeros(watching, key, 2);
    expect(drawn.length).toBeGreaterThanOrEqual(5);
    for (const bytes of drawn) expect(bytes.some((byte) => byte !== 0)).toBe(false);
  });

  it('gives results of their own, which neither input nor later work changes', () => {
    const elements = group.randomElements(seededRng(1), 3);
    const key = elements.slice(0, 32);
    const ciphertexts = group.encrypt(seededRng(2), key, elements);
    const lighter = group.removeShare(group.scalar(2), ciphertexts);
    const before = toHex(concatBytes(ciphertexts, lighter));
    expect(lighter.buffer).not.toBe(ciphertexts.buffer);
    elements.fill(0);
    group.rerandomise(seededRng(3), key, ciphertexts);
    expect(toHex(concatBytes(ciphertexts, lighter))).toBe(before);
    expect(ciphertexts.byteLength).toBe(ciphertexts.buffer.byteLength);
  });

  it('refuses a domain of no or of 256 bytes, and takes 255', () => {
    expect(() => group.hashToGroup('', [])).not.toThrow();
    expect(() => group.hashToGroup('', [IDENTITY])).toThrow(RangeError);
    expect(() => group.hashToGroup('d'.repeat(256), [IDENTITY])).toThrow(RangeError);
    expect(group.hashToGroup('d'.repeat(255), [IDENTITY])).toHaveLength(32);
  });

  it('makes scalars of numbers below zero that cancel those above it, at the limit too', () => {
    for (const value of [1, 2 ** 20, 2 ** 32, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
      const [above, below] = [group.multiplyBase(group.scalar(value)), group.multiplyBase(group.scalar(-value))];
      expect(toHex(group.add(above, below))).toBe(toHex(IDENTITY));
      expect(toHex(below)).not.toBe(toHex(above));
    }
    expect(group.scalar(-0)).toEqual(new Uint8Array(32));
  });

  it('re-randomises sums of none, which are the identity twice, to encryptions of zero', () => {
    const key = group.multiplyBase(group.scalar(9));
    const nothing = new Uint8Array(64);
    const fresh = group.rerandomiseSums(seededRng(1), key, nothing);
    expect(toHex(fresh)).toBe(toHex(group.encrypt(seededRng(1), key, IDENTITY)));
    const zeros = group.zeros(seededRng(1), key, 1);
    expect(toHex(group.rerandomiseSums(seededRng(2), key, nothing, zeros))).toBe(toHex(fresh));
    expect(() => group.rerandomise(seededRng(1), key, nothing)).toThrow(GroupError);
    expect(() => group.rerandomiseSums(seededRng(1), IDENTITY, nothing)).toThrow(GroupError);
  });

  it('refuses plaintexts that are not whole numbers within ±(2^53-1)', () => {
    for (const wrong of [0.5, 2 ** 53, -(2 ** 53)]) expect(() => group.scalar(wrong)).toThrow(RangeError);
  });
});
