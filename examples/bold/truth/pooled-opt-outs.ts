import { keyStrings, peopleOf } from './pooled-person.js';
import type { Person } from './pooled-person.js';
import type { PooledList, PooledPlace } from './pooled-question.js';

/*
 * Who is left out because some agency has them in its opt-out list: whoever has a key of anybody there, with all their
 * records in one list. Independent of core/private-join/people-lists.ts, so that it can contradict it.
 */

/** Says of records whether they are left out. */
export interface LeftOut {
  has(place: PooledPlace): boolean;
  /** Of these lists: people, being those who have a key in common, in whatever lists; or records. */
  count(lists: readonly PooledList[], unit: 'person' | 'record'): number;
}

/** @param names of the keys that people are joined by; none where they aren't, and then nobody is left out */
export function leftOutOf(lists: readonly PooledList[], names: readonly string[]): LeftOut {
  const keysOf = (list: PooledList): string[] => peopleOf(list, names).flatMap((person) => keyStrings(person, names));
  const refused = new Set(lists.filter(({ role }) => role === 'opt-out').flatMap(keysOf));
  const peopleOut = new Map<string, readonly Person[]>();
  for (const list of lists) {
    if (list.role === 'opt-out') continue;
    const out = peopleOf(list, names).filter((person) => keyStrings(person, names).some((key) => refused.has(key)));
    peopleOut.set(list.id, out);
  }
  const places = new Map(
    [...peopleOut].map(([id, people]) => [id, new Set(people.flatMap(({ records }) => records.map(({ row }) => row)))]),
  );
  return {
    has: ({ list, row }) => places.get(list)?.has(row) === true,
    count: (some, unit) => {
      const people = some.flatMap(({ id }) => peopleOut.get(id) ?? []);
      if (unit === 'record') return people.reduce((sum, { records }) => sum + records.length, 0);
      return groupsOf(people, names);
    },
  };
}

/** How many groups of people there are who have nothing in common with any other group: each joins those it meets. */
function groupsOf(people: readonly Person[], names: readonly string[]): number {
  let groups: ReadonlySet<string>[] = [];
  for (const person of people) {
    const own = keyStrings(person, names);
    const met = groups.filter((keys) => own.some((key) => keys.has(key)));
    groups = [...groups.filter((keys) => !met.includes(keys)), new Set([...own, ...met.flatMap((keys) => [...keys])])];
  }
  return groups.length;
}
