import type { Crime } from './crimes.js';
import type { Day } from './day.js';
import { FINDS_SUPPORT_UNREPORTED, WAIT_DAYS } from './offences.js';
import type { OffenceGroup } from './offences.js';
import type { Person } from './people.js';
import { EXTRACT_DAY, FIRST_REPORT_DAY, LAST_REPORT_DAY } from './period.js';
import { quantile } from './random.js';
import type { SeededRandom } from './random.js';

/** `charity-a` is commissioned for everybody who reports; `charity-b` is a centre that people find by themselves. */
export type Charity = 'charity-a' | 'charity-b';
export type ReferralSource = 'police' | 'self' | 'health' | 'other-charity' | 'local-authority';
export type Need =
  'safety' | 'mental-health' | 'housing' | 'substance-use' | 'immigration' | 'language' | 'practical-help';
export type Service = 'isva' | 'idva' | 'counselling' | 'helpline' | 'refuge' | 'practical-support';
export type Response = 'enhanced' | 'basic' | 'no-response' | 'uncontactable';
export type ClosureReason = 'completed' | 'moved-on' | 'lost-touch' | 'declined';

/** One person at one charity: it writes the same identifiers, with the same gaps, on all episodes. */
export interface Client {
  readonly charity: Charity;
  readonly person: Person;
  /** Null where the charity doesn't have it. */
  readonly dateOfBirth: string | null;
  readonly postcode: string | null;
  readonly episodes: readonly Episode[];
}

export interface Episode {
  readonly referralDay: Day;
  readonly source: ReferralSource;
  readonly offence: OffenceGroup;
  readonly need: Need;
  readonly service: Service;
  readonly response: Response;
  /** Null where the two haven't met. */
  readonly waitDays: number | null;
  readonly sessions: number;
  /** Null while support goes on. */
  readonly closure: ClosureReason | null;
  /** Null where nobody asked. */
  readonly reportedToPolice: boolean | null;
  /** 0 to 10; null where nobody asked. */
  readonly wellbeingStart: number | null;
  readonly wellbeingEnd: number | null;
}

const RESPONSES: Readonly<Record<Charity, Readonly<Record<Response, number>>>> = {
  'charity-a': { enhanced: 0.22, basic: 0.73, 'no-response': 0.04, uncontactable: 0.01 },
  'charity-b': { enhanced: 0.8, basic: 0.15, 'no-response': 0.04, uncontactable: 0.01 },
};
const SOURCES: Readonly<Record<Charity, Readonly<Record<ReferralSource, number>>>> = {
  'charity-a': { police: 0.93, self: 0.03, health: 0.02, 'other-charity': 0.01, 'local-authority': 0.01 },
  'charity-b': { police: 0.08, self: 0.56, health: 0.16, 'other-charity': 0.1, 'local-authority': 0.1 },
};
const NO_POSTCODE: Readonly<Record<Charity, number>> = { 'charity-a': 0.22, 'charity-b': 0.38 };
const NO_DATE_OF_BIRTH: Readonly<Record<Charity, number>> = { 'charity-a': 0.05, 'charity-b': 0.12 };
const NEEDS: Readonly<Record<Need, number>> = {
  safety: 0.3,
  'mental-health': 0.28,
  housing: 0.12,
  'substance-use': 0.07,
  immigration: 0.05,
  language: 0.03,
  'practical-help': 0.15,
};
const SERVICES: Readonly<Record<'sexual' | 'violent' | 'other', Readonly<Record<Service, number>>>> = {
  sexual: { isva: 0.5, idva: 0.05, counselling: 0.28, helpline: 0.12, refuge: 0.02, 'practical-support': 0.03 },
  violent: { isva: 0.02, idva: 0.34, counselling: 0.22, helpline: 0.2, refuge: 0.07, 'practical-support': 0.15 },
  other: { isva: 0, idva: 0.02, counselling: 0.18, helpline: 0.4, refuge: 0.01, 'practical-support': 0.39 },
};
const CLOSURES: Readonly<Record<ClosureReason, number>> = {
  completed: 0.6,
  'moved-on': 0.14,
  'lost-touch': 0.18,
  declined: 0.08,
};

/** Of people a charity supports after a report: at the commissioned one. Fewer after sexual crimes. */
const AT_COMMISSIONED = { sexual: 0.55, violent: 0.8, other: 0.9 };
const AT_BOTH = 0.15;
const COMES_BACK = { no: 0.84, once: 0.12, twice: 0.04 };
const BACK = { no: 0, once: 1, twice: 2 };
const DAYS_UNTIL_BACK = 150;
const DAYS_PER_SESSION = 10;
const ASKED_WHETHER_REPORTED = 0.9;
const ASKED_ABOUT_WELLBEING = 0.7;

/** Where one person found support, from all they reported, or without having reported anything. */
export function clientsOf(random: SeededRandom, person: Person, crimes: readonly Crime[]): Client[] {
  const episodes: Readonly<Record<Charity, Episode[]>> = { 'charity-a': [], 'charity-b': [] };
  for (const { offence, from } of starts(random, person, crimes)) {
    const commissioned = random.chance(AT_COMMISSIONED[kindOf(offence)]) && person.reports;
    const first = commissioned ? 'charity-a' : 'charity-b';
    episodes[first].push(...episodesOf(random, first, person, offence, from));
    if (random.chance(AT_BOTH) && commissioned) {
      episodes['charity-b'].push(...episodesOf(random, 'charity-b', person, offence, from + random.below(60)));
    }
  }
  return (['charity-a', 'charity-b'] as const)
    .filter((charity) => episodes[charity].length > 0)
    .map((charity) => ({
      charity,
      person,
      dateOfBirth: random.chance(NO_DATE_OF_BIRTH[charity]) ? null : person.dateOfBirth,
      postcode: random.chance(NO_POSTCODE[charity]) ? null : person.postcode,
      episodes: episodes[charity].toSorted((one, other) => one.referralDay - other.referralDay),
    }));
}

interface Start {
  readonly offence: OffenceGroup;
  readonly from: Day;
}

function starts(random: SeededRandom, person: Person, crimes: readonly Crime[]): Start[] {
  if (!person.reports) {
    const from = FIRST_REPORT_DAY + random.below(LAST_REPORT_DAY - FIRST_REPORT_DAY + 1);
    return random.chance(FINDS_SUPPORT_UNREPORTED[person.firstOffence]) ? [{ offence: person.firstOffence, from }] : [];
  }
  return crimes
    .filter(({ victims }) => victims.some((victim) => victim.person.id === person.id && victim.referral.supported))
    .map(({ offence, reportDay }) => ({ offence, from: reportDay + random.below(10) }));
}

function episodesOf(
  random: SeededRandom,
  charity: Charity,
  person: Person,
  offence: OffenceGroup,
  from: Day,
): Episode[] {
  const count = 1 + BACK[random.weighted(COMES_BACK)];
  return Array.from({ length: count }, (_, index) => {
    const referralDay = from + index * (DAYS_UNTIL_BACK + random.below(60));
    return episode(random, charity, person, offence, referralDay);
  }).filter(({ referralDay }, index) => index === 0 || referralDay <= EXTRACT_DAY);
}

function episode(
  random: SeededRandom,
  charity: Charity,
  person: Person,
  offence: OffenceGroup,
  referralDay: Day,
): Episode {
  const response = random.weighted(RESPONSES[charity]);
  const met = response === 'enhanced' || response === 'basic';
  const waitDays = Math.floor(quantile(WAIT_DAYS[offence], random.unit()));
  const planned = response === 'enhanced' ? 4 + random.below(20) : 1 + random.below(4);
  const closure = random.weighted(CLOSURES);
  const sessions = closure === 'lost-touch' || closure === 'declined' ? Math.ceil(planned / 3) : planned;
  const closed = referralDay + waitDays + sessions * DAYS_PER_SESSION <= EXTRACT_DAY;
  const reportedKnown = random.chance(ASKED_WHETHER_REPORTED);
  const wellbeingKnown = random.chance(ASKED_ABOUT_WELLBEING) && met;
  const wellbeingStart = 1 + random.below(5);
  const better = random.below(closure === 'completed' ? 5 : 3);
  return {
    referralDay,
    source: random.weighted(SOURCES[charity]),
    offence,
    need: random.weighted(NEEDS),
    service: random.weighted(SERVICES[kindOf(offence)]),
    response,
    waitDays: met && referralDay + waitDays <= EXTRACT_DAY ? waitDays : null,
    sessions: met ? sessions : 0,
    closure: met ? (closed ? closure : null) : 'lost-touch',
    reportedToPolice: reportedKnown ? person.reports : null,
    wellbeingStart: wellbeingKnown ? wellbeingStart : null,
    wellbeingEnd: wellbeingKnown && closed ? wellbeingStart + better : null,
  };
}

function kindOf(offence: OffenceGroup): 'sexual' | 'violent' | 'other' {
  if (offence === 'rape' || offence === 'other-sexual') return 'sexual';
  return offence === 'violence' || offence === 'stalking-harassment' || offence === 'robbery' ? 'violent' : 'other';
}
