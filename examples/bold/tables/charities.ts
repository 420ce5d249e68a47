import { isoDate } from '../day.js';
import type { WrittenIdentity } from '../faults/index.js';
import type { HouseholdHistory } from '../population.js';
import type { Charity, Client, Episode } from '../support.js';
import { ageBand, agencyTable, gender, yesNo } from './table.js';
import type { Answer, Register } from './register.js';
import type { AgencyRow, Value } from './table.js';

/** The commissioned charity's case management: one row for each time somebody was referred. */
export const charityA = agencyTable({
  agency: 'charity-a',
  dataset: 'third-sector.support',
  table: 'support_episode',
  columns: {
    first_name: 'TEXT',
    last_name: 'TEXT',
    date_of_birth: 'TEXT',
    post_code: 'TEXT',
    sex: 'TEXT',
    gender: 'TEXT',
    age_band: 'TEXT',
    ethnicity: 'TEXT',
    disabled: 'TEXT',
    first_language: 'TEXT',
    referred_on: 'TEXT',
    referred_by: 'TEXT',
    crime_type: 'TEXT',
    main_need: 'TEXT',
    service: 'TEXT',
    level: 'TEXT',
    wait_days: 'INTEGER',
    sessions: 'INTEGER',
    closure: 'TEXT',
    police_aware: 'TEXT',
    wellbeing_first: 'INTEGER',
    wellbeing_last: 'INTEGER',
    research_consent: 'TEXT',
  },
  traits: {
    factors: { names: 1.2, birthDates: 1.3, addresses: 1.3, sexes: 1.2, gaps: 1.2 },
    knowsOther: { surname: 0, postcode: 0 },
  },
  rows: (history, register) =>
    episodeRows(history, register, 'charity-a', ({ person }, episode, identity, answer) => ({
      first_name: identity.forename,
      last_name: identity.surname,
      date_of_birth: identity.dateOfBirth,
      post_code: identity.postcode,
      sex: identity.sex,
      gender: gender(person.sex),
      age_band: ageBand(identity.dateOfBirth),
      ethnicity: person.ethnicity,
      disabled: yesNo(person.disabled),
      first_language: person.firstLanguage,
      referred_on: isoDate(episode.referralDay),
      referred_by: episode.source,
      crime_type: episode.offence,
      main_need: episode.need,
      service: episode.service,
      level: episode.response,
      wait_days: episode.waitDays,
      sessions: episode.sessions,
      closure: episode.closure,
      police_aware: yesNo(episode.reportedToPolice),
      wellbeing_first: episode.wellbeingStart,
      wellbeing_last: episode.wellbeingEnd,
      research_consent: answer === 'not-asked' ? null : answer,
    })),
});

/** The centre's spreadsheet turned database: the same facts under other names, and a gap is an empty text. */
export const charityB = agencyTable({
  agency: 'charity-b',
  dataset: 'third-sector.support',
  table: 'clients',
  columns: {
    given_name: 'TEXT',
    family_name: 'TEXT',
    born: 'TEXT',
    postcode: 'TEXT',
    sex: 'TEXT',
    identity: 'TEXT',
    age_range: 'TEXT',
    ethnic_origin: 'TEXT',
    disability: 'TEXT',
    language: 'TEXT',
    contact_date: 'TEXT',
    heard_from: 'TEXT',
    what_happened: 'TEXT',
    need: 'TEXT',
    offer: 'TEXT',
    response: 'TEXT',
    waited: 'INTEGER',
    appointments: 'INTEGER',
    ended_because: 'TEXT',
    reported: 'TEXT',
    score_in: 'INTEGER',
    score_out: 'INTEGER',
    may_use: 'TEXT',
  },
  traits: {
    factors: { names: 1.4, birthDates: 1.5, addresses: 1.5, sexes: 1.2, gaps: 2 },
    knowsOther: { surname: 0, postcode: 0 },
  },
  rows: (history, register) =>
    episodeRows(
      history,
      register,
      'charity-b',
      ({ person }, episode, { forename, surname, dateOfBirth, postcode, sex }, answer) => ({
        given_name: forename,
        family_name: surname,
        born: dateOfBirth ?? '',
        postcode: (postcode ?? '').toLowerCase(),
        sex,
        identity: gender(person.sex),
        age_range: ageBand(dateOfBirth),
        ethnic_origin: person.ethnicity,
        disability: yesNo(person.disabled),
        language: person.firstLanguage,
        contact_date: isoDate(episode.referralDay),
        heard_from: episode.source,
        what_happened: episode.offence,
        need: episode.need,
        offer: episode.service,
        response: episode.response,
        waited: episode.waitDays,
        appointments: episode.sessions,
        ended_because: episode.closure,
        reported: yesNo(episode.reportedToPolice),
        score_in: episode.wellbeingStart,
        score_out: episode.wellbeingEnd,
        may_use: { yes: 'Y', no: 'N', 'not-asked': '' }[answer],
      }),
    ),
});

/** What a client hasn't given is missing in all of their rows, whatever staff write. */
function episodeRows<Column extends string>(
  { clients }: HouseholdHistory,
  register: Register,
  charity: Charity,
  values: (client: Client, episode: Episode, identity: WrittenIdentity, answer: Answer) => Record<Column, Value>,
): AgencyRow<Column>[] {
  return clients
    .filter((client) => client.charity === charity)
    .flatMap((client) => {
      const { person, dateOfBirth, postcode, episodes } = client;
      // Somebody who is there twice without having come twice was entered twice when they came.
      const written = register.isTwice(person) && episodes.length === 1 ? [...episodes, ...episodes] : episodes;
      return written.map((episode) => {
        const identity = register.nextIdentity(person);
        const given = {
          ...identity,
          dateOfBirth: dateOfBirth === null ? null : identity.dateOfBirth,
          postcode: postcode === null ? null : identity.postcode,
        };
        return { person: person.id, crime: null, values: values(client, episode, given, register.answer(person)) };
      });
    });
}
