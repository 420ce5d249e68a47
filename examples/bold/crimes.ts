import { courtPath } from './court.js';
import type { CourtPath } from './court.js';
import { ageOn } from './day.js';
import type { Day } from './day.js';
import { DAYS_TO_DECISION, DOMESTIC_ABUSE, FIRST_OFFENCE, NOT_YET_ASSIGNED, POLICE_RATES } from './offences.js';
import type { OffenceGroup } from './offences.js';
import { SHARE_DISABLED, SHARE_OTHER_LANGUAGE } from './people.js';
import type { Person } from './people.js';
import { EXTRACT_DAY, FIRST_REPORT_DAY, LAST_REPORT_DAY } from './period.js';
import { quantile } from './random.js';
import type { SeededRandom } from './random.js';
import { referralPath } from './referral.js';
import type { ReferralPath } from './referral.js';

export type ReportingRoute = 'emergency-call' | 'phone' | 'online' | 'station' | 'third-party';
export type PoliceOutcome =
  'charged' | 'no-suspect' | 'evidential-victim-supports' | 'victim-does-not-support' | 'not-yet-assigned';
export type WithdrawalStage = 'investigation' | 'before-charge' | 'after-charge';

/** A crime that was reported, with everybody it happened to: they have one reference number and one outcome. */
export interface Crime {
  readonly offence: OffenceGroup;
  readonly domesticAbuse: boolean;
  readonly reportDay: Day;
  readonly route: ReportingRoute;
  readonly outcome: PoliceOutcome;
  /** From the report; null while there is none. */
  readonly daysToOutcome: number | null;
  readonly withdrew: WithdrawalStage | null;
  /** Null where nothing went to the CPS. */
  readonly cps: CpsCase | null;
  /** The first is the victim whose choices decide whether the case goes on. */
  readonly victims: readonly VictimCase[];
}

export interface CpsCase {
  readonly referralDay: Day;
  readonly decision: 'charged' | 'no-charge' | 'stopped' | null;
  /** From the report; null while there is no decision. */
  readonly daysToDecision: number | null;
  /** Null where nobody was charged. */
  readonly court: CourtPath | null;
}

/** One victim of one crime. */
export interface VictimCase {
  readonly person: Person;
  readonly age: number;
  readonly referral: ReferralPath;
}

const WITHDREW_BEFORE_CHARGE = 0.16;
const WITHDREW_AFTER_CHARGE = 0.012;

const NUMBER_OF_CRIMES = { one: 0.8, two: 0.13, three: 0.045, four: 0.015, six: 0.01 };
const NUMBERS = { one: 1, two: 2, three: 3, four: 4, six: 6 };
const SHARE_SAME_KIND_AGAIN = 0.55;
const SHARE_WITH_HOUSEHOLD = 0.2;
/** Of crimes without an outcome: the CPS is considering them. */
const SHARE_PENDING_AT_CPS = 0.2;

const ROUTES: Readonly<Record<ReportingRoute, number>> = {
  'emergency-call': 0.3,
  phone: 0.34,
  online: 0.2,
  station: 0.06,
  'third-party': 0.1,
};

/** Days from the report at each tenth of the cases. With the CPS's cases their common median is 14. */
const DAYS_TO_NO_SUSPECT = [0, 0, 1, 2, 3, 5, 7, 11, 17, 38, 180];
const DAYS_TO_WITHDRAWAL = [0, 1, 3, 6, 12, 19, 28, 45, 80, 160, 500];
const DAYS_TO_EVIDENTIAL = [0, 3, 7, 13, 21, 32, 48, 75, 120, 200, 500];
/** Days after the first possible day on which a crime still open was reported: mostly late. */
const REPORT_OF_OPEN = [0, 620, 900, 1020, 1095];

/** How much likelier withdrawing is with each of these, relative to the average (see `relative`). */
const EFFECT_OF_SUPPORT = -0.5;
const EFFECT_OF_DOMESTIC_ABUSE = 0.15;
const EFFECT_OF_OTHER_LANGUAGE = 0.15;
const EFFECT_OF_DISABILITY = 0.1;

/** The crimes that one member of a household reports; others of the household may be victims of the same ones. */
export function crimesOf(random: SeededRandom, person: Person, household: readonly Person[]): Crime[] {
  if (!person.reports) return [];
  return Array.from({ length: NUMBERS[random.weighted(NUMBER_OF_CRIMES)] }, (_, index) => {
    const again = index === 0 || random.chance(SHARE_SAME_KIND_AGAIN);
    const offence = again ? person.firstOffence : random.weighted(FIRST_OFFENCE);
    const together = random.chance(SHARE_WITH_HOUSEHOLD);
    const others = household.filter((other) => together && other.reports && other.id !== person.id);
    return crime(random, offence, [person, ...others]);
  });
}

function crime(random: SeededRandom, offence: OffenceGroup, people: readonly Person[]): Crime {
  const domesticAbuse = random.chance(DOMESTIC_ABUSE[offence]);
  const paths = people.map((person) => ({ person, referral: referralPath(random, person, offence) }));
  const lead = paths[0];
  if (lead === undefined) throw new RangeError('a crime has a victim');
  const course = investigate(random, offence, domesticAbuse, lead.person, lead.referral);
  const reportDay = reportDayOf(random, course);
  return {
    offence,
    domesticAbuse,
    reportDay,
    route: random.weighted(ROUTES),
    outcome: course.outcome,
    daysToOutcome: course.days,
    withdrew: course.withdrew,
    cps: cpsCase(random, course, offence, lead.person, reportDay),
    victims: paths.map(({ person, referral }) => ({ person, referral, age: ageOn(person.dateOfBirth, reportDay) })),
  };
}

interface Course {
  readonly outcome: PoliceOutcome;
  readonly days: number | null;
  readonly withdrew: WithdrawalStage | null;
  readonly atCps: boolean;
}

function investigate(
  random: SeededRandom,
  offence: OffenceGroup,
  domesticAbuse: boolean,
  lead: Person,
  { supported, supportedOf }: ReferralPath,
): Course {
  const rates = POLICE_RATES[offence];
  const average = rates.withdrewOfClosed * (1 - NOT_YET_ASSIGNED);
  const withdraws =
    average *
    relative(supported, supportedOf, EFFECT_OF_SUPPORT) *
    relative(domesticAbuse, DOMESTIC_ABUSE[offence], EFFECT_OF_DOMESTIC_ABUSE) *
    relative(lead.firstLanguage === 'other', SHARE_OTHER_LANGUAGE[lead.ethnicity], EFFECT_OF_OTHER_LANGUAGE) *
    relative(lead.disabled, SHARE_DISABLED, EFFECT_OF_DISABILITY);
  // Where one outcome is likelier for this victim, all others are less likely by one factor: averages stay.
  const rest = (1 - withdraws) / (1 - average);
  const evidential = 1 - average - rates.noSuspect - NOT_YET_ASSIGNED - rates.decidedByCps;
  const days = (table: readonly number[]): number => Math.floor(quantile(table, random.unit()));
  const course = random.weighted({
    withdraws,
    noSuspect: rates.noSuspect * rest,
    open: NOT_YET_ASSIGNED * rest,
    decided: rates.decidedByCps * rest,
    evidential: evidential * rest,
  });
  switch (course) {
    case 'withdraws':
      return withdrawn('investigation', days(DAYS_TO_WITHDRAWAL));
    case 'noSuspect':
      return { outcome: 'no-suspect', days: days(DAYS_TO_NO_SUSPECT), withdrew: null, atCps: false };
    case 'evidential':
      return { outcome: 'evidential-victim-supports', days: days(DAYS_TO_EVIDENTIAL), withdrew: null, atCps: false };
    case 'open':
      return { outcome: 'not-yet-assigned', days: null, withdrew: null, atCps: random.chance(SHARE_PENDING_AT_CPS) };
    case 'decided': {
      // Support has kept more of the supported in the case until here.
      const keptBySupport = (1 - average * relative(true, supportedOf, EFFECT_OF_SUPPORT)) / (1 - average);
      return decide(random, offence, relative(supported, supportedOf * keptBySupport, EFFECT_OF_SUPPORT));
    }
  }
}

/** The longer a case would take, the more victims leave before the CPS decides; on average it is the published share. */
function decide(random: SeededRandom, offence: OffenceGroup, support: number): Course {
  const rank = random.unit();
  const days = quantile(DAYS_TO_DECISION[offence], rank);
  const left = random.unit();
  if (random.chance(WITHDREW_BEFORE_CHARGE * (0.2 + 1.6 * rank) * support)) {
    return withdrawn('before-charge', Math.floor(days * (0.7 + 0.3 * left)));
  }
  const charged = random.chance(POLICE_RATES[offence].chargedOfStayed);
  const leavesLater = charged && random.chance(WITHDREW_AFTER_CHARGE);
  return {
    outcome: charged ? 'charged' : 'evidential-victim-supports',
    days: Math.floor(days),
    withdrew: leavesLater ? 'after-charge' : null,
    atCps: true,
  };
}

function withdrawn(stage: WithdrawalStage, days: number): Course {
  return { outcome: 'victim-does-not-support', days, withdrew: stage, atCps: stage !== 'investigation' };
}

/** A factor whose average is exactly 1 when something holds with this probability. */
function relative(holds: boolean, probability: number, effect: number): number {
  return 1 + effect * ((holds ? 1 : 0) - probability);
}

/** Late enough to be in the example, early enough for what happened to have happened before the extract. */
function reportDayOf(random: SeededRandom, { days }: Course): Day {
  if (days === null) return FIRST_REPORT_DAY + Math.floor(quantile(REPORT_OF_OPEN, random.unit()));
  const last = Math.min(LAST_REPORT_DAY, EXTRACT_DAY - days);
  return FIRST_REPORT_DAY + random.below(last - FIRST_REPORT_DAY + 1);
}

function cpsCase(
  random: SeededRandom,
  { outcome, days, withdrew, atCps }: Course,
  offence: OffenceGroup,
  lead: Person,
  reportDay: Day,
): CpsCase | null {
  if (!atCps) return null;
  const investigated = random.unit();
  const untilExtract = Math.min(90, EXTRACT_DAY - reportDay);
  if (days === null) {
    const referralDay = reportDay + Math.floor(investigated * untilExtract);
    return { referralDay, decision: null, daysToDecision: null, court: null };
  }
  const charged = outcome === 'charged';
  return {
    referralDay: reportDay + Math.floor(days * (0.35 + 0.4 * investigated)),
    decision: charged ? 'charged' : withdrew === null ? 'no-charge' : 'stopped',
    daysToDecision: days,
    court: charged ? courtPath(random, offence, lead, reportDay + days, withdrew === 'after-charge') : null,
  };
}
