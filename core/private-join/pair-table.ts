import type { Steps } from '../base/index.js';
import type { KeyHolders } from './key-holders.js';
import { eachKey, sumUp } from './key-holders.js';
import { NOWHERE } from './record-store.js';

/** Pairs of people of two sides who share a key, each with the set of all keys it shares; by the left, ascending. */
export interface PairTable {
  readonly count: number;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** KeySets. */
  readonly sets: Uint16Array;
}

/**
 * All of them. A key is of at most one person of each list, so a key that a side's lists have between them a and b times
 * makes at most a·b pairs. Memory: 10 bytes for each pair, and meanwhile 4 for each key, each right person and each of
 * their keys.
 * @param places by key its place in the scheme
 */
export function* pairTable(left: KeyHolders, right: KeyHolders, places: Uint8Array): Steps<PairTable> {
  const { starts, holders } = yield* holdersOf(right, places.length);
  // For each right person the latest left one that shares a key: counted once, however many they share.
  const latest = new Uint32Array(right.count).fill(NOWHERE);
  let count = 0;
  yield* eachKey(left, (person, key) => {
    for (let at = starts[key] ?? 0; at < (starts[key + 1] ?? 0); at += 1) {
      const other = holders[at] ?? 0;
      if (latest[other] === person) continue;
      latest[other] = person;
      count += 1;
    }
  });
  const pairs = { count, left: new Uint32Array(count), right: new Uint32Array(count), sets: new Uint16Array(count) };
  // The same again; now it is the latest pair of each right person.
  latest.fill(NOWHERE);
  let filled = 0;
  yield* eachKey(left, (person, key) => {
    const bit = 1 << (places[key] ?? 0);
    for (let at = starts[key] ?? 0; at < (starts[key + 1] ?? 0); at += 1) {
      const other = holders[at] ?? 0;
      let pair = latest[other] ?? NOWHERE;
      if (pair === NOWHERE || pairs.left[pair] !== person) {
        pair = filled;
        filled += 1;
        latest[other] = pair;
        pairs.left[pair] = person;
        pairs.right[pair] = other;
      }
      pairs.sets[pair] = (pairs.sets[pair] ?? 0) | bit;
    }
  });
  return pairs;
}

/** By key who has it: holders[starts[key]] to holders[starts[key + 1] - 1]. */
interface HoldersByKey {
  readonly starts: Uint32Array;
  readonly holders: Uint32Array;
}

function* holdersOf(people: KeyHolders, keys: number): Steps<HoldersByKey> {
  const ends = new Uint32Array(keys + 1);
  yield* eachKey(people, (_, key) => (ends[key] = (ends[key] ?? 0) + 1));
  yield* sumUp(ends);
  const holders = new Uint32Array(ends[keys] ?? 0);
  // From each key's end down, so that in the end each stands at its start.
  yield* eachKey(people, (person, key) => {
    const at = (ends[key] ?? 0) - 1;
    ends[key] = at;
    holders[at] = person;
  });
  return { starts: ends, holders };
}
