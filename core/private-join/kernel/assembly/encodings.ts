/**
 * ristretto255 (RFC 9496 section 4.3): decoding and the one-way map, to points of the quartic; and the encoding of a batch
 * of points, known to be doubles or from the quartic, without square roots (Hamburg's "double and encode").
 */
import {
  D as CURVE_D,
  D_MINUS_ONE_SQ,
  INVSQRT_A_MINUS_D,
  MAP_FACTOR,
  MINUS_ONE,
  ONE,
  ONE_MINUS_D_SQ,
  SQRT_M1,
  TWO_INVSQRT_A_MINUS_D,
  ZERO,
} from './constants';
import {
  ALL_LANES,
  copy,
  doublingParts,
  isNegative,
  isZero,
  LANES,
  loadBytes,
  mul,
  negate,
  negateIf,
  select,
  sqrSumDiff,
  sub,
} from './field';
import { ENCODING_TEMPS, FE, MASKS, STATE, TWIN, WORK } from './memory';
import { inverseRootTwins, invertBatch, rootOfRatioTwins } from './powers';
import { D, N, T } from './quartic';
import {
  addConstantTwins,
  addTwins,
  copyTwins,
  mulTwins,
  scaleTwins,
  setTwins,
  sqrTwins,
  subFromConstantTwins,
  subTwins,
} from './twins';

const t0 = ENCODING_TEMPS;
const t1 = ENCODING_TEMPS + FE;
const t2 = ENCODING_TEMPS + 2 * FE;
const t3 = ENCODING_TEMPS + 3 * FE;
const t4 = ENCODING_TEMPS + 4 * FE;
const t5 = ENCODING_TEMPS + 5 * FE;
const t6 = ENCODING_TEMPS + 6 * FE;
const t7 = ENCODING_TEMPS + 7 * FE;

/** The upper words of p and of p - 1, and the lowest of p - 1. */
const TOP_WORD: u64 = 0x7fffffffffffffff;
const FULL_WORD: u64 = 0xffffffffffffffff;
const LARGEST_LOW_WORD: u64 = 0xffffffffffffffec;

/**
 * Decodes an encoding for each lane, the twin's last (section 4.3.1): p is the point of E that it means, q = (s, 1, t)
 * one of the quartic with theta(q) = p.
 * @returns mask of the valid ones, the twin's two bits above the first's
 */
export function decode(p: usize, q: usize, lane0: usize, lane1: usize, twinLane0: usize, twinLane1: usize): i32 {
  const u1 = t0;
  const u2 = t1;
  const u2Square = t2;
  const v = t3;
  const root = t4;
  const denominatorX = t5;
  const rootOfV = t6;
  const s = q + N;
  let valid = loadEncodings(s, lane0, lane1) | (loadEncodings(s + TWIN, twinLane0, twinLane1) << 2);
  // 1 -+ s^2 count as carried: a product leaves room for a small constant.
  sqrTwins(v, s);
  subFromConstantTwins(u1, ONE, v);
  addConstantTwins(u2, v, ONE);
  sqrTwins(u2Square, u2);
  sqrTwins(v, u1);
  scaleTwins(v, v, CURVE_D);
  // -(D*u1^2 + u2^2) stays lazy: it meets carried elements only.
  addTwins(v, v, u2Square);
  negate(v, v);
  negate(v + TWIN, v + TWIN);
  mulTwins(t7, v, u2Square);
  valid &= inverseRootTwins(root, t7);
  mulTwins(denominatorX, root, u2);
  mulTwins(rootOfV, v, denominatorX);
  mulTwins(root, root, u1);
  mulTwins(p + FE, root, rootOfV);
  addTwins(t7, s, s);
  mulTwins(p, t7, denominatorX);
  // x is to be non-negative, and t goes with its sign: x = 2s/(tc), and rootOfV is a root of v = (tc)^2.
  scaleTwins(q + T, rootOfV, INVSQRT_A_MINUS_D);
  makeXNonNegative(p, q);
  makeXNonNegative(p + TWIN, q + TWIN);
  setTwins(q + D, ONE);
  setTwins(p + 2 * FE, ONE);
  mulTwins(p + 3 * FE, p, p + FE);
  return valid & ~(isNegative(p + 3 * FE) | (isNegative(p + 3 * FE + TWIN) << 2));
}

function makeXNonNegative(p: usize, q: usize): void {
  const negative = isNegative(p);
  negateIf(p, negative);
  negateIf(q + T, negative);
}

function loadEncodings(s: usize, lane0: usize, lane1: usize): i32 {
  let valid = loadEncoding(s, 0, lane0);
  if (LANES > 1) valid |= loadEncoding(s, 1, lane1) << 1;
  return valid;
}

/**
 * Loads s. @returns 1 when it is below p and not negative and not p - 1. Of the s that pass the other checks only p - 1
 * gives y = 0, for y is 0 just where 1 - s^2 is.
 */
function loadEncoding(s: usize, lane: i32, bytes: usize): i32 {
  loadBytes(s, lane, bytes);
  const low = load<u64>(bytes);
  const high = load<u64>(bytes, 24);
  const middleFull = <i32>((load<u64>(bytes, 8) & load<u64>(bytes, 16)) == FULL_WORD);
  const upperFull = middleFull & (<i32>(high == TOP_WORD));
  const tooLarge = (<i32>(high > TOP_WORD)) | (upperFull & (<i32>(low >= LARGEST_LOW_WORD)));
  return (tooLarge | (<i32>(low & 1))) ^ 1;
}

/**
 * MAP of section 4.3.4 for twins: q = the point of the quartic for a field element r0 in each lane. With the RFC's s, N
 * and v it is (s, t), t = MAP_FACTOR * N/v; over the denominator v.
 */
export function mapToQuartic(q: usize, r0: usize): void {
  const r = t0;
  const u = t1;
  const v = t2;
  const s = t3;
  const negativeS = t4;
  const c = t5;
  const n = t6;
  sqrTwins(r, r0);
  scaleTwins(r, r, SQRT_M1);
  addConstantTwins(u, r, ONE);
  scaleTwins(u, u, ONE_MINUS_D_SQ);
  // v = (-1 - r*D)(r + D): the first factor counts as carried, the second stays lazy.
  scaleTwins(v, r, CURVE_D);
  subFromConstantTwins(v, MINUS_ONE, v);
  addConstantTwins(n, r, CURVE_D);
  mulTwins(v, n, v);
  const square = rootOfRatioTwins(s, u, v);
  mulTwins(negativeS, s, r0);
  chooseRoot(s, negativeS, c, r, square);
  chooseRoot(s + TWIN, negativeS + TWIN, c + TWIN, r + TWIN, square >> 2);
  // N = c(r - 1)(D - 1)^2 - v stays lazy.
  addConstantTwins(n, r, MINUS_ONE);
  mulTwins(n, n, c);
  scaleTwins(n, n, D_MINUS_ONE_SQ);
  subTwins(n, n, v);
  scaleTwins(n, n, MAP_FACTOR);
  mulTwins(q + N, s, v);
  copyTwins(q + D, v);
  mulTwins(q + T, n, v);
  replaceZeroDenominator(q);
  replaceZeroDenominator(q + TWIN);
}

/** Where u/v isn't a square: s = -|s*r0|, c = r; else s stays and c = -1. */
function chooseRoot(s: usize, negativeS: usize, c: usize, r: usize, square: i32): void {
  const other = ~square & ALL_LANES;
  negateIf(negativeS, ~isNegative(negativeS) & ALL_LANES);
  select(s, negativeS, other);
  copy(c, MINUS_ONE);
  select(c, r, other);
}

/** v = 0 makes s = 0, the identity. */
function replaceZeroDenominator(q: usize): void {
  const none = isZero(q + D);
  select(q + D, ONE, none);
  select(q + T, ONE, none);
}

/** A state's field elements: the point is x = e/f, y = g/h; products of these; what has to be inverted. */
const E: usize = 0;
const F: usize = FE;
const G: usize = 2 * FE;
const H: usize = 3 * FE;
const EG: usize = 4 * FE;
const FH: usize = 5 * FE;
const INVERSE: usize = 6 * FE;

function stateAt(i: i32): usize {
  return WORK + <usize>i * STATE;
}

/** State i is that of 2p, p a point of E (T isn't read). */
export function keepDouble(i: i32, p: usize): void {
  const state = stateAt(i);
  doublingParts(state + E, state + H, state + F, state + G, p, p + FE, p + 2 * FE);
  completeState(state);
}

/** State i is that of theta(q), q a point of the quartic. */
export function keepQuartic(i: i32, q: usize): void {
  const state = stateAt(i);
  mul(state + E, q + N, TWO_INVSQRT_A_MINUS_D);
  mul(state + E, state + E, q + D);
  copy(state + F, q + T);
  sqrSumDiff(state + H, state + G, q + D, q + N);
  completeState(state);
}

function completeState(state: usize): void {
  mul(state + EG, state + E, state + G);
  mul(state + FH, state + F, state + H);
  mul(state + INVERSE, state + EG, state + FH);
}

/** Inverts efgh of the states 0..count - 1. It is 0 for the identity's coset, which gets the encoding 0 at the end. */
export function invertStates(count: i32): void {
  for (let i = 0; i < count; i++) {
    const inverse = stateAt(i) + INVERSE;
    const identity = isZero(inverse);
    store<u8>(MASKS + <usize>i, <u8>identity);
    select(inverse, ONE, identity);
  }
  invertBatch(WORK + INVERSE, STATE, count);
}

/**
 * t = the encodings in state i, a field element for each lane (section 4.3.2). The root that it takes is known here: on
 * states h^2 - g^2 = (a - d)e^2 and f^2 + e^2 = g^2, so sqrt((1 - y)/(1 + y)) is (h - g)/(e*sqrt(a - d)), or, rotated,
 * sqrt(-1)*(f - sqrt(-1)*e)/g. Changes the state.
 */
export function encodeState(t: usize, i: i32): void {
  const state = stateAt(i);
  const e = state + E;
  const g = state + G;
  const h = state + H;
  const zInverse = t0;
  const tInverse = t1;
  const factor = t2;
  const rotated = t3;
  mul(zInverse, state + EG, state + INVERSE);
  mul(tInverse, state + FH, state + INVERSE);
  // Rotate by a point of order 4 where xy is negative: (e, g, h) to (g, -e, sqrt(-1)*f).
  mul(t, state + EG, zInverse);
  const rotate = isNegative(t);
  copy(factor, INVSQRT_A_MINUS_D);
  select(factor, SQRT_M1, rotate);
  mul(t, state + F, SQRT_M1);
  select(h, t, rotate);
  negate(rotated, e);
  select(e, g, rotate);
  select(g, rotated, rotate);
  mul(t, h, e);
  mul(t, t, zInverse);
  negateIf(g, isNegative(t));
  sub(t, h, g);
  mul(tInverse, g, tInverse);
  mul(tInverse, tInverse, factor);
  mul(t, t, tInverse);
  negateIf(t, isNegative(t));
  select(t, ZERO, <i32>load<u8>(MASKS + <usize>i));
}
