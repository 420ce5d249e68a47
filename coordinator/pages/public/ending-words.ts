import type { FailureCode, RefusalCode } from '../../../core/private-join/index.js';

const CHECK_FAILED = 'A check during the work failed, so it was stopped and everything was thrown away.';
const OUT_OF_DATE = 'What the organisation knew of the rules was too old to go by.';

/** Why a question got no answer, for somebody who has never heard of runs and nodes. */
const FAILURES: Readonly<Record<FailureCode, string>> = {
  REFUSED: 'At least one organisation said no.',
  POPULATION_TOO_SMALL: 'It would have been about too few people.',
  PARTY_LOST: 'An organisation’s computer could no longer be reached.',
  COORDINATOR_LOST: 'The computer in the middle could no longer be reached.',
  DEADLINE_PASSED: 'An organisation’s computer took too long.',
  CONTEXT_MISMATCH: 'The organisations did not agree on what was asked, so it was stopped.',
  BAD_PROOF: CHECK_FAILED,
  BAD_SIGNATURE: CHECK_FAILED,
  BAD_CHUNK: CHECK_FAILED,
  BAD_COUNT: CHECK_FAILED,
  BAD_ENCODING: CHECK_FAILED,
  BAD_MESSAGE: CHECK_FAILED,
  UNKNOWN_LIST: CHECK_FAILED,
  DUPLICATE_LIST: CHECK_FAILED,
  OUT_OF_ORDER: CHECK_FAILED,
  CELL_OUT_OF_RANGE: CHECK_FAILED,
  SUM_OUT_OF_RANGE: CHECK_FAILED,
  DISCLOSURE_FAILED: 'The table could not be made safe to show, so it was thrown away.',
  LOG_INCONSISTENT: 'The organisations were not all shown the same public log, so it was stopped.',
  SNAPSHOT_UNREADABLE: 'An organisation’s own copy of its data could not be read.',
  SPOOL_FULL: 'An organisation’s computer had no room left.',
  SPOOL_FAILED: 'An organisation’s computer had trouble with its disk.',
  WORKER_FAILED: 'A computer failed in the middle of the work.',
  CANCELLED: 'It was called off before there was an answer.',
  PAUSED: 'An organisation stopped taking part for the time being.',
  NOT_LOGGED: 'It could not be written into the public log, so nobody was asked.',
  REGISTER_CHANGED: 'The rules changed while it was being answered, so it was stopped.',
  RESTARTED: 'The computer in the middle was restarted.',
  INTERNAL: 'Something went wrong in a computer, so it was stopped.',
};

/** Why one organisation said no. */
const REFUSALS: Readonly<Record<RefusalCode, string>> = {
  TEMPLATE_NOT_APPROVED: 'The question was not approved.',
  TEMPLATE_EXPIRED: 'The last day of the question had passed.',
  TEMPLATE_REVOKED: 'The question had been stopped.',
  TEMPLATE_SUPERSEDED: 'There is a newer version of the question.',
  PURPOSE_NOT_GRANTED: 'Whoever asked had no permission to ask for this purpose.',
  ROSTER_STALE: OUT_OF_DATE,
  REGISTER_STALE: OUT_OF_DATE,
  NOT_ALLOWED_HERE: 'The organisation’s own rules do not allow this question.',
  NOT_LIVE: 'The organisation only watches what it is asked so far, and answers nothing yet.',
  PAUSED: 'The organisation answers nothing for the time being.',
  CAP_REACHED: 'The organisation had answered as many questions as it wants to in a week.',
  PARAMETER_OUT_OF_BOUNDS: 'What was chosen is not on the question’s list.',
  TOO_FEW_PARTICIPANTS: 'Too few organisations would have taken part.',
  SNAPSHOT_MISSING: 'The organisation had not made its data ready.',
  SNAPSHOT_STALE: 'The data that the organisation had made ready were too old.',
  NO_CONSENT: 'Nobody has been asked whether their records may be used for this purpose.',
  OPT_OUTS_STALE: 'The organisation could not be sure who has opted out.',
  CLOCK_WRONG: 'The clock of the organisation’s computer was wrong.',
  BUDGET_SPENT: 'Enough has been asked about these records already.',
  DIFFERENCING: 'With an earlier answer it could have told something about a handful of people.',
  BUSY: 'The organisation’s computer had other work to do.',
  LOG_INCONSISTENT: 'The organisation could not be sure that the question stands in the public log.',
  PROTOCOL_VIOLATION: CHECK_FAILED,
};

export function failureWords(code: FailureCode): string {
  return FAILURES[code];
}

export function refusalWords(code: RefusalCode): string {
  return REFUSALS[code];
}
