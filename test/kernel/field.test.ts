import { describe, expect, it } from 'vitest';

import { uniformBelow } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { loadModule } from './modules.js';

/*
 * The field's generated products with limbs at the bounds that docs/kernel.md states, which points and encodings never
 * bring about: results must be right and carried, and an operand one past its bound must trap.
 */

const P = 2n ** 255n - 19n;
const ROUNDS = 400;

/** What the checked modules export beside the kernel: addresses of field elements in, results at addresses. */
interface FieldExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  regionA(): number;
  fieldBytes(): number;
  fieldMul(o: number, a: number, b: number): void;
  fieldSqr(o: number, a: number): void;
  fieldMulSum(o: number, a: number, b: number, x: number, y: number): void;
  fieldMulSumDiff(s: number, d: number, a: number, b: number, x: number, y: number): void;
  fieldSqrSumDiff(s: number, d: number, a: number, b: number): void;
  fieldDoubleSumDiff(s: number, d: number, z: number, x: number, y: number): void;
  fieldDoublingParts(e: number, f: number, g: number, h: number, x: number, y: number, z: number): void;
  fieldCarry(o: number, a: number): void;
  fieldIsNegative(a: number): number;
  fieldIsZero(a: number): number;
  fieldStoreBytes(bytes0: number, bytes1: number, a: number): void;
}

/** How a module lays out an element, and the magnitude of its carried limbs. */
interface Layout {
  readonly lanes: number;
  readonly limbs: number;
  readonly weight: (limb: number) => bigint;
  readonly carried: (limb: number) => bigint;
  read(address: number, lane: number, limb: number): bigint;
  write(address: number, lane: number, limb: number, value: bigint): void;
}

function layoutOf(name: 'fma-checked' | 'i64-checked', buffer: ArrayBuffer): Layout {
  if (name === 'fma-checked') {
    const doubles = new Float64Array(buffer);
    const place = (address: number, lane: number, limb: number): number => address / 8 + 2 * limb + lane;
    return {
      lanes: 2,
      limbs: 5,
      weight: (limb) => 1n << BigInt(51 * limb),
      carried: () => 2n ** 50n + 2n ** 13n,
      read: (address, lane, limb) => BigInt(doubles[place(address, lane, limb)] ?? NaN),
      write: (address, lane, limb, value) => void (doubles[place(address, lane, limb)] = Number(value)),
    };
  }
  const words = new BigInt64Array(buffer);
  return {
    lanes: 1,
    limbs: 10,
    weight: (limb) => 1n << BigInt(Math.ceil(25.5 * limb)),
    carried: (limb) => (limb % 2 === 0 ? 2n ** 26n : 2n ** 25n),
    read: (address, _lane, limb) => words[address / 8 + limb] ?? 0n,
    write: (address, _lane, limb, value) => void (words[address / 8 + limb] = value),
  };
}

describe.each(['fma-checked', 'i64-checked'] as const)('the field of the %s module', (name) => {
  // Only the checked modules export the field; the loader knows the exports that all modules have.
  const field = loadModule(name).exports as unknown as FieldExports;
  const layout = layoutOf(name, field.memory.buffer);
  const at = (place: number): number => field.regionA() + place * field.fieldBytes();
  const [a, b, x, y] = [at(0), at(1), at(2), at(3)];
  const [o, o2, o3, o4] = [at(4), at(5), at(6), at(7)];
  const lanes = Array.from({ length: layout.lanes }, (_, lane) => lane);
  const limbs = Array.from({ length: layout.limbs }, (_, limb) => limb);

  /** Limbs that are extreme more often than not, up to `times` the carried bound. */
  function fill(rng: Rng, address: number, times = 1n): void {
    for (const lane of lanes) {
      const alike = uniformBelow(rng, 3);
      for (const limb of limbs) {
        const bound = times * layout.carried(limb);
        const choices = [bound, -bound, bound - 1n, 1n - bound, 0n, 1n, -1n, bound / 2n];
        const choice = alike < 2 ? alike : uniformBelow(rng, choices.length);
        layout.write(address, lane, limb, choices[choice] ?? 0n);
      }
    }
  }

  function valueOf(address: number, lane: number): bigint {
    const sum = limbs.reduce((total, limb) => total + layout.read(address, lane, limb) * layout.weight(limb), 0n);
    return ((sum % P) + P) % P;
  }

  /** What is there in each lane, and whether every limb is carried. */
  function outcome(address: number): unknown {
    const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
    return lanes.map((lane) => ({
      value: valueOf(address, lane),
      carried: limbs.every((limb) => magnitude(layout.read(address, lane, limb)) <= layout.carried(limb)),
    }));
  }

  function expected(formula: (value: (address: number) => bigint) => bigint): unknown {
    return lanes.map((lane) => {
      const value = formula((address) => valueOf(address, lane));
      return { value: ((value % P) + P) % P, carried: true };
    });
  }

  it(`multiplies limbs at their bounds, one operand lazy (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/multiply`);
    for (let round = 0; round < ROUNDS; round += 1) {
      const lazyFirst = uniformBelow(rng, 2) === 0;
      fill(rng, a, lazyFirst ? 2n : 1n);
      fill(rng, b, lazyFirst ? 1n : 2n);
      fill(rng, x, 2n);
      fill(rng, y);
      field.fieldMul(o, a, b);
      expect(outcome(o)).toEqual(expected((v) => v(a) * v(b)));
      field.fieldMulSum(o, a, b, x, y);
      expect(outcome(o)).toEqual(expected((v) => v(a) * v(b) + v(x) * v(y)));
      field.fieldMulSumDiff(o, o2, a, b, x, y);
      expect(outcome(o)).toEqual(expected((v) => v(a) * v(b) + v(x) * v(y)));
      expect(outcome(o2)).toEqual(expected((v) => v(a) * v(b) - v(x) * v(y)));
      fill(rng, a);
      field.fieldDoubleSumDiff(o, o2, a, x, y);
      expect(outcome(o)).toEqual(expected((v) => 2n * v(a) + v(x) * v(y)));
      expect(outcome(o2)).toEqual(expected((v) => 2n * v(a) - v(x) * v(y)));
    }
  });

  it(`squares and doubles limbs at their bounds (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/square`);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const operand of [a, b, x]) fill(rng, operand);
      field.fieldSqr(o, a);
      expect(outcome(o)).toEqual(expected((v) => v(a) ** 2n));
      field.fieldSqrSumDiff(o, o2, a, b);
      expect(outcome(o)).toEqual(expected((v) => v(a) ** 2n + v(b) ** 2n));
      expect(outcome(o2)).toEqual(expected((v) => v(a) ** 2n - v(b) ** 2n));
      field.fieldDoublingParts(o, o2, o3, o4, a, b, x);
      expect(outcome(o)).toEqual(expected((v) => 2n * v(a) * v(b)));
      expect(outcome(o2)).toEqual(expected((v) => 2n * v(x) ** 2n - v(b) ** 2n + v(a) ** 2n));
      expect(outcome(o3)).toEqual(expected((v) => v(b) ** 2n - v(a) ** 2n));
      expect(outcome(o4)).toEqual(expected((v) => v(b) ** 2n + v(a) ** 2n));
    }
  });

  it(`works in place: a result may take an operand's address (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/in place`);
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      fill(rng, a);
      fill(rng, b);
      const product = expected((v) => v(a) * v(b));
      field.fieldMul(a, first, second);
      expect(outcome(a)).toEqual(product);
    }
    fill(rng, a);
    const square = expected((v) => v(a) ** 2n);
    field.fieldSqr(a, a);
    expect(outcome(a)).toEqual(square);
  });

  it(`carries sums of four (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/carry`);
    for (let round = 0; round < ROUNDS; round += 1) {
      fill(rng, a, 4n);
      field.fieldCarry(o, a);
      expect(outcome(o)).toEqual(expected((v) => v(a)));
    }
  });

  it(`finds the canonical form of lazy limbs (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/canonical`);
    const bytes = new Uint8Array(field.memory.buffer);
    const near = [0n, 1n, 2n, P - 2n, P - 1n, P, P + 1n, P + 2n, 2n * P - 1n, 2n * P, 2n ** 255n - 1n, -1n, -P, 1n - P];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round < near.length) {
        // A value near a multiple of p, all in the lowest limbs that hold it.
        for (const lane of lanes) {
          let rest = near[(round + lane) % near.length] ?? 0n;
          for (const limb of limbs) {
            const width = limb + 1 < layout.limbs ? layout.weight(limb + 1) / layout.weight(limb) : 2n * rest + 2n;
            const digit = limb + 1 < layout.limbs ? ((rest % width) + width) % width : rest;
            layout.write(a, lane, limb, digit);
            rest = (rest - digit) / (limb + 1 < layout.limbs ? width : 1n);
          }
        }
      } else {
        fill(rng, a, 2n);
      }
      field.fieldStoreBytes(o, o2, a);
      lanes.forEach((lane) => {
        const at = lane === 0 ? o : o2;
        const stored = bytes.slice(at, at + 32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
        expect(stored).toBe(valueOf(a, lane));
        expect((field.fieldIsNegative(a) >> lane) & 1).toBe(Number(valueOf(a, lane) & 1n));
        expect((field.fieldIsZero(a) >> lane) & 1).toBe(valueOf(a, lane) === 0n ? 1 : 0);
      });
    }
  });

  it('traps at an operand one past its bound', () => {
    const rng = seededRng(1);
    const calls: readonly (readonly [operand: number, times: bigint, call: () => void])[] = [
      [a, 2n, () => field.fieldMul(o, a, b)],
      [x, 2n, () => field.fieldMulSum(o, a, b, x, y)],
      [x, 2n, () => field.fieldMulSumDiff(o, o2, a, b, x, y)],
      [a, 1n, () => field.fieldDoubleSumDiff(o, o2, a, x, y)],
      [a, 1n, () => field.fieldSqr(o, a)],
      [b, 1n, () => field.fieldSqrSumDiff(o, o2, a, b)],
      [x, 1n, () => field.fieldDoublingParts(o, o2, o3, o4, a, b, x)],
      [a, 4n, () => field.fieldCarry(o, a)],
    ];
    for (const [operand, times, call] of calls) {
      for (const limb of limbs) {
        for (const lane of lanes) {
          for (const sign of [1n, -1n]) {
            for (const address of [a, b, x, y]) fill(rng, address);
            // The other operands at their bound, for the bound of a product is that of both.
            for (const address of [b, y]) if (address !== operand) writeAll(address, 1n);
            layout.write(operand, lane, limb, sign * times * layout.carried(limb));
            expect(call).not.toThrow();
            layout.write(operand, lane, limb, sign * (times * layout.carried(limb) + 1n));
            expect(call).toThrow('unreachable');
          }
        }
      }
    }
  });

  function writeAll(address: number, times: bigint): void {
    for (const lane of lanes) {
      for (const limb of limbs) layout.write(address, lane, limb, times * layout.carried(limb));
    }
  }
});
