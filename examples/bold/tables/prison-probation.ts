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
  rows({ crimes }, random) {
    return crimes.flatMap(({ number, urn, crime, contacts }) =>
      crime.victims.flatMap(({ person }, index) => {
        const contact = contacts[index] ?? null;
        if (contact === null || urn === null) return [];
        return [
          {
            person: person.id,
            crime: number,
            values: {
              case_urn: unless(random, NO_URN, compactUrn(urn)),
              forename: person.forename,
              surname: person.surname,
              dob: person.dateOfBirth,
              postcode: unless(random, NO_POSTCODE, person.postcode),
              sex: person.sex,
              gender: gender(person.sex),
              age_group: ageBand(person.dateOfBirth),
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
