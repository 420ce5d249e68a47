import { COORDINATOR, JoinError, type FailureCode, type PartyId } from '../../core/private-join/index.js';
import { TemplateError } from '../../core/templates/index.js';
import { CoordinatorError, type CoordinatorErrorCode } from '../errors.js';
import type { RunEnding } from './run.js';

/** What was fine when a run was submitted and no longer is when its turn comes. */
const overtaken: ReadonlyMap<CoordinatorErrorCode, FailureCode> = new Map([
  ['AGENCIES_NOT_CONNECTED', 'PARTY_LOST'],
  ['SNAPSHOTS_MISSING', 'SNAPSHOT_UNREADABLE'],
  ['TEMPLATE_EXPIRED', 'REFUSED'],
  ['BUDGET_SPENT', 'REFUSED'],
]);

/** Why a run ended, from whatever ended it. */
export function endingOf(thrown: unknown): RunEnding {
  if (thrown instanceof JoinError) return { code: thrown.code, party: thrown.party, message: thrown.message };
  if (thrown instanceof CoordinatorError) {
    const code = overtaken.get(thrown.code);
    if (code !== undefined) return { code, party: partyOf(thrown), message: thrown.message };
  }
  if (thrown instanceof TemplateError) return { code: 'INTERNAL', party: COORDINATOR, message: thrown.message };
  return {
    code: 'INTERNAL',
    party: COORDINATOR,
    message: "an unforeseen error at the coordinator ended the run; the coordinator's log has it",
  };
}

/** Problems are of an agency, or of a dataset at one: `agency` or `agency.dataset`. */
function partyOf({ problems }: CoordinatorError): PartyId {
  return problems[0]?.path.split('.')[0] ?? COORDINATOR;
}
