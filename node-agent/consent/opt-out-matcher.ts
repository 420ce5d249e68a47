import type { Identifiers } from '../../core/linkage/index.js';
import { CASE_IDENTIFIER } from '../source/mapping.js';
import type { BoundMapping } from '../source/mapping.js';
import type { SourceRow } from '../source/source.js';
import type { OptOutKeys } from './opt-out-keys.js';
import { EveryKey, personOfRow, saysSex } from './person-keys.js';
import type { IdentifierPlaces, VisitKey } from './person-keys.js';

/** The opt-out lists that a snapshot is made by. */
export interface AppliedOptOuts {
  /** Of everybody on them. */
  readonly keys: OptOutKeys;
  readonly digest: string;
}

/** Tells which people of one source share a match key with anybody on the lists. It remembers names: one for one reading. */
export class OptOutMatcher {
  readonly #keys: OptOutKeys;
  /** Null where the dataset holds nobody. */
  readonly #everyKey: EveryKey | null;
  /** Where it isn't held, all keys are without it anyway. */
  readonly #holdsSex: boolean;
  readonly #identifiers: readonly IdentifierPlaces[];

  /** The keys stay the caller's. */
  constructor({ identifiers, definition: { linkage } }: BoundMapping, { keys }: Pick<AppliedOptOuts, 'keys'>) {
    this.#keys = keys;
    this.#identifiers = placesOf(identifiers);
    this.#everyKey = linkage === null ? null : new EveryKey(linkage.identifiers);
    this.#holdsSex = linkage?.identifiers.has('sex') === true;
  }

  /**
   * Where both a record and a line say a sex, keys that have sex as a part are shared only if it is the same one. Where either
   * doesn't say, it can't tell them apart: they are compared by those keys without it.
   */
  sharesKey(person: Identifiers): boolean {
    const everyKey = this.#everyKey;
    if (everyKey === null) return false;
    const keys = this.#keys;
    const sharesAny = anyOf(
      (visit) => everyKey.each(person, visit),
      (name, value) => keys.has(name, value),
    );
    const isSexSaid = saysSex(person);
    if (sharesAny || !this.#holdsSex || (isSexSaid && !keys.someWithoutSex)) return sharesAny;
    return anyOf(
      (visit) => everyKey.eachWithoutSex(person, visit),
      (name, value) => (isSexSaid ? keys.hasOfNoSex(name, value) : keys.has(name, value)),
    );
  }

  personOf(row: SourceRow): Identifiers {
    return personOfRow(row, this.#identifiers).person;
  }
}

function anyOf(visitAll: (visit: VisitKey) => void, has: (name: string, value: string) => boolean): boolean {
  let found = false;
  visitAll((name, value) => {
    found ||= has(name, value);
  });
  return found;
}

function placesOf(identifiers: BoundMapping['identifiers']): readonly IdentifierPlaces[] {
  let place = 0;
  return identifiers.flatMap(({ name, columns, codes }) => {
    const first = place;
    place += columns.length;
    return name === CASE_IDENTIFIER ? [] : [{ name, place: first, count: columns.length, codes }];
  });
}
