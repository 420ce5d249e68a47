import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { IDENTIFIERS } from './identifiers.js';
import type { IdentifierName } from './identifiers.js';
import { profilesOf } from './profiles.js';
import type { Profiles } from './profiles.js';
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
 * values, never the values. Flat memory, all of it here: about 30 bytes a key of a record while people are made. Who has
 * more records than that allows numbers them elsewhere, and gives `makePeople` what came of it.
 */
export class PeopleMaker {
  readonly #keys: readonly PeopleKey[];
  readonly #records = new KeyLists();
  readonly #missing: number[] = [];

  /** Thrown when two keys have one name: RangeError. */
  constructor(keys: readonly PeopleKey[]) {
    checkNames(keys);
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
    const profiles = yield* profilesOf(this.#records);
    return yield* makePeople({ keys: this.#keys, profiles, missing: Uint16Array.from(this.#missing) });
  }
}

/** All that is known of the records of one snapshot. */
export interface RecordsOfPeople {
  readonly keys: readonly PeopleKey[];
  /** Different values have different numbers, those of different keys too. */
  readonly profiles: Profiles;
  /** By record: which identifiers it lacks, as missingMask makes it. */
  readonly missing: Uint16Array;
}

/** Tells whose the records are. Thrown when two keys have one name: RangeError. */
export function* makePeople({ keys, profiles, missing }: RecordsOfPeople): Steps<People> {
  checkNames(keys);
  const { personOf, people } = yield* selfLink(
    profiles,
    keys.map(({ name }) => name),
  );
  const missingOf = new Uint16Array(people).fill(ALL_MISSING);
  yield* inSteps(personOf.length, (record) => {
    const person = personOf[record] ?? 0;
    missingOf[person] = (missingOf[person] ?? 0) & (missing[record] ?? 0);
  });
  const order = yield* byPerson(personOf, people);
  const lists = yield* gather(keys, profiles, order);
  const owners = yield* ownersOf(lists);
  return new People(keys, personOf, order, lists, owners, missingOf);
}

function checkNames(keys: readonly PeopleKey[]): void {
  if (new Set(keys.map(({ name }) => name)).size !== keys.length) throw new RangeError('two keys of one name');
}

/** The values of each person by key, the most frequent first, else in the order of records and preference. */
function* gather(
  keys: readonly PeopleKey[],
  { lists: profiles, of }: Profiles,
  { starts, records }: Order,
): Steps<KeyLists> {
  const isKept = Uint8Array.from(keys, ({ copies }) => Number(copies > 0));
  const eachValue = (record: number, visit: (key: number, value: number) => void): void => {
    const profile = of[record] ?? 0;
    const end = profiles.end(profile);
    for (let at = profiles.start(profile); at < end; at += 1) {
      if (isKept[profiles.key(at)] === 1) visit(profiles.key(at), profiles.value(at));
    }
  };
  const kept = yield* keptIn(profiles, isKept);
  const lists = new KeyLists({ values: kept, items: starts.length }, profiles.largestShared);
  yield* inSteps(
    starts.length - 1,
    (person) => {
      const [from, to] = [starts[person] ?? 0, starts[person + 1] ?? 0];
      if (to - from === 1) {
        eachValue(records[from] ?? 0, (key, value) => lists.push(key, value));
      } else {
        // One for each person: what a map has held lives on with it when it is cleared and used again.
        const found = new Map<number, { readonly key: number; count: number }>();
        for (let place = from; place < to; place += 1) {
          eachValue(records[place] ?? 0, (key, value) => {
            const before = found.get(value);
            if (before === undefined) found.set(value, { key, count: 1 });
            else before.count += 1;
          });
        }
        const sorted = [...found].sort(([, one], [, other]) => one.key - other.key || other.count - one.count);
        for (const [value, { key }] of sorted) lists.push(key, value);
      }
      lists.endItem();
    },
    HEAVY_STEP_ITEMS * 2,
  );
  return lists;
}

/** How many values of all profiles are kept: as many as people have, but for strangers who have all the same. */
function* keptIn(profiles: KeyLists, isKept: Uint8Array): Steps<number> {
  let kept = 0;
  yield* inSteps(profiles.size, (at) => {
    kept += isKept[profiles.key(at)] ?? 0;
  });
  return kept;
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

  /** Numbers above it are of values that one record has, and no other. */
  get largestShared(): number {
    return this.#lists.largestShared;
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
  const owners = new Uint32Array(lists.largestShared + 1);
  yield* inSteps(
    lists.items,
    (person) => {
      for (let at = lists.start(person); at < lists.end(person); at += 1) {
        const value = lists.value(at);
        if (value > lists.largestShared) continue;
        const owner = owners[value] ?? 0;
        if (owner !== person + 1) owners[value] = owner === 0 ? person + 1 : SEVERAL;
      }
    },
    HEAVY_STEP_ITEMS * 4,
  );
  return owners;
}
