import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, fromHex, toHex, utf8Bytes } from '../../core/base/index.js';
import { GroupError } from '../../core/private-join/group-error.js';
import type { Kernel } from '../../core/private-join/kernel/kernel.js';
import { kernelOf, MODULES } from './modules.js';
import { element, expandMessageXmd, scalarsBytes, split } from './oracle.js';
import { BAD_ENCODINGS, EXPANDED, MULTIPLES, OPRF, SAME_ELEMENT, UNIFORM } from './rfc-vectors.js';

describe.each(MODULES)('the %s module gives', (name) => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = kernelOf(name);
  });

  it('the multiples of the generator of RFC 9496 appendix A.1', () => {
    const scalars = scalarsBytes(MULTIPLES.map((_, index) => BigInt(index)));
    expect(split(kernel.multiplyBase(scalars)).map(toHex)).toEqual(MULTIPLES);
    // The same by one multiplication each and by adding up.
    const generator = fromHex(MULTIPLES[1] ?? '');
    const generators = concatBytes(...MULTIPLES.map(() => generator));
    expect(split(kernel.multiplyEach(scalars, generators)).map(toHex)).toEqual(MULTIPLES);
    const all = fromHex(MULTIPLES.join(''));
    expect(split(kernel.add(all, generators)).map(toHex).slice(0, -1)).toEqual(MULTIPLES.slice(1));
    expect(split(kernel.subtract(all, generators)).map(toHex).slice(1)).toEqual(MULTIPLES.slice(0, -1));
    expect(() => kernel.check(all)).not.toThrow();
  });

  it.each(BAD_ENCODINGS)('no element for the bad encoding of RFC 9496 appendix A.2: %s', (_, encoding) => {
    expect(() => kernel.check(fromHex(encoding))).toThrow(GroupError);
    expect(() => kernel.add(fromHex(encoding), element(1n))).toThrow(GroupError);
  });

  it('the elements of uniform bytes of RFC 9496 appendix A.3', () => {
    const uniform = concatBytes(...UNIFORM.map(([bytes]) => fromHex(bytes)));
    expect(split(kernel.mapToGroup(uniform)).map(toHex)).toEqual(UNIFORM.map(([, mapped]) => mapped));
    const same = concatBytes(...SAME_ELEMENT.uniform.map(fromHex));
    expect(new Set(split(kernel.mapToGroup(same)).map(toHex))).toEqual(new Set([SAME_ELEMENT.element]));
  });

  it.each(OPRF)('the keys and elements of RFC 9497 appendix $appendix', ({ mode, secretKey, publicKey, vectors }) => {
    const context = concatBytes(utf8Bytes('OPRFV1-'), Uint8Array.of(mode), utf8Bytes('-ristretto255-SHA512'));
    const seed = concatBytes(fromHex('a3'.repeat(32)), Uint8Array.of(0, 8), utf8Bytes('test key'), Uint8Array.of(0));
    const derived = kernel.hashToScalar(concatBytes(utf8Bytes('DeriveKeyPair'), context), seed);
    expect(toHex(derived)).toBe(secretKey);
    if (publicKey !== null) expect(toHex(kernel.multiplyBase(derived))).toBe(publicKey);
    for (const { input, blind, blinded, evaluated } of vectors) {
      const hashed = kernel.hashToGroup(concatBytes(utf8Bytes('HashToGroup-'), context), [fromHex(input)]);
      const element = kernel.multiply(fromHex(blind), hashed);
      expect(toHex(element)).toBe(blinded);
      if (evaluated !== null) expect(toHex(kernel.multiply(derived, element))).toBe(evaluated);
    }
  });
});

describe('RFC 9380 appendix K.3', () => {
  // The length asked for is part of what is hashed, and the kernel only knows 64 bytes: so the vectors hold the tests'
  // own expansion, and that the kernel (hashing.test.ts).
  const dst = utf8Bytes('QUUX-V01-CS02-with-expander-SHA512-256');

  it.each(EXPANDED)('is what the tests expand %j to, %i bytes', (message, length, expanded) => {
    expect(toHex(expandMessageXmd(utf8Bytes(message), dst, length))).toBe(expanded);
    expect(toHex(expand_message_xmd(utf8Bytes(message), dst, length, sha512))).toBe(expanded);
  });
});
