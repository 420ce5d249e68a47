/**
 * What products don't do, for the FMA field: bytes to limbs and back, comparisons, choices by mask, table look-ups.
 * Two lanes; limb i of lane l is the double at 16i + 8l. A mask has one bit for each lane, lane 0 the lowest.
 */
import { CANONICAL, FE, POINT } from '../memory';
import { carry } from './products';

export const LANES: i32 = 2;
export const ALL_LANES: i32 = 3;

const LIMB_MASK: i64 = (1 << 51) - 1;
const LIMB_HALF: i64 = 1 << 50;
/** The bits of 1.5 * 2^52: those of the double 1.5 * 2^52 + x are these plus x, for whole numbers |x| < 2^51. */
const SHIFTED_BITS: i64 = 0x4338000000000000;
const SHIFTED: f64 = 6755399441055744.0;
/** Of p, the lowest limb and the others. */
const P_LOW: i64 = (1 << 51) - 19;
const P: i64 = (1 << 51) - 1;
/** Of a row of a base table: the eight entries' doubles for one limb, the five limbs of one coordinate. */
const WORD_OF_ROW: usize = 64;
const COORDINATE_OF_ROW: usize = 320;
/** Shuffle indices that give 0. */
const NOWHERE: i64 = 0x8080808080808080;

/** Both lanes' elements, loose at most, as five 51-bit words below p, a vector for each limb, at CANONICAL. */
function canonicalise(a: usize): void {
  carry(CANONICAL, a);
  // Carried limbs are smaller than p's, which make them positive: the value is between 0 and 2p now.
  let l0 = wholeLimb(0, P_LOW);
  let l1 = wholeLimb(16, P);
  let l2 = wholeLimb(32, P);
  let l3 = wholeLimb(48, P);
  let l4 = wholeLimb(64, P);
  const mask = i64x2.splat(LIMB_MASK);
  // One pass takes 2^255 off at most once and leaves a value below 2^255 + 19.
  l1 = i64x2.add(l1, i64x2.shr_u(l0, 51));
  l2 = i64x2.add(l2, i64x2.shr_u(l1, 51));
  l3 = i64x2.add(l3, i64x2.shr_u(l2, 51));
  l4 = i64x2.add(l4, i64x2.shr_u(l3, 51));
  l0 = i64x2.add(v128.and(l0, mask), times19(i64x2.shr_u(l4, 51)));
  l1 = v128.and(l1, mask);
  l2 = v128.and(l2, mask);
  l3 = v128.and(l3, mask);
  l4 = v128.and(l4, mask);
  // 1 where the value is p or more: then value + 19 reaches 2^255.
  let q = i64x2.shr_u(i64x2.add(l0, i64x2.splat(19)), 51);
  q = i64x2.shr_u(i64x2.add(l1, q), 51);
  q = i64x2.shr_u(i64x2.add(l2, q), 51);
  q = i64x2.shr_u(i64x2.add(l3, q), 51);
  q = i64x2.shr_u(i64x2.add(l4, q), 51);
  l0 = i64x2.add(l0, times19(q));
  l1 = i64x2.add(l1, i64x2.shr_u(l0, 51));
  l2 = i64x2.add(l2, i64x2.shr_u(l1, 51));
  l3 = i64x2.add(l3, i64x2.shr_u(l2, 51));
  l4 = i64x2.add(l4, i64x2.shr_u(l3, 51));
  v128.store(CANONICAL, v128.and(l0, mask));
  v128.store(CANONICAL, v128.and(l1, mask), 16);
  v128.store(CANONICAL, v128.and(l2, mask), 32);
  v128.store(CANONICAL, v128.and(l3, mask), 48);
  v128.store(CANONICAL, v128.and(l4, mask), 64);
}

/** A carried limb as an integer, plus `offset`. */
function wholeLimb(place: usize, offset: i64): v128 {
  const shifted = f64x2.add(v128.load(CANONICAL + place), f64x2.splat(SHIFTED));
  return i64x2.add(shifted, i64x2.splat(offset - SHIFTED_BITS));
}

function times19(x: v128): v128 {
  return i64x2.add(i64x2.add(i64x2.shl(x, 4), i64x2.shl(x, 1)), x);
}

/** 32 bytes, canonical, of each lane. */
export function storeBytes(bytes0: usize, bytes1: usize, a: usize): void {
  canonicalise(a);
  packBytes(bytes0, CANONICAL);
  packBytes(bytes1, CANONICAL + 8);
}

function packBytes(bytes: usize, words: usize): void {
  const l0 = load<u64>(words);
  const l1 = load<u64>(words, 16);
  const l2 = load<u64>(words, 32);
  const l3 = load<u64>(words, 48);
  const l4 = load<u64>(words, 64);
  store<u64>(bytes, l0 | (l1 << 51));
  store<u64>(bytes, (l1 >> 13) | (l2 << 38), 8);
  store<u64>(bytes, (l2 >> 26) | (l3 << 25), 16);
  store<u64>(bytes, (l3 >> 39) | (l4 << 12), 24);
}

/** The lower 255 bits of 32 bytes, as they are: carried limbs, the value may be p or more. */
export function loadBytes(o: usize, lane: i32, bytes: usize): void {
  const w0 = load<u64>(bytes);
  const w1 = load<u64>(bytes, 8);
  const w2 = load<u64>(bytes, 16);
  const w3 = load<u64>(bytes, 24);
  const mask = <u64>LIMB_MASK;
  let l0 = <i64>(w0 & mask);
  let l1 = <i64>(((w0 >> 51) | (w1 << 13)) & mask);
  let l2 = <i64>(((w1 >> 38) | (w2 << 26)) & mask);
  let l3 = <i64>(((w2 >> 25) | (w3 << 39)) & mask);
  let l4 = <i64>((w3 >> 12) & mask);
  let carry = (l0 + LIMB_HALF) >> 51;
  l0 -= carry << 51;
  l1 += carry;
  carry = (l1 + LIMB_HALF) >> 51;
  l1 -= carry << 51;
  l2 += carry;
  carry = (l2 + LIMB_HALF) >> 51;
  l2 -= carry << 51;
  l3 += carry;
  carry = (l3 + LIMB_HALF) >> 51;
  l3 -= carry << 51;
  l4 += carry;
  carry = (l4 + LIMB_HALF) >> 51;
  l4 -= carry << 51;
  l0 += 19 * carry;
  const p = o + 8 * <usize>lane;
  store<f64>(p, <f64>l0);
  store<f64>(p, <f64>l1, 16);
  store<f64>(p, <f64>l2, 32);
  store<f64>(p, <f64>l3, 48);
  store<f64>(p, <f64>l4, 64);
}

/** "Negative" in the sense of RFC 9496: the canonical form is odd. */
export function isNegative(a: usize): i32 {
  canonicalise(a);
  return i64x2.bitmask(i64x2.shl(v128.load(CANONICAL), 63));
}

export function isZero(a: usize): i32 {
  canonicalise(a);
  const words = v128.or(
    v128.or(v128.load(CANONICAL), v128.load(CANONICAL, 16)),
    v128.or(v128.load(CANONICAL, 32), v128.or(v128.load(CANONICAL, 48), v128.load(CANONICAL, 64))),
  );
  return i64x2.bitmask(i64x2.eq(words, i64x2.splat(0)));
}

function laneMask(mask: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(0 - <i64>(mask & 1)), 1, 0 - <i64>((mask >> 1) & 1));
}

/** o = a in the lanes of the mask. */
export function select(o: usize, a: usize, mask: i32): void {
  const bits = laneMask(mask);
  for (let i: usize = 0; i < FE; i += 16) {
    v128.store(o + i, v128.bitselect(v128.load(a + i), v128.load(o + i), bits));
  }
}

/** o = -o in the lanes of the mask. */
export function negateIf(o: usize, mask: i32): void {
  const sign = v128.and(laneMask(mask), f64x2.splat(-0.0));
  for (let i: usize = 0; i < FE; i += 16) v128.store(o + i, v128.xor(v128.load(o + i), sign));
}

/** Swaps a and b in the lanes of the mask. */
export function swapIf(a: usize, b: usize, mask: i32): void {
  const bits = laneMask(mask);
  for (let i: usize = 0; i < FE; i += 16) {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    const difference = v128.and(v128.xor(x, y), bits);
    v128.store(a + i, v128.xor(x, difference));
    v128.store(b + i, v128.xor(y, difference));
  }
}

export function negate(o: usize, a: usize): void {
  for (let i: usize = 0; i < FE; i += 16) v128.store(o + i, f64x2.neg(v128.load(a + i)));
}

export function copy(o: usize, a: usize): void {
  for (let i: usize = 0; i < FE; i += 16) v128.store(o + i, v128.load(a + i));
}

/** A constant of five limbs, in both lanes. */
export function storeConstant(o: usize, l0: i64, l1: i64, l2: i64, l3: i64, l4: i64): void {
  v128.store(o, f64x2.splat(<f64>l0));
  v128.store(o, f64x2.splat(<f64>l1), 16);
  v128.store(o, f64x2.splat(<f64>l2), 32);
  v128.store(o, f64x2.splat(<f64>l3), 48);
  v128.store(o, f64x2.splat(<f64>l4), 64);
}

/** The place in a table, 0..7, of each lane's odd digit, from its 4 bits n: |2n - 15| is 2 * place + 1. */
function placesOf(digits: v128): v128 {
  return v128.and(v128.xor(digits, isNegativeDigit(digits)), i64x2.splat(7));
}

/** All ones in the lanes whose digit 2n - 15 is negative. */
function isNegativeDigit(digits: v128): v128 {
  return i64x2.eq(v128.and(digits, i64x2.splat(8)), i64x2.splat(0));
}

/**
 * The cached point d*P from the multiples 1, 3, …, 15 of P, an odd digit d for each lane, given as its 4 bits. All eight
 * are read whatever the digits. A negative digit swaps the first two coordinates and negates the third.
 */
export function lookUpMultiple(o: usize, multiples: usize, digit0: i32, digit1: i32): void {
  const digits = i64x2.replace_lane(i64x2.splat(<i64>digit0), 1, <i64>digit1);
  const negative = isNegativeDigit(digits);
  const sign = v128.and(negative, f64x2.splat(-0.0));
  const places = placesOf(digits);
  const bit0 = i64x2.eq(v128.and(places, i64x2.splat(1)), i64x2.splat(1));
  const bit1 = i64x2.eq(v128.and(places, i64x2.splat(2)), i64x2.splat(2));
  const bit2 = i64x2.eq(v128.and(places, i64x2.splat(4)), i64x2.splat(4));
  for (let i: usize = 0; i < FE; i += 16) {
    const p = multiples + i;
    const yPlusX = chooseOfEight(p, bit0, bit1, bit2);
    const yMinusX = chooseOfEight(p + FE, bit0, bit1, bit2);
    v128.store(o + i, i64x2.relaxed_laneselect(yMinusX, yPlusX, negative));
    v128.store(o + i, i64x2.relaxed_laneselect(yPlusX, yMinusX, negative), FE);
    v128.store(o + i, v128.xor(chooseOfEight(p + 2 * FE, bit0, bit1, bit2), sign), 2 * FE);
    v128.store(o + i, chooseOfEight(p + 3 * FE, bit0, bit1, bit2), 3 * FE);
  }
}

/** One of eight vectors, POINT bytes apart, by the three bits of its number, as masks. */
@inline
function chooseOfEight(p: usize, bit0: v128, bit1: v128, bit2: v128): v128 {
  const v01 = i64x2.relaxed_laneselect(v128.load(p, POINT), v128.load(p), bit0);
  const v23 = i64x2.relaxed_laneselect(v128.load(p, 3 * POINT), v128.load(p, 2 * POINT), bit0);
  const v45 = i64x2.relaxed_laneselect(v128.load(p, 5 * POINT), v128.load(p, 4 * POINT), bit0);
  const v67 = i64x2.relaxed_laneselect(v128.load(p, 7 * POINT), v128.load(p, 6 * POINT), bit0);
  const v0123 = i64x2.relaxed_laneselect(v23, v01, bit1);
  const v4567 = i64x2.relaxed_laneselect(v67, v45, bit1);
  return i64x2.relaxed_laneselect(v4567, v0123, bit2);
}

/**
 * The affine point d*B from a row of a base table, an odd digit d for each lane, given as its 4 bits. The whole row is
 * read whatever the digits. The two entries of a vector and the two lanes' choices meet in one byte shuffle: its indices
 * are those of the entry's 8 bytes, or 0x80, which gives 0, where the entry is in another vector.
 */
export function lookUpEntry(o: usize, row: usize, digit0: i32, digit1: i32): void {
  const digits = i64x2.replace_lane(i64x2.splat(<i64>digit0), 1, <i64>digit1);
  const negative = isNegativeDigit(digits);
  const sign = v128.and(negative, f64x2.splat(-0.0));
  const places = placesOf(digits);
  const isOdd = i64x2.eq(v128.and(places, i64x2.splat(1)), i64x2.splat(1));
  const bytes = v128.or(i64x2.splat(0x0706050403020100), v128.and(isOdd, i64x2.splat(0x0808080808080808)));
  const pairs = i64x2.shr_u(places, 1);
  const shuffle0 = v128.or(bytes, v128.andnot(i64x2.splat(NOWHERE), i64x2.eq(pairs, i64x2.splat(0))));
  const shuffle1 = v128.or(bytes, v128.andnot(i64x2.splat(NOWHERE), i64x2.eq(pairs, i64x2.splat(1))));
  const shuffle2 = v128.or(bytes, v128.andnot(i64x2.splat(NOWHERE), i64x2.eq(pairs, i64x2.splat(2))));
  const shuffle3 = v128.or(bytes, v128.andnot(i64x2.splat(NOWHERE), i64x2.eq(pairs, i64x2.splat(3))));
  for (let limb: usize = 0; limb < 5; limb++) {
    const p = row + WORD_OF_ROW * limb;
    const q = o + 16 * limb;
    const yPlusX = chooseOfRow(p, shuffle0, shuffle1, shuffle2, shuffle3);
    const yMinusX = chooseOfRow(p + COORDINATE_OF_ROW, shuffle0, shuffle1, shuffle2, shuffle3);
    const twoDXY = chooseOfRow(p + 2 * COORDINATE_OF_ROW, shuffle0, shuffle1, shuffle2, shuffle3);
    v128.store(q, i64x2.relaxed_laneselect(yMinusX, yPlusX, negative));
    v128.store(q, i64x2.relaxed_laneselect(yPlusX, yMinusX, negative), FE);
    v128.store(q, v128.xor(twoDXY, sign), 2 * FE);
  }
}

@inline
function chooseOfRow(p: usize, shuffle0: v128, shuffle1: v128, shuffle2: v128, shuffle3: v128): v128 {
  return v128.or(
    v128.or(i8x16.relaxed_swizzle(v128.load(p), shuffle0), i8x16.relaxed_swizzle(v128.load(p, 16), shuffle1)),
    v128.or(i8x16.relaxed_swizzle(v128.load(p, 32), shuffle2), i8x16.relaxed_swizzle(v128.load(p, 48), shuffle3)),
  );
}

/** Stores coordinate 0, 1 or 2 of an entry of a row from lane 0. */
export function storeCoordinate(row: usize, entry: i32, coordinate: i32, a: usize): void {
  const o = row + COORDINATE_OF_ROW * <usize>coordinate + 8 * <usize>entry;
  for (let limb: usize = 0; limb < 5; limb++) store<f64>(o + WORD_OF_ROW * limb, load<f64>(a + 16 * limb));
}

/**
 * 1 when the engine fuses multiply and add in both lanes: (1 + 2^-30)^2 - (1 + 2^-29) is 2^-60, and 0 when the product
 * is rounded first. The operands come from memory, so that nothing folds them at compile time.
 */
export function fusedMultiplyAdd(): i32 {
  v128.store(CANONICAL, f64x2.splat(1.0 + 1.0 / 1073741824.0));
  v128.store(CANONICAL, f64x2.splat(-1.0 - 1.0 / 536870912.0), 16);
  const x = v128.load(CANONICAL);
  const result = f64x2.relaxed_madd(x, x, v128.load(CANONICAL, 16));
  const expected: f64 = 1.0 / 1073741824.0 / 1073741824.0;
  return (<i32>(f64x2.extract_lane(result, 0) == expected)) & (<i32>(f64x2.extract_lane(result, 1) == expected));
}
