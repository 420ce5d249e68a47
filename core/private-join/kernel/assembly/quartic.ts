/**
 * Points of the Jacobi quartic t^2 = s^4 + 2A s^2 + 1, A = (1 - d)/(1 + d), on which ristretto255 encodings are the
 * s coordinates. Its points (N, D, T) are s = N/D, t = T/D^2. Two isogenies tie it to the Edwards curve E
 * (Hamburg, "Decaf", 2015; docs/kernel.md derives them), c being sqrt(a - d):
 *
 * - theta to E: x = 2s/(tc), y = (1 - s^2)/(1 + s^2). Decoding chooses s and t, so the point it means is theta(s, t).
 * - psi from E, with theta(psi(P)) = 2P.
 *
 * An element is a coset of E's 4-torsion, and points of the quartic whose difference is one of (0, -1) and the two at
 * infinity go to the same coset. All functions do twins.
 */
import { ONE, SQRT_A_MINUS_D, TWO_A, ZERO } from './constants';
import { isZero, mulSum, negate, negateIf, select, swapIf } from './field';
import { FE, QUARTIC_TEMPS, TWIN } from './memory';
import {
  addCarriedTwins,
  addTwins,
  copyTwins,
  doublingPartsTwins,
  mulSumTwins,
  mulTwins,
  scaleTwins,
  sqrSumDiffTwins,
  sqrTwins,
  subCarriedTwins,
} from './twins';

/** Where the coordinates of a point lie. */
export const N: usize = 0;
export const D: usize = FE;
export const T: usize = 2 * FE;

const e = QUARTIC_TEMPS;
const f = QUARTIC_TEMPS + FE;
const g = QUARTIC_TEMPS + 2 * FE;
const h = QUARTIC_TEMPS + 3 * FE;
const ratio = QUARTIC_TEMPS + 4 * FE;
const middle = QUARTIC_TEMPS + 5 * FE;
const cross = QUARTIC_TEMPS + 6 * FE;
const sum = QUARTIC_TEMPS + 7 * FE;
const u = QUARTIC_TEMPS + 8 * FE;
const v = QUARTIC_TEMPS + 9 * FE;
const otherCross = QUARTIC_TEMPS + 10 * FE;

/**
 * q = psi(p) for a point p of E (T isn't read): with 2p = (e/f, g/h) the point (h - g, c*e, 2(h - g)f). Where e is 0, p
 * is 4-torsion and 2p is the identity's coset: (0, 1, 1).
 */
export function doubleToQuartic(q: usize, p: usize): void {
  doublingPartsTwins(e, h, f, g, p, p + FE, p + 2 * FE);
  subCarriedTwins(q + N, h, g);
  scaleTwins(q + D, e, SQRT_A_MINUS_D);
  // Twice f stays lazy, N was carried for it.
  addTwins(f, f, f);
  mulTwins(q + T, f, q + N);
  replaceTorsion(q, 0);
  replaceTorsion(q + TWIN, TWIN);
}

function replaceTorsion(q: usize, twin: usize): void {
  const torsion = isZero(e + twin);
  select(q + N, ZERO, torsion);
  select(q + D, ONE, torsion);
  select(q + T, ONE, torsion);
}

/** q = -q. */
export function negateQuartic(q: usize): void {
  negate(q + N, q + N);
  negate(q + N + TWIN, q + N + TWIN);
}

/**
 * o = a + b, exact for all a and b with D other than 0. `affine` says that a's D is 1. Changes b within its coset.
 *
 * The formula gives (0, 0, 0) when a - b is one of the points at infinity, and T is 0 in no other case. Nobody meets
 * that with a random b; where it happens b is moved by a point at infinity, (N, D, T) to (D, N, -T), which stays in its
 * coset, and the sum is formed once more. So this branch depends on secrets only where they were chosen to fit.
 */
export function addQuartic(o: usize, a: usize, b: usize, affine: bool): void {
  addOnce(o, a, b, affine);
  const failed = isZero(o + T);
  const failedTwin = isZero(o + T + TWIN);
  if ((failed | failedTwin) == 0) return;
  moveByInfinity(b, failed);
  moveByInfinity(b + TWIN, failedTwin);
  addOnce(o, a, b, affine);
}

function moveByInfinity(b: usize, mask: i32): void {
  swapIf(b + N, b + D, mask);
  negateIf(b + T, mask);
}

function addOnce(o: usize, a: usize, b: usize, affine: bool): void {
  // ratio = N1*N2, middle = D1*D2, cross = N1*D2, otherCross = D1*N2
  mulTwins(ratio, a + N, b + N);
  mulTwins(cross, a + N, b + D);
  mulTwins(u, b + N, b + D);
  if (affine) {
    copyTwins(middle, b + D);
    copyTwins(otherCross, b + N);
    mulSumTwins(o + N, a + N, b + T, a + T, u);
  } else {
    mulTwins(middle, a + D, b + D);
    mulTwins(otherCross, a + D, b + N);
    mulTwins(v, a + N, a + D);
    mulSumTwins(o + N, v, b + T, a + T, u);
  }
  sqrSumDiffTwins(sum, o + D, middle, ratio);
  mulTwins(middle, middle, ratio);
  mulSum(u, a + T, b + T, middle, TWO_A);
  mulSum(u + TWIN, a + T + TWIN, b + T + TWIN, middle + TWIN, TWO_A);
  // v = cross^2 + otherCross^2 from one square, for cross*otherCross is what middle is now; that doubled stays lazy.
  addTwins(middle, middle, middle);
  addCarriedTwins(v, cross, otherCross);
  sqrTwins(v, v);
  subCarriedTwins(v, v, middle);
  mulSumTwins(o + T, sum, u, middle, v);
}
