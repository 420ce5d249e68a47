/**
 * How batches are cut: LANES elements make a group, two groups are worked on as twins. Where a lane has no element it
 * reads PADDING, zero bytes: the identity's encoding, the scalar 0.
 */
import { loadBytes, LANES, storeBytes } from './field';
import { DISCARDED, ELEMENT_BYTES, MAX_BATCH, PADDING, TWIN } from './memory';
import { decode } from './encodings';
import { recodeHalf } from './scalars';

/** Groups of a batch of n; traps when n isn't 1..MAX_BATCH. */
export function groupsOf(n: i32): i32 {
  requireBatch(n);
  return (n + LANES - 1) / LANES;
}

export function requireBatch(n: i32): void {
  if (n < 1 || n > MAX_BATCH) unreachable();
}

/** Item `index` of n, or padding. */
export function itemAt(items: usize, size: usize, index: i32, n: i32): usize {
  return index < n ? items + size * <usize>index : PADDING;
}

/** Mask of the lanes of a group that have an element. */
function lanesInUse(group: i32, n: i32): i32 {
  const first = LANES * group;
  return (<i32>(first < n)) | ((<i32>(LANES > 1 && first + 1 < n)) << 1);
}

/**
 * Decodes the encodings at the beginning of the items of groups `group` (to p, q) and `group + 1` (to their twins).
 * @returns how many are invalid
 */
export function decodeGroups(p: usize, q: usize, items: usize, size: usize, group: i32, n: i32): i32 {
  const first = LANES * group;
  const twinFirst = first + LANES;
  const valid = decode(
    p,
    q,
    itemAt(items, size, first, n),
    itemAt(items, size, first + 1, n),
    itemAt(items, size, twinFirst, n),
    itemAt(items, size, twinFirst + 1, n),
  );
  return popcnt(~valid & (lanesInUse(group, n) | (lanesInUse(group + 1, n) << 2)));
}

/** Decodes both halves of the ciphertexts of a group: c1 to p and q, c2 to their twins. @returns how many are invalid */
export function decodeHalves(p: usize, q: usize, ciphertexts: usize, group: i32, n: i32): i32 {
  const first = LANES * group;
  const lane0 = itemAt(ciphertexts, 2 * ELEMENT_BYTES, first, n);
  const lane1 = itemAt(ciphertexts, 2 * ELEMENT_BYTES, first + 1, n);
  const valid = decode(p, q, lane0, lane1, lane0 + ELEMENT_BYTES, lane1 + ELEMENT_BYTES);
  const inUse = lanesInUse(group, n);
  return popcnt(~valid & (inUse | (inUse << 2)));
}

/** Loads the field elements at the beginning of the items of groups `group` and `group + 1`. */
export function loadGroups(o: usize, items: usize, size: usize, group: i32, n: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    loadBytes(o, lane, itemAt(items, size, LANES * group + lane, n));
    loadBytes(o + TWIN, lane, itemAt(items, size, LANES * (group + 1) + lane, n));
  }
}

/** Stores a group's field elements at the beginning of its items; lanes without an element go nowhere. */
export function storeGroup(items: usize, size: usize, group: i32, n: i32, t: usize): void {
  const first = LANES * group;
  const lane0 = first < n ? items + size * <usize>first : DISCARDED;
  const lane1 = first + 1 < n ? items + size * <usize>(first + 1) : DISCARDED;
  storeBytes(lane0, lane1, t);
}

/** Points are multiplied by k/2 and doubled on the way to their encoding: recodes the scalars of groups `group` and `group + 1`, for first and twin. */
export function recodeGroups(digits: usize, scalars: usize, group: i32, n: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    recodeHalf(digits + ELEMENT_BYTES * <usize>lane, itemAt(scalars, ELEMENT_BYTES, LANES * group + lane, n));
    recodeHalf(
      digits + ELEMENT_BYTES * <usize>(2 + lane),
      itemAt(scalars, ELEMENT_BYTES, LANES * (group + 1) + lane, n),
    );
  }
}

/** Recodes half of the scalars of a group, the same for first and twin. */
export function recodeForHalves(digits: usize, scalars: usize, group: i32, n: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    recodeHalf(digits + ELEMENT_BYTES * <usize>lane, itemAt(scalars, ELEMENT_BYTES, LANES * group + lane, n));
  }
  memory.copy(digits + 2 * ELEMENT_BYTES, digits, 2 * ELEMENT_BYTES);
}

/** Recodes half of one scalar for all lanes. */
export function recodeForAll(digits: usize, scalar: usize): void {
  recodeHalf(digits, scalar);
  recodeHalf(digits + ELEMENT_BYTES, scalar);
  memory.copy(digits + 2 * ELEMENT_BYTES, digits, 2 * ELEMENT_BYTES);
}
