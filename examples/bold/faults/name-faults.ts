import { originOf } from '../names.js';
import type { Origin } from '../names.js';
import type { SeededRandom } from '../random.js';
import type { AgencyTraits } from './level.js';
import { misspelt } from './misspelling.js';
import { otherSpellings } from './name-variants.js';
import type { Persona } from './persona.js';

/** How often the average agency writes each, where it can happen to a person at all. */
export const NAME_FAULTS = {
  alias: 0.19,
  otherSurname: 0.047,
  familiarName: 0.046,
  /** Half of a hyphenated name left out. */
  halved: 0.13,
  otherSpelling: 0.06,
  forenameMisspelt: 0.0116,
  surnameMisspelt: 0.0136,
  /** Forename and surname in each other's place. */
  reversed: 0.0011,
} as const;

/** Nothing is worse written than this, whatever comes together. */
const MOST = 0.6;
const SHARE_PLAIN = 0.5;

/** How much likelier than average a name from there is misspelt, spelt in another way or taken for the other name. */
const UNFAMILIAR: Readonly<Record<Origin, number>> = {
  english: 0.85,
  'south-asian': 1.8,
  'east-asian': 1.9,
  african: 1.5,
  other: 1.5,
};

export interface WrittenNames {
  readonly forename: string;
  readonly surname: string;
  readonly otherSurname: string | null;
}

/** The names as they are written down; `factor` is how much likelier than average each fault is, 0 for none. */
export function writtenNames(
  random: SeededRandom,
  { person, alias, otherSurname, familiarName }: Persona,
  { knowsOther }: AgencyTraits,
  factor: number,
): WrittenNames {
  const happens = (rate: number): boolean => random.chance(Math.min(rate * factor, MOST));
  const isAlias = happens(NAME_FAULTS.alias) && alias !== null;
  const isOther = happens(NAME_FAULTS.otherSurname) && otherSurname !== null;
  const isFamiliar = happens(NAME_FAULTS.familiarName) && familiarName !== null;
  const knows = random.chance(knowsOther.surname) && factor > 0;
  const given = isAlias ? alias : person;
  const surname = isOther && !isAlias ? otherSurname : given.surname;
  const known = [person.surname, otherSurname, alias?.surname].find((other) => other != null && other !== surname);

  const forename = writtenName(random, isFamiliar && !isAlias ? familiarName : given.forename, factor, 'forename');
  const family = writtenName(random, surname, factor, 'surname');
  const reversed = happens(NAME_FAULTS.reversed * unfamiliar(surname) ** 3);
  return {
    forename: reversed ? family : forename,
    surname: reversed ? forename : family,
    otherSurname: knows ? (known ?? null) : null,
  };
}

function writtenName(random: SeededRandom, name: string, factor: number, part: 'forename' | 'surname'): string {
  const happens = (rate: number): boolean => random.chance(Math.min(rate * factor, MOST));
  const halved = happens(NAME_FAULTS.halved) ? halfOf(random, name) : name;
  const spellings = otherSpellings(halved);
  const spelt = happens(NAME_FAULTS.otherSpelling) && spellings.length > 0 ? random.pick(spellings) : halved;
  const rate = part === 'forename' ? NAME_FAULTS.forenameMisspelt : NAME_FAULTS.surnameMisspelt;
  const wrong = happens(rate * unfamiliar(name)) ? misspelt(random, spelt) : spelt;
  return random.chance(SHARE_PLAIN) && factor > 0 ? plain(wrong) : wrong;
}

function halfOf(random: SeededRandom, name: string): string {
  const parts = name.split('-');
  return parts.length < 2 ? name : random.pick(parts);
}

function unfamiliar(name: string): number {
  return UNFAMILIAR[originOf(name)];
}

/** Without accents, and with a space for a hyphen: what many systems make of a name. */
function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('-', ' ');
}
