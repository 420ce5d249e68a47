import { isoDate } from '../day.js';
import { ageBand, agencyTable, compactUrn, gender, unless, yesNo } from './table.js';

const NO_POSTCODE = 0.04;
const NO_ETHNICITY = 0.3;
/** The space in a postcode. */
const BEFORE_INWARD = / (?=\d[A-Z]{2}$)/;

/** The prosecutors' case management: one row for each victim of each case that the police sent. */
export const cps = agencyTable({
  agency: 'cps',
  dataset: 'cps.prosecutions',
  table: 'cms_case_victim',
  columns: {
    urn: 'TEXT',
    witness_first_names: 'TEXT',
    witness_surname: 'TEXT',
    birth_date: 'TEXT',
    home_postcode: 'TEXT',
    sex: 'TEXT',
    gender: 'TEXT',
    age_band: 'TEXT',
    ethnicity: 'TEXT',
    received_date: 'TEXT',
    decision: 'TEXT',
    days_report_to_decision: 'INTEGER',
    days_received_to_charge: 'INTEGER',
    principal_offence: 'TEXT',
    da_monitoring_flag: 'TEXT',
    rasso_flag: 'TEXT',
    final_result: 'TEXT',
    days_charge_to_final: 'INTEGER',
    failed_victim_issues: 'TEXT',
  },
  // Taken over from police files, and typed again.
  traits: {
    factors: { names: 1, birthDates: 0.8, addresses: 1, sexes: 1, gaps: 0.7 },
    knowsOther: { surname: 0, postcode: 0 },
  },
  rows({ crimes }, register) {
    const { random } = register;
    return crimes.flatMap(({ number, urn, crime }) => {
      const { cps: sent } = crime;
      if (sent === null || urn === null) return [];
      const decisionDay = sent.daysToDecision === null ? null : crime.reportDay + sent.daysToDecision;
      const endDay = sent.court?.endDay ?? null;
      const sexual = crime.offence === 'rape' || crime.offence === 'other-sexual';
      const ended = sent.decision === 'charged' ? endDay !== null : sent.decision !== null;
      return crime.victims.map(({ person }) => {
        const identity = register.nextIdentity(person);
        return {
          person: person.id,
          crime: number,
          values: {
            urn: compactUrn(urn),
            witness_first_names: identity.forename,
            witness_surname: identity.surname.toUpperCase(),
            birth_date: identity.dateOfBirth,
            home_postcode: unless(random, NO_POSTCODE, identity.postcode?.replace(BEFORE_INWARD, '') ?? null),
            sex: identity.sex,
            gender: gender(person.sex),
            age_band: ageBand(identity.dateOfBirth),
            ethnicity: unless(random, NO_ETHNICITY, person.ethnicity),
            received_date: isoDate(sent.referralDay),
            decision: sent.decision,
            days_report_to_decision: sent.daysToDecision,
            days_received_to_charge:
              sent.decision === 'charged' && decisionDay !== null ? decisionDay - sent.referralDay : null,
            principal_offence: crime.offence,
            da_monitoring_flag: yesNo(crime.domesticAbuse),
            rasso_flag: yesNo(sexual),
            final_result: sent.court?.outcome ?? null,
            days_charge_to_final: endDay !== null && decisionDay !== null ? endDay - decisionDay : null,
            failed_victim_issues: ended ? yesNo(crime.withdrew !== null) : null,
          },
        };
      });
    });
  },
});
