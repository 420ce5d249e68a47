import { agencyKeys, keyMaker, MAX_IDENTIFIER_VALUES, normaliseSex, schemes } from '../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName, Identifiers, KeyMaker } from '../../core/linkage/index.js';
import { sourceText } from '../source/field-value.js';
import type { LocalCodes } from '../source/field-value.js';
import type { SourceRow } from '../source/source.js';

/** Where one identifier stands in a row: so many places from one on. */
export interface IdentifierPlaces {
  readonly name: IdentifierName;
  readonly place: number;
  readonly count: number;
  /** Where its values are the agency's own codes. */
  readonly codes?: LocalCodes | undefined;
}

/** Is told every value of every key: its name, and the value. */
export type VisitKey = (name: string, value: string) => void;

/** What a row says of a person. `unreadable`: something stands there that is no text. */
export interface PersonOfRow {
  readonly person: Identifiers;
  readonly unreadable: boolean;
}

export function personOfRow(row: SourceRow, identifiers: readonly IdentifierPlaces[]): PersonOfRow {
  let unreadable = false;
  const person: Partial<Record<IdentifierName, readonly (string | null)[]>> = {};
  for (const { name, place, count, codes } of identifiers) {
    person[name] = Array.from({ length: count }, (_, index) => {
      const value = row[place + index] ?? null;
      if (value === null) return null;
      const text = sourceText(value);
      if ('value' in text) return codes === undefined ? text.value : (codes.get(text.value) ?? null);
      unreadable = true;
      return null;
    });
  }
  return { person, unreadable };
}

/**
 * Makes every match key by which anybody could be known of these identifiers: those of every scheme, whichever a dataset
 * names, and of each key every value, also of the second part of a name and of however many columns there are. So it makes
 * whatever a snapshot or a run can link them by. One for one source: it remembers names.
 */
export class EveryKey {
  /** Of the keys that can be made at all. */
  readonly names: readonly string[];
  readonly #keys: KeyMaker;
  /** Those of which sex is a part. */
  readonly #sexNames: readonly string[];
  /** Makes them as a source that doesn't hold sex does: there its place is empty, and the key another one. */
  readonly #sexKeys: KeyMaker;

  constructor(held: HeldIdentifiers) {
    const keys = agencyKeys([...schemes.values()], held);
    const sexKeys = keys.filter(({ identifiers }) => identifiers.includes('sex'));
    const all = new Map([...held.keys()].map((name) => [name, MAX_IDENTIFIER_VALUES]));
    const withoutSex = new Map([...all].filter(([name]) => name !== 'sex'));
    this.names = keys.map(({ name }) => name);
    this.#keys = keyMaker(keys, all, Number.POSITIVE_INFINITY);
    this.#sexNames = sexKeys.map(({ name }) => name);
    this.#sexKeys = keyMaker(sexKeys, withoutSex, Number.POSITIVE_INFINITY);
  }

  /** As the source says it. */
  each(person: Identifiers, visit: VisitKey): void {
    visitAll(this.names, this.#keys(person), visit);
  }

  /** Those keys of which sex is a part, as if the source didn't hold it. */
  eachWithoutSex(person: Identifiers, visit: VisitKey): void {
    visitAll(this.#sexNames, this.#sexKeys(person), visit);
  }
}

function visitAll(names: readonly string[], made: ReturnType<KeyMaker>, visit: VisitKey): void {
  for (const [key, name] of names.entries()) {
    for (const value of made[key] ?? []) visit(name, value);
  }
}

/** Whether it says a sex that keys are made of: a blank is none, and neither is `U`. */
export function saysSex({ sex }: Identifiers): boolean {
  const values = typeof sex === 'string' ? [sex] : (sex ?? []);
  return values.some((value) => normaliseSex(value) !== null);
}
