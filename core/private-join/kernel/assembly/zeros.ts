/**
 * Encryptions of zero made beforehand, ZERO_BYTES each: both halves as affine points of the quartic, s and t of the first,
 * s and t of the second, 32 bytes each. They are secret: with them a re-randomisation is undone.
 */
import { ONE } from './constants';
import { LANES, loadBytes, mul } from './field';
import { groupsOf, storeGroup } from './groups';
import { ELEMENT_BYTES, PADDING_ZERO, QUARTIC, RUNNING, TWIN, WORK, ZERO_BYTES } from './memory';
import { invertBatch } from './powers';
import { D, N, T } from './quartic';
import { setTwins } from './twins';

const t = RUNNING;

export function preparePadding(): void {
  store<u8>(PADDING_ZERO + ELEMENT_BYTES, 1);
  store<u8>(PADDING_ZERO + 3 * ELEMENT_BYTES, 1);
}

/** Keeps q and its twin, the two halves of a group's encryptions. */
export function keepZero(group: i32, q: usize): void {
  memory.copy(keptAt(2 * group), q, QUARTIC);
  memory.copy(keptAt(2 * group + 1), q + TWIN, QUARTIC);
}

function keptAt(i: i32): usize {
  return WORK + <usize>i * QUARTIC;
}

/** Makes the kept ones affine and stores them; no D is 0. */
export function storeZeros(out: usize, n: i32): void {
  const halves = 2 * groupsOf(n);
  invertBatch(WORK + D, QUARTIC, halves);
  for (let i = 0; i < halves; i++) {
    const q = keptAt(i);
    const half = out + 2 * ELEMENT_BYTES * <usize>(i & 1);
    mul(t, q + N, q + D);
    storeGroup(half, ZERO_BYTES, i >> 1, n, t);
    mul(t, q + T, q + D);
    mul(t, t, q + D);
    storeGroup(half + ELEMENT_BYTES, ZERO_BYTES, i >> 1, n, t);
  }
}

/** Loads a group's encryptions to q and its twin; lanes without an element get (0, 1, 1). */
export function loadZeros(q: usize, zeros: usize, group: i32, n: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    const index = LANES * group + lane;
    const zero = index < n ? zeros + ZERO_BYTES * <usize>index : PADDING_ZERO;
    loadBytes(q + N, lane, zero);
    loadBytes(q + T, lane, zero + ELEMENT_BYTES);
    loadBytes(q + N + TWIN, lane, zero + 2 * ELEMENT_BYTES);
    loadBytes(q + T + TWIN, lane, zero + 3 * ELEMENT_BYTES);
  }
  setTwins(q + D, ONE);
}
