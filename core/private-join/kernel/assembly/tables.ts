/**
 * Scalar multiplication of twins: of any points by tables of their first multiples, of bases by tables of all multiples
 * of all digits. A scalar is recoded (scalars.ts) to 32 bytes at `digits`; first and twin, lane 0 and lane 1 have four
 * scalars of their own in a row. Each step reads a whole row of a table, whatever the digit.
 */
import { TWO_D } from './constants';
import { add, carry, lookUpEntry, lookUpMultiple, mul, storeCoordinate, sub } from './field';
import {
  BASE_SLOTS,
  BASE_TABLE,
  BASE_TABLES,
  CHOSEN,
  DIGITS,
  ELEMENT_BYTES,
  FE,
  FILLED_SLOTS,
  MULTIPLES,
  MULTIPLES_TABLE,
  POINT,
  ROW,
  RUNNING,
  TWIN,
  WORK,
} from './memory';
import { addAffine, addCached, doublePoint, doublePointFully, fromAffine, fromCached, toCached } from './points';
import { invertBatch } from './powers';
import { digitAt } from './scalars';
import { copyTwins } from './twins';

/** When the multiples of a base are all there, the place of the running one is free. */
const x = RUNNING;
const y = RUNNING + FE;
const sum = RUNNING + 2 * FE;

function copyPoint(o: usize, p: usize): void {
  for (let i: usize = 0; i < POINT; i += FE) copyTwins(o + i, p + i);
}

/** The multiples 1, 3, …, 15 of p and its twin, cached. Doubles p. */
function fillMultiples(p: usize): void {
  toCached(MULTIPLES_TABLE, p);
  copyPoint(RUNNING, p);
  doublePointFully(p);
  toCached(CHOSEN, p);
  for (let i: usize = 1; i < <usize>MULTIPLES; i++) {
    addCached(RUNNING, CHOSEN);
    toCached(MULTIPLES_TABLE + i * POINT, RUNNING);
  }
}

/** p = k*p for p and its twin, k being half of the scalar that was recoded. */
export function multiplyPoint(p: usize, digits: usize): void {
  fillMultiples(p);
  chooseMultiple(digits, DIGITS - 1);
  fromCached(p, CHOSEN);
  for (let i = DIGITS - 2; i >= 0; i--) {
    doublePoint(p);
    doublePoint(p);
    doublePoint(p);
    doublePointFully(p);
    chooseMultiple(digits, i);
    addCached(p, CHOSEN);
  }
}

function chooseMultiple(digits: usize, i: i32): void {
  lookUpMultiple(CHOSEN, MULTIPLES_TABLE, digitAt(digits, i), digitAt(digits + ELEMENT_BYTES, i));
  const twinDigits = digits + 2 * ELEMENT_BYTES;
  lookUpMultiple(CHOSEN + TWIN, MULTIPLES_TABLE + TWIN, digitAt(twinDigits, i), digitAt(twinDigits + ELEMENT_BYTES, i));
}

/** p = k*(base of the slot), and its twin k*(base of the twin's slot). */
export function multiplyBases(p: usize, digits: usize, slot: i32, twinSlot: i32): void {
  chooseEntry(digits, 0, slot, twinSlot);
  fromAffine(p, CHOSEN);
  addDigits(p, digits, 1, slot, twinSlot);
}

/** p = p + k*(base of the slot), and the same for its twin and the twin's slot. */
export function addMultiplesOfBases(p: usize, digits: usize, slot: i32, twinSlot: i32): void {
  addDigits(p, digits, 0, slot, twinSlot);
}

/** The address of a slot's table; traps when the slot has none: with zeros in its place nothing would be hidden. */
function tableOf(slot: i32): usize {
  if (slot < 0 || slot >= BASE_SLOTS || load<u8>(FILLED_SLOTS + <usize>slot) == 0) unreachable();
  return BASE_TABLES + <usize>slot * BASE_TABLE;
}

function addDigits(p: usize, digits: usize, first: i32, slot: i32, twinSlot: i32): void {
  for (let i = first; i < DIGITS; i++) {
    chooseEntry(digits, i, slot, twinSlot);
    addAffine(p, CHOSEN);
  }
}

function chooseEntry(digits: usize, i: i32, slot: i32, twinSlot: i32): void {
  const row = <usize>i * ROW;
  lookUpEntry(CHOSEN, tableOf(slot) + row, digitAt(digits, i), digitAt(digits + ELEMENT_BYTES, i));
  const twinDigits = digits + 2 * ELEMENT_BYTES;
  lookUpEntry(CHOSEN + TWIN, tableOf(twinSlot) + row, digitAt(twinDigits, i), digitAt(twinDigits + ELEMENT_BYTES, i));
}

/**
 * The table of the slot: for each digit i the multiples 1, 3, …, 15 of 16^i times the point, affine. The point's twin is
 * 2^128 times the point: each does half of the rows.
 */
export function fillBaseTable(slot: i32, point: usize): void {
  const half = DIGITS / 2;
  memory.copy(RUNNING, point, POINT);
  memory.copy(point + TWIN, point, POINT);
  for (let i = 1; i < 4 * half; i++) doublePoint(point);
  doublePointFully(point);
  memory.copy(point, RUNNING, POINT);
  for (let i: usize = 0; i < <usize>half; i++) {
    copyPoint(RUNNING, point);
    doublePointFully(point);
    toCached(CHOSEN, point);
    for (let j: usize = 0; j < <usize>MULTIPLES; j++) {
      if (j > 0) addCached(RUNNING, CHOSEN);
      keepProjective(i * <usize>MULTIPLES + j, RUNNING);
      keepProjective((i + <usize>half) * <usize>MULTIPLES + j, RUNNING + TWIN);
    }
    doublePoint(point);
    doublePoint(point);
    doublePointFully(point);
  }
  invertBatch(WORK + 2 * FE, 3 * FE, DIGITS * MULTIPLES);
  const table = BASE_TABLES + <usize>slot * BASE_TABLE;
  for (let i = 0; i < DIGITS * MULTIPLES; i++) {
    storeEntry(table + <usize>(i / MULTIPLES) * ROW, i % MULTIPLES, WORK + <usize>i * 3 * FE);
  }
  store<u8>(FILLED_SLOTS + <usize>slot, 1);
}

/** X, Y, Z of a point to be made affine. */
function keepProjective(i: usize, p: usize): void {
  memory.copy(WORK + i * 3 * FE, p, 3 * FE);
}

/** An entry of a row from X, Y, 1/Z. */
function storeEntry(row: usize, entry: i32, p: usize): void {
  mul(x, p, p + 2 * FE);
  mul(y, p + FE, p + 2 * FE);
  add(sum, y, x);
  carry(sum, sum);
  storeCoordinate(row, entry, 0, sum);
  sub(sum, y, x);
  carry(sum, sum);
  storeCoordinate(row, entry, 1, sum);
  mul(sum, x, y);
  mul(sum, sum, TWO_D);
  storeCoordinate(row, entry, 2, sum);
}
