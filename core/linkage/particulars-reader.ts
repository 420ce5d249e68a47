import type { Particulars } from './atoms.js';
import { BoundedCache } from './bounded-cache.js';
import { birthDateOf } from './dates.js';
import type { BirthDate } from './dates.js';
import { IDENTIFIERS } from './identifiers.js';
import type { HeldIdentifiers, IdentifierName, Identifiers, Raw } from './identifiers.js';
import { forenamesOf } from './names/forename.js';
import type { Forename, Surname } from './names/name.js';
import { surnamesOf } from './names/surname.js';
import { MAX_IDENTIFIER_LENGTH, normaliseSex } from './normalise.js';
import { areaOf, placeOf } from './place.js';
import { postcodeOf } from './postcode.js';
import type { Postcode } from './postcode.js';
import { croOf, nhsNumberOf, pncOf } from './shared-ids.js';

/** All values of each particular of a person, distinct, the preferred first; [null] where there is none. */
export type ParticularValues = { readonly [name in keyof Particulars]: readonly Particulars[name][] };

/** Names, dates, lines of addresses that are remembered of each: more than a county has, and a few megabytes. */
const MOST_REMEMBERED = 65_536;

/**
 * What a source says of one person, normalised: of each identifier the values that can be used, at most as many as are
 * held; of postcodes all, since some have no unit.
 */
export interface UsableValues {
  readonly forename: readonly Forename[];
  readonly surname: readonly Surname[];
  readonly dateOfBirth: readonly BirthDate[];
  readonly postcode: readonly Postcode[];
  readonly sex: readonly string[];
  readonly place: readonly string[];
  readonly area: readonly string[];
  readonly nhsNumber: readonly string[];
  readonly pnc: readonly string[];
  readonly cro: readonly string[];
}

/**
 * Normalises what a source says of a person, for a dataset that holds these identifiers. Most names and dates come many
 * times, and normalising is most of the work of preparing, so a reader remembers them: one reader for one source.
 */
export class ParticularsReader {
  readonly #held: HeldIdentifiers;
  readonly #forenames = new BoundedCache(MOST_REMEMBERED, (text) => nullIfEmpty(forenamesOf(text)));
  readonly #surnames = new BoundedCache(MOST_REMEMBERED, (text) => nullIfEmpty(surnamesOf(text)));
  readonly #places = new BoundedCache(MOST_REMEMBERED, placeOf);
  readonly #birthDates = new BoundedCache(MOST_REMEMBERED, birthDateOf);
  readonly #placeOf = (raw: string): string | null => this.#places.get(raw);
  readonly #birthDateOf = (raw: string): BirthDate | null => this.#birthDates.get(raw);

  constructor(held: HeldIdentifiers) {
    this.#held = held;
  }

  read(person: Identifiers): UsableValues {
    return {
      forename: this.#names(person, 'forename', this.#forenames, forenameText),
      surname: this.#names(person, 'surname', this.#surnames, surnameText),
      dateOfBirth: this.#read(person, 'dateOfBirth', this.#birthDateOf),
      postcode: this.#read(person, 'postcode', postcodeOf, Infinity),
      sex: this.#read(person, 'sex', normaliseSex),
      place: this.#read(person, 'place', this.#placeOf),
      area: this.#read(person, 'area', areaOf),
      nhsNumber: this.#read(person, 'nhsNumber', nhsNumberOf),
      pnc: this.#read(person, 'pnc', pncOf),
      cro: this.#read(person, 'cro', croOf),
    };
  }

  /** All values of each particular. */
  particulars(values: UsableValues): ParticularValues {
    const { forename, surname, dateOfBirth, postcode, sex, place, area, nhsNumber, pnc, cro } = values;
    return {
      forename: orNull(forename),
      surname: orNull(surname),
      birthDate: orNull(dateOfBirth),
      place: either(postcode, unitOf, this.#most('postcode'), place),
      district: either(postcode, outwardOf, this.#most('postcode'), area),
      sex: this.#held.has('sex') ? orNull(sex) : NO_SEX,
      nhsNumber: orNull(nhsNumber),
      pnc: orNull(pnc),
      cro: orNull(cro),
    };
  }

  /** Identifiers that the dataset holds, of which the person has no value that can be used. */
  missing(values: UsableValues): readonly IdentifierName[] {
    return IDENTIFIERS.filter((name) => this.#held.has(name) && values[name].length === 0);
  }

  /** Every value's own name before what else any of them may go by, which only fills what room is left. */
  #names<Name>(
    person: Identifiers,
    identifier: IdentifierName,
    known: BoundedCache<readonly Name[] | null>,
    textOf: (name: Name) => string,
  ): readonly Name[] {
    const most = this.#most(identifier);
    const all = this.#read(person, identifier, (raw) => known.get(raw));
    const names: Name[] = [];
    const add = (name: Name | undefined): void => {
      if (name === undefined || names.length >= most) return;
      const text = textOf(name);
      if (!names.some((other) => textOf(other) === text)) names.push(name);
    };
    for (const [own] of all) add(own);
    for (const forms of all) for (let place = 1; place < forms.length; place += 1) add(forms[place]);
    return names;
  }

  #read<Value>(
    person: Identifiers,
    name: IdentifierName,
    read: (raw: string) => Value | null,
    most = this.#most(name),
  ): readonly Value[] {
    const raw = person[name];
    if (raw === null || raw === undefined || !this.#held.has(name)) return NO_VALUES;
    const values: Value[] = [];
    for (const text of typeof raw === 'string' ? [raw] : raw) {
      const value = isText(text) ? read(text) : null;
      if (value !== null && values.length < most) values.push(value);
    }
    return values;
  }

  /** Values of an identifier that a person may have. */
  #most(name: IdentifierName): number {
    return this.#held.get(name) ?? 0;
  }
}

function forenameText({ written, initial }: Forename): string {
  return written ?? `${initial}.`;
}

function surnameText({ name, initial }: Surname): string {
  return name ?? `${initial}.`;
}

function unitOf({ unit }: Postcode): string | null {
  return unit;
}

function outwardOf({ outward }: Postcode): string {
  return outward;
}

/** What so many postcodes say that say it, and after them what serves in their place. */
function either(
  postcodes: readonly Postcode[],
  partOf: (postcode: Postcode) => string | null,
  most: number,
  others: readonly string[],
): readonly (string | null)[] {
  const values: string[] = [];
  let parts = 0;
  for (const postcode of postcodes) {
    const part = parts < most ? partOf(postcode) : null;
    if (part === null) continue;
    parts += 1;
    if (!values.includes(part)) values.push(part);
  }
  for (const other of others) if (!values.includes(other)) values.push(other);
  return orNull(values);
}

const NO_VALUES: readonly never[] = [];
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
