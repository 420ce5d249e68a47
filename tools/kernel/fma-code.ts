import { assertCarries, assertLooseCarries, BIAS_CARRY, COLUMN_BIAS, LIMB_BITS, LIMBS } from './fma-bounds.js';
import type { ColumnBounds } from './fma-bounds.js';
import { columnPairs, squarePairs, StraightLine } from './straight-line.js';

/*
 * How products of the fused multiply-add field are written: two lanes of f64x2, five limbs of 51 bits.
 *
 * The multiplication trick: with C1 = 1.5*2^103 the sum x*y + C1 is rounded to a multiple of 2^51, so its bits are those
 * of C1 plus the number h = round(x*y / 2^51), as integers. With C2 = 1.5*2^52 the second sum x*y + (C1 + C2 - first) is
 * exact, and its bits are those of C2 plus the remainder x*y - h*2^51. So bit patterns are added as 64-bit integers,
 * and the patterns of C1 and C2, as often as they came in, are taken off at the end.
 *
 * V8 keeps few values in registers across a long block, so products are written column by column and the sums of a
 * column go to memory between columns: twice as fast as all columns at once.
 */

const C1 = 1.5 * 2 ** 103;
const C2 = 1.5 * 2 ** 52;
const C1_BITS = doubleBits(C1);
const C2_BITS = doubleBits(C2);
const EXPONENT_52 = doubleBits(2 ** 52);
const LIMB_MASK = (1n << LIMB_BITS) - 1n;
const WORD_MASK = (1n << 64n) - 1n;
const VECTOR_BYTES = 16;

/** Scratch slots, 16 bytes each, at PRODUCT_SCRATCH. */
export const SLOT = {
  highs: 0,
  columns: 1,
  doubled: 6,
  firstLimb: 10,
  otherFirstLimb: 11,
  kept: 12,
  keptToo: 17,
} as const;

/** Takes the five columns of a product, the lowest first. */
type ColumnSink = (column: number, sum: string) => void;

interface Factors {
  /** Which limbs meet in each column. */
  readonly pairs: readonly (readonly (readonly [left: number, right: number])[])[];
  /** Names of the locals that hold the two numbers to be multiplied for such a pair. */
  readonly term: (left: number, right: number) => readonly [string, string];
}

/** Names of the locals that hold what every column's carry needs. */
interface CarryLocals {
  readonly mask: string;
  readonly exponent: string;
  readonly offset: string;
}

/** Numbers that the generated code reads from memory, the same in both lanes: cheaper than building them each time. */
export class MagicNumbers {
  private readonly places = new Map<bigint, number>();

  read(value: bigint): string {
    const word = value & WORD_MASK;
    const place = this.places.get(word) ?? this.places.size;
    this.places.set(word, place);
    return `v128.load(0, MAGIC + ${String(VECTOR_BYTES * place)})`;
  }

  writer(): string {
    const stores = [...this.places].map(
      ([word, place]) => `  v128.store(MAGIC + ${String(VECTOR_BYTES * place)}, i64x2.splat(${hex(word)}));\n`,
    );
    const check = `  if (MAGIC_VECTORS < ${String(this.places.size)}) ERROR('More magic vectors than places.');\n`;
    return `export function writeMagic(): void {\n${check}${stores.join('')}}\n`;
  }
}

/** Writes one function. */
export class FmaCode {
  readonly block = new StraightLine();

  constructor(private readonly magic: MagicNumbers) {}

  /** a * b: the limbs of b stay in locals, those of a are read where they are used. */
  factors(a: string, b: string): Factors {
    const names = this.allLimbs(b);
    return {
      pairs: columnPairs(LIMBS),
      term: (left, right) => [this.block.bind(loadLimb(a, left)), at(names, right)],
    };
  }

  /** 2a * b. */
  doubledFactors(a: string, b: string): Factors {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      this.store(SLOT.keptToo + limb, `f64x2.add(${loadLimb(a, limb)}, ${loadLimb(a, limb)})`);
    }
    const names = this.allLimbs(b);
    return {
      pairs: columnPairs(LIMBS),
      term: (left, right) => [this.kept(SLOT.keptToo, left), at(names, right)],
    };
  }

  /** a * a: a pair of different limbs once, the left one doubled. A doubled limb is bounded like a lazy one. */
  square(a: string): Factors {
    const names = this.allLimbs(a);
    for (let limb = 0; limb < LIMBS - 1; limb += 1) {
      this.store(SLOT.doubled + limb, `f64x2.add(${at(names, limb)}, ${at(names, limb)})`);
    }
    return {
      pairs: squarePairs(LIMBS),
      term: (left, right) => [left === right ? at(names, left) : this.kept(SLOT.doubled, left), at(names, right)],
    };
  }

  /** Multiplies, folds the upper columns down (2^255 = 19) and gives each column, plus `bias`, to the sink. */
  multiply(factors: Factors, bias: bigint, sink: ColumnSink): void {
    const { block } = this;
    const splitting = block.bind(this.magic.read(doubleBits(C1 + C2)));
    const surplus: bigint[] = [];
    let highs: string | undefined;
    let highCount = 0;
    for (let column = 0; column < 2 * LIMBS; column += 1) {
      const pairs = factors.pairs[column] ?? [];
      // Each column starts from the high halves of the one before.
      let sum = highs !== undefined && pairs.length > 0 ? block.bind(this.scratch(SLOT.highs)) : highs;
      highs = undefined;
      const operands = pairs.map(([left, right]) => factors.term(left, right));
      for (const [x, y] of operands) {
        const high = block.bind(multiplyAdd(x, y, this.magic.read(C1_BITS)));
        const low = block.bind(multiplyAdd(x, y, block.bind(`f64x2.sub(${splitting}, ${high})`)));
        sum = sum === undefined ? low : block.bind(addWords(sum, low));
        highs = highs === undefined ? high : block.bind(addWords(highs, high));
      }
      if (highs !== undefined && column < 2 * LIMBS - 2) this.store(SLOT.highs, highs);
      if (sum === undefined) throw new Error('a column without a product');
      const patterns = BigInt(pairs.length) * C2_BITS + BigInt(highCount) * C1_BITS;
      highCount = pairs.length;
      if (column < LIMBS) {
        surplus.push(patterns);
        this.store(SLOT.columns + column, sum);
      } else {
        const low = column - LIMBS;
        const correction = bias - (surplus[low] ?? 0n) - 19n * patterns;
        const high = times19(block.bind(sum));
        sink(low, addWords(addWords(this.scratch(SLOT.columns + low), this.magic.read(correction)), high));
      }
    }
  }

  /** A sink that carries the columns (bias included) and stores the limbs at `o`. */
  carry(o: string, what: string, bounds: ColumnBounds, firstLimbSlot: number = SLOT.firstLimb): ColumnSink {
    assertCarries(what, bounds);
    const { block } = this;
    // What the remainder's exponent, the bias and the bias's own carry add up to, in the first limb and the others.
    const offset = (times: bigint): string =>
      this.magic.read(doubleBits(2 ** 52 + 2 ** 50 + Number(times * BIAS_CARRY)));
    let locals: CarryLocals | undefined;
    let carried = '';
    return (column, sum) => {
      const word = block.bind(sum);
      const carryOut = block.bind(`i64x2.shr_u(${word}, ${String(LIMB_BITS)})`);
      locals ??= {
        mask: block.bind(this.magic.read(LIMB_MASK)),
        exponent: block.bind(this.magic.read(EXPONENT_52)),
        offset: block.bind(offset(1n)),
      };
      const rest = block.bind(`v128.or(v128.and(${word}, ${locals.mask}), ${locals.exponent})`);
      if (column === 0) this.store(firstLimbSlot, rest);
      else storeLimb(block, o, column, `f64x2.sub(${addWords(rest, carried)}, ${locals.offset})`);
      if (column === LIMBS - 1) {
        const first = addWords(this.scratch(firstLimbSlot), times19(carryOut));
        storeLimb(block, o, 0, `f64x2.sub(${first}, ${offset(19n)})`);
      }
      carried = carryOut;
    };
  }

  /** A sink that keeps the columns in memory. */
  keep(slot: number): ColumnSink {
    return (column, sum) => {
      this.store(slot + column, sum);
    };
  }

  /** Keeps 2z + bias, as integers. */
  keepDouble(z: string, slot: number): void {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      const shifted = `f64x2.add(${loadLimb(z, limb)}, ${this.magic.read(C2_BITS)})`;
      const doubled = `i64x2.shl(${subtractWords(shifted, this.magic.read(C2_BITS))}, 1)`;
      this.store(slot + limb, addWords(doubled, this.magic.read(COLUMN_BIAS)));
    }
  }

  kept(slot: number, column: number): string {
    return this.block.bind(this.scratch(slot + column));
  }

  store(slot: number, value: string): void {
    this.block.push(`v128.store(0, ${value}, PRODUCT_SCRATCH + ${String(VECTOR_BYTES * slot)});`);
  }

  scratch(slot: number): string {
    return `v128.load(0, PRODUCT_SCRATCH + ${String(VECTOR_BYTES * slot)})`;
  }

  /** Carries a loose element in floating point: each limb is split at the nearest multiple of 2^51. */
  carryLimbs(o: string, a: string): void {
    assertLooseCarries();
    const { block } = this;
    const c1 = this.magic.read(C1_BITS);
    const limbs = Array.from({ length: LIMBS }, (_, limb) => {
      const value = block.bind(loadLimb(a, limb));
      const carry = block.bind(`f64x2.sub(f64x2.add(${value}, ${c1}), ${c1})`);
      return { carry, rest: block.bind(`f64x2.sub(${value}, ${carry})`) };
    });
    limbs.forEach(({ rest }, limb) => {
      const carry = at(limbs, (limb + LIMBS - 1) % LIMBS).carry;
      const factor = this.magic.read(doubleBits((limb === 0 ? 19 : 1) * 2 ** -51));
      storeLimb(block, o, limb, multiplyAdd(carry, factor, rest));
    });
  }

  eachLimb(o: string, a: string, b: string, operation: string): void {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      storeLimb(this.block, o, limb, `${operation}(${loadLimb(a, limb)}, ${loadLimb(b, limb)})`);
    }
  }

  private allLimbs(a: string): string[] {
    return Array.from({ length: LIMBS }, (_, limb) => this.block.bind(loadLimb(a, limb)));
  }
}

function loadLimb(pointer: string, limb: number): string {
  return `v128.load(${pointer}, ${String(VECTOR_BYTES * limb)})`;
}

function storeLimb(block: StraightLine, pointer: string, limb: number, value: string): void {
  block.push(`v128.store(${pointer}, ${value}, ${String(VECTOR_BYTES * limb)});`);
}

function multiplyAdd(x: string, y: string, z: string): string {
  return `f64x2.relaxed_madd(${x}, ${y}, ${z})`;
}

export function addWords(a: string, b: string): string {
  return `i64x2.add(${a}, ${b})`;
}

export function subtractWords(a: string, b: string): string {
  return `i64x2.sub(${a}, ${b})`;
}

function times19(a: string): string {
  return addWords(addWords(`i64x2.shl(${a}, 4)`, `i64x2.shl(${a}, 1)`), a);
}

function doubleBits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function hex(word: bigint): string {
  return `0x${word.toString(16)}`;
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${String(index)}`);
  return value;
}
