import { isoDate } from '../day.js';
import { ageBand, agencyTable, compactUrn, gender, unless, yesNo } from './table.js';

const NO_POSTCODE = 0.02;
const NO_URN = 0.05;

/** The victim contact scheme: one row for each victim it knows of, for each sentence. */
export const prisonProbation = agencyTable({
  agency: 'prison-probation',
  dataset: 'prison-probation.victim-contact',
  table: 'vcs_victim',
  columns: {
    case_urn: 'TEXT',
    forename: 'TEXT',
    surname: 'TEXT',
    dob: 'TEXT',
    postcode: 'TEXT',
    sex: 'TEXT',
    gender: 'TEXT',
    age_group: 'TEXT',
    disability: 'TEXT',
    sentenced_on: 'TEXT',
    contact_offered: 'TEXT',
    opted_in: 'TEXT',
    release_notified: 'TEXT',
  },
  traits: {
    factors: { names: 0.9, birthDates: 0.8, addresses: 1.1, sexes: 0.8, gaps: 0.7 },
    knowsOther: { surname: 0, postcode: 0 },
  },
  rows({ crimes }, register) {
    const { random } = register;
    return crimes.flatMap(({ number, urn, crime, contacts }) =>
      crime.victims.flatMap(({ person }, index) => {
        const contact = contacts[index] ?? null;
        if (contact === null || urn === null) return [];
        const identity = register.nextIdentity(person);
        return [
          {
            person: person.id,
            crime: number,
            values: {
              case_urn: unless(random, NO_URN, compactUrn(urn)),
              forename: identity.forename,
              surname: identity.surname,
              dob: identity.dateOfBirth,
              postcode: unless(random, NO_POSTCODE, identity.postcode),
              sex: identity.sex,
              gender: gender(person.sex),
              age_group: ageBand(identity.dateOfBirth),
              disability: yesNo(person.disabled),
              sentenced_on: isoDate(contact.sentenceDay),
              contact_offered: yesNo(contact.offered),
              opted_in: yesNo(contact.optedIn),
              release_notified: contact.toldOfRelease,
            },
          },
        ];
      }),
    );
  },
});
