/**
 * Field operations on twins: each is done for the elements at the addresses given and for those TWIN bytes on. Two
 * independent chains of products fill the processor's pipeline, of which one alone leaves up to a third empty.
 */
import {
  add,
  carry,
  copy,
  doubleSumDiff,
  doublingParts,
  LANES,
  mul,
  mulSum,
  mulSumDiff,
  sqr,
  sqrSumDiff,
  sub,
} from './field';
import { TWIN } from './memory';

export function mulTwins(o: usize, a: usize, b: usize): void {
  mul(o, a, b);
  mul(o + TWIN, a + TWIN, b + TWIN);
}

/** Both times the same constant. */
export function scaleTwins(o: usize, a: usize, constant: usize): void {
  mul(o, a, constant);
  mul(o + TWIN, a + TWIN, constant);
}

export function sqrTwins(o: usize, a: usize): void {
  sqr(o, a);
  sqr(o + TWIN, a + TWIN);
}

/** o = a^(2^n), n >= 1. One after the other in the integer field, where one chain of squares is all that it can do. */
export function sqrTwinsTimes(o: usize, a: usize, n: i32): void {
  if (LANES > 1) {
    sqrTwins(o, a);
    for (let i = 1; i < n; i++) sqrTwins(o, o);
  } else {
    sqrTimes(o, a, n);
    sqrTimes(o + TWIN, a + TWIN, n);
  }
}

function sqrTimes(o: usize, a: usize, n: i32): void {
  sqr(o, a);
  for (let i = 1; i < n; i++) sqr(o, o);
}

export function mulSumTwins(o: usize, a: usize, b: usize, x: usize, y: usize): void {
  mulSum(o, a, b, x, y);
  mulSum(o + TWIN, a + TWIN, b + TWIN, x + TWIN, y + TWIN);
}

export function mulSumDiffTwins(s: usize, d: usize, a: usize, b: usize, x: usize, y: usize): void {
  mulSumDiff(s, d, a, b, x, y);
  mulSumDiff(s + TWIN, d + TWIN, a + TWIN, b + TWIN, x + TWIN, y + TWIN);
}

export function sqrSumDiffTwins(s: usize, d: usize, a: usize, b: usize): void {
  sqrSumDiff(s, d, a, b);
  sqrSumDiff(s + TWIN, d + TWIN, a + TWIN, b + TWIN);
}

export function doubleSumDiffTwins(s: usize, d: usize, z: usize, x: usize, y: usize): void {
  doubleSumDiff(s, d, z, x, y);
  doubleSumDiff(s + TWIN, d + TWIN, z + TWIN, x + TWIN, y + TWIN);
}

export function doublingPartsTwins(e: usize, f: usize, g: usize, h: usize, x: usize, y: usize, z: usize): void {
  doublingParts(e, f, g, h, x, y, z);
  doublingParts(e + TWIN, f + TWIN, g + TWIN, h + TWIN, x + TWIN, y + TWIN, z + TWIN);
}

export function addTwins(o: usize, a: usize, b: usize): void {
  add(o, a, b);
  add(o + TWIN, a + TWIN, b + TWIN);
}

export function subTwins(o: usize, a: usize, b: usize): void {
  sub(o, a, b);
  sub(o + TWIN, a + TWIN, b + TWIN);
}

/** o = a + b, carried. */
export function addCarriedTwins(o: usize, a: usize, b: usize): void {
  addTwins(o, a, b);
  carry(o, o);
  carry(o + TWIN, o + TWIN);
}

/** o = a - b, carried. */
export function subCarriedTwins(o: usize, a: usize, b: usize): void {
  subTwins(o, a, b);
  carry(o, o);
  carry(o + TWIN, o + TWIN);
}

export function copyTwins(o: usize, a: usize): void {
  copy(o, a);
  copy(o + TWIN, a + TWIN);
}

/** Both the same constant. */
export function setTwins(o: usize, constant: usize): void {
  copy(o, constant);
  copy(o + TWIN, constant);
}

/** o = a + the same constant. */
export function addConstantTwins(o: usize, a: usize, constant: usize): void {
  add(o, a, constant);
  add(o + TWIN, a + TWIN, constant);
}

/** o = the same constant - a. */
export function subFromConstantTwins(o: usize, constant: usize, a: usize): void {
  sub(o, constant, a);
  sub(o + TWIN, constant, a + TWIN);
}
