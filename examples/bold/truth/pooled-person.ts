import { grouped } from './collections.js';
import type { PooledList, PooledPlace } from './pooled-question.js';

/** Somebody, as far as lists have been put together. */
export interface Person {
  /** The earliest first. */
  readonly records: readonly PooledPlace[];
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The record that stands for them. */
export function standing({ records: [first] }: Person): PooledPlace {
  if (first === undefined) throw new RangeError('a person without a record');
  return first;
}

/** Records of one list that have a key in common, directly or by way of others, are one person's. */
export function peopleOf({ id, records }: PooledList, names: readonly string[]): Person[] {
  const alone = records.map(({ keys }, row): Person => ({
    records: [{ list: id, row }],
    keys: new Map(names.map((name) => [name, new Set(keys.get(name))])),
  }));
  const holders = holdersOf(alone, names);
  const people: Person[] = [];
  const done = new Set<Person>();
  for (const first of alone) {
    if (done.has(first)) continue;
    done.add(first);
    const members = [first];
    for (const member of members) {
      for (const key of keyStrings(member, names)) {
        for (const other of holders.get(key) ?? []) {
          if (done.has(other)) continue;
          done.add(other);
          members.push(other);
        }
      }
    }
    const inOrder = members.toSorted((a, b) => standing(a).row - standing(b).row);
    people.push(oneOf(inOrder));
  }
  return people;
}

/** The first of them stands for all. */
export function oneOf(people: readonly Person[]): Person {
  const keys = new Map<string, Set<string>>();
  for (const person of people) {
    for (const [name, values] of person.keys) keys.set(name, new Set([...(keys.get(name) ?? []), ...values]));
  }
  return { records: people.flatMap(({ records }) => records), keys };
}

/** What two people of these keys have in common, if anything: the keys' names are part of it. */
export function keyStrings({ keys }: Person, names: readonly string[]): string[] {
  return names.flatMap((name) => [...(keys.get(name) ?? [])].map((value) => `${name} ${value}`));
}

/** By such a string, who has it. */
export function holdersOf(people: readonly Person[], names: readonly string[]): Map<string, Person[]> {
  const holdings = people.flatMap((person) => keyStrings(person, names).map((key) => ({ key, person })));
  const byKey = grouped(holdings, ({ key }) => key);
  return new Map([...byKey].map(([key, held]) => [key, held.map(({ person }) => person)]));
}
