import type { Crime, VictimCase } from './crimes.js';
import type { Day } from './day.js';
import type { OffenceGroup } from './offences.js';
import { EXTRACT_DAY } from './period.js';
import type { SeededRandom } from './random.js';

/** What prison and probation owe a victim once the offender is in custody for a year or more. */
export interface VictimContact {
  readonly sentenceDay: Day;
  readonly offered: boolean;
  /** Null where it wasn't offered. */
  readonly optedIn: boolean | null;
  /** Null where the victim hasn't opted in. */
  readonly toldOfRelease: 'yes' | 'no' | 'not-yet-due' | null;
}

/** The scheme is for victims of violent and sexual crimes. */
const IN_SCHEME: ReadonlySet<OffenceGroup> = new Set([
  'rape',
  'other-sexual',
  'violence',
  'stalking-harassment',
  'robbery',
]);
const DAYS_UNTIL_KNOWN = 20;
const KNOWN_TO_PROBATION = 0.96;
const OFFERED = 0.92;
const OFFERED_LESS_IF_DISABLED = 0.1;
const OFFERED_LESS_IN_OTHER_LANGUAGE = 0.2;
const OPTS_IN = 0.62;
const TOLD: Readonly<Record<NonNullable<VictimContact['toldOfRelease']>, number>> = {
  yes: 0.31,
  no: 0.05,
  'not-yet-due': 0.64,
};

/** Null where prison and probation have no record of this victim of this crime. */
export function victimContact(random: SeededRandom, crime: Crime, { person }: VictimCase): VictimContact | null {
  const court = crime.cps?.court;
  if (court?.sentence !== 'custody-12-months-or-more' || court.endDay === null) return null;
  const tooLate = court.endDay + DAYS_UNTIL_KNOWN > EXTRACT_DAY;
  if (!IN_SCHEME.has(crime.offence) || tooLate || !random.chance(KNOWN_TO_PROBATION)) return null;
  const offered = random.chance(
    OFFERED -
      (person.disabled ? OFFERED_LESS_IF_DISABLED : 0) -
      (person.firstLanguage === 'other' ? OFFERED_LESS_IN_OTHER_LANGUAGE : 0),
  );
  const optedIn = random.chance(OPTS_IN);
  const told = random.weighted(TOLD);
  return {
    sentenceDay: court.endDay,
    offered,
    optedIn: offered ? optedIn : null,
    toldOfRelease: offered && optedIn ? told : null,
  };
}
