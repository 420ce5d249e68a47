import { finish } from '../../../core/base/index.js';
import { agencyKeys, IDENTIFIERS, missingMask, PeopleMaker, recordKeyMaker } from '../../../core/linkage/index.js';
import type { HeldIdentifiers, Identifiers, People, PeopleKey } from '../../../core/linkage/index.js';

const HELD: HeldIdentifiers = new Map(IDENTIFIERS.map((name) => [name, 2]));
const ALL = agencyKeys([], HELD);

export const KEYS: readonly PeopleKey[] = ALL.map(({ name }) => ({ name, copies: 2 }));

/** Numbers values as they come. */
export class Numbers {
  readonly #numbers = new Map<string, number>();

  of(key: number, value: string): number {
    const name = `${key} ${value}`;
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return number;
  }
}

/** Of records that hold every identifier, with the keys that every agency makes. */
export function peopleOf(records: readonly Identifiers[]): People {
  const recordKeys = recordKeyMaker(ALL, HELD);
  const maker = new PeopleMaker(KEYS);
  const numbers = new Numbers();
  for (const record of records) {
    const { keys, missing } = recordKeys(record);
    const values = keys.map((each, key) => each.map((value) => numbers.of(key, value)));
    maker.add(values, missingMask(missing));
  }
  return finish(maker.people());
}

/** By record, the number of its person. */
export function persons(people: People): number[] {
  return Array.from({ length: people.records }, (_, record) => people.personOf(record));
}

/** Of records that have no keys in common but those given: by record and key, values. */
export function peopleWith(keys: readonly PeopleKey[], records: readonly (readonly (readonly number[])[])[]): People {
  const maker = new PeopleMaker(keys);
  for (const values of records) maker.add(values, 0);
  return finish(maker.people());
}
