import { isoDate } from '../day.js';
import { regionOf } from '../region.js';
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
    vic_alias_surname: 'TEXT',
    vic_dob: 'TEXT',
    vic_postcode: 'TEXT',
    vic_previous_postcode: 'TEXT',
    vic_home_area: 'TEXT',
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
  // Birth dates are checked against a document, and a record is kept of who somebody was and where they lived before.
  traits: {
    factors: { names: 0.9, birthDates: 0.6, addresses: 0.9, sexes: 0.5, gaps: 0.5 },
    knowsOther: { surname: 0.5, postcode: 0.4 },
  },
  rows({ people, crimes }, register) {
    const { random } = register;
    // What is asked once for each person: a gap shows on all of a person's rows.
    const kept = new Map(
      people.map((person) => [
        person.id,
        {
          hasPostcode: !random.chance(NO_POSTCODE),
          ethnicity: unless(random, NO_ETHNICITY, person.ethnicity),
          disability: unless(random, NO_DISABILITY, yesNo(person.disabled)),
          language: unless(random, NO_LANGUAGE, person.firstLanguage),
        },
      ]),
    );
    return crimes.flatMap(({ number, urn, crime }) =>
      crime.victims.map(({ person, age, referral }) => {
        const identity = register.nextIdentity(person);
        const postcode = kept.get(person.id)?.hasPostcode === true ? identity.postcode : null;
        return {
          person: person.id,
          crime: number,
          values: {
            crime_ref: `NS/${String(number).padStart(8, '0')}/${isoDate(crime.reportDay).slice(2, 4)}`,
            cps_urn: urn === null ? null : compactUrn(urn),
            vic_forename: identity.forename,
            vic_surname: identity.surname,
            vic_alias_surname: identity.otherSurname,
            vic_dob: identity.dateOfBirth,
            vic_postcode: postcode,
            vic_previous_postcode: identity.otherPostcode,
            // Of the address on record, as a system that knows districts fills it in.
            vic_home_area: regionOf(postcode),
            vic_sex: identity.sex,
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
        };
      }),
    );
  },
});
