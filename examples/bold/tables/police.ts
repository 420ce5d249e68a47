import { isoDate } from '../day.js';
import { agencyTable, compactUrn, gender, unless, yesNo } from './table.js';

const NO_POSTCODE = 0.03;
const NO_ETHNICITY = 0.2;
const NO_DISABILITY = 0.07;
const NO_LANGUAGE = 0.04;

/** The force's record management system: one row for each victim of each crime. */
export const police = agencyTable({
  agency: 'police',
  dataset: 'police.victim-crimes',
  table: 'rms_victim_crime',
  columns: {
    crime_ref: 'TEXT',
    cps_urn: 'TEXT',
    vic_forename: 'TEXT',
    vic_surname: 'TEXT',
    vic_dob: 'TEXT',
    vic_postcode: 'TEXT',
    vic_sex: 'TEXT',
    vic_gender: 'TEXT',
    vic_age: 'INTEGER',
    vic_ethnic_group: 'TEXT',
    vic_disability: 'TEXT',
    vic_first_language: 'TEXT',
    reported_on: 'TEXT',
    report_channel: 'TEXT',
    offence_group: 'TEXT',
    da_flag: 'TEXT',
    vna_done: 'TEXT',
    vs_referral_offered: 'TEXT',
    vs_referral_accepted: 'TEXT',
    file_to_cps: 'TEXT',
    outcome: 'TEXT',
    outcome_days: 'INTEGER',
    vic_withdrew: 'TEXT',
    vic_withdrew_stage: 'TEXT',
  },
  rows({ people, crimes }, random) {
    // Identifiers are kept once for each person, so a gap shows on all of a person's rows.
    const kept = new Map(
      people.map((person) => [
        person.id,
        {
          postcode: unless(random, NO_POSTCODE, person.postcode),
          ethnicity: unless(random, NO_ETHNICITY, person.ethnicity),
          disability: unless(random, NO_DISABILITY, yesNo(person.disabled)),
          language: unless(random, NO_LANGUAGE, person.firstLanguage),
        },
      ]),
    );
    return crimes.flatMap(({ number, urn, crime }) =>
      crime.victims.map(({ person, age, referral }) => ({
        person: person.id,
        crime: number,
        values: {
          crime_ref: `NS/${String(number).padStart(8, '0')}/${isoDate(crime.reportDay).slice(2, 4)}`,
          cps_urn: urn === null ? null : compactUrn(urn),
          vic_forename: person.forename,
          vic_surname: person.surname,
          vic_dob: person.dateOfBirth,
          vic_postcode: kept.get(person.id)?.postcode ?? null,
          vic_sex: person.sex,
          vic_gender: gender(person.sex),
          vic_age: age,
          vic_ethnic_group: kept.get(person.id)?.ethnicity ?? null,
          vic_disability: kept.get(person.id)?.disability ?? null,
          vic_first_language: kept.get(person.id)?.language ?? null,
          reported_on: isoDate(crime.reportDay),
          report_channel: crime.route,
          offence_group: crime.offence,
          da_flag: yesNo(crime.domesticAbuse),
          vna_done: yesNo(referral.assessed),
          vs_referral_offered: yesNo(referral.offered),
          vs_referral_accepted: yesNo(referral.accepted),
          file_to_cps: yesNo(crime.cps !== null),
          outcome: crime.outcome,
          outcome_days: crime.daysToOutcome,
          vic_withdrew: yesNo(crime.withdrew !== null),
          vic_withdrew_stage: crime.withdrew,
        },
      })),
    );
  },
});
