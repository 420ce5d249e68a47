import { normaliseBirthDate, normaliseName, normalisePostcode, normaliseSex, normaliseUrn } from './normalise.js';

/** What a source says of a person, as it says it; absent where it says nothing. */
export interface Identifiers {
  readonly forename?: string | null;
  readonly surname?: string | null;
  /** ISO date. */
  readonly dateOfBirth?: string | null;
  readonly postcode?: string | null;
  readonly sex?: string | null;
}

export type Atom = keyof Identifiers;

/** One match key: the join of its atoms. It exists only where every atom does. */
export interface KeyDefinition {
  /** As in `exact.1`: names a column of a list and the key's domain separation. */
  readonly name: string;
  readonly atoms: readonly Atom[];
}

/** A list of match keys, strictest first. It is part of what agencies agree on: a change is a new version. */
export interface Scheme {
  readonly id: string;
  readonly version: number;
  readonly keys: readonly KeyDefinition[];
}

/** Name of the key that links cases. */
export const CASE_KEY = 'case';

const exact: Scheme = {
  id: 'exact',
  version: 1,
  keys: [
    { name: 'exact.1', atoms: ['forename', 'surname', 'dateOfBirth', 'postcode', 'sex'] },
    { name: 'exact.2', atoms: ['forename', 'surname', 'dateOfBirth', 'sex'] },
  ],
};

/** Every scheme this version knows, by id. */
export const schemes: ReadonlyMap<string, Scheme> = new Map([[exact.id, exact]]);

const normalisers: Readonly<Record<Atom, (raw: string | null | undefined) => string | null>> = {
  forename: normaliseName,
  surname: normaliseName,
  dateOfBirth: normaliseBirthDate,
  postcode: normalisePostcode,
  sex: normaliseSex,
};

/** No normalised atom contains it, so different atoms never join to the same key. */
const SEPARATOR = '|';

/** Key columns of a scheme, strictest first. */
export function keyNames(scheme: Scheme): string[] {
  return scheme.keys.map(({ name }) => name);
}

/** The normalised key of each of the scheme's columns, in column order; null where the key doesn't exist. */
export function personKeys(scheme: Scheme, identifiers: Identifiers): (string | null)[] {
  // Most atoms are in most keys, and normalising is most of the work.
  const known = new Map<Atom, string | null>();
  const normalised = (atom: Atom): string | null => {
    let text = known.get(atom);
    if (text === undefined) known.set(atom, (text = normalisers[atom](identifiers[atom])));
    return text;
  };
  return scheme.keys.map(({ atoms }) => {
    const parts = atoms.map(normalised);
    return parts.includes(null) ? null : parts.join(SEPARATOR);
  });
}

/** The normalised `case` key of a unique reference number, or null where there is none. */
export function caseKey(urn: string | null | undefined): string | null {
  return normaliseUrn(urn);
}
