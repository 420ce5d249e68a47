import {
  assertCarries,
  CARRIED,
  CARRY_ORDER,
  LAZY,
  limbBits,
  LIMBS,
  LOOSE,
  productBounds,
  sumBounds,
} from './i64-bounds.js';
import type { Bounds } from './i64-bounds.js';
import { StraightLine } from './straight-line.js';

/*
 * Writes the products of the integer field: one lane, ten limbs of 26 and 25 bits in 64-bit integers. It is what a
 * machine gets whose multiply-add isn't fused, so it is kept plain: the same columns as in the FMA field, in memory
 * between the steps for the same reason.
 */

const WORD_BYTES = 8;

/** Scratch slots, 8 bytes each, at PRODUCT_SCRATCH. */
const SLOT = {
  right19: 0,
  leftDoubled: 10,
  columns: 20,
  kept: 30,
  keptToo: 40,
} as const;

/**
 * AssemblyScript source of the field's products and carries. A result may take the place of an operand, except in
 * doublingParts.
 * @param checked with assertions of the operands' bounds
 */
export function i64Products(checked: boolean): string {
  const write = (
    name: string,
    parameters: readonly string[],
    requirements: readonly string[],
    body: (code: I64Code) => void,
  ): string => {
    const code = new I64Code();
    if (checked) for (const requirement of requirements) code.block.push(`${requirement};`);
    body(code);
    return code.block.toFunction(name, parameters);
  };
  const lazyProduct = productBounds(LAZY, LAZY);
  const square = productBounds(CARRIED, CARRIED);
  const functions = [
    write('mul', ['o', 'a', 'b'], ['requireLazy(a)', 'requireLazy(b)'], (code) => {
      code.multiply('a', 'b', SLOT.columns);
      code.carry('o', 'mul', code.columns(SLOT.columns), lazyProduct);
    }),
    write('sqr', ['o', 'a'], ['requireCarried(a)'], (code) => {
      code.square('a', SLOT.columns);
      code.carry('o', 'sqr', code.columns(SLOT.columns), square);
    }),
    write(
      'mulSumDiff',
      ['s', 'd', 'a', 'b', 'x', 'y'],
      ['requireLazy(a)', 'requireLazy(b)', 'requireLazy(x)', 'requireLazy(y)'],
      (code) => {
        code.multiply('a', 'b', SLOT.columns);
        code.multiply('x', 'y', SLOT.kept);
        code.sumAndDifference('s', 'd', 'mulSumDiff', sumBounds(lazyProduct, lazyProduct));
      },
    ),
    write(
      'mulSum',
      ['o', 'a', 'b', 'x', 'y'],
      ['requireLazy(a)', 'requireLazy(b)', 'requireLazy(x)', 'requireLazy(y)'],
      (code) => {
        code.multiply('a', 'b', SLOT.columns);
        code.multiply('x', 'y', SLOT.kept);
        const right = code.columns(SLOT.kept);
        const sums = code.columns(SLOT.columns).map((left, column) => `${left} + ${at(right, column)}`);
        code.carry('o', 'mulSum', sums, sumBounds(lazyProduct, lazyProduct));
      },
    ),
    write('sqrSumDiff', ['s', 'd', 'a', 'b'], ['requireCarried(a)', 'requireCarried(b)'], (code) => {
      code.square('a', SLOT.columns);
      code.square('b', SLOT.kept);
      code.sumAndDifference('s', 'd', 'sqrSumDiff', sumBounds(square, square));
    }),
    write(
      'doubleSumDiff',
      ['s', 'd', 'z', 'x', 'y'],
      ['requireCarried(z)', 'requireLazy(x)', 'requireLazy(y)'],
      (code) => {
        for (let limb = 0; limb < LIMBS; limb += 1) code.store(SLOT.columns + limb, `${loadLimb('z', limb)} << 1`);
        code.multiply('x', 'y', SLOT.kept);
        code.sumAndDifference('s', 'd', 'doubleSumDiff', sumBounds(LAZY, lazyProduct));
      },
    ),
    write(
      'doublingParts',
      ['e', 'f', 'g', 'h', 'x', 'y', 'z'],
      ['requireCarried(x)', 'requireCarried(y)', 'requireCarried(z)'],
      (code) => {
        const sums = sumBounds(square, square);
        code.square('y', SLOT.columns);
        code.square('x', SLOT.kept);
        code.square('z', SLOT.keptToo);
        code.sumAndDifference('h', 'g', 'doublingParts', sums);
        const ySquare = code.columns(SLOT.columns);
        const xSquare = code.columns(SLOT.kept);
        const f = code
          .columns(SLOT.keptToo)
          .map((zSquare, column) => `(${zSquare} << 1) - ${at(ySquare, column)} + ${at(xSquare, column)}`);
        code.carry('f', 'doublingParts f', f, sumBounds(sums, sums));
        code.multiply('x', 'y', SLOT.columns);
        const e = code.columns(SLOT.columns).map((product) => `${product} << 1`);
        code.carry('e', 'doublingParts e', e, sums);
      },
    ),
    write('carry', ['o', 'a'], ['requireLoose(a)'], (code) => {
      code.carry('o', 'carry', code.limbs('a'), LOOSE);
    }),
    write('add', ['o', 'a', 'b'], [], (code) => code.eachLimb('o', 'a', 'b', '+')),
    write('sub', ['o', 'a', 'b'], [], (code) => code.eachLimb('o', 'a', 'b', '-')),
  ];
  const imports = [`import { PRODUCT_SCRATCH } from '../memory';\n`];
  if (checked) imports.push(`import { requireCarried, requireLazy, requireLoose } from './bounds';\n`);
  return [...imports, ...functions, 'export function writeMagic(): void {}\n'].join('\n');
}

/** The limits that the checked build asserts, for the hand-written half of it. */
export function i64Limits(): string {
  return [
    `export const CARRIED_EVEN: i64 = ${String(at(CARRIED, 0))};\n`,
    `export const CARRIED_ODD: i64 = ${String(at(CARRIED, 1))};\n`,
  ].join('');
}

/** Writes one function. */
class I64Code {
  readonly block = new StraightLine();

  /** Columns of a * b to the slots from `slot`. */
  multiply(a: string, b: string, slot: number): void {
    for (let limb = 1; limb < LIMBS; limb += 1) this.store(SLOT.right19 + limb, `${loadLimb(b, limb)} * 19`);
    for (let limb = 1; limb < LIMBS; limb += 2) this.store(SLOT.leftDoubled + limb, `${loadLimb(a, limb)} << 1`);
    for (let column = 0; column < LIMBS; column += 1) {
      let sum: string | undefined;
      for (let left = 0; left < LIMBS; left += 1) {
        const folded = left > column;
        const right = folded ? column + LIMBS - left : column - left;
        const bothOdd = left % 2 === 1 && right % 2 === 1;
        const x = bothOdd ? scratch(SLOT.leftDoubled + left) : loadLimb(a, left);
        const y = folded ? scratch(SLOT.right19 + right) : loadLimb(b, right);
        sum = this.block.bind(sum === undefined ? `${x} * ${y}` : `${sum} + ${x} * ${y}`);
      }
      this.store(slot + column, sum ?? '0');
    }
  }

  /** Columns of a * a to the slots from `slot`. */
  square(a: string, slot: number): void {
    const limbs = this.limbs(a);
    for (let limb = LIMBS / 2; limb < LIMBS; limb += 1) this.store(SLOT.right19 + limb, `${at(limbs, limb)} * 19`);
    for (let column = 0; column < LIMBS; column += 1) {
      let sum: string | undefined;
      for (let left = 0; left < LIMBS; left += 1) {
        for (const right of [column - left, column + LIMBS - left]) {
          if (right < left || right >= LIMBS) continue;
          // Twice for a pair of different limbs, twice for two odd ones.
          const shift = (left === right ? 0 : 1) + (left % 2 === 1 && right % 2 === 1 ? 1 : 0);
          const x = shift === 0 ? at(limbs, left) : `(${at(limbs, left)} << ${String(shift)})`;
          const y = left + right >= LIMBS ? this.block.bind(scratch(SLOT.right19 + right)) : at(limbs, right);
          sum = this.block.bind(sum === undefined ? `${x} * ${y}` : `${sum} + ${x} * ${y}`);
        }
      }
      this.store(slot + column, sum ?? '0');
    }
  }

  /** Carries the ten columns, rounding to the nearest, and stores them as limbs at `o`. */
  carry(o: string, what: string, columns: readonly string[], bounds: Bounds): void {
    assertCarries(what, bounds);
    const { block } = this;
    const limbs = columns.map((column) => block.bind(column));
    for (const limb of CARRY_ORDER) {
      const bits = limbBits(limb);
      const carry = block.bind(`(${at(limbs, limb)} + ${String(1n << (bits - 1n))}) >> ${String(bits)}`);
      limbs[limb] = block.bind(`${at(limbs, limb)} - (${carry} << ${String(bits)})`);
      const next = (limb + 1) % LIMBS;
      limbs[next] = block.bind(`${at(limbs, next)} + ${limb === LIMBS - 1 ? `${carry} * 19` : carry}`);
    }
    limbs.forEach((value, limb) => {
      this.storeLimb(o, limb, value);
    });
  }

  /** Carries the sum and the difference of the columns kept in `columns` and `kept`. */
  sumAndDifference(s: string, d: string, what: string, bounds: Bounds): void {
    for (const [o, sign] of [
      [s, '+'],
      [d, '-'],
    ] as const) {
      const left = this.columns(SLOT.columns);
      const right = this.columns(SLOT.kept);
      this.carry(
        o,
        `${what} ${o}`,
        left.map((value, column) => `${value} ${sign} ${at(right, column)}`),
        bounds,
      );
    }
  }

  columns(slot: number): string[] {
    return Array.from({ length: LIMBS }, (_, column) => this.block.bind(scratch(slot + column)));
  }

  limbs(a: string): string[] {
    return Array.from({ length: LIMBS }, (_, limb) => this.block.bind(loadLimb(a, limb)));
  }

  eachLimb(o: string, a: string, b: string, operator: string): void {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      this.storeLimb(o, limb, `${loadLimb(a, limb)} ${operator} ${loadLimb(b, limb)}`);
    }
  }

  store(slot: number, value: string): void {
    this.block.push(`store<i64>(0, ${value}, PRODUCT_SCRATCH + ${String(WORD_BYTES * slot)});`);
  }

  private storeLimb(o: string, limb: number, value: string): void {
    this.block.push(`store<i64>(${o}, ${value}, ${String(WORD_BYTES * limb)});`);
  }
}

function loadLimb(pointer: string, limb: number): string {
  return `load<i64>(${pointer}, ${String(WORD_BYTES * limb)})`;
}

function scratch(slot: number): string {
  return `load<i64>(0, PRODUCT_SCRATCH + ${String(WORD_BYTES * slot)})`;
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${String(index)}`);
  return value;
}
