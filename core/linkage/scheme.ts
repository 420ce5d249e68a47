import type { CaptureKeys } from './agreement.js';
import { isAtom, particularsOf, PARTICULAR_IDENTIFIERS, valuesHeld } from './atoms.js';
import type { Atom } from './atoms.js';
import type { HeldIdentifiers, IdentifierName } from './identifiers.js';
import { normaliseUrn } from './normalise.js';

/** One match key: the join of its atoms. It exists only where every atom does. */
export interface KeyDefinition {
  /** Its atoms joined by dots: names a column of a list and the key's domain separation. */
  readonly name: string;
  readonly atoms: readonly Atom[];
  /** What the atoms are made of, each once; where one of several serves, all of them. */
  readonly identifiers: readonly IdentifierName[];
}

/** A list of match keys, strictest first. It is part of what agencies agree on: a change is a new version. */
export interface Scheme {
  readonly id: string;
  readonly version: number;
  readonly keys: readonly KeyDefinition[];
  /** The three keys that recall is estimated from; null where the scheme has none. */
  readonly captures: CaptureKeys | null;
}

/** Version of everything that turns identifiers into atoms. Keys of two versions don't meet. */
export const NORMALISER_VERSION = 1;

/** Name of the key that links cases. */
export const CASE_KEY = 'case';

/** Shared numbers, whose check holds: all else may be wrong. */
export const SHARED_NUMBERS = ['NHS', 'PNC', 'CRO'] as const;

/**
 * Each key leaves out something else: keys that agree in what they need fail together. Strictest first, as people in the
 * example share them by chance. What each tolerates beside nicknames and what normalising undoes:
 */
const LIGHT = [
  // Misspelt endings, names swapped, birth date wrong or missing.
  'FS3.P',
  // Both names wrong or others, month wrong.
  'Dyd.P.X',
  // Misspelt endings, day and month swapped, moved.
  'F1.S3.Dw',
  // Names swapped or spelt by ear, day wrong, moved.
  'FSm.Dym',
];

const STANDARD = [
  ...SHARED_NUMBERS,
  ...LIGHT,
  // Another surname, as after a marriage; moved in the district.
  'F3.D.Pd',
  // Names swapped or spelt by ear, day and month wrong or not known; moved in the district.
  'FSm.Dy.Pd',
  // Names swapped or spelt by ear, year wrong, moved.
  'FSm.Ddm',
  // Another forename, surname spelt by ear, birth date wrong or missing.
  'Sm.P.X',
];

const THOROUGH = [
  ...STANDARD,
  // Another surname, moved anywhere.
  'F3.D.X',
  // Names swapped or spelt by ear, month wrong, moved.
  'FSm.Dyd',
  // Another surname, birth date wrong or missing.
  'F3.P.X',
  // Another forename, surname misspelt at its end, birth date wrong or missing.
  'S3.P.X',
];

/** Nothing at all. */
const STRICT = ['F.S.D.P.X'];
/** For sources that hold initials and a district: all must be right. */
const INITIALS = ['F1.S1.D.X.A'];

/** Keys of which each leaves out place, names, or birth date. */
const CAPTURES = { nameAndDate: 'FSm.Dym', dateAndPlace: 'Dyd.P.X', nameAndPlace: 'FS3.P' } as const;

/** As `strict` and a second key without the postcode: for identifiers known to be clean, a birth on 1 January among them. */
const exact: Scheme = {
  id: 'exact',
  version: 1,
  keys: [key('exact.1', ['F', 'S', 'De', 'P', 'X']), key('exact.2', ['F', 'S', 'De', 'X'])],
  captures: null,
};

/** Every scheme this version knows, by id. */
export const schemes: ReadonlyMap<string, Scheme> = new Map(
  [
    scheme('standard', STANDARD),
    scheme('thorough', THOROUGH),
    scheme('light', LIGHT),
    scheme('strict', STRICT),
    scheme('initials', INITIALS),
    scheme('case', []),
    exact,
  ].map((each) => [each.id, each]),
);

/** Key columns of a scheme, strictest first. */
export function keyNames({ keys }: Scheme): string[] {
  return keys.map(({ name }) => name);
}

/** Those of the scheme's keys that a dataset with these identifiers can make, in the scheme's order. */
export function keysOf({ keys }: Pick<Scheme, 'keys'>, held: HeldIdentifiers): readonly KeyDefinition[] {
  return keys.filter(({ atoms }) =>
    particularsOf(atoms).every((particular) => particular === 'sex' || valuesHeld(particular, held) > 0),
  );
}

/** The keys of all of them, each once: schemes share keys. */
export function allKeys(several: readonly Pick<Scheme, 'keys'>[]): readonly KeyDefinition[] {
  return [...new Map(several.flatMap(({ keys }) => keys.map((each) => [each.name, each]))).values()];
}

/** Columns that one match key has at most, for several values of what it is made of. */
export const MAX_KEY_COPIES = 4;

/** Columns of match keys on the person, at most: those a list may have, but one for the case. */
export const MAX_PERSON_COLUMNS = 31;

/**
 * Columns of each key for people with this many values of each identifier: one for every combination, at most
 * MAX_KEY_COPIES. All have their first before any has a second, and so on, until there are MAX_PERSON_COLUMNS.
 */
export function keyCopies(keys: readonly KeyDefinition[], held: HeldIdentifiers): readonly number[] {
  const wanted = keys.map(({ atoms }) =>
    particularsOf(atoms).reduce((product, particular) => product * Math.max(1, valuesHeld(particular, held)), 1),
  );
  const copies = keys.map(() => 1);
  let room = MAX_PERSON_COLUMNS - keys.length;
  for (let copy = 2; copy <= MAX_KEY_COPIES; copy += 1) {
    for (const [place, want] of wanted.entries()) {
      if (want < copy || room <= 0) continue;
      copies[place] = copy;
      room -= 1;
    }
  }
  return copies;
}

/** The normalised `case` key of a unique reference number, or null where there is none. */
export function caseKey(urn: string | null | undefined): string | null {
  return normaliseUrn(urn);
}

function scheme(id: string, names: readonly string[]): Scheme {
  const keys = names.map(keyNamed);
  const places = {
    nameAndDate: names.indexOf(CAPTURES.nameAndDate),
    dateAndPlace: names.indexOf(CAPTURES.dateAndPlace),
    nameAndPlace: names.indexOf(CAPTURES.nameAndPlace),
  };
  return { id, version: 1, keys, captures: Object.values(places).includes(-1) ? null : places };
}

/** The key of that name. Thrown when it is not made of atoms: RangeError. */
export function keyNamed(name: string): KeyDefinition {
  return key(name, atomsIn(name));
}

function atomsIn(name: string): readonly Atom[] {
  const atoms = name.split('.').filter(isAtom);
  if (atoms.join('.') !== name) throw new RangeError(`${name} is not made of atoms`);
  return atoms;
}

function key(name: string, atoms: readonly Atom[]): KeyDefinition {
  const identifiers = particularsOf(atoms).flatMap((particular) => PARTICULAR_IDENTIFIERS[particular]);
  return { name, atoms, identifiers: [...new Set(identifiers)] };
}
