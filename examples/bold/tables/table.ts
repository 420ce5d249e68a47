import { ageOn } from '../day.js';
import { EXTRACT_DAY } from '../period.js';
import type { AgencyTraits } from '../faults/index.js';
import type { HouseholdHistory, Urn } from '../population.js';
import type { SeededRandom } from '../random.js';
import type { Register } from './register.js';

export type ColumnType = 'TEXT' | 'INTEGER';
export type Value = string | number | null;

/** A table of one agency, as its own system names and fills it. */
export interface AgencyTable<Column extends string = string> {
  readonly agency: string;
  readonly dataset: string;
  readonly table: string;
  readonly columns: Readonly<Record<Column, ColumnType>>;
  /** How its staff write people down; null where it holds cases and no people. */
  readonly traits: AgencyTraits | null;
  /** What the agency has on a household, whose people stand in `register` as it has written them down. */
  rows(history: HouseholdHistory, register: Register): AgencyRow<Column>[];
}

export interface AgencyRow<Column extends string = string> {
  /** Who it is about, for the truth only; null where the agency holds cases and no people. */
  readonly person: number | null;
  /** Which crime it is about, for the truth only; null where the agency doesn't know. */
  readonly crime: number | null;
  readonly values: Readonly<Record<Column, Value>>;
}

/** Says nothing; it ties the names of the columns to the rows. */
export function agencyTable<Column extends string>(table: AgencyTable<Column>): AgencyTable<Column> {
  return table;
}

export function yesNo(answer: boolean): string;
export function yesNo(answer: boolean | null): string | null;
export function yesNo(answer: boolean | null): string | null {
  return answer === null ? null : answer ? 'yes' : 'no';
}

/** The value, or null with this probability. */
export function unless(random: SeededRandom, missing: number, value: string | null): string | null {
  return random.chance(missing) ? null : value;
}

export function gender(sex: 'F' | 'M' | null): string {
  return sex === null ? 'other' : sex === 'F' ? 'female' : 'male';
}

/** On the day of the extract. */
export function ageBand(dateOfBirth: string | null): string | null {
  if (dateOfBirth === null) return null;
  const age = ageOn(dateOfBirth, EXTRACT_DAY);
  return AGE_BANDS.find(({ below }) => age < below)?.code ?? '65-and-over';
}

const AGE_BANDS = [
  { below: 18, code: 'under-18' },
  { below: 25, code: '18-to-24' },
  { below: 35, code: '25-to-34' },
  { below: 45, code: '35-to-44' },
  { below: 55, code: '45-to-54' },
  { below: 65, code: '55-to-64' },
];

export function compactUrn({ force, serial, year }: Urn): string {
  return `${force}${serial}${year}`;
}
