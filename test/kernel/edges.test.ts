import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, permutation } from '../../core/base/index.js';
import type { Kernel } from '../../core/private-join/kernel/kernel.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { kernelOf, MODULES } from './modules.js';
import {
  atTheBounds,
  differenceOf,
  element,
  elements,
  isElement,
  littleEndian,
  mapToGroup,
  modulo,
  numberOf,
  ORDER,
  pointOf,
  progression,
  randomScalar,
  scalarBytes,
  scalarsBytes,
  split,
  times,
  zip,
} from './oracle.js';

/** Scalars at which digits, carries and halvings turn. */
const EDGE_SCALARS: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 9n, 15n, 16n, 17n],
  ...[1n, 2n, 3n, 8n, 16n].map((less) => ORDER - less),
  ...[(ORDER - 1n) / 2n, (ORDER + 1n) / 2n, ORDER / 3n, ORDER / 16n],
  ...Array.from({ length: 253 }, (_, bit) => 2n ** BigInt(bit)),
  ...Array.from({ length: 63 }, (_, digit) => ORDER - 16n ** BigInt(digit)),
  ...Array.from({ length: 63 }, (_, digit) => 16n ** BigInt(digit) * 8n - 1n),
  // Every digit the same: at 7 and 8 a signed digit carries over.
  ...Array.from({ length: 16 }, (_, digit) => modulo(BigInt(`0x${digit.toString(16).repeat(63)}`))),
];

const SMALL = [-2n, -1n, 0n, 1n, 2n];

interface Walk {
  readonly start: Uint8Array;
  readonly step: Uint8Array;
  readonly expected: Uint8Array;
}

function walkOf(start: bigint, step: bigint, count: number): Walk {
  return { start: element(start), step: element(step), expected: progression(count, [start, step]) };
}

/** Made once for all modules: the oracle is slow. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}

const walks = once(() => {
  const x = randomScalar(seededRng(testSeed));
  const pairs = [
    [0n, 1n],
    [-7n, 1n],
    [500n, -2n],
    [3n, 0n],
    [0n, 0n],
    [1n, ORDER - 1n],
  ] as const;
  return pairs.map(([start, step]) => walkOf(start * x, step * x, 1_025));
});
const longWalk = once(() => walkOf(9n, 1n, 256 * 64 + 77));

/** Every pick of one from each list. */
function picks(...lists: readonly (readonly bigint[])[]): bigint[][] {
  return lists.reduce<bigint[][]>((all, list) => all.flatMap((some) => list.map((one) => [...some, one])), [[]]);
}

describe.each(MODULES)('the %s module is exact', (name) => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = kernelOf(name);
  });

  it('for every edge scalar, of the generator, of another element and of the identity', () => {
    const scalars = scalarsBytes(EDGE_SCALARS);
    const logarithm = 1_234_567n;
    const ofBase = elements(EDGE_SCALARS);
    const ofOther = elements(EDGE_SCALARS.map((scalar) => scalar * logarithm));
    const repeated = (one: Uint8Array): Uint8Array => concatBytes(...EDGE_SCALARS.map(() => one));
    expect(differenceOf(kernel.multiplyBase(scalars), ofBase)).toBeNull();
    expect(differenceOf(kernel.multiplyEach(scalars, repeated(element(1n))), ofBase)).toBeNull();
    expect(differenceOf(kernel.multiplyEach(scalars, repeated(element(logarithm))), ofOther)).toBeNull();
    expect(differenceOf(kernel.multiplyEach(scalars, repeated(element(0n))), repeated(element(0n)))).toBeNull();
    const nothing = new Uint8Array(2 * scalars.length);
    const masks = zip(ofBase, ofOther);
    expect(differenceOf(kernel.rerandomise(element(logarithm), scalars, nothing), masks)).toBeNull();
    const zeros = kernel.makeZeros(element(logarithm), scalars);
    expect(differenceOf(kernel.addZeros(zeros, nothing), masks)).toBeNull();
  });

  it('for one edge scalar of several elements, the identity among them', () => {
    const logarithms = [0n, 1n, 2n, 3n, ORDER - 1n, ORDER - 2n, (ORDER + 1n) / 2n];
    for (const scalar of EDGE_SCALARS.slice(0, 24)) {
      const products = elements(logarithms.map((logarithm) => scalar * logarithm));
      expect(differenceOf(kernel.multiply(scalarBytes(scalar), elements(logarithms)), products)).toBeNull();
    }
  });

  const related = name.endsWith('-checked') ? 1 : 3;
  it(`where sums are the identity, doublings, or have the identity in them (seed ${testSeed})`, () => {
    // Every element is a small multiple of one x*B, so that what is added is often the same as what it is added to, or
    // its opposite, in other representations; shuffled, so that the lanes beside it are anything.
    const rng = seededRng(testSeed);
    for (const x of [1n, ...Array.from({ length: related }, () => randomScalar(rng))]) {
      const cases = picks(SMALL, SMALL, SMALL);
      const shuffled = [...permutation(rng, cases.length)].map((index) => cases[index] ?? []);
      const column = (of: (a: bigint, b: bigint, r: bigint) => bigint): bigint[] =>
        shuffled.map(([a = 0n, b = 0n, r = 0n]) => of(a, b, r));
      const lists = (of: (a: bigint, b: bigint, r: bigint) => bigint): Uint8Array =>
        elements(column(of).map((multiple) => multiple * x));
      const r = scalarsBytes(column((_, __, multiple) => multiple * x));
      const left = lists((a) => a);
      const right = lists((_, b) => b);
      const ciphertexts = zip(left, right);
      expect(
        differenceOf(
          kernel.add(left, right),
          lists((a, b) => a + b),
        ),
      ).toBeNull();
      expect(
        differenceOf(
          kernel.subtract(left, right),
          lists((a, b) => a - b),
        ),
      ).toBeNull();
      for (const h of [1n, 2n, ORDER - 1n]) {
        const key = element(h);
        const moved = zip(
          lists((a, _, by) => a + by),
          lists((_, b, by) => b + h * by),
        );
        expect(differenceOf(kernel.rerandomise(key, r, ciphertexts), moved)).toBeNull();
        expect(differenceOf(kernel.addZeros(kernel.makeZeros(key, r), ciphertexts), moved)).toBeNull();
        const encrypted = zip(
          lists((_, __, by) => by),
          lists((a, _, by) => a + h * by),
        );
        expect(differenceOf(kernel.encrypt(key, r, left), encrypted)).toBeNull();
        for (const y of SMALL) {
          const share = scalarBytes(y);
          expect(
            differenceOf(
              kernel.removeShare(share, ciphertexts),
              lists((a, b) => b - y * a),
            ),
          ).toBeNull();
          const tallied = zip(
            lists((a, _, by) => a + by),
            lists((a, b, by) => b - y * a + h * by),
          );
          const actual = kernel.removeShareAndRerandomise(share, key, r, ciphertexts);
          expect(differenceOf(actual, tallied)).toBeNull();
        }
      }
    }
  });

  it(`in walks of every remainder, through the identity and with steps that are it (seed ${testSeed})`, () => {
    for (const { start, step, expected } of walks()) {
      for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 258, 260, 511, 512, 513, 1_025]) {
        const walked = kernel.walk(start, step, count);
        expect(differenceOf(walked, expected.slice(0, 32 * count))).toBeNull();
      }
    }
  });

  it('in a walk of walks of walks', () => {
    const { start, step, expected } = longWalk();
    expect(differenceOf(kernel.walk(start, step, expected.length / 32), expected)).toBeNull();
  });

  it(`for encodings whose limbs are at their bounds (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const found: Uint8Array[] = [];
    while (found.length < 24) {
      const encoding = littleEndian(atTheBounds(rng));
      if (isElement(encoding)) found.push(encoding);
    }
    const points = found.map(pointOf);
    const neighbours = [...points.slice(1), ...points.slice(0, 1)];
    const encodings = concatBytes(...found);
    const next = concatBytes(...neighbours.map((point) => point.toBytes()));
    // Scalars with limbs at their bounds as well; the module takes them below the order.
    const k = modulo(atTheBounds(rng));
    const products = points.map((point) => times(point, k).toBytes());
    expect(differenceOf(kernel.multiply(scalarBytes(k), encodings), concatBytes(...products))).toBeNull();
    const sums = points.map((point, index) => point.add(neighbours[index] ?? point).toBytes());
    expect(differenceOf(kernel.add(encodings, next), concatBytes(...sums))).toBeNull();
    const key = found[0] ?? element(1n);
    const scalars = points.map(() => modulo(atTheBounds(rng)));
    const moved = points.flatMap((point, index) => {
      const r = scalars[index] ?? 0n;
      const second = (neighbours[index] ?? point).add(times(pointOf(key), r));
      return [point.add(pointOf(element(r))).toBytes(), second.toBytes()];
    });
    const actual = kernel.rerandomise(key, scalarsBytes(scalars), zip(encodings, next));
    expect(differenceOf(actual, concatBytes(...moved))).toBeNull();
  });

  it(`for uniform bytes and wide scalars whose limbs are at their bounds (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const high = (): bigint => BigInt(rng.bytes(1)[0] ?? 0) & 1n;
    const half = (): Uint8Array => littleEndian(atTheBounds(rng) | (high() << 255n));
    const uniform = concatBytes(...Array.from({ length: 200 }, () => concatBytes(half(), half())));
    const mapped = concatBytes(...split(uniform, 64).map(mapToGroup));
    expect(differenceOf(kernel.mapToGroup(uniform), mapped)).toBeNull();
    const wide = [
      ...split(uniform, 64).map(numberOf),
      ...[0n, 1n, 2n ** 512n - 1n, 2n ** 511n, 2n ** 256n - 1n, 2n ** 252n],
      // Multiples of the order and their neighbours, small and as large as they get.
      ...[1n, 2n, 15n, 16n, 2n ** 128n, 2n ** 256n, 2n ** 512n / ORDER].flatMap((multiple) =>
        [-1n, 0n, 1n].map((more) => multiple * ORDER + more),
      ),
    ].filter((value) => value < 2n ** 512n);
    const reduced = kernel.reduceScalars(concatBytes(...wide.map((value) => littleEndian(value, 64))));
    expect(differenceOf(reduced, scalarsBytes(wide))).toBeNull();
  });

  it(`in products and differences of scalars (seed ${testSeed})`, () => {
    const rng = seededRng(testSeed);
    const values = [...EDGE_SCALARS.slice(0, 24), ...Array.from({ length: 8 }, () => randomScalar(rng))];
    for (const [a = 0n, b = 0n] of picks(values, values)) {
      expect(numberOf(kernel.multiplyScalars(scalarBytes(a), scalarBytes(b)))).toBe(modulo(a * b));
      expect(numberOf(kernel.subtractScalars(scalarBytes(a), scalarBytes(b)))).toBe(modulo(a - b));
    }
  });
});
