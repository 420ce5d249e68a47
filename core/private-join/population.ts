import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { NumberedList } from './blinded-list.js';
import { takeTogether } from './key-holders.js';
import type { KeyHolders } from './key-holders.js';
import { personsOf } from './persons.js';
import { firstOf, nowhere } from './places.js';
import type { Places } from './places.js';
import { NOWHERE } from './record-store.js';

/** The people of all lists of one side: base lists, or the lists of one linked dataset. */
export interface Population {
  readonly people: KeyHolders;
  /** For each list, for each of its records, the number of its person. */
  readonly personOf: readonly Uint32Array[];
  /** For each person the record that stands for it: the first of the earliest list. Ascending. */
  readonly standing: Places;
}

/** Of people of the next list, whom of the people so far each is, or NOWHERE. */
export type Merging = (soFar: KeyHolders, next: KeyHolders, nextList: number) => Steps<Uint32Array>;

/**
 * List after list: persons of the next list who are one of the people so far bring their keys, the others are added.
 * Linear in the records, for each list of the side. Memory: 20 bytes for each record and 8 for each of its keys.
 * @param records of those lists, in the same order
 * @param keys how many keys there are
 */
export function* gatherPeople(
  lists: readonly NumberedList[],
  records: readonly KeyHolders[],
  keys: number,
  merge: Merging,
): Steps<Population> {
  const total = records.reduce((sum, { count }) => sum + count, 0);
  const standing = nowhere(total);
  const personOf: Uint32Array[] = [];
  let people: KeyHolders = { count: 0, starts: new Uint32Array(1), keys: new Uint32Array(0) };
  for (const [index, own] of records.entries()) {
    const persons = yield* personsOf(own, keys);
    const next = yield* takeTogether(persons.count, keys, [{ holders: own, groupOf: persons.personOf }]);
    const numberOf = index === 0 ? new Uint32Array(persons.count).fill(NOWHERE) : yield* merge(people, next, index);
    let count = people.count;
    yield* inSteps(persons.count, (person) => {
      if (numberOf[person] !== NOWHERE) return;
      numberOf[person] = count;
      count += 1;
    });
    const number = lists[index]?.number ?? NOWHERE;
    yield* inSteps(own.count, (row) => {
      const person = numberOf[persons.personOf[row] ?? 0] ?? 0;
      persons.personOf[row] = person;
      if (standing.rows[person] !== NOWHERE) return;
      standing.lists[person] = number;
      standing.rows[person] = row;
    });
    personOf.push(persons.personOf);
    people =
      index === 0
        ? next
        : yield* takeTogether(count, keys, [
            { holders: people, groupOf: Uint32Array.from({ length: people.count }, (_, person) => person) },
            { holders: next, groupOf: numberOf },
          ]);
  }
  return { people, personOf, standing: firstOf(standing, people.count) };
}
