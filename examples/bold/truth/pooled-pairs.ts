import type { KeySet } from '../../../core/linkage/index.js';
import { grouped } from './collections.js';
import { holdersOf, keyStrings } from './pooled-person.js';
import type { Person } from './pooled-person.js';

/** Somebody of one side and somebody of the other who have keys in common: bit i for the i-th key. */
export interface Pair {
  readonly a: Person;
  readonly b: Person;
  set: KeySet;
}

/** Every pair that has any key in common. */
export function pairsOf(as: readonly Person[], bs: readonly Person[], keys: readonly string[]): Pair[] {
  const holders = holdersOf(bs, keys);
  return as.flatMap((a) => {
    const partners = new Map<Person, Pair>();
    keys.forEach((name, place) => {
      for (const key of keyStrings(a, [name])) {
        for (const b of holders.get(key) ?? []) {
          const pair = partners.get(b) ?? { a, b, set: 0 };
          pair.set |= 1 << place;
          partners.set(b, pair);
        }
      }
    });
    return [...partners.values()];
  });
}

/** Set by set in that order: two who are free, and share exactly the set with nobody else who is, are linked. */
export function linkSetBySet(pairs: readonly Pair[], order: readonly KeySet[]): Pair[] {
  const taken = new Set<Person>();
  const bySet = grouped(pairs, ({ set }) => set);
  return order.flatMap((set) => {
    const free = (bySet.get(set) ?? []).filter(({ a, b }) => !taken.has(a) && !taken.has(b));
    const times = new Map<Person, number>();
    for (const person of free.flatMap(({ a, b }) => [a, b])) times.set(person, (times.get(person) ?? 0) + 1);
    const clear = free.filter(({ a, b }) => times.get(a) === 1 && times.get(b) === 1);
    for (const { a, b } of clear) taken.add(a).add(b);
    return clear;
  });
}

/** How many of them share exactly each set. */
export function tally(pairs: readonly Pair[]): Map<KeySet, number> {
  const counts = new Map<KeySet, number>();
  for (const { set } of pairs) counts.set(set, (counts.get(set) ?? 0) + 1);
  return counts;
}
