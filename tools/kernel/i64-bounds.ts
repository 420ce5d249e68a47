import { assertBelow, columnPairs } from './straight-line.js';

/**
 * The bounds of the integer field (docs/kernel.md). An element is ten signed 64-bit limbs in radix 2^25.5: limbs of 26
 * and 25 bits by turns.
 */
export const LIMBS = 10;

export function limbBits(limb: number): bigint {
  return limb % 2 === 0 ? 26n : 25n;
}

/** The largest magnitude of each limb or column. */
export type Bounds = readonly bigint[];

/** What every product leaves behind, and what loading bytes gives (limbs there are not negative, but full). */
export const CARRIED: Bounds = Array.from({ length: LIMBS }, (_, limb) => 1n << limbBits(limb));
/** One sum or difference of two carried elements, not carried since. */
export const LAZY: Bounds = sumBounds(CARRIED, CARRIED);
/** What `carry` takes: sums and differences of up to four carried ones. */
export const LOOSE: Bounds = sumBounds(LAZY, LAZY);

/** Of the ten columns of the product of two elements, folded (2^255 = 19). */
export function productBounds(left: Bounds, right: Bounds): Bounds {
  const columns = Array.from({ length: LIMBS }, () => 0n);
  for (const [wide, pairs] of columnPairs(LIMBS).entries()) {
    for (const [i, j] of pairs) {
      const column = wide % LIMBS;
      const product = at(left, i) * at(right, j) * BigInt(pairFactor(i, j));
      columns[column] = at(columns, column) + product;
    }
  }
  return columns;
}

/** What the product of limbs i and j counts in its column: two odd limbs meet half a bit too low, a folded one is 19. */
export function pairFactor(i: number, j: number): number {
  return (i % 2 === 1 && j % 2 === 1 ? 2 : 1) * (i + j >= LIMBS ? 19 : 1);
}

export function sumBounds(left: Bounds, right: Bounds): Bounds {
  return left.map((bound, limb) => bound + at(right, limb));
}

/** The limbs in the order in which they are carried: two chains at once, as in the reference implementation "ref10". */
export const CARRY_ORDER: readonly number[] = [0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 9, 0];

/** Carrying must stay below 2^63 all along and leave limbs that are carried. */
export function assertCarries(what: string, columns: Bounds): void {
  const limbs = [...columns];
  for (const limb of CARRY_ORDER) {
    const half = 1n << (limbBits(limb) - 1n);
    assertBelow(`${what}: column ${String(limb)}`, at(limbs, limb) + half, 1n << 63n);
    const carry = (at(limbs, limb) + half) >> limbBits(limb);
    limbs[limb] = half;
    const next = (limb + 1) % LIMBS;
    limbs[next] = at(limbs, next) + (limb === LIMBS - 1 ? 19n * carry : carry);
  }
  limbs.forEach((bound, limb) => {
    assertBelow(`${what}: limb ${String(limb)}`, bound, at(CARRIED, limb) + 1n);
  });
}

function at(values: readonly bigint[], index: number): bigint {
  const value = values[index];
  if (value === undefined) throw new Error(`no limb ${String(index)}`);
  return value;
}
