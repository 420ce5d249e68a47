import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { IDENTIFIERS } from './identifiers.js';
import type { IdentifierName } from './identifiers.js';
import { KeyLists, NO_VALUE } from './record-keys.js';
import { selfLink } from './self-link.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** A match key that the records of a dataset may have. */
export interface PeopleKey {
  /** As a scheme names it: its parts joined by `.`, which say what sharing it confirms. */
  readonly name: string;
  /** Values of it that a person keeps, one for each of its columns in a list; 0: it only serves to tell people apart. */
  readonly copies: number;
}

/** In the place of a person: two or more have the value. No agency has so many people. */
const SEVERAL = 0xffff_ffff;
const ALL_MISSING = (1 << IDENTIFIERS.length) - 1;

/** A bit for each of the identifiers, by its place in IDENTIFIERS. */
export function missingMask(identifiers: Iterable<IdentifierName>): number {
  let mask = 0;
  for (const name of identifiers) mask |= 1 << IDENTIFIERS.indexOf(name);
  return mask;
}

/**
 * Makes people of the records of one snapshot. It is told of each record the numbers that stand for its match keys'
 * values, never the values. Flat memory: about 40 bytes a key of a record at most, while people are made.
 */
export class PeopleMaker {
  readonly #keys: readonly PeopleKey[];
  readonly #records = new KeyLists();
  readonly #missing: number[] = [];

  /** Thrown when two keys have one name: RangeError. */
  constructor(keys: readonly PeopleKey[]) {
    if (new Set(keys.map(({ name }) => name)).size !== keys.length) throw new RangeError('two keys of one name');
    this.#keys = keys;
  }

  /**
   * The next record. Thrown when there isn't a list of values for each key, or one of them is no number of a value:
   * RangeError.
   * @param values of each key, the numbers of its values, preferred first. Different values have different numbers,
   *   those of different keys too: from 1 up, without gaps, or memory is wasted.
   * @param missing which identifiers the record lacks, as missingMask makes it
   */
  add(values: readonly (readonly number[])[], missing: number): void {
    if (values.length !== this.#keys.length) throw new RangeError('not a list of values for each key');
    for (const [key, numbers] of values.entries()) {
      for (const [place, number] of numbers.entries()) {
        if (!Number.isInteger(number) || number <= NO_VALUE || number >= SEVERAL) {
          throw new RangeError('not the number of a value');
        }
        if (place === 0 || numbers.indexOf(number) === place) this.#records.push(key, number);
      }
    }
    this.#records.endItem();
    this.#missing.push(missing);
  }

  /** Tells whose the records are, once all have been added. */
  *people(): Steps<People> {
    const { personOf, people } = yield* selfLink(
      this.#records,
      this.#keys.map(({ name }) => name),
    );
    const missing = new Uint16Array(people).fill(ALL_MISSING);
    yield* inSteps(personOf.length, (record) => {
      const person = personOf[record] ?? 0;
      missing[person] = (missing[person] ?? 0) & (this.#missing[record] ?? 0);
    });
    const order = yield* byPerson(personOf, people);
    const lists = yield* this.#gather(order);
    const owners = yield* ownersOf(lists);
    return new People(this.#keys, personOf, order, lists, owners, missing);
  }

  /** The values of each person by key, the most frequent first, else in the order of records and preference. */
  *#gather({ starts, records }: Order): Steps<KeyLists> {
    const lists = new KeyLists();
    const counts = this.#keys.map(() => new Map<number, number>());
    yield* inSteps(
      starts.length - 1,
      (person) => {
        const [from, to] = [starts[person] ?? 0, starts[person + 1] ?? 0];
        if (to - from === 1) {
          this.#eachValue(records[from] ?? 0, (key, value) => lists.push(key, value));
        } else {
          for (let place = from; place < to; place += 1) {
            this.#eachValue(records[place] ?? 0, (key, value) => {
              const count = counts[key];
              count?.set(value, (count.get(value) ?? 0) + 1);
            });
          }
          for (const [key, count] of counts.entries()) {
            for (const [value] of [...count].sort(([, one], [, other]) => other - one)) lists.push(key, value);
            count.clear();
          }
        }
        lists.endItem();
      },
      HEAVY_STEP_ITEMS * 2,
    );
    return lists;
  }

  #eachValue(record: number, visit: (key: number, value: number) => void): void {
    const end = this.#records.end(record);
    for (let at = this.#records.start(record); at < end; at += 1) {
      const key = this.#records.key(at);
      if ((this.#keys[key]?.copies ?? 0) > 0) visit(key, this.#records.value(at));
    }
  }
}

/** The people of one snapshot, numbered 0..count-1 in the order of their first records, which are 0..records-1. */
export class People {
  readonly keys: readonly PeopleKey[];
  readonly #personOf: Uint32Array;
  readonly #order: Order;
  readonly #lists: KeyLists;
  /** By value: the person who has it, plus one. */
  readonly #owners: Uint32Array;
  readonly #missing: Uint16Array;

  /** @internal PeopleMaker makes them. */
  constructor(
    keys: readonly PeopleKey[],
    personOf: Uint32Array,
    order: Order,
    lists: KeyLists,
    owners: Uint32Array,
    missing: Uint16Array,
  ) {
    this.keys = keys;
    this.#personOf = personOf;
    this.#order = order;
    this.#lists = lists;
    this.#owners = owners;
    this.#missing = missing;
  }

  get records(): number {
    return this.#personOf.length;
  }

  get count(): number {
    return this.#missing.length;
  }

  /** Records that are of somebody who has an earlier one. */
  get duplicates(): number {
    return this.records - this.count;
  }

  /** The largest number that stands for a value of somebody. */
  get largestValue(): number {
    return this.#lists.largest;
  }

  /** Thrown when there is no such record: RangeError. */
  personOf(record: number): number {
    const person = this.#personOf[record];
    if (person === undefined) throw new RangeError('not a record');
    return person;
  }

  /** A person's records, ascending. */
  recordsOf(person: number): Uint32Array {
    return this.#order.records.subarray(this.#order.starts[person] ?? 0, this.#order.starts[person + 1] ?? 0);
  }

  /** Identifiers that none of a person's records has, as missingMask makes it. */
  missingOf(person: number): number {
    return this.#missing[person] ?? ALL_MISSING;
  }

  /** Whether two different persons have the value, in whichever record: nobody may use it. */
  isWithdrawn(value: number): boolean {
    return this.#owners[value] === SEVERAL;
  }

  /**
   * The values by which a person may be linked, at most the key's copies: those that nobody else there has, the most
   * frequent in the person's records first.
   * @param key its place in `keys`
   */
  keysOf(person: number, key: number): readonly number[] {
    const values: number[] = [];
    const copies = this.keys[key]?.copies ?? 0;
    this.#eachOf(person, key, (value) => {
      if (values.length < copies && !this.isWithdrawn(value)) values.push(value);
    });
    return values;
  }

  /** Whether a person had values of the key, and all of them are withdrawn. */
  lost(person: number, key: number): boolean {
    let [had, kept] = [0, 0];
    this.#eachOf(person, key, (value) => {
      had += 1;
      if (!this.isWithdrawn(value)) kept += 1;
    });
    return had > 0 && kept === 0;
  }

  /**
   * What a person counts with in the linkage statistics: of each key the first values, as many as it has copies,
   * whether or not somebody else has them. So what one person can change in them has a bound.
   */
  eachCounted(person: number, visit: (key: number, value: number) => void): void {
    let [last, seen] = [-1, 0];
    const end = this.#lists.end(person);
    for (let at = this.#lists.start(person); at < end; at += 1) {
      const key = this.#lists.key(at);
      seen = key === last ? seen + 1 : 1;
      last = key;
      if (seen <= (this.keys[key]?.copies ?? 0)) visit(key, this.#lists.value(at));
    }
  }

  #eachOf(person: number, key: number, visit: (value: number) => void): void {
    const end = this.#lists.end(person);
    for (let at = this.#lists.start(person); at < end && this.#lists.key(at) <= key; at += 1) {
      if (this.#lists.key(at) === key) visit(this.#lists.value(at));
    }
  }
}

/** Records by person: those of person p are records[starts[p]..starts[p + 1]). */
interface Order {
  readonly starts: Uint32Array;
  readonly records: Uint32Array;
}

function* byPerson(personOf: Uint32Array, people: number): Steps<Order> {
  // Shifted by one, so that filling in leaves the starts where they belong.
  const starts = new Uint32Array(people + 2);
  yield* inSteps(personOf.length, (record) => {
    const place = (personOf[record] ?? 0) + 2;
    starts[place] = (starts[place] ?? 0) + 1;
  });
  yield* inSteps(people + 1, (person) => {
    starts[person + 1] = (starts[person + 1] ?? 0) + (starts[person] ?? 0);
  });
  const records = new Uint32Array(personOf.length);
  yield* inSteps(personOf.length, (record) => {
    const place = (personOf[record] ?? 0) + 1;
    records[starts[place] ?? 0] = record;
    starts[place] = (starts[place] ?? 0) + 1;
  });
  return { starts: starts.subarray(0, people + 1), records };
}

function* ownersOf(lists: KeyLists): Steps<Uint32Array> {
  const owners = new Uint32Array(lists.largest + 1);
  yield* inSteps(
    lists.items,
    (person) => {
      for (let at = lists.start(person); at < lists.end(person); at += 1) {
        const value = lists.value(at);
        const owner = owners[value] ?? 0;
        if (owner !== person + 1) owners[value] = owner === 0 ? person + 1 : SEVERAL;
      }
    },
    HEAVY_STEP_ITEMS * 4,
  );
  return owners;
}
