import {
  allKeys,
  IDENTIFIERS,
  keyMaker,
  missingIdentifiers,
  missingMask,
  PeopleMaker,
  schemes,
} from '../../../core/linkage/index.js';
import type { HeldIdentifiers, Identifiers, People, PeopleKey, Steps } from '../../../core/linkage/index.js';

const thorough = schemes.get('thorough');
if (thorough === undefined) throw new Error('the scheme is gone');
const ALL = allKeys([thorough]);
const HELD: HeldIdentifiers = new Map(IDENTIFIERS.map((name) => [name, 2]));

export const KEYS: readonly PeopleKey[] = ALL.map(({ name }) => ({ name, copies: 2 }));

/** Does all steps at once. */
export function done<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

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

/** Of records that hold every identifier, with the keys of `thorough`. */
export function peopleOf(records: readonly Identifiers[]): People {
  const [make, missing] = [keyMaker(ALL, HELD), missingIdentifiers(HELD)];
  const maker = new PeopleMaker(KEYS);
  const numbers = new Numbers();
  for (const record of records) {
    const values = make(record).map((each, key) => each.map((value) => numbers.of(key, value)));
    maker.add(values, missingMask(missing(record)));
  }
  return done(maker.people());
}

/** By record, the number of its person. */
export function persons(people: People): number[] {
  return Array.from({ length: people.records }, (_, record) => people.personOf(record));
}

/** Of records that have no keys in common but those given: by record and key, values. */
export function peopleWith(keys: readonly PeopleKey[], records: readonly (readonly (readonly number[])[])[]): People {
  const maker = new PeopleMaker(keys);
  for (const values of records) maker.add(values, 0);
  return done(maker.people());
}
