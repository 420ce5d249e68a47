import type Database from 'better-sqlite3';

import { isoDate } from './day.js';
import type { HouseholdHistory } from './population.js';
import { TableWriter } from './table-writer.js';
import type { AgencyTable } from './tables/index.js';
import { compactUrn, yesNo } from './tables/table.js';

const PEOPLE = {
  person: 'INTEGER',
  household: 'INTEGER',
  forename: 'TEXT',
  surname: 'TEXT',
  date_of_birth: 'TEXT',
  sex: 'TEXT',
  postcode: 'TEXT',
  ethnicity: 'TEXT',
  disabled: 'TEXT',
  first_language: 'TEXT',
  reports: 'TEXT',
} as const;
const CRIMES = {
  crime: 'INTEGER',
  urn: 'TEXT',
  offence: 'TEXT',
  domestic_abuse: 'TEXT',
  reported_on: 'TEXT',
  outcome: 'TEXT',
  days_to_outcome: 'INTEGER',
  withdrew: 'TEXT',
  cps_decision: 'TEXT',
  court_outcome: 'TEXT',
  sentence: 'TEXT',
} as const;
const VICTIMS = { crime: 'INTEGER', person: 'INTEGER', supported: 'TEXT' } as const;
/** Which row of which agency is about which person and crime; a row's number is its rowid there. */
const APPEARANCES = {
  agency: 'TEXT',
  dataset: 'TEXT',
  source_row: 'INTEGER',
  person: 'INTEGER',
  crime: 'INTEGER',
} as const;

/** Writes what nobody holds in life: the people behind the records, and what happened to them from end to end. */
export class TruthWriter {
  readonly #people: TableWriter<keyof typeof PEOPLE>;
  readonly #crimes: TableWriter<keyof typeof CRIMES>;
  readonly #victims: TableWriter<keyof typeof VICTIMS>;
  readonly #appearances: TableWriter<keyof typeof APPEARANCES>;

  constructor(database: Database.Database) {
    this.#people = new TableWriter(database, 'people', PEOPLE);
    this.#crimes = new TableWriter(database, 'crimes', CRIMES);
    this.#victims = new TableWriter(database, 'victims', VICTIMS);
    this.#appearances = new TableWriter(database, 'appearances', APPEARANCES);
  }

  write({ people, crimes }: HouseholdHistory): void {
    for (const person of people) {
      this.#people.write({
        person: person.id,
        household: person.household,
        forename: person.forename,
        surname: person.surname,
        date_of_birth: person.dateOfBirth,
        sex: person.sex,
        postcode: person.postcode,
        ethnicity: person.ethnicity,
        disabled: yesNo(person.disabled),
        first_language: person.firstLanguage,
        reports: yesNo(person.reports),
      });
    }
    for (const { number, urn, crime } of crimes) {
      this.#crimes.write({
        crime: number,
        urn: urn === null ? null : compactUrn(urn),
        offence: crime.offence,
        domestic_abuse: yesNo(crime.domesticAbuse),
        reported_on: isoDate(crime.reportDay),
        outcome: crime.outcome,
        days_to_outcome: crime.daysToOutcome,
        withdrew: crime.withdrew,
        cps_decision: crime.cps?.decision ?? null,
        court_outcome: crime.cps?.court?.outcome ?? null,
        sentence: crime.cps?.court?.sentence ?? null,
      });
      for (const { person, referral } of crime.victims) {
        this.#victims.write({ crime: number, person: person.id, supported: yesNo(referral.supported) });
      }
    }
  }

  appearance(
    { agency, dataset }: Pick<AgencyTable, 'agency' | 'dataset'>,
    row: number,
    person: number | null,
    crime: number | null,
  ): void {
    this.#appearances.write({ agency, dataset, source_row: row, person, crime });
  }
}
