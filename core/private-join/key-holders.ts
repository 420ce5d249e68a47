import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { NOWHERE } from './record-store.js';

/**
 * Records, or people, and the match keys each has, in flat arrays: an object for each would cost more than its keys. A
 * key is a number (`numberKeys`); NOWHERE stands for one that nobody else has.
 */
export interface KeyHolders {
  readonly count: number;
  /** Of holder h the keys are keys[starts[h]] to keys[starts[h + 1] - 1]; count + 1 numbers. */
  readonly starts: Uint32Array;
  readonly keys: Uint32Array;
}

/** One call of `work` for each key that somebody else has too, holder by holder: a step is short even if one has them all. */
export function* eachKey({ starts, keys }: KeyHolders, work: (holder: number, key: number) => void): Steps<void> {
  let holder = 0;
  yield* inSteps(keys.length, (at) => {
    while (at >= (starts[holder + 1] ?? 0)) holder += 1;
    const key = keys[at] ?? NOWHERE;
    if (key !== NOWHERE) work(holder, key);
  });
}

/** Those at these places, in that order, with copies of their keys. */
export function* holdersAt({ starts, keys }: KeyHolders, places: Uint32Array): Steps<KeyHolders> {
  const ends = new Uint32Array(places.length + 1);
  yield* inSteps(places.length, (at) => {
    const place = places[at] ?? 0;
    ends[at + 1] = (ends[at] ?? 0) + (starts[place + 1] ?? 0) - (starts[place] ?? 0);
  });
  const copied = new Uint32Array(ends[places.length] ?? 0);
  yield* inSteps(places.length, (at) => {
    const place = places[at] ?? 0;
    copied.set(keys.subarray(starts[place], starts[place + 1]), ends[at]);
  });
  return { count: places.length, starts: ends, keys: copied };
}

/** Holders that are to be taken together with others. */
export interface Grouping {
  readonly holders: KeyHolders;
  /** For each the number of the group it is in. */
  readonly groupOf: Uint32Array;
}

/**
 * Groups 0..count-1 of the holders, with the keys of all of a group, each once and in the order in which they come.
 * Memory: 8 bytes for each group and 4 for each key of a holder.
 * @param keys how many keys there are
 */
export function* takeTogether(count: number, keys: number, groupings: readonly Grouping[]): Steps<KeyHolders> {
  const starts = new Uint32Array(count + 1);
  for (const { holders, groupOf } of groupings) {
    yield* eachKey(holders, (holder) => {
      const next = (groupOf[holder] ?? 0) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    });
  }
  yield* sumUp(starts);
  const all = new Uint32Array(starts[count] ?? 0);
  const filled = starts.slice(0, count);
  for (const { holders, groupOf } of groupings) {
    yield* eachKey(holders, (holder, key) => {
      const group = groupOf[holder] ?? 0;
      const at = filled[group] ?? 0;
      all[at] = key;
      filled[group] = at + 1;
    });
  }
  return yield* withoutRepeats({ count, starts, keys: all }, keys);
}

/** Numbers become the sums of all before and themselves. */
export function* sumUp(numbers: Uint32Array): Steps<void> {
  let sum = 0;
  yield* inSteps(numbers.length, (index) => {
    sum += numbers[index] ?? 0;
    numbers[index] = sum;
  });
}

/** In place: each holder's keys once. */
function* withoutRepeats({ count, starts, keys }: KeyHolders, allKeys: number): Steps<KeyHolders> {
  const lastHolder = new Uint32Array(allKeys).fill(NOWHERE);
  let kept = 0;
  let holder = 0;
  let end = starts[1] ?? 0;
  yield* inSteps(keys.length, (at) => {
    while (at >= end) {
      holder += 1;
      starts[holder] = kept;
      end = starts[holder + 1] ?? 0;
    }
    const key = keys[at] ?? 0;
    if (lastHolder[key] === holder) return;
    lastHolder[key] = holder;
    keys[kept] = key;
    kept += 1;
  });
  starts.fill(kept, holder + 1);
  return { count, starts, keys: keys.subarray(0, kept) };
}
