import type { BirthDate } from './dates.js';
import type { HeldIdentifiers, IdentifierName } from './identifiers.js';
import type { Forename, Surname } from './names/name.js';

/** One value of each kind that match keys are made of; null where there is none. */
export interface Particulars {
  forename: Forename | null;
  surname: Surname | null;
  birthDate: BirthDate | null;
  /** A whole postcode, or a line of an address. */
  place: string | null;
  /** The outward part of a postcode, or a district. */
  district: string | null;
  /** '' for every person of a dataset that doesn't hold it. */
  sex: string | null;
  nhsNumber: string | null;
  pnc: string | null;
  cro: string | null;
}
export type Particular = keyof Particulars;

/** From which identifiers of a source a particular comes: any of them will do. */
export const PARTICULAR_IDENTIFIERS: Readonly<Record<Particular, readonly IdentifierName[]>> = {
  forename: ['forename'],
  surname: ['surname'],
  birthDate: ['dateOfBirth'],
  place: ['postcode', 'place'],
  district: ['postcode', 'area'],
  sex: ['sex'],
  nhsNumber: ['nhsNumber'],
  pnc: ['pnc'],
  cro: ['cro'],
};

interface AtomDefinition {
  readonly from: readonly Particular[];
  /** Null where the atom doesn't exist, and with it no key that has it. */
  readonly of: (particulars: Particulars) => string | null;
}

type Part = string | null | undefined;

function pair(one: Part, other: Part): string | null {
  if (one === null || one === undefined || other === null || other === undefined) return null;
  return one < other ? `${one}/${other}` : `${other}/${one}`;
}

/**
 * Who has one name only has a sound of that one, whichever field it is in, or if it is in both. Only the sound, which
 * stands beside a date of birth: a name alone with a street is too little.
 */
function soundPair({ forename, surname }: Particulars): string | null {
  if (forename === null) return surname?.sound ?? null;
  if (surname === null) return forename.sound;
  return forename.sound === surname.sound ? forename.sound : pair(forename.sound, surname.sound);
}

/**
 * What match keys are joined of. Forenames are the first one, a nickname told as the name it is short for, but in `F`,
 * which is the forename as it is written.
 */
export const ATOMS = {
  /** Forename as written; of it, nicknames resolved: initial, first three letters, sound. */
  F: { from: ['forename'], of: ({ forename }) => forename?.written ?? null },
  F1: { from: ['forename'], of: ({ forename }) => forename?.initial ?? null },
  F3: { from: ['forename'], of: ({ forename }) => forename?.three ?? null },
  Fm: { from: ['forename'], of: ({ forename }) => forename?.sound ?? null },
  /** Surname: whole, initial, first three letters, sound. */
  S: { from: ['surname'], of: ({ surname }) => surname?.name ?? null },
  S1: { from: ['surname'], of: ({ surname }) => surname?.initial ?? null },
  S3: { from: ['surname'], of: ({ surname }) => surname?.three ?? null },
  Sm: { from: ['surname'], of: ({ surname }) => surname?.sound ?? null },
  /** Forename and surname in either order: whole, first three letters of each, sounds. */
  FS: { from: ['forename', 'surname'], of: ({ forename, surname }) => pair(forename?.name, surname?.name) },
  FS3: { from: ['forename', 'surname'], of: ({ forename, surname }) => pair(forename?.three, surname?.three) },
  FSm: { from: ['forename', 'surname'], of: soundPair },
  /** Date of birth: whole; with day and month in either order; without its year, its day, its month; its year alone. */
  D: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.date ?? null },
  Dw: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.eitherOrder ?? null },
  Ddm: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.dayAndMonth ?? null },
  Dym: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.yearAndMonth ?? null },
  Dyd: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.yearAndDay ?? null },
  Dy: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.year ?? null },
  /** The date of birth as it stands, 1 January too: for identifiers that are known to be clean. */
  De: { from: ['birthDate'], of: ({ birthDate }) => birthDate?.stated ?? null },
  /** A place to live: a postcode or, in a list that has none, what stands for it. Of it, the wider place. */
  P: { from: ['place'], of: ({ place }) => place },
  Pd: { from: ['district'], of: ({ district }) => district },
  A: { from: ['district'], of: ({ district }) => district },
  X: { from: ['sex'], of: ({ sex }) => sex },
  NHS: { from: ['nhsNumber'], of: ({ nhsNumber }) => nhsNumber },
  PNC: { from: ['pnc'], of: ({ pnc }) => pnc },
  CRO: { from: ['cro'], of: ({ cro }) => cro },
} as const satisfies Readonly<Record<string, AtomDefinition>>;

export type Atom = keyof typeof ATOMS;

/** What the atoms are made of, each once. */
export function particularsOf(atoms: readonly Atom[]): readonly Particular[] {
  return [...new Set(atoms.flatMap((atom): readonly Particular[] => ATOMS[atom].from))];
}

export function isAtom(name: string): name is Atom {
  return Object.hasOwn(ATOMS, name);
}

/** How many values of a particular a person may have in a dataset; 0 where it holds none of what it is made of. */
export function valuesHeld(particular: Particular, held: HeldIdentifiers): number {
  return PARTICULAR_IDENTIFIERS[particular].reduce((sum, name) => sum + (held.get(name) ?? 0), 0);
}
