/** Powers of field elements: square roots of ratios, inversion of a whole batch. */
import { ONE, SQRT_M1 } from './constants';
import { add, copy, isNegative, isZero, mul, negateIf, select, sub } from './field';
import { FE, POWER_TEMPS, PREFIXES, TWIN } from './memory';
import { mulTwins, scaleTwins, sqrTwins, sqrTwinsTimes } from './twins';

const a = POWER_TEMPS;
const b = POWER_TEMPS + FE;
const c = POWER_TEMPS + 2 * FE;
const eleventh = POWER_TEMPS + 3 * FE;
const chain = POWER_TEMPS + 4 * FE;
const product = POWER_TEMPS + 5 * FE;
const step = POWER_TEMPS + 6 * FE;
const cube = POWER_TEMPS + 7 * FE;
const seventh = POWER_TEMPS + 8 * FE;
const check = POWER_TEMPS + 9 * FE;
const scaled = POWER_TEMPS + 10 * FE;
const difference = POWER_TEMPS + 11 * FE;

/** chain = z^(2^250 - 1), eleventh = z^11, of twins: the addition chain of the Curve25519 reference code. */
function raiseTwins(z: usize): void {
  sqrTwins(a, z);
  sqrTwinsTimes(b, a, 2);
  mulTwins(b, z, b); // z^9
  mulTwins(eleventh, a, b);
  sqrTwins(a, eleventh);
  mulTwins(b, b, a); // z^(2^5 - 1)
  sqrTwinsTimes(a, b, 5);
  mulTwins(b, a, b); // z^(2^10 - 1)
  sqrTwinsTimes(a, b, 10);
  mulTwins(c, a, b); // z^(2^20 - 1)
  sqrTwinsTimes(a, c, 20);
  mulTwins(a, a, c); // z^(2^40 - 1)
  sqrTwinsTimes(a, a, 10);
  mulTwins(b, a, b); // z^(2^50 - 1)
  sqrTwinsTimes(a, b, 50);
  mulTwins(c, a, b); // z^(2^100 - 1)
  sqrTwinsTimes(a, c, 100);
  mulTwins(a, a, c); // z^(2^200 - 1)
  sqrTwinsTimes(a, a, 50);
  mulTwins(chain, a, b);
}

/** o = z^((p - 5)/8) = z^(2^252 - 3), of twins. */
function power22523Twins(o: usize, z: usize): void {
  raiseTwins(z);
  sqrTwinsTimes(chain, chain, 2);
  mulTwins(o, chain, z);
}

/** o = 1/z = z^(p - 2); 0 for 0. One element: what its twin does in the meantime is of no use to anybody. */
function invert(o: usize, z: usize): void {
  copy(step, z);
  copy(step + TWIN, ONE);
  raiseTwins(step);
  sqrTwinsTimes(chain, chain, 5);
  mul(o, chain, eleventh);
}

/**
 * SQRT_RATIO_M1 of RFC 9496 section 4.2 for twins: o = the non-negative root of u/v, or of sqrt(-1)*u/v where u/v isn't
 * a square.
 * @returns mask of the lanes in which u/v is a square, the twin's two bits above the first's; 0/v counts as one, u/0
 *   doesn't. o is neither u nor v.
 */
export function rootOfRatioTwins(o: usize, u: usize, v: usize): i32 {
  sqrTwins(cube, v);
  mulTwins(cube, cube, v);
  sqrTwins(seventh, cube);
  mulTwins(seventh, seventh, v);
  mulTwins(seventh, seventh, u);
  power22523Twins(step, seventh);
  mulTwins(cube, cube, u);
  mulTwins(o, cube, step);
  sqrTwins(check, o);
  mulTwins(check, check, v);
  scaleTwins(scaled, u, SQRT_M1);
  return finishRoot(o, u, 0) | (finishRoot(o + TWIN, u + TWIN, TWIN) << 2);
}

/** The same for 1/v; o isn't v. */
export function inverseRootTwins(o: usize, v: usize): i32 {
  sqrTwins(cube, v);
  mulTwins(cube, cube, v);
  sqrTwins(seventh, cube);
  mulTwins(seventh, seventh, v);
  power22523Twins(step, seventh);
  mulTwins(o, cube, step);
  sqrTwins(check, o);
  mulTwins(check, check, v);
  copy(scaled, SQRT_M1);
  copy(scaled + TWIN, SQRT_M1);
  return finishRoot(o, ONE, 0) | (finishRoot(o + TWIN, ONE, TWIN) << 2);
}

/** check = v*o^2 is u, -u, or one of these times sqrt(-1); in the second and the last case o is off by sqrt(-1). */
function finishRoot(o: usize, u: usize, twin: usize): i32 {
  sub(difference, check + twin, u);
  const correct = isZero(difference);
  add(difference, check + twin, u);
  const flipped = isZero(difference);
  add(difference, check + twin, scaled + twin);
  const flippedNonSquare = isZero(difference);
  mul(difference, o, SQRT_M1);
  select(o, difference, flipped | flippedNonSquare);
  negateIf(o, isNegative(o));
  return correct | flipped;
}

/**
 * Inverts in place the elements at `first`, `first + stride`, …, none of them 0, with one inversion and three products
 * each. PREFIXES holds the products on the way.
 */
export function invertBatch(first: usize, stride: usize, count: i32): void {
  copy(product, ONE);
  for (let i = 0; i < count; i++) {
    copy(PREFIXES + <usize>i * FE, product);
    mul(product, product, first + <usize>i * stride);
  }
  invert(product, product);
  for (let i = count - 1; i >= 0; i--) {
    const element = first + <usize>i * stride;
    mul(step, product, PREFIXES + <usize>i * FE);
    mul(product, product, element);
    copy(element, step);
  }
}
