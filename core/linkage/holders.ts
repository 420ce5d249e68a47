import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { KeyLists } from './record-keys.js';

/** By value, the items that have it, ascending; only of values that several records may have (KeyLists.largestShared). */
export interface Holders {
  /** Where the holders of a value begin in `items`; those of the next value follow. */
  readonly starts: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * Turns lists of keys round: by value, which items have it. An item that has a value counts once for it (its values are
 * distinct). Linear, eight bytes a value.
 * @param counts whether the values of a key count, by its place
 */
export function* holdersOf(lists: KeyLists, counts: Uint32Array): Steps<Holders> {
  // Shifted by one, so that filling in leaves the starts where they belong.
  const starts = new Uint32Array(lists.largestShared + 3);
  const isCounted = (at: number): boolean =>
    (counts[lists.key(at)] ?? 0) !== 0 && lists.value(at) <= lists.largestShared;
  yield* inSteps(lists.size, (at) => {
    if (!isCounted(at)) return;
    const value = lists.value(at) + 2;
    starts[value] = (starts[value] ?? 0) + 1;
  });
  yield* inSteps(starts.length, (value) => {
    if (value > 0) starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
  });
  const items = new Uint32Array(starts[starts.length - 1] ?? 0);
  yield* inSteps(lists.items, (item) => {
    const end = lists.end(item);
    for (let at = lists.start(item); at < end; at += 1) {
      if (!isCounted(at)) continue;
      const value = lists.value(at) + 1;
      const place = starts[value] ?? 0;
      items[place] = item;
      starts[value] = place + 1;
    }
  });
  return { starts, items };
}
