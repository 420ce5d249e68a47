import { dayOf, isoDate } from './day.js';
import type { Day } from './day.js';
import { NAMES } from './names.js';
import type { Ethnicity, Group, NameList } from './names.js';
import { FIRST_OFFENCE, FIRST_OFFENCE_UNREPORTED, SHARE_REPORTING, VICTIM_AGES, VICTIM_FEMALE } from './offences.js';
import type { OffenceGroup } from './offences.js';
import { pickName, pickSurname } from './pick-name.js';
import { quantile } from './random.js';
import type { SeededRandom } from './random.js';

export type Sex = 'F' | 'M';

/** Somebody who was a victim of crime in the county, and as every agency would write them down. */
export interface Person {
  /** Counted from 1. In no agency's database. */
  readonly id: number;
  readonly household: number;
  readonly forename: string;
  readonly surname: string;
  /** ISO date. */
  readonly dateOfBirth: string;
  /** Null where the person's sex isn't F or M, which match keys need. */
  readonly sex: Sex | null;
  /** With its space. */
  readonly postcode: string;
  readonly ethnicity: Ethnicity;
  readonly group: Group;
  readonly disabled: boolean;
  readonly firstLanguage: 'english' | 'other';
  /** Has reported at least one crime. */
  readonly reports: boolean;
  /** What happened to them first; most of what happens later is of the same kind. */
  readonly firstOffence: OffenceGroup;
}

/** The identifiers that two people may have in common by chance. */
export type Lookalike = Pick<Person, 'forename' | 'surname' | 'dateOfBirth' | 'sex'>;

const SHARE_OF_GROUP: Readonly<Record<Group, number>> = {
  white: 0.81,
  'south-asian': 0.084,
  'east-asian': 0.012,
  black: 0.042,
  mixed: 0.029,
  other: 0.023,
};
export const SHARE_DISABLED = 0.21;
export const SHARE_OTHER_LANGUAGE: Readonly<Record<Ethnicity, number>> = {
  white: 0.04,
  asian: 0.28,
  black: 0.16,
  mixed: 0.06,
  other: 0.42,
};

/** People in a household who became victims: most are alone in it. */
const HOUSEHOLD_SIZE = { one: 0.78, two: 0.15, three: 0.05, four: 0.02 };
const SIZES = { one: 1, two: 2, three: 3, four: 4 };
const SHARE_SAME_SURNAME = 0.75;
const SHARE_DOUBLE_BARRELLED = 0.02;
/** Of people after the first of a household: born on the same day as the one before. Of twins, most no longer live together. */
const SHARE_TWIN = 0.005;
const SHARE_SEX_NOT_F_OR_M = 0.006;
/**
 * Somebody in these many has the name, birth date and sex of somebody of another household, beside those who do by chance:
 * what to expect in a county of some hundred thousand. Names at random would give too few, for those of one age go together.
 */
const SHARE_LOOKALIKE = 0.0002;
const SHARE_NAME_OF_MAJORITY = 0.12;

/** Ages are as on this day, the middle of the years of the example. */
const AGES_AS_ON: Day = dayOf('2024-07-01');
const DAYS_PER_YEAR = 365.25;

/** How many people of a household, at most `atMost`. */
export function householdSize(random: SeededRandom, atMost: number): number {
  return Math.min(SIZES[random.weighted(HOUSEHOLD_SIZE)], atMost);
}

/** `count` people at one address, numbered from `firstId`. `lookalikes` are people of other households. */
export function household(
  random: SeededRandom,
  { number, count, firstId }: { readonly number: number; readonly count: number; readonly firstId: number },
  lookalikes: readonly Lookalike[],
): Person[] {
  const postcode = postcodeOf(random);
  const group = random.weighted(SHARE_OF_GROUP);
  const ethnicity = group === 'south-asian' || group === 'east-asian' ? 'asian' : group;
  const familyName = surnameOf(random, group);
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const reports = random.chance(SHARE_REPORTING);
    const firstOffence = random.weighted(reports ? FIRST_OFFENCE : FIRST_OFFENCE_UNREPORTED);
    const female = random.chance(VICTIM_FEMALE[firstOffence]);
    const names = namesFor(random, group);
    const age = quantile(VICTIM_AGES[firstOffence], random.unit());
    const ownSurname = surnameOf(random, group);
    const forename = pickName(random, female ? names.female : names.male);
    const sharesSurname = random.chance(SHARE_SAME_SURNAME);
    const isTwin = random.chance(SHARE_TWIN);
    const before = people.at(-1);
    const twin = isTwin && before !== undefined && before.forename !== forename ? before : null;
    const own: Lookalike = {
      forename,
      surname: twin !== null ? twin.surname : index === 0 || sharesSurname ? familyName : ownSurname,
      dateOfBirth: twin !== null ? twin.dateOfBirth : isoDate(AGES_AS_ON - Math.floor(age * DAYS_PER_YEAR)),
      sex: random.chance(SHARE_SEX_NOT_F_OR_M) ? null : female ? 'F' : 'M',
    };
    const borrows = random.chance(SHARE_LOOKALIKE) && lookalikes.length > 0 && twin === null;
    people.push({
      ...(borrows ? random.pick(lookalikes) : own),
      id: firstId + index,
      household: number,
      postcode,
      ethnicity,
      group,
      disabled: random.chance(SHARE_DISABLED),
      firstLanguage: random.chance(SHARE_OTHER_LANGUAGE[ethnicity]) ? 'other' : 'english',
      reports,
      firstOffence,
    });
  }
  return people;
}

/** A surname as people of the group have them. */
export function surnameOf(random: SeededRandom, group: Group): string {
  const list = namesFor(random, group);
  const surname = pickSurname(random, list);
  const second = pickSurname(random, list);
  const isDouble = random.chance(SHARE_DOUBLE_BARRELLED) && surname !== second && !surname.includes('-');
  return isDouble ? `${surname}-${second}` : surname;
}

export function forenameOf(random: SeededRandom, group: Group, female: boolean): string {
  const { female: women, male: men } = namesFor(random, group);
  return pickName(random, female ? women : men);
}

function namesFor(random: SeededRandom, group: Group): NameList {
  const majority = random.chance(SHARE_NAME_OF_MAJORITY);
  const any = random.pick([NAMES.white, NAMES.white, NAMES.asian, NAMES.black, NAMES.other]);
  if (group === 'mixed') return any;
  if (majority) return NAMES.white;
  return group === 'south-asian' ? NAMES.asian : group === 'east-asian' ? NAMES.eastAsian : NAMES[group];
}

/** Of the area "NS", which doesn't exist: 30 districts of 4,000 postcodes. The last letters are those in real use. */
export function postcodeOf(random: SeededRandom): string {
  const letters = 'ABDEFGHJLNPQRSTUWXYZ';
  const letter = (): string => letters.charAt(random.below(letters.length));
  return `NS${random.below(30) + 1} ${random.below(10)}${letter()}${letter()}`;
}
