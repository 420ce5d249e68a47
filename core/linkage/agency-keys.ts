import type { HeldIdentifiers } from './identifiers.js';
import type { PeopleKey } from './people.js';
import { allKeys, keyCopies, keyNamed, keysOf } from './scheme.js';
import type { KeyDefinition, Scheme } from './scheme.js';
import { SELF_LINKING_KEYS } from './self-link-rules.js';

/** A match key that an agency makes of its records. */
export interface AgencyKey extends KeyDefinition {
  /**
   * How many columns each of the dataset's schemes that has the key takes of it, ascending: it takes the first ones. Empty
   * where the key only serves self-linking.
   */
  readonly copies: readonly number[];
}

/**
 * Every match key on the person that an agency makes, each name once: those of its dataset's schemes first, in their
 * order, then those that only serve self-linking.
 */
export function agencyKeys(named: readonly Scheme[], held: HeldIdentifiers): readonly AgencyKey[] {
  const makeable = [...named, { keys: SELF_LINKING_KEYS.map(keyNamed) }].map(({ keys }) => ({
    keys: keysOf({ keys }, held),
  }));
  const taken = makeable.slice(0, -1).map(({ keys }) => {
    const copies = keyCopies(keys, held);
    return new Map(keys.map(({ name }, place) => [name, copies[place] ?? 0]));
  });
  return allKeys(makeable).map((key) => {
    const copies = taken.flatMap((columns) => columns.get(key.name) ?? []);
    return { ...key, copies: [...new Set(copies)].sort((one, other) => one - other) };
  });
}

/** What people are made by: of each key as many values as its columns hold, none where it only serves self-linking. */
export function peopleKeys(keys: readonly AgencyKey[]): readonly PeopleKey[] {
  return keys.map(({ name, copies }) => ({ name, copies: copies.at(-1) ?? 0 }));
}
