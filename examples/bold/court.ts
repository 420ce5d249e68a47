import type { Day } from './day.js';
import { CROWN_COURT, CUSTODY_OF_A_YEAR, SPECIAL_MEASURES } from './offences.js';
import type { OffenceGroup } from './offences.js';
import type { Person } from './people.js';
import { EXTRACT_DAY } from './period.js';
import { quantile } from './random.js';
import type { SeededRandom } from './random.js';

export type CourtOutcome = 'convicted' | 'acquitted' | 'discontinued' | 'sent-to-crown-court';
export type Sentence = 'custody-12-months-or-more' | 'shorter-custody' | 'community' | 'other';

/** A charged case in court: in one court, or sent on from the magistrates to the Crown Court. */
export interface CourtPath {
  /** In order of time; none where the first hearing is still to come. */
  readonly stages: readonly CourtStage[];
  /** How it ended; null while it is open. */
  readonly outcome: Exclude<CourtOutcome, 'sent-to-crown-court'> | null;
  readonly endDay: Day | null;
  readonly sentence: Sentence | null;
}

export interface CourtStage {
  readonly court: 'magistrates' | 'crown';
  readonly firstHearingDay: Day;
  /** Null while it is open. */
  readonly endDay: Day | null;
  readonly hearings: number;
  readonly plea: 'guilty' | 'not-guilty' | 'none' | null;
  readonly outcome: CourtOutcome | null;
  readonly sentence: Sentence | null;
  /** Null where nobody wrote it down. */
  readonly specialMeasures: boolean | null;
}

const OUTCOMES = { convicted: 0.78, acquitted: 0.13, discontinued: 0.09 };
const OTHER_SENTENCES: Readonly<Record<Exclude<Sentence, 'custody-12-months-or-more'>, number>> = {
  'shorter-custody': 0.3,
  community: 0.5,
  other: 0.2,
};
const GUILTY_PLEA_OF_CONVICTED = 0.72;
const SPECIAL_MEASURES_NOT_RECORDED = 0.02;
const MORE_SPECIAL_MEASURES_IF_DISABLED = 0.12;

/** Least, quarters, most. */
const DAYS_TO_FIRST_HEARING = [1, 12, 24, 32, 60];
const DAYS_IN_MAGISTRATES_COURT = [0, 20, 55, 120, 320];
const DAYS_UNTIL_SENT = [0, 0, 7, 14, 35];
const DAYS_IN_CROWN_COURT = [25, 90, 170, 290, 700];
const DAYS_PER_HEARING = 45;

export function courtPath(
  random: SeededRandom,
  offence: OffenceGroup,
  lead: Person,
  chargeDay: Day,
  victimLeft: boolean,
): CourtPath {
  const days = (table: readonly number[]): number => Math.floor(quantile(table, random.unit()));
  const crown = random.chance(CROWN_COURT[offence]);
  const drawn = random.weighted(OUTCOMES);
  const outcome = victimLeft ? 'discontinued' : drawn;
  const custody = random.chance(CUSTODY_OF_A_YEAR[offence]);
  const otherSentence = random.weighted(OTHER_SENTENCES);
  const sentence = outcome === 'convicted' ? (custody ? 'custody-12-months-or-more' : otherSentence) : null;
  const guilty = random.chance(GUILTY_PLEA_OF_CONVICTED);
  const measures = SPECIAL_MEASURES[offence] + (lead.disabled ? MORE_SPECIAL_MEASURES_IF_DISABLED : 0);
  const granted = random.chance(measures);
  const specialMeasures = random.chance(SPECIAL_MEASURES_NOT_RECORDED) ? null : granted;

  const firstDay = chargeDay + days(DAYS_TO_FIRST_HEARING);
  const sentDay = firstDay + days(DAYS_UNTIL_SENT);
  const [startDay, duration] = crown
    ? [sentDay + days([14, 21, 28, 32, 42]), days(DAYS_IN_CROWN_COURT)]
    : [firstDay, days(DAYS_IN_MAGISTRATES_COURT)];
  const endDay = startDay + duration;
  const ended = endDay <= EXTRACT_DAY;
  const lastStage: CourtStage = {
    court: crown ? 'crown' : 'magistrates',
    firstHearingDay: startDay,
    endDay: ended ? endDay : null,
    hearings: 1 + Math.floor((Math.min(endDay, EXTRACT_DAY) - startDay) / DAYS_PER_HEARING),
    plea: outcome === 'discontinued' ? 'none' : outcome === 'convicted' && guilty ? 'guilty' : 'not-guilty',
    outcome: ended ? outcome : null,
    sentence: ended ? sentence : null,
    specialMeasures,
  };
  const sent: CourtStage = {
    court: 'magistrates',
    firstHearingDay: firstDay,
    endDay: sentDay <= EXTRACT_DAY ? sentDay : null,
    hearings: sentDay === firstDay ? 1 : 2,
    plea: null,
    outcome: sentDay <= EXTRACT_DAY ? 'sent-to-crown-court' : null,
    sentence: null,
    specialMeasures: null,
  };
  return {
    stages: [...(crown ? [sent] : []), lastStage].filter(({ firstHearingDay }) => firstHearingDay <= EXTRACT_DAY),
    outcome: ended ? outcome : null,
    endDay: lastStage.endDay,
    sentence: lastStage.sentence,
  };
}
