/**
 * Arithmetic modulo the group's order l = 2^252 + c, in constant time: no branch and no address depends on a scalar.
 * Products and wide numbers are signed limbs of 21 bits, as in the reference implementation "ref10" of Ed25519, for
 * 12 * 21 = 252: limb 12 + i counts -c times limb i.
 */
import { SCALAR_LIMBS } from './memory';

/** l as 64-bit words. */
const L0: u64 = 0x5812631a5cf5d3ed;
const L1: u64 = 0x14def9dea2f79cd6;
const L3: u64 = 0x1000000000000000;
/** 2l; the third word of both is 0. */
const TWO_L0: u64 = L0 << 1;
const TWO_L1: u64 = (L1 << 1) | (L0 >> 63);
const TWO_L3: u64 = L3 << 1;

/** -c in limbs of 21 bits. */
const C0: i64 = 666643;
const C1: i64 = 470296;
const C2: i64 = 654183;
const C3: i64 = -997805;
const C4: i64 = 136657;
const C5: i64 = -683901;

const LIMB_BITS: i64 = 21;
const LIMB_MASK: u64 = (1 << 21) - 1;
const SCALAR_LIMB_COUNT: i32 = 12;
const WIDE_LIMB_COUNT: i32 = 24;

/**
 * Recodes half of a scalar k below l to 64 odd digits in radix 16, as 4 bits n each that mean the digit 2n - 15. Odd
 * digits are never 0, so that nothing is looked up in a special way.
 *
 * With c in 0..3 such that k + cl is 2 modulo 4 (l is 1 modulo 4) the number h = (k + cl)/2 is k/2 modulo l and odd, and
 * below 2l. The digits' bits are (h - 1)/2 + 2^255: twice that less 15 * (1 + 16 + … + 16^63) = 2^256 - 1 is h.
 */
export function recodeHalf(o: usize, k: usize): void {
  const w0 = load<u64>(k);
  const c = 2 - w0;
  const once = 0 - (c & 1);
  const s0 = w0 + (L0 & once);
  const s1 = load<u64>(k, 8) + (L1 & once) + carryOf(w0, L0 & once, s0);
  const s2 = load<u64>(k, 16) + carryOf(load<u64>(k, 8), L1 & once, s1);
  const s3 = load<u64>(k, 24) + (L3 & once) + carryOf(load<u64>(k, 16), 0, s2);
  const twice = 0 - ((c >> 1) & 1);
  const t0 = s0 + (TWO_L0 & twice);
  const t1 = s1 + (TWO_L1 & twice) + carryOf(s0, TWO_L0 & twice, t0);
  const t2 = s2 + carryOf(s1, TWO_L1 & twice, t1);
  const t3 = s3 + (TWO_L3 & twice) + carryOf(s2, 0, t2);
  store<u64>(o, (t0 >> 2) | (t1 << 62));
  store<u64>(o, (t1 >> 2) | (t2 << 62), 8);
  store<u64>(o, (t2 >> 2) | (t3 << 62), 16);
  store<u64>(o, (t3 >> 2) | (1 << 63), 24);
}

/** The 4 bits of digit i. */
export function digitAt(digits: usize, i: i32): i32 {
  return ((<i32>load<u8>(digits + <usize>(i >> 1))) >> ((i & 1) << 2)) & 15;
}

/** The carry out of x + y (+ a carry in) = sum. */
function carryOf(x: u64, y: u64, sum: u64): u64 {
  return ((x & y) | ((x | y) & ~sum)) >> 63;
}

/** o = the 64 bytes at `wide`, modulo l. */
export function reduceScalar(o: usize, wide: usize): void {
  // Limb i takes 21 bits from bit 21i; the last one all that are left, 29.
  for (let i: i32 = 0; i < WIDE_LIMB_COUNT - 1; i++) {
    storeLimb(i, <i64>(bitsAt(wide, 21 * i) & LIMB_MASK));
  }
  storeLimb(WIDE_LIMB_COUNT - 1, <i64>((<u64>load<u32>(wide, 60)) >> 3));
  reduceLimbs(o);
}

/** o = a * b modulo l. */
export function multiplyScalar(o: usize, a: usize, b: usize): void {
  for (let i = 0; i < WIDE_LIMB_COUNT; i++) storeLimb(i, 0);
  for (let i = 0; i < SCALAR_LIMB_COUNT; i++) {
    const x = scalarLimb(a, i);
    for (let j = 0; j < SCALAR_LIMB_COUNT; j++) addToLimb(i + j, x * scalarLimb(b, j));
  }
  // Twelve products of 42 bits in a limb: brought back to 21 bits before any is folded.
  for (let i = 0; i < WIDE_LIMB_COUNT - 1; i += 2) carryRounded(i);
  for (let i = 1; i < WIDE_LIMB_COUNT - 2; i += 2) carryRounded(i);
  reduceLimbs(o);
}

/** o = a - b modulo l. */
export function subtractScalar(o: usize, a: usize, b: usize): void {
  for (let i = 0; i < WIDE_LIMB_COUNT; i++) storeLimb(i, 0);
  // A difference may be negative: the last steps of the reduction take that back to 0..l - 1.
  for (let i = 0; i < SCALAR_LIMB_COUNT; i++) storeLimb(i, scalarLimb(a, i) - scalarLimb(b, i));
  reduceLimbs(o);
}

function bitsAt(bytes: usize, bit: i32): u64 {
  // Eight bytes from the byte before: 21 bits never reach past them, and never past the 64th byte.
  const byte = min(bit >> 3, 56);
  return load<u64>(bytes + <usize>byte) >> (<u64>(bit - 8 * byte));
}

/** Limb i of a scalar below 2^253; the last one has 22 bits. */
function scalarLimb(k: usize, i: i32): i64 {
  const byte = min((21 * i) >> 3, 24);
  const bits = load<u64>(k + <usize>byte) >> (<u64>(21 * i - 8 * byte));
  return i == SCALAR_LIMB_COUNT - 1 ? <i64>bits : <i64>(bits & LIMB_MASK);
}

function loadLimb(i: i32): i64 {
  return load<i64>(SCALAR_LIMBS + 8 * <usize>i);
}

function storeLimb(i: i32, value: i64): void {
  store<i64>(SCALAR_LIMBS + 8 * <usize>i, value);
}

function addToLimb(i: i32, value: i64): void {
  storeLimb(i, loadLimb(i) + value);
}

/** Moves limb i's surplus to the next one, leaving -2^20..2^20. */
function carryRounded(i: i32): void {
  const carry = (loadLimb(i) + (1 << 20)) >> LIMB_BITS;
  addToLimb(i + 1, carry);
  addToLimb(i, -(carry << LIMB_BITS));
}

/** Moves limb i's surplus to the next one, leaving 0..2^21 - 1. */
function carryDown(i: i32): void {
  const carry = loadLimb(i) >> LIMB_BITS;
  addToLimb(i + 1, carry);
  addToLimb(i, -(carry << LIMB_BITS));
}

/** Takes limb i, 12 or more, off and adds its residue to the limbs from i - 12. */
function fold(i: i32): void {
  const limb = loadLimb(i);
  addToLimb(i - 12, limb * C0);
  addToLimb(i - 11, limb * C1);
  addToLimb(i - 10, limb * C2);
  addToLimb(i - 9, limb * C3);
  addToLimb(i - 8, limb * C4);
  addToLimb(i - 7, limb * C5);
  storeLimb(i, 0);
}

/** o = the number in SCALAR_LIMBS modulo l: the steps of ref10's sc_reduce. */
function reduceLimbs(o: usize): void {
  for (let i = 23; i >= 18; i--) fold(i);
  for (let i = 6; i <= 16; i += 2) carryRounded(i);
  for (let i = 7; i <= 15; i += 2) carryRounded(i);
  for (let i = 17; i >= 12; i--) fold(i);
  for (let i = 0; i <= 10; i += 2) carryRounded(i);
  for (let i = 1; i <= 11; i += 2) carryRounded(i);
  fold(12);
  for (let i = 0; i <= 11; i++) carryDown(i);
  fold(12);
  for (let i = 0; i <= 10; i++) carryDown(i);
  for (let word = 0; word < 4; word++) store<u64>(o + 8 * <usize>word, packedWord(word));
}

/** Bits 64*word.. of the twelve reduced limbs. */
function packedWord(word: i32): u64 {
  let result: u64 = 0;
  for (let i = 0; i < SCALAR_LIMB_COUNT; i++) {
    const shift = 21 * i - 64 * word;
    const limb = <u64>loadLimb(i);
    if (shift >= 0 && shift < 64) result |= limb << (<u64>shift);
    else if (shift < 0 && shift > -22) result |= limb >> (<u64>-shift);
  }
  return result;
}
