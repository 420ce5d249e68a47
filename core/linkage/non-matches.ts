import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { keysIn } from './key-set.js';
import type { KeySet } from './key-set.js';
import type { People } from './people.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** How many different people of one agency have a value, and which, as far as two. */
export class ValueHolders {
  readonly #firsts: Uint32Array;
  readonly #seconds: Uint32Array;
  /** 3: three or more. */
  readonly #counts: Uint8Array;

  /** @param shared numbers above it are of values that one record has, and no other */
  constructor(shared: number) {
    this.#firsts = new Uint32Array(shared + 1);
    this.#seconds = new Uint32Array(shared + 1);
    this.#counts = new Uint8Array(shared + 1);
  }

  /** Once for each person and value, people ascending. */
  add(value: number, person: number): void {
    if (value >= this.#counts.length) return;
    const count = this.#counts[value] ?? 0;
    if (count === 0) this.#firsts[value] = person;
    if (count === 1) this.#seconds[value] = person;
    if (count < 3) this.#counts[value] = count + 1;
  }

  isShared(value: number): boolean {
    return (this.#counts[value] ?? 0) > 1;
  }

  /** The other of the two people who have the value, where `person` is the first of exactly two; else undefined. */
  otherThan(person: number, value: number): number | undefined {
    return this.#counts[value] === 2 && this.#firsts[value] === person ? this.#seconds[value] : undefined;
  }
}

/** Of which keys of a dataset the values count for a scheme, and how many. */
export interface CountedKeys {
  /** A key's place in the scheme, -1 where it isn't in it. */
  readonly placeOf: Int8Array;
  /**
   * Values of one person that count beyond the first of each key: half as many as there are keys. Few people have more,
   * and noise must hide what somebody might have at most.
   */
  readonly further: number;
  /** Values of one person that count at most. */
  readonly most: number;
}

/** @param schemeKeys names of the scheme's keys in its order */
export function countedKeys({ keys }: Pick<People, 'keys'>, schemeKeys: readonly string[]): CountedKeys {
  const placeOf = Int8Array.from(keys, ({ name }) => schemeKeys.indexOf(name));
  const made = keys.filter((_, key) => (placeOf[key] ?? -1) >= 0);
  const further = Math.ceil(made.length / 2);
  const columns = made.reduce((all, { copies }) => all + copies, 0);
  return { placeOf, further, most: Math.min(columns, made.length + further) };
}

/** Calls `visit` with the values that count of a person: the first of each of the scheme's keys, and some further ones. */
export function eachCountedValue(
  people: People,
  person: number,
  { placeOf, further: most }: CountedKeys,
  visit: (place: number, value: number) => void,
): void {
  let [last, further] = [-1, 0];
  people.eachCounted(person, (key, value) => {
    const place = placeOf[key] ?? -1;
    if (place < 0) return;
    if (place === last) further += 1;
    if (place !== last || further <= most) visit(place, value);
    last = place;
  });
}

export interface CountedPairs {
  /** By KeySet: pairs of different people who share exactly these keys, of whose values nobody else has any. */
  readonly sets: Uint32Array;
  /** Pairs that share two keys or more so. */
  readonly several: number;
}

/** The values that count of a scheme's keys, by who has them. */
export function* holdersIn(people: People, counted: CountedKeys): Steps<ValueHolders> {
  const holders = new ValueHolders(people.largestShared);
  yield* inSteps(
    people.count,
    (person) =>
      eachCountedValue(people, person, counted, (_, value) => {
        holders.add(value, person);
      }),
    HEAVY_STEP_ITEMS * 4,
  );
  return holders;
}

/**
 * Counts the pairs of different people that share a key, by the set of all keys that they share. A value that more than
 * two people have makes no pairs: no list could link by it.
 * @param schemeKeys how many keys the scheme has, 1..MAX_SCHEME_KEYS
 */
export function* countPairs(
  people: People,
  holders: ValueHolders,
  counted: CountedKeys,
  schemeKeys: number,
): Steps<CountedPairs> {
  const sets = new Uint32Array(2 ** schemeKeys);
  const shared = new Map<number, KeySet>();
  yield* inSteps(
    people.count,
    (person) => {
      eachCountedValue(people, person, counted, (place, value) => {
        const other = holders.otherThan(person, value);
        if (other !== undefined) shared.set(other, (shared.get(other) ?? 0) | (1 << place));
      });
      if (shared.size === 0) return;
      for (const set of shared.values()) sets[set] = (sets[set] ?? 0) + 1;
      shared.clear();
    },
    HEAVY_STEP_ITEMS * 4,
  );
  const several = sets.reduce((sum, count, set) => (keysIn(set) < 2 ? sum : sum + count), 0);
  return { sets, several };
}
