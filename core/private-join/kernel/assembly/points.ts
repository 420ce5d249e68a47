/**
 * Points of the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2, with the complete formulas of Hisil, Wong, Carter and
 * Dawson ("Twisted Edwards Curves Revisited", 2008): extended coordinates (X, Y, Z, T), x = X/Z, y = Y/Z, xy = T/Z.
 * A point to be added is cached, (Y + X, Y - X, 2dT, 2Z), or affine, (y + x, y - x, 2dxy). All functions do twins.
 */
import { INVERSE_D, TWO, TWO_D } from './constants';
import { negate } from './field';
import { FE, POINT_TEMPS, TWIN } from './memory';
import {
  addCarriedTwins,
  addTwins,
  copyTwins,
  doubleSumDiffTwins,
  doublingPartsTwins,
  mulSumDiffTwins,
  mulTwins,
  scaleTwins,
  setTwins,
  subCarriedTwins,
  subTwins,
} from './twins';

const X: usize = 0;
const Y: usize = FE;
const Z: usize = 2 * FE;
const T: usize = 3 * FE;

/** Where the coordinates of a cached point and of an affine entry lie. */
const Y_PLUS_X: usize = 0;
const Y_MINUS_X: usize = FE;
const TWO_D_T: usize = 2 * FE;
const TWO_Z: usize = 3 * FE;

const e = POINT_TEMPS;
const f = POINT_TEMPS + FE;
const g = POINT_TEMPS + 2 * FE;
const h = POINT_TEMPS + 3 * FE;

export function negatePoint(p: usize): void {
  negate(p + X, p + X);
  negate(p + X + TWIN, p + X + TWIN);
  negate(p + T, p + T);
  negate(p + T + TWIN, p + T + TWIN);
}

/** c = the cached form of p. */
export function toCached(c: usize, p: usize): void {
  addCarriedTwins(c + Y_PLUS_X, p + Y, p + X);
  subCarriedTwins(c + Y_MINUS_X, p + Y, p + X);
  scaleTwins(c + TWO_D_T, p + T, TWO_D);
  addCarriedTwins(c + TWO_Z, p + Z, p + Z);
}

/** p = the cached point c without T, for a doubling to come. */
export function fromCached(p: usize, c: usize): void {
  subCarriedTwins(p + X, c + Y_PLUS_X, c + Y_MINUS_X);
  addCarriedTwins(p + Y, c + Y_PLUS_X, c + Y_MINUS_X);
  copyTwins(p + Z, c + TWO_Z);
}

/** p = the affine point c, as (2x, 2y, 2, 2xy). */
export function fromAffine(p: usize, c: usize): void {
  subCarriedTwins(p + X, c + Y_PLUS_X, c + Y_MINUS_X);
  addCarriedTwins(p + Y, c + Y_PLUS_X, c + Y_MINUS_X);
  setTwins(p + Z, TWO);
  scaleTwins(p + T, c + TWO_D_T, INVERSE_D);
}

/** p = 2p without T, which the next doubling doesn't read. */
export function doublePoint(p: usize): void {
  doublingPartsTwins(e, f, g, h, p + X, p + Y, p + Z);
  mulTwins(p + X, e, f);
  mulTwins(p + Y, g, h);
  mulTwins(p + Z, f, g);
}

/** p = 2p with T, for an addition to come. */
export function doublePointFully(p: usize): void {
  doublePoint(p);
  mulTwins(p + T, e, h);
}

/** p = p + c, c cached. */
export function addCached(p: usize, c: usize): void {
  // Y - X and Y + X stay lazy: they meet carried coordinates of c.
  subTwins(f, p + Y, p + X);
  addTwins(g, p + Y, p + X);
  mulSumDiffTwins(h, e, g, c + Y_PLUS_X, f, c + Y_MINUS_X);
  mulSumDiffTwins(g, f, p + Z, c + TWO_Z, p + T, c + TWO_D_T);
  finishAddition(p);
}

/** p = p + c, c affine. */
export function addAffine(p: usize, c: usize): void {
  subTwins(f, p + Y, p + X);
  addTwins(g, p + Y, p + X);
  mulSumDiffTwins(h, e, g, c + Y_PLUS_X, f, c + Y_MINUS_X);
  doubleSumDiffTwins(g, f, p + Z, p + T, c + TWO_D_T);
  finishAddition(p);
}

function finishAddition(p: usize): void {
  mulTwins(p + X, e, f);
  mulTwins(p + Y, g, h);
  mulTwins(p + Z, f, g);
  mulTwins(p + T, e, h);
}
