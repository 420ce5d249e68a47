import { describe, expect, it } from 'vitest';

import { concatBytes, utf8Bytes } from '../../core/base/index.js';
import type { Kernel } from '../../core/private-join/kernel/kernel.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { kernelOf } from './modules.js';
import { element, elements, numberOf, pointOf, randomScalar, scalarBytes, zip } from './oracle.js';
import { largestT } from './welch.js';
import type { Timed } from './welch.js';

/** A leak is one that shows in every round; a machine with other work on it makes any one round doubtful. */
const ROUNDS = 3;
const LEAK = 10;
const WARM_UP = 200;
/** Elements of one call: enough for all lanes. */
const LANES = 4;

const rng = seededRng(testSeed);

function leaks(count: number, timed: Timed): boolean {
  for (let call = 0; call < WARM_UP; call += 1) timed.run(call % 2 === 0 ? timed.fixed : timed.random());
  for (let round = 0; round < ROUNDS; round += 1) {
    if (largestT(rng, count, timed) <= LEAK) return false;
  }
  return true;
}

/** The scalar 2 has one digit that isn't 0, and its half, which is what some operations work with, has one as well. */
const SPARSE = scalarBytes(2n);
const repeated = (scalar: Uint8Array, count: number): Uint8Array =>
  concatBytes(...Array.from({ length: count }, () => scalar));
const drawn = (kernel: Kernel, count: number): Uint8Array => kernel.reduceScalars(rng.bytes(64 * count));

const key = element(77n);
const list = elements([3n, 5n, 7n, 11n]);
const ciphertexts = zip(list, elements([13n, 17n, 19n, 23n]));
const domain = utf8Bytes('the tests');

/** Each operation on secrets: one argument varies, the others are always the same. */
const OPERATIONS: readonly (readonly [name: string, count: number, timed: (kernel: Kernel) => Timed])[] = [
  ['multiply', 3_000, (kernel) => one(kernel, (scalar) => kernel.multiply(scalar, list))],
  ['multiplyEach', 1_500, (kernel) => each(kernel, (scalars) => kernel.multiplyEach(scalars, list))],
  ['multiplyBase', 2_000, (kernel) => each(kernel, (scalars) => kernel.multiplyBase(scalars))],
  ['rerandomise', 3_000, (kernel) => each(kernel, (scalars) => kernel.rerandomise(key, scalars, ciphertexts))],
  ['makeZeros', 2_000, (kernel) => each(kernel, (scalars) => kernel.makeZeros(key, scalars))],
  ['removeShare', 1_500, (kernel) => one(kernel, (scalar) => kernel.removeShare(scalar, ciphertexts))],
  [
    'removeShareAndRerandomise, by the share',
    1_500,
    (kernel) =>
      one(kernel, (scalar) => kernel.removeShareAndRerandomise(scalar, key, repeated(SPARSE, LANES), ciphertexts)),
  ],
  ['reduceScalars', 4_000, (kernel) => bytes(64 * 64, 0, (wide) => kernel.reduceScalars(wide))],
  [
    'multiplyScalars and subtractScalars',
    4_000,
    (kernel) => one(kernel, (scalar) => kernel.subtractScalars(kernel.multiplyScalars(scalar, SPARSE), scalar)),
  ],
  [
    'multiply, by the elements',
    2_000,
    (kernel) => ({
      fixed: list,
      random: () => kernel.mapToGroup(rng.bytes(64 * LANES)),
      run: (encodings) => kernel.multiply(SPARSE, encodings),
    }),
  ],
  ['mapToGroup', 3_000, (kernel) => bytes(64 * LANES, 7, (uniform) => kernel.mapToGroup(uniform))],
  ['hashToGroup, by the message', 3_000, (kernel) => bytes(40, 0, (message) => kernel.hashToGroup(domain, [message]))],
];

function one(kernel: Kernel, run: (scalar: Uint8Array) => unknown): Timed {
  return { fixed: SPARSE, random: () => drawn(kernel, 1), run };
}

function each(kernel: Kernel, run: (scalars: Uint8Array) => unknown): Timed {
  return { fixed: repeated(SPARSE, LANES), random: () => drawn(kernel, LANES), run };
}

function bytes(length: number, fixed: number, run: (secret: Uint8Array) => unknown): Timed {
  return { fixed: new Uint8Array(length).fill(fixed), random: () => rng.bytes(length), run };
}

describe.each(['fma', 'i64'] as const)('how long the %s module takes', (name) => {
  const kernel = kernelOf(name);

  it.each(OPERATIONS)(`does not tell a secret: %s (seed ${testSeed})`, (_, count, timed) => {
    expect(leaks(count, timed(kernel))).toBe(false);
  });

  // Once is enough to show that the test can see it; other work on the machine may hide it.
  it('would tell it if a product were made bit by bit', { retry: 2 }, () => {
    // Double and add, with nothing added where the bit is 0: a third more additions for a random scalar.
    const run = (scalar: Uint8Array): void => {
      let sum = element(0n);
      for (let bits = numberOf(scalar) & 0xffff_ffffn, power = element(3n), left = 32; left > 0; left -= 1) {
        if ((bits & 1n) === 1n) sum = kernel.add(sum, power);
        power = kernel.add(power, power);
        bits >>= 1n;
      }
    };
    expect(leaks(800, { fixed: SPARSE, random: () => drawn(kernel, 1), run })).toBe(true);
  });
});

it("the test would find @noble/curves' multiplication for public scalars", { retry: 2 }, () => {
  const point = pointOf(key);
  const timed: Timed = {
    fixed: SPARSE,
    random: () => scalarBytes(randomScalar(rng)),
    run: (scalar) => point.multiplyUnsafe(numberOf(scalar)),
  };
  expect(leaks(300, timed)).toBe(true);
});
