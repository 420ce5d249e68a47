import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { Holders } from './holders.js';
import type { KeyLists } from './record-keys.js';
import type { Evidence } from './self-link-rules.js';
import { SHARED_ID } from './self-link-rules.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** Holders of a value up to which each is compared with each. */
export const GROUP_MAX = 8;
/**
 * Of larger groups each is compared with as many that follow: one person with very many records is still found, and the
 * work stays linear.
 */
export const FOLLOWERS = 3;

/** Two items, the lesser first, with what they share. */
export type OnPair = (one: number, other: number, shared: Evidence) => void;

/**
 * Every pair of items that share a value which confirms something, once, ascending. A number that is one person's
 * wherever it is written, and yet more than GROUP_MAX have it, is nobody's: a placeholder whose check digit fits.
 */
export function* candidatePairs(
  lists: KeyLists,
  { starts, items }: Holders,
  bitsOf: Uint32Array,
  onPair: OnPair,
): Steps<void> {
  const seen = new Uint32Array(lists.items);
  const withoutIds = bitsOf.map((bits) => bits & ~SHARED_ID);
  const crowded = (value: number): boolean => (starts[value + 1] ?? 0) - (starts[value] ?? 0) > GROUP_MAX;
  const hasCrowdedId = (item: number): boolean => {
    for (let at = lists.start(item); at < lists.end(item); at += 1) {
      if (((bitsOf[lists.key(at)] ?? 0) & SHARED_ID) !== 0 && crowded(lists.value(at))) return true;
    }
    return false;
  };
  yield* inSteps(
    lists.items,
    (one) => {
      const bits = hasCrowdedId(one) ? withoutIds : bitsOf;
      for (let at = lists.start(one); at < lists.end(one); at += 1) {
        if (bits[lists.key(at)] === 0) continue;
        const value = lists.value(at);
        const from = after(items, starts[value] ?? 0, starts[value + 1] ?? 0, one);
        const end = starts[value + 1] ?? 0;
        const to = crowded(value) ? Math.min(end, from + FOLLOWERS) : end;
        for (let place = from; place < to; place += 1) {
          const other = items[place] ?? 0;
          if (seen[other] === one + 1) continue;
          seen[other] = one + 1;
          onPair(one, other, lists.shared(one, other, bits));
        }
      }
    },
    HEAVY_STEP_ITEMS,
  );
}

/** The first place in from..to-1, ascending there, whose number is above `item`; `to` where none is. */
function after(numbers: Uint32Array, from: number, to: number, item: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) > item) high = middle;
    else low = middle + 1;
  }
  return low;
}
