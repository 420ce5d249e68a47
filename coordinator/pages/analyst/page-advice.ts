import type { FailureCode, RefusalCode } from '../../../core/private-join/index.js';
import { adviceAfterFailure, adviceAfterRefusal } from '../../runs/advice.js';

const MAKE_READY = 'Its operator has to make the data ready anew (prepare); then ask again.';
const WHAT_CAN_BE_ASKED = 'The list of questions shows what can be asked now.';

/** Where the usual advice speaks of commands, which whoever reads a page has not. */
const AFTER_REFUSAL: Partial<Readonly<Record<RefusalCode, string>>> = {
  TEMPLATE_NOT_APPROVED: `Governance has to approve and publish this question. ${WHAT_CAN_BE_ASKED}`,
  TEMPLATE_REVOKED: `Governance has stopped this question; its page says why. ${WHAT_CAN_BE_ASKED}`,
  NOT_LIVE:
    'The agency is only watching what it is asked so far. Its operator decides when it begins to answer this question.',
  PARAMETER_OUT_OF_BOUNDS: 'Choose again from the lists of the form.',
  SNAPSHOT_MISSING: 'The agency has no data ready. Its operator has to make them ready (prepare); then ask again.',
  SNAPSHOT_STALE: `The data that the agency has made ready are too old. ${MAKE_READY}`,
  OPT_OUTS_STALE:
    'The agency can’t be sure who has opted out. Its operator has to read its opt-out list anew; then ask again.',
};

const AFTER_FAILURE: Partial<Readonly<Record<FailureCode, string>>> = {
  REFUSED: 'Below is what each agency says, and what can be done about it.',
  PARTY_LOST: 'The agency named lost its connection. When it is back, ask again: nothing of this attempt was kept.',
  SNAPSHOT_UNREADABLE: `The agency named can’t read the data that it had made ready. ${MAKE_READY}`,
  REGISTER_CHANGED:
    'Governance changed its register while the run was under way: the question was stopped, a grant withdrawn, or the ' +
    `agency named is not in the roster what it was. ${WHAT_CAN_BE_ASKED}`,
};

/** What an analyst can do about an agency's refusal, as far as a page lets them. */
export function pageAdviceAfterRefusal(code: RefusalCode): string {
  return AFTER_REFUSAL[code] ?? adviceAfterRefusal(code);
}

/** What an analyst can do about a run that ended without a table. */
export function pageAdviceAfterFailure(code: FailureCode): string {
  return AFTER_FAILURE[code] ?? adviceAfterFailure(code);
}

/** Of what keeps a question from being asked now, by code: what whoever reads it can do. */
const NOW: Readonly<Record<string, string>> = {
  PURPOSE_NOT_GRANTED:
    'Officers of governance grant purposes to organisations and analysts. Ask the one of your organisation; everything that can be ' +
    'asked, and for which purpose, is in the list of questions.',
  TEMPLATE_EXPIRED: 'Governance has to publish a version with a later last day.',
  ROSTER_STALE: 'Officers have to sign the next roster. Nothing can be asked until then.',
  REGISTER_STALE: 'A registrar has to say that nothing is missing in the register. Nothing can be asked until then.',
  AGENCIES_NOT_CONNECTED:
    'Ask the agencies named to start their nodes, or try again later. Nothing was asked of anybody.',
  SNAPSHOTS_MISSING: 'Ask the operators of the agencies named to make their data ready. Nothing was asked of anybody.',
  TOO_FEW_PARTICIPANTS: 'Too few agencies offer the data today. Nothing was asked of anybody.',
  BUDGET_SPENT:
    'Look in the list of results whether the same was asked before: that answer is given again for nothing. New data, and in ' +
    'time a new quarter, bring a new budget.',
  QUEUE_FULL: 'Nothing was asked of anybody. What you chose is below: send it again when others have had their turn.',
  STOPPING: 'The service is being restarted. What you chose is below: send it again in some minutes.',
  TRIAL_UNAVAILABLE: 'You can ask the agencies without having tried it.',
  TRIAL_REFUSED: 'You can ask the agencies without having tried it.',
};

/** Null where the message itself says all there is to say. */
export function adviceNow(code: string): string | null {
  return Object.hasOwn(NOW, code) ? (NOW[code] ?? null) : null;
}
