import { ageOn } from '../day.js';
import { forenameOf, postcodeOf, surnameOf } from '../people.js';
import type { Person } from '../people.js';
import { EXTRACT_DAY } from '../period.js';
import { SeededRandom } from '../random.js';
import { familiarNames } from './name-variants.js';

/**
 * What else is true of a person, and what different agencies may therefore write down instead: the same earlier surname,
 * the same old address. Drawn apart from what happens to people, once for all agencies.
 */
export interface Persona {
  readonly person: Person;
  /** How much likelier than average anything about this person is written down wrong, whoever writes. On average 1. */
  readonly proneness: number;
  /** What they are called instead of their forename. */
  readonly familiarName: string | null;
  /** From before a marriage, or after it. */
  readonly otherSurname: string | null;
  /** A name that isn't theirs and that they have given, or give. */
  readonly alias: { readonly forename: string; readonly surname: string } | null;
  /** Where else they have lived, or stay; none for the settled. */
  readonly otherPostcodes: readonly string[];
}

/** Some people are hard to write down for everybody: weights and factors, which come to 1 on average. */
const PRONE = { little: 0.8, much: 0.2 };
export const PRONENESS = { little: 0.7, much: 2.2 };

const SHARE_FAMILIAR = 0.65;
const OTHER_SURNAME_FROM_AGE = 20;
const SHARE_OTHER_SURNAME = { F: 0.36, M: 0.05 };
const SHARE_ALIAS = 0.075;
const ALIAS_DIFFERS_IN = { surname: 0.6, forename: 0.3, both: 0.1 };
const SHARE_MOVED = 0.75;
const SHARE_MOVED_TWICE = 0.45;
/** Of moves: those within one district, so that the outward code stays. */
const SHARE_NEAR = 0.4;

/** What else is drawn for each person takes a stream of its own (see `SeededRandom`). */
const PURPOSE_OF_PERSONAS = 2;

/** Of everybody in a household. */
export function personasOf(seed: number, household: number, people: readonly Person[]): Persona[] {
  const random = new SeededRandom(seed, household, PURPOSE_OF_PERSONAS);
  return people.map((person) => personaOf(random, person));
}

function personaOf(random: SeededRandom, person: Person): Persona {
  const female = person.sex === 'F';
  const proneness = PRONENESS[random.weighted(PRONE)];
  const isFamiliar = random.chance(SHARE_FAMILIAR);
  const calledBy = random.unit();
  const names = familiarNames(person.forename);
  const changed = random.chance(SHARE_OTHER_SURNAME[female ? 'F' : 'M']);
  const otherSurname = surnameOf(random, person.group);
  const hasAlias = random.chance(SHARE_ALIAS);
  const differsIn = random.weighted(ALIAS_DIFFERS_IN);
  const aliasSurname = surnameOf(random, person.group);
  const aliasForename = forenameOf(random, person.group, female);
  const isOldEnough = ageOn(person.dateOfBirth, EXTRACT_DAY) >= OTHER_SURNAME_FROM_AGE;
  return {
    person,
    proneness,
    familiarName: isFamiliar ? (names[Math.floor(calledBy * names.length)] ?? null) : null,
    otherSurname: changed && isOldEnough && otherSurname !== person.surname ? otherSurname : null,
    alias: hasAlias
      ? {
          forename: differsIn === 'surname' ? person.forename : aliasForename,
          surname: differsIn === 'forename' ? person.surname : aliasSurname,
        }
      : null,
    otherPostcodes: otherPostcodes(random, person.postcode),
  };
}

function otherPostcodes(random: SeededRandom, postcode: string): string[] {
  const moved = random.chance(SHARE_MOVED);
  const twice = random.chance(SHARE_MOVED_TWICE);
  const postcodes = [0, 1].map(() => {
    const near = random.chance(SHARE_NEAR);
    const elsewhere = postcodeOf(random);
    return near ? `${postcode.split(' ')[0]} ${elsewhere.split(' ')[1]}` : elsewhere;
  });
  return moved ? postcodes.slice(0, twice ? 2 : 1) : [];
}
