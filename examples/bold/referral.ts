import { ACCEPTS_REFERRAL, FINDS_SUPPORT } from './offences.js';
import type { OffenceGroup } from './offences.js';
import type { Person } from './people.js';
import type { SeededRandom } from './random.js';

/** How the police asked one victim of one crime what help they need, and whether they found any. */
export interface ReferralPath {
  readonly assessed: boolean;
  readonly offered: boolean;
  /** Null where nothing was offered. */
  readonly accepted: boolean | null;
  readonly supported: boolean;
  /** How likely `supported` was for a victim like this one. */
  readonly supportedOf: number;
}

const ASSESSED = { english: 0.68, other: 0.52 };
const OFFERED_WHEN_ASSESSED = { english: 0.74, other: 0.62 };
const OFFERED_OTHERWISE = 0.18;
/** Of those who accept: a service reaches them. */
const REACHED = { english: 0.74, other: 0.57 };

export function referralPath(random: SeededRandom, person: Person, offence: OffenceGroup): ReferralPath {
  const language = person.firstLanguage;
  const assessed = random.chance(ASSESSED[language]);
  const offered = random.chance(assessed ? OFFERED_WHEN_ASSESSED[language] : OFFERED_OTHERWISE);
  const accepts = random.chance(ACCEPTS_REFERRAL[offence]);
  const reached = random.chance(REACHED[language]);
  const finds = random.chance(FINDS_SUPPORT[offence]);
  const accepted = offered && accepts;

  const offeredOf = ASSESSED[language] * OFFERED_WHEN_ASSESSED[language] + (1 - ASSESSED[language]) * OFFERED_OTHERWISE;
  const acceptedOf = offeredOf * ACCEPTS_REFERRAL[offence];
  return {
    assessed,
    offered,
    accepted: offered ? accepts : null,
    supported: accepted ? reached : finds,
    supportedOf: acceptedOf * REACHED[language] + (1 - acceptedOf) * FINDS_SUPPORT[offence],
  };
}
