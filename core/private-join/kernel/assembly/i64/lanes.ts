/**
 * What products don't do, for the integer field: bytes to limbs and back, comparisons, choices by mask, table look-ups.
 * One lane; limb i is the 64-bit integer at 8i. A mask has the one bit 0.
 */
import { CANONICAL, FE, POINT } from '../memory';

export const LANES: i32 = 1;
export const ALL_LANES: i32 = 1;

const PAIR_MASK: i64 = (1 << 51) - 1;
const EVEN_MASK: i64 = (1 << 26) - 1;
/** Of 4p, the lowest pair of limbs and the others. */
const FOUR_P_LOW: i64 = (1 << 53) - 76;
const FOUR_P: i64 = (1 << 53) - 4;
/** An entry of a base table and one of its three coordinates: ten 32-bit integers. */
const ENTRY: usize = 120;
const COORDINATE: usize = 40;

/** The element, lazy at most, as its 32 bytes at CANONICAL. */
function canonicalise(a: usize): void {
  // Two limbs make one of 51 bits, of at most 2^52 + 2^27 in magnitude; 4p makes it positive.
  let l0 = load<i64>(a) + (load<i64>(a, 8) << 26) + FOUR_P_LOW;
  let l1 = load<i64>(a, 16) + (load<i64>(a, 24) << 26) + FOUR_P;
  let l2 = load<i64>(a, 32) + (load<i64>(a, 40) << 26) + FOUR_P;
  let l3 = load<i64>(a, 48) + (load<i64>(a, 56) << 26) + FOUR_P;
  let l4 = load<i64>(a, 64) + (load<i64>(a, 72) << 26) + FOUR_P;
  // One pass leaves a value below 2^255 + 152.
  l1 += l0 >> 51;
  l2 += l1 >> 51;
  l3 += l2 >> 51;
  l4 += l3 >> 51;
  l0 = (l0 & PAIR_MASK) + 19 * (l4 >> 51);
  l1 &= PAIR_MASK;
  l2 &= PAIR_MASK;
  l3 &= PAIR_MASK;
  l4 &= PAIR_MASK;
  // 1 when the value is p or more: then value + 19 reaches 2^255.
  let q = (l0 + 19) >> 51;
  q = (l1 + q) >> 51;
  q = (l2 + q) >> 51;
  q = (l3 + q) >> 51;
  q = (l4 + q) >> 51;
  l0 += 19 * q;
  l1 += l0 >> 51;
  l2 += l1 >> 51;
  l3 += l2 >> 51;
  l4 += l3 >> 51;
  l0 &= PAIR_MASK;
  l1 &= PAIR_MASK;
  l2 &= PAIR_MASK;
  l3 &= PAIR_MASK;
  l4 &= PAIR_MASK;
  store<i64>(CANONICAL, l0 | (l1 << 51));
  store<i64>(CANONICAL, (l1 >> 13) | (l2 << 38), 8);
  store<i64>(CANONICAL, (l2 >> 26) | (l3 << 25), 16);
  store<i64>(CANONICAL, (l3 >> 39) | (l4 << 12), 24);
}

/** 32 bytes, canonical; `bytes1` belongs to the lane that this module doesn't have. */
export function storeBytes(bytes0: usize, bytes1: usize, a: usize): void {
  canonicalise(a);
  memory.copy(bytes0, CANONICAL, 32);
}

/** The lower 255 bits of 32 bytes, as they are: carried limbs, the value may be p or more. */
export function loadBytes(o: usize, lane: i32, bytes: usize): void {
  const w0 = load<u64>(bytes);
  const w1 = load<u64>(bytes, 8);
  const w2 = load<u64>(bytes, 16);
  const w3 = load<u64>(bytes, 24);
  const mask = <u64>PAIR_MASK;
  storeConstant(
    o,
    <i64>(w0 & mask),
    <i64>(((w0 >> 51) | (w1 << 13)) & mask),
    <i64>(((w1 >> 38) | (w2 << 26)) & mask),
    <i64>(((w2 >> 25) | (w3 << 39)) & mask),
    <i64>((w3 >> 12) & mask),
  );
}

/** "Negative" in the sense of RFC 9496: the canonical form is odd. */
export function isNegative(a: usize): i32 {
  canonicalise(a);
  return load<i32>(CANONICAL) & 1;
}

export function isZero(a: usize): i32 {
  canonicalise(a);
  const words = load<u64>(CANONICAL) | load<u64>(CANONICAL, 8) | load<u64>(CANONICAL, 16) | load<u64>(CANONICAL, 24);
  return (<i32>((words | (0 - words)) >> 63)) ^ 1;
}

/** o = a when the mask is 1. */
export function select(o: usize, a: usize, mask: i32): void {
  const bits = 0 - <i64>(mask & 1);
  for (let i: usize = 0; i < FE; i += 8) {
    const x = load<i64>(o + i);
    store<i64>(o + i, x ^ ((x ^ load<i64>(a + i)) & bits));
  }
}

/** o = -o when the mask is 1. */
export function negateIf(o: usize, mask: i32): void {
  const bits = 0 - <i64>(mask & 1);
  for (let i: usize = 0; i < FE; i += 8) store<i64>(o + i, (load<i64>(o + i) ^ bits) - bits);
}

/** Swaps a and b when the mask is 1. */
export function swapIf(a: usize, b: usize, mask: i32): void {
  const bits = 0 - <i64>(mask & 1);
  for (let i: usize = 0; i < FE; i += 8) {
    const x = load<i64>(a + i);
    const y = load<i64>(b + i);
    const difference = (x ^ y) & bits;
    store<i64>(a + i, x ^ difference);
    store<i64>(b + i, y ^ difference);
  }
}

export function negate(o: usize, a: usize): void {
  for (let i: usize = 0; i < FE; i += 8) store<i64>(o + i, 0 - load<i64>(a + i));
}

export function copy(o: usize, a: usize): void {
  for (let i: usize = 0; i < FE; i += 8) store<i64>(o + i, load<i64>(a + i));
}

/** An element from its five limbs of 51 bits, none negative. */
export function storeConstant(o: usize, l0: i64, l1: i64, l2: i64, l3: i64, l4: i64): void {
  storePair(o, l0);
  storePair(o + 16, l1);
  storePair(o + 32, l2);
  storePair(o + 48, l3);
  storePair(o + 64, l4);
}

function storePair(o: usize, pair: i64): void {
  store<i64>(o, pair & EVEN_MASK);
  store<i64>(o, pair >> 26, 8);
}

/**
 * The cached point d*P from the multiples 1, 3, …, 15 of P, for an odd digit d = 2n - 15 given as n (the other belongs to
 * the lane that this module doesn't have). All eight are read whatever the digit. A negative digit swaps the first two
 * coordinates and negates the third.
 */
export function lookUpMultiple(o: usize, multiples: usize, digit0: i32, digit1: i32): void {
  const negative = negativeDigit(digit0);
  const place = placeOf(digit0);
  const m0 = maskWhere(place, 0);
  const m1 = maskWhere(place, 1);
  const m2 = maskWhere(place, 2);
  const m3 = maskWhere(place, 3);
  const m4 = maskWhere(place, 4);
  const m5 = maskWhere(place, 5);
  const m6 = maskWhere(place, 6);
  const m7 = maskWhere(place, 7);
  for (let i: usize = 0; i < POINT; i += 8) {
    const p = multiples + i;
    const limb =
      (load<i64>(p) & m0) |
      (load<i64>(p, POINT) & m1) |
      (load<i64>(p, 2 * POINT) & m2) |
      (load<i64>(p, 3 * POINT) & m3) |
      (load<i64>(p, 4 * POINT) & m4) |
      (load<i64>(p, 5 * POINT) & m5) |
      (load<i64>(p, 6 * POINT) & m6) |
      (load<i64>(p, 7 * POINT) & m7);
    store<i64>(o + i, limb);
  }
  negateWhere(o, negative);
}

/**
 * The affine point d*B from a row of a base table, for an odd digit d given as its 4 bits. The whole row is read whatever
 * the digit.
 */
export function lookUpEntry(o: usize, row: usize, digit0: i32, digit1: i32): void {
  const negative = negativeDigit(digit0);
  const place = placeOf(digit0);
  const m0 = maskWhere(place, 0);
  const m1 = maskWhere(place, 1);
  const m2 = maskWhere(place, 2);
  const m3 = maskWhere(place, 3);
  const m4 = maskWhere(place, 4);
  const m5 = maskWhere(place, 5);
  const m6 = maskWhere(place, 6);
  const m7 = maskWhere(place, 7);
  for (let i: usize = 0; i < ENTRY; i += 8) {
    const p = row + i;
    const limbs =
      (load<i64>(p) & m0) |
      (load<i64>(p, ENTRY) & m1) |
      (load<i64>(p, 2 * ENTRY) & m2) |
      (load<i64>(p, 3 * ENTRY) & m3) |
      (load<i64>(p, 4 * ENTRY) & m4) |
      (load<i64>(p, 5 * ENTRY) & m5) |
      (load<i64>(p, 6 * ENTRY) & m6) |
      (load<i64>(p, 7 * ENTRY) & m7);
    store<i64>(o + 2 * i, <i64>(<i32>limbs));
    store<i64>(o + 2 * i, limbs >> 32, 8);
  }
  negateWhere(o, negative);
}

/** The place in a table, 0..7, of an odd digit, from its 4 bits n: |2n - 15| is 2 * place + 1. */
function placeOf(digit: i32): i32 {
  return (digit ^ (<i32>negativeDigit(digit))) & 7;
}

/** All ones when the digit 2n - 15 is negative. */
function negativeDigit(digit: i32): i64 {
  return <i64>((digit >> 3) & 1) - 1;
}

function maskWhere(place: i32, wanted: i32): i64 {
  return 0 - <i64>(place == wanted);
}

/** Negates the point when the mask is all ones: swaps y + x with y - x, negates the third coordinate. */
function negateWhere(o: usize, negative: i64): void {
  for (let i: usize = 0; i < FE; i += 8) {
    const p = o + i;
    const x = load<i64>(p);
    const y = load<i64>(p, FE);
    const difference = (x ^ y) & negative;
    store<i64>(p, x ^ difference);
    store<i64>(p, y ^ difference, FE);
    store<i64>(p, (load<i64>(p, 2 * FE) ^ negative) - negative, 2 * FE);
  }
}

/** Stores coordinate 0, 1 or 2 of an entry of a row; carried limbs fit in 32 bits. */
export function storeCoordinate(row: usize, entry: i32, coordinate: i32, a: usize): void {
  const o = row + ENTRY * <usize>entry + COORDINATE * <usize>coordinate;
  for (let i: usize = 0; i < COORDINATE; i += 4) store<i32>(o + i, <i32>load<i64>(a + 2 * i));
}

/** This module has no multiply-add to be fused. */
export function fusedMultiplyAdd(): i32 {
  return 1;
}
