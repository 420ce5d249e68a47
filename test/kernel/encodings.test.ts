import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, fromHex, toHex, uniformBelow } from '../../core/base/index.js';
import { MAX_BATCH } from '../../core/private-join/kernel/abi.js';
import type { KernelExports } from '../../core/private-join/kernel/abi.js';
import { GroupError } from '../../core/private-join/group-error.js';
import { Kernel } from '../../core/private-join/kernel/kernel.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { loadModule, MODULES } from './modules.js';
import {
  atTheBounds,
  element,
  isElement,
  libsodium,
  littleEndian,
  modulo,
  numberOf,
  PRIME,
  randomScalar,
  scalarsBytes,
} from './oracle.js';

/** Square root of -1 in the field (RFC 9496 section 4.1). */
const SQRT_M1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

/** The y of the Edwards points whose order divides 8, and what is the same modulo the prime. */
const SMALL_ORDER: readonly bigint[] = [
  ...[0n, 1n, PRIME - 1n, PRIME, PRIME + 1n],
  numberOf(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')),
  numberOf(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
];

function field(value: bigint): bigint {
  return ((value % PRIME) + PRIME) % PRIME;
}

function fieldPower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = field(base), rest = exponent; rest > 0n; rest >>= 1n, square = field(square * square)) {
    if (rest & 1n) result = field(result * square);
  }
  return result;
}

/** What may or may not be an element, several hundred of each kind. */
function candidates(seed: number): readonly Uint8Array[] {
  const rng = seededRng(seed);
  const many = (count: number, make: (index: number) => bigint | Uint8Array): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => make(index)).map((made) =>
      typeof made === 'bigint' ? littleEndian(made) : made,
    );
  const good = many(24, () => element(randomScalar(rng)));
  const numbers = good.map(numberOf);
  return [
    ...good,
    ...many(1_500, () => rng.bytes(32)),
    // Canonical and not negative: of these one in four is an element.
    ...many(2_000, () => {
      const bytes = rng.bytes(32);
      bytes[0] = (bytes[0] ?? 0) & 0xfe;
      bytes[31] = (bytes[31] ?? 0) & 0x7f;
      return bytes;
    }),
    ...good
      .slice(0, 6)
      .flatMap((encoding) =>
        many(256, (bit) => encoding.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))),
      ),
    // The other names of the same point shifted by torsion: -s, 1/s, -1/s, and times the root of -1.
    ...numbers.flatMap((s) => {
      const inverse = fieldPower(s, PRIME - 2n);
      const names = [s, inverse, field(s * SQRT_M1), field(inverse * SQRT_M1)];
      return names.flatMap((name) => [littleEndian(name), littleEndian(field(-name))]);
    }),
    // Small numbers, the prime and beyond, the largest numbers; then the same with the top bit set.
    ...[0n, 2n ** 255n].flatMap((top) => [
      ...many(300, (index) => top + BigInt(index)),
      ...many(300, (index) => top + 2n ** 255n - 1n - BigInt(index)),
      ...many(200, () => top + atTheBounds(rng)),
    ]),
    // Compressed Edwards points of small order (RFC 8032 section 5.1.2), canonical and not, with either sign.
    ...SMALL_ORDER.flatMap((y) => [littleEndian(y), littleEndian(y | (2n ** 255n))]),
  ];
}

interface Candidate {
  readonly encoding: Uint8Array;
  readonly isElement: boolean;
}

let all: readonly Candidate[];
beforeAll(async () => {
  await libsodium.ready;
  all = candidates(testSeed).map((encoding) => ({ encoding, isElement: isElement(encoding) }));
});

it(`the oracles agree on what an element is (seed ${testSeed})`, () => {
  // Elements and others, enough of each for the tests below to mean something.
  const taken = all.filter((candidate) => candidate.isElement);
  expect(taken.length).toBeGreaterThan(500);
  expect(all.length - taken.length).toBeGreaterThan(3_000);
  for (const { encoding, isElement: expected } of all) {
    expect(libsodium.isElement(encoding)).toBe(expected);
  }
});

describe.each(MODULES)('the %s module', (name) => {
  let exports: KernelExports;
  let kernel: Kernel;
  beforeAll(() => {
    const loaded = loadModule(name);
    ({ exports } = loaded);
    kernel = new Kernel(loaded);
  });

  it(`takes an encoding where the oracles do, and no other (seed ${testSeed})`, () => {
    const memory = new Uint8Array(exports.memory.buffer);
    for (const { encoding, isElement: expected } of all) {
      memory.set(encoding, exports.regionA());
      expect([toHex(encoding), exports.check(exports.regionA(), 1)]).toEqual([toHex(encoding), expected ? 0 : 1]);
    }
    // By the batch it counts the same ones.
    for (let from = 0; from < all.length; from += MAX_BATCH) {
      const batch = all.slice(from, from + MAX_BATCH);
      memory.set(concatBytes(...batch.map(({ encoding }) => encoding)), exports.regionA());
      const bad = batch.filter((candidate) => !candidate.isElement).length;
      expect(exports.check(exports.regionA(), batch.length)).toBe(bad);
    }
  });

  it(`refuses one bad encoding at any place, in every operation (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const bad = all.filter((candidate) => !candidate.isElement).map(({ encoding }) => encoding);
    const key = element(randomScalar(rng));
    for (const count of [1, 2, 3, 4, 5, 8, 17]) {
      const good = concatBytes(...Array.from({ length: count }, () => element(5n)));
      const scalars = scalarsBytes(Array.from({ length: count }, () => modulo(randomScalar(rng))));
      const scalar = scalars.subarray(0, 32);
      const zeros = kernel.makeZeros(key, scalars);
      for (let place = 0; place < count; place += 1) {
        const wrong = bad[uniformBelow(rng, bad.length)] ?? good;
        const elements = good.slice();
        elements.set(wrong, 32 * place);
        const first = concatBytes(good, good);
        first.set(wrong, 64 * place);
        const second = concatBytes(good, good);
        second.set(wrong, 64 * place + 32);
        const refused: readonly (() => unknown)[] = [
          () => kernel.check(elements),
          () => kernel.multiply(scalar, elements),
          () => kernel.multiplyEach(scalars, elements),
          () => kernel.encrypt(key, scalars, elements),
          () => kernel.add(elements, good),
          () => kernel.add(good, elements),
          () => kernel.subtract(elements, good),
          () => kernel.subtract(good, elements),
          () => kernel.walk(wrong, element(5n), count),
          () => kernel.walk(element(5n), wrong, 300 * count),
          () => kernel.encrypt(wrong, scalars, good),
          () => kernel.makeZeros(wrong, scalars),
          ...[first, second].flatMap((ciphertexts) => [
            () => kernel.rerandomise(key, scalars, ciphertexts),
            () => kernel.addZeros(zeros, ciphertexts),
            () => kernel.removeShare(scalar, ciphertexts),
            () => kernel.removeShareAndRerandomise(scalar, key, scalars, ciphertexts),
          ]),
        ];
        refused.forEach((operation) => expect(operation).toThrow(GroupError));
      }
    }
    // Nothing of that stays behind: what comes next is right.
    expect(toHex(kernel.multiply(scalarsBytes([3n]), element(5n)))).toBe(toHex(element(15n)));
  });
});
