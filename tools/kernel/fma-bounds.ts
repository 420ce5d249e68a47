import { assertBelow, columnPairs } from './straight-line.js';

/**
 * The bounds of the fused multiply-add field (docs/kernel.md has the argument in full).
 * An element is five signed limbs, whole numbers held in doubles, in radix 2^51.
 */
export const LIMBS = 5;
export const LIMB_BITS = 51n;
const HALF = 1n << (LIMB_BITS - 1n);

/** A carried limb: what every product leaves behind. */
export const CARRIED = HALF + (1n << 13n);
/** A lazy limb: one sum or difference of two carried ones, not carried since. */
export const LAZY = 2n * CARRIED;
/** What `carry` takes: sums and differences of up to four carried ones. */
export const LOOSE = 4n * CARRIED;
/** Above it 1.5 * 2^103 + product would leave the binade in which the last bit counts 2^51. */
export const PRODUCT_LIMIT = 1n << 102n;
/** Added to a column before it is carried: 2^62 makes it positive, 2^50 centres the remainder. */
export const COLUMN_BIAS = (1n << 62n) + HALF;
/** The carry out of a column that holds just the bias. */
export const BIAS_CARRY = COLUMN_BIAS >> LIMB_BITS;

/** The largest magnitude of each of the five columns of something about to be carried. */
export type ColumnBounds = readonly bigint[];

/** Of the product of two elements with limbs up to `left` and `right`, folded to five columns. */
export function productBounds(left: bigint, right: bigint): ColumnBounds {
  const product = left * right;
  assertBelow('product of two limbs', product, PRODUCT_LIMIT);
  const pairs = columnPairs(LIMBS).map((column) => BigInt(column.length));
  // A product splits into a multiple of 2^51, rounded to the nearest, and what remains of it, at most 2^50.
  const high = (product >> LIMB_BITS) + 1n;
  const wide = Array.from({ length: 2 * LIMBS }, (_, column) => {
    const lows = pairs[column] ?? 0n;
    const highs = pairs[column - 1] ?? 0n;
    return lows * HALF + highs * high;
  });
  return wide.slice(0, LIMBS).map((low, column) => low + 19n * (wide[column + LIMBS] ?? 0n));
}

/** Of the square of an element: a doubled limb's product counts as two. */
export function squareBounds(bound: bigint): ColumnBounds {
  assertBelow('product of a limb and a doubled one', 2n * bound * bound, PRODUCT_LIMIT);
  return productBounds(bound, bound);
}

export function sumBounds(left: ColumnBounds, right: ColumnBounds): ColumnBounds {
  return left.map((bound, column) => bound + (right[column] ?? 0n));
}

export function constantBounds(bound: bigint): ColumnBounds {
  return Array.from({ length: LIMBS }, () => bound);
}

/** Carrying must see positive columns and leave limbs that are carried. */
export function assertCarries(what: string, columns: ColumnBounds): void {
  columns.forEach((bound, column) => {
    assertBelow(`${what}: column ${String(column)}`, bound + HALF, 1n << 62n);
    const carry = (bound >> LIMB_BITS) + 1n;
    const folded = column === LIMBS - 1 ? 19n * carry : carry;
    // Strictly: a small constant may be added and the element still counts as carried.
    assertBelow(`${what}: limb after column ${String(column)}`, HALF + folded, CARRIED);
  });
}

/** Carrying in floating point: what is left of a limb after its nearest multiple of 2^51, plus the carry from below. */
export function assertLooseCarries(): void {
  const carry = (LOOSE + HALF) >> LIMB_BITS;
  assertBelow('carry: limb', HALF + 19n * carry, CARRIED);
}
