import type { Particulars } from './atoms.js';
import { BoundedCache } from './bounded-cache.js';
import { birthDateOf } from './dates.js';
import { IDENTIFIERS } from './identifiers.js';
import type { HeldIdentifiers, IdentifierName, Identifiers, Raw } from './identifiers.js';
import { forenamesOf } from './names/forename.js';
import { surnamesOf } from './names/surname.js';
import { MAX_IDENTIFIER_LENGTH, normaliseSex } from './normalise.js';
import { areaOf, placeOf } from './place.js';
import { postcodeOf } from './postcode.js';
import { croOf, nhsNumberOf, pncOf } from './shared-ids.js';

/** All values of each particular of a person, distinct, the preferred first; [null] where there is none. */
export type ParticularValues = { readonly [name in keyof Particulars]: readonly Particulars[name][] };

/** Names, dates, lines of addresses that are remembered of each: more than a county has, and a few megabytes. */
const MOST_REMEMBERED = 65_536;

/**
 * Normalises what a source says of a person, for a dataset that holds these identifiers. Most names and dates come many
 * times, and normalising is most of the work of preparing, so a reader remembers them: one reader for one source.
 */
export class ParticularsReader {
  readonly #held: HeldIdentifiers;
  readonly #forenames = new BoundedCache(MOST_REMEMBERED, forenamesOf);
  readonly #surnames = new BoundedCache(MOST_REMEMBERED, surnamesOf);
  readonly #places = new BoundedCache(MOST_REMEMBERED, (text) => ({ place: placeOf(text) }));
  readonly #birthDates = new BoundedCache(MOST_REMEMBERED, (text) => ({ date: birthDateOf(text) }));

  constructor(held: HeldIdentifiers) {
    this.#held = held;
  }

  forename = (person: Identifiers): ParticularValues['forename'] =>
    this.#names(
      person,
      'forename',
      (raw) => this.#forenames.get(raw),
      ({ written, initial }) => written ?? `${initial}.`,
    );

  surname = (person: Identifiers): ParticularValues['surname'] =>
    this.#names(
      person,
      'surname',
      (raw) => this.#surnames.get(raw),
      ({ name, initial }) => name ?? `${initial}.`,
    );

  birthDate = (person: Identifiers): ParticularValues['birthDate'] =>
    orNull(this.#read(person, 'dateOfBirth', (raw) => this.#birthDates.get(raw).date));

  place = (person: Identifiers): ParticularValues['place'] =>
    this.#either(
      this.#read(person, 'postcode', (raw) => postcodeOf(raw)?.unit ?? null),
      this.#read(person, 'place', (raw) => this.#places.get(raw).place),
    );

  district = (person: Identifiers): ParticularValues['district'] =>
    this.#either(
      this.#read(person, 'postcode', (raw) => postcodeOf(raw)?.outward ?? null),
      this.#read(person, 'area', areaOf),
    );

  sex = (person: Identifiers): ParticularValues['sex'] =>
    this.#held.has('sex') ? orNull(this.#read(person, 'sex', normaliseSex)) : NO_SEX;

  nhsNumber = (person: Identifiers): ParticularValues['nhsNumber'] =>
    orNull(this.#read(person, 'nhsNumber', nhsNumberOf));
  pnc = (person: Identifiers): ParticularValues['pnc'] => orNull(this.#read(person, 'pnc', pncOf));
  cro = (person: Identifiers): ParticularValues['cro'] => orNull(this.#read(person, 'cro', croOf));

  /** Those the dataset holds of which the person has no value that can be used. */
  missing(person: Identifiers): readonly IdentifierName[] {
    return IDENTIFIERS.filter((name) => this.#held.has(name) && this.#isMissing(person, name));
  }

  #isMissing(person: Identifiers, name: IdentifierName): boolean {
    switch (name) {
      case 'forename':
      case 'surname':
      case 'sex':
      case 'nhsNumber':
      case 'pnc':
      case 'cro':
        return this[name](person)[0] === null;
      case 'dateOfBirth':
        return this.birthDate(person)[0] === null;
      case 'postcode':
        return this.#read(person, name, postcodeOf).length === 0;
      case 'place':
        return this.#read(person, name, placeOf).length === 0;
      case 'area':
        return this.#read(person, name, areaOf).length === 0;
    }
  }

  /** Every value's own name before what else any of them may go by, which only fills what room is left. */
  #names<Name>(
    person: Identifiers,
    identifier: IdentifierName,
    read: (raw: string) => readonly Name[],
    textOf: (name: Name) => string,
  ): readonly (Name | null)[] {
    const most = this.#held.get(identifier) ?? 0;
    const all = this.#read(person, identifier, (raw) => nullIfEmpty(read(raw)));
    if (most === 1) return all[0] === undefined ? NOTHING : [all[0][0] ?? null];
    const names = new Map<string, Name>();
    for (const others of [false, true]) {
      for (const forms of all) {
        for (const name of others ? forms.slice(1) : forms.slice(0, 1)) {
          if (names.size < most && !names.has(textOf(name))) names.set(textOf(name), name);
        }
      }
    }
    return orNull([...names.values()]);
  }

  /** What can be used, at most as many as are held. */
  #read<Value>(person: Identifiers, name: IdentifierName, read: (raw: string) => Value | null): readonly Value[] {
    const most = this.#held.get(name) ?? 0;
    const raw = person[name];
    if (most === 0 || raw === null || raw === undefined) return [];
    const values: Value[] = [];
    for (const text of typeof raw === 'string' ? [raw] : raw) {
      const value = isText(text) ? read(text) : null;
      if (value !== null && values.length < most) values.push(value);
    }
    return values;
  }

  #either(these: readonly string[], those: readonly string[]): readonly (string | null)[] {
    if (those.length === 0 && these.length < 2) return orNull(these);
    return orNull([...new Set([...these, ...those])]);
  }
}

const NOTHING: readonly null[] = [null];
const NO_SEX: readonly string[] = [''];

function orNull<Value>(values: readonly Value[]): readonly (Value | null)[] {
  return values.length === 0 ? NOTHING : values;
}

function nullIfEmpty<Value>(values: readonly Value[]): readonly Value[] | null {
  return values.length === 0 ? null : values;
}

/** What is too long is nobody's, and not to be remembered. */
function isText(raw: Raw): raw is string {
  return raw !== null && raw !== undefined && raw.length <= MAX_IDENTIFIER_LENGTH;
}
