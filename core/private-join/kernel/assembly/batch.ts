/** The operations on batches of elements: docs/kernel.md says what each is for. */
import { BASE_X, BASE_Y, MEMORY_PAGES, ONE, writeConstants } from './constants';
import { decode, encodeState, invertStates, keepDouble, keepQuartic, mapToQuartic } from './encodings';
import { expandMessage, prepareExpansion } from './expand';
import { ALL_LANES, copy, LANES, mul } from './field';
import {
  decodeGroups,
  decodeHalves,
  groupsOf,
  loadGroups,
  recodeForAll,
  recodeForHalves,
  recodeGroups,
  requireBatch,
  storeGroup,
} from './groups';
import {
  BASE_SLOTS,
  BATCH_TEMPS,
  ELEMENT_BYTES,
  END,
  FE,
  PAIR_BYTES,
  POINT,
  QUARTIC,
  SCALAR_DIGITS,
  SECRETS,
  SHARE_DIGITS,
  TWIN,
  WALKERS,
} from './memory';
import { addCached, negatePoint, toCached } from './points';
import { addQuartic, doubleToQuartic, negateQuartic } from './quartic';
import { multiplyScalar, reduceScalar, subtractScalar } from './scalars';
import { addMultiplesOfBases, fillBaseTable, multiplyBases, multiplyPoint } from './tables';
import { keepZero, loadZeros, preparePadding, storeZeros } from './zeros';

const p = BATCH_TEMPS;
const ignored = BATCH_TEMPS + POINT;
const a = BATCH_TEMPS + 2 * POINT;
const b = BATCH_TEMPS + 2 * POINT + QUARTIC;
const sum = BATCH_TEMPS + 2 * POINT + 2 * QUARTIC;
const c1 = BATCH_TEMPS + 2 * POINT + 3 * QUARTIC;
const t = BATCH_TEMPS + 2 * POINT + 4 * QUARTIC;

export function start(): void {
  if (END > <usize>MEMORY_PAGES * 65536) ERROR('The memory map is larger than the memory.');
  writeConstants();
  preparePadding();
  prepareExpansion();
  copy(p, BASE_X);
  copy(p + FE, BASE_Y);
  copy(p + 2 * FE, ONE);
  mul(p + 3 * FE, BASE_X, BASE_Y);
  fillBaseTable(0, p);
  wipe();
}

export function wipe(): void {
  memory.fill(SECRETS, 0, END - SECRETS);
}

/** Encodes a batch whose groups are states 0, 1, 2, … */
function encodeGroups(out: usize, n: i32): void {
  const groups = groupsOf(n);
  invertStates(groups);
  for (let group = 0; group < groups; group++) {
    encodeState(t, group);
    storeGroup(out, ELEMENT_BYTES, group, n, t);
  }
}

/** Encodes ciphertexts whose halves are states 0 and 1, 2 and 3, … */
function encodeHalves(out: usize, n: i32): void {
  const groups = groupsOf(n);
  invertStates(2 * groups);
  for (let group = 0; group < groups; group++) {
    encodeState(t, 2 * group);
    storeGroup(out, PAIR_BYTES, group, n, t);
    encodeState(t, 2 * group + 1);
    storeGroup(out + ELEMENT_BYTES, PAIR_BYTES, group, n, t);
  }
}

export function check(elements: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    bad += decodeGroups(p, a, elements, ELEMENT_BYTES, group, n);
  }
  return bad;
}

export function hashToGroup(uniform: usize, out: usize, n: i32): void {
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    loadGroups(t, uniform, PAIR_BYTES, group, n);
    mapToQuartic(a, t);
    loadGroups(t, uniform + ELEMENT_BYTES, PAIR_BYTES, group, n);
    mapToQuartic(b, t);
    addQuartic(sum, a, b, false);
    keepQuartic(group, sum);
    keepQuartic(group + 1, sum + TWIN);
  }
  encodeGroups(out, n);
}

export function expandMessages(messages: usize, ends: usize, dst: usize, dstLength: i32, out: usize, n: i32): void {
  requireBatch(n);
  let begin: u32 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const end = load<u32>(ends + 4 * i);
    expandMessage(out + PAIR_BYTES * i, messages + begin, end - begin, dst, dstLength);
    begin = end;
  }
}

export function multiply(scalar: usize, elements: usize, out: usize, n: i32): i32 {
  let bad = 0;
  recodeForAll(SCALAR_DIGITS, scalar);
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    bad += decodeGroups(p, a, elements, ELEMENT_BYTES, group, n);
    multiplyPoint(p, SCALAR_DIGITS);
    keepDouble(group, p);
    keepDouble(group + 1, p + TWIN);
  }
  encodeGroups(out, n);
  return bad;
}

export function multiplyEach(scalars: usize, elements: usize, out: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    recodeGroups(SCALAR_DIGITS, scalars, group, n);
    bad += decodeGroups(p, a, elements, ELEMENT_BYTES, group, n);
    multiplyPoint(p, SCALAR_DIGITS);
    keepDouble(group, p);
    keepDouble(group + 1, p + TWIN);
  }
  encodeGroups(out, n);
  return bad;
}

/** @returns 0 when the slot isn't one for keys or the element isn't valid, else 1 */
export function setBase(slot: i32, element: usize): i32 {
  if (slot < 1 || slot >= BASE_SLOTS) return 0;
  if ((decode(p, a, element, element, element, element) & ALL_LANES) != ALL_LANES) return 0;
  fillBaseTable(slot, p);
  return 1;
}

export function multiplyBase(slot: i32, scalars: usize, out: usize, n: i32): void {
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    recodeGroups(SCALAR_DIGITS, scalars, group, n);
    multiplyBases(p, SCALAR_DIGITS, slot, slot);
    keepDouble(group, p);
    keepDouble(group + 1, p + TWIN);
  }
  encodeGroups(out, n);
}

export function encrypt(slot: i32, r: usize, messages: usize, out: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    recodeGroups(SCALAR_DIGITS, r, group, n);
    multiplyBases(p, SCALAR_DIGITS, 0, 0);
    keepDouble(2 * group, p);
    keepDouble(2 * group + 2, p + TWIN);
    multiplyBases(p, SCALAR_DIGITS, slot, slot);
    doubleToQuartic(b, p);
    bad += decodeGroups(ignored, a, messages, ELEMENT_BYTES, group, n);
    addQuartic(sum, a, b, true);
    keepQuartic(2 * group + 1, sum);
    keepQuartic(2 * group + 3, sum + TWIN);
  }
  encodeHalves(out, n);
  return bad;
}

export function rerandomise(slot: i32, r: usize, ciphertexts: usize, out: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group++) {
    recodeForHalves(SCALAR_DIGITS, r, group, n);
    multiplyBases(p, SCALAR_DIGITS, 0, slot);
    doubleToQuartic(b, p);
    bad += decodeHalves(ignored, a, ciphertexts, group, n);
    addQuartic(sum, a, b, true);
    keepQuartic(2 * group, sum);
    keepQuartic(2 * group + 1, sum + TWIN);
  }
  encodeHalves(out, n);
  return bad;
}

export function makeZeros(slot: i32, r: usize, out: usize, n: i32): void {
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group++) {
    recodeForHalves(SCALAR_DIGITS, r, group, n);
    multiplyBases(p, SCALAR_DIGITS, 0, slot);
    doubleToQuartic(b, p);
    keepZero(group, b);
  }
  storeZeros(out, n);
}

export function addZeros(zeros: usize, ciphertexts: usize, out: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group++) {
    loadZeros(b, zeros, group, n);
    bad += decodeHalves(ignored, a, ciphertexts, group, n);
    addQuartic(sum, a, b, true);
    keepQuartic(2 * group, sum);
    keepQuartic(2 * group + 1, sum + TWIN);
  }
  encodeHalves(out, n);
  return bad;
}

export function addElements(left: usize, right: usize, out: usize, n: i32): i32 {
  return combine(left, right, false, out, n);
}

export function subtract(left: usize, right: usize, out: usize, n: i32): i32 {
  return combine(left, right, true, out, n);
}

function combine(left: usize, right: usize, minus: bool, out: usize, n: i32): i32 {
  let bad = 0;
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    bad += decodeGroups(ignored, a, left, ELEMENT_BYTES, group, n);
    bad += decodeGroups(ignored, b, right, ELEMENT_BYTES, group, n);
    if (minus) negateQuartic(b);
    addQuartic(sum, a, b, true);
    keepQuartic(group, sum);
    keepQuartic(group + 1, sum + TWIN);
  }
  encodeGroups(out, n);
  return bad;
}

export function removeShare(share: usize, ciphertexts: usize, out: usize, n: i32): i32 {
  let bad = 0;
  recodeForAll(SHARE_DIGITS, share);
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    bad += decodeGroups(p, c1, ciphertexts, PAIR_BYTES, group, n);
    negatePoint(p);
    multiplyPoint(p, SHARE_DIGITS);
    doubleToQuartic(b, p);
    bad += decodeGroups(ignored, a, ciphertexts + ELEMENT_BYTES, PAIR_BYTES, group, n);
    addQuartic(sum, a, b, true);
    keepQuartic(group, sum);
    keepQuartic(group + 1, sum + TWIN);
  }
  encodeGroups(out, n);
  return bad;
}

export function tally(share: usize, slot: i32, r: usize, ciphertexts: usize, out: usize, n: i32): i32 {
  let bad = 0;
  recodeForAll(SHARE_DIGITS, share);
  const groups = groupsOf(n);
  for (let group = 0; group < groups; group += 2) {
    recodeGroups(SCALAR_DIGITS, r, group, n);
    bad += decodeGroups(p, c1, ciphertexts, PAIR_BYTES, group, n);
    negatePoint(p);
    multiplyPoint(p, SHARE_DIGITS);
    addMultiplesOfBases(p, SCALAR_DIGITS, slot, slot);
    doubleToQuartic(b, p);
    bad += decodeGroups(ignored, a, ciphertexts + ELEMENT_BYTES, PAIR_BYTES, group, n);
    addQuartic(sum, a, b, true);
    keepQuartic(2 * group + 1, sum);
    keepQuartic(2 * group + 3, sum + TWIN);
    multiplyBases(p, SCALAR_DIGITS, 0, 0);
    doubleToQuartic(b, p);
    addQuartic(sum, c1, b, true);
    keepQuartic(2 * group, sum);
    keepQuartic(2 * group + 2, sum + TWIN);
  }
  encodeHalves(out, n);
  return bad;
}

/**
 * out[i] = 2*(starts[i mod WALKERS] + (i / WALKERS)*step), with one addition on E and no decoding for each.
 * @returns how many of `starts` and `step` are invalid
 */
export function walk(starts: usize, step: usize, out: usize, n: i32): i32 {
  requireBatch(n);
  const valid = decode(p, a, step, step, step, step);
  let bad = <i32>((valid & ALL_LANES) != ALL_LANES);
  const cached = ignored;
  toCached(cached, p);
  for (let first = 0; first < WALKERS; first += 2 * LANES) {
    bad += decodeGroups(p, a, starts, ELEMENT_BYTES, first / LANES, WALKERS);
    for (let i = first; i < n; i += WALKERS) {
      keepDouble(i / LANES, p);
      keepDouble(i / LANES + 1, p + TWIN);
      addCached(p, cached);
    }
  }
  encodeGroups(out, n);
  return bad;
}

export function reduceScalars(wide: usize, out: usize, n: i32): void {
  requireBatch(n);
  for (let i: usize = 0; i < <usize>n; i++) reduceScalar(out + ELEMENT_BYTES * i, wide + PAIR_BYTES * i);
}

export function multiplyScalars(left: usize, right: usize, out: usize): void {
  multiplyScalar(out, left, right);
}

export function subtractScalars(left: usize, right: usize, out: usize): void {
  subtractScalar(out, left, right);
}
