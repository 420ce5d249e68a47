import { COORDINATOR, JoinError, type FailureCode, type PartyId } from '../../core/private-join/index.js';
import { TemplateError } from '../../core/templates/index.js';
import { CoordinatorError, type CoordinatorErrorCode } from '../errors.js';
import type { RunEnding } from './run.js';

/** What was fine when a run was submitted and no longer is when its turn comes. */
const overtaken: ReadonlyMap<CoordinatorErrorCode, FailureCode> = new Map([
  ['AGENCIES_NOT_CONNECTED', 'PARTY_LOST'],
  ['SNAPSHOTS_MISSING', 'SNAPSHOT_UNREADABLE'],
  ['TEMPLATE_EXPIRED', 'REFUSED'],
  ['PURPOSE_NOT_GRANTED', 'REFUSED'],
  ['ROSTER_STALE', 'REFUSED'],
  ['REGISTER_STALE', 'REFUSED'],
  ['BUDGET_SPENT', 'REFUSED'],
]);

const NOT_LOGGED: ReadonlySet<CoordinatorErrorCode> = new Set([
  'AUDIT_LOG_UNWRITABLE',
  'AUDIT_LOG_DAMAGED',
  'AUDIT_ENTRY_SIZE',
  'AUDIT_CLOCK_BACK',
  'AUDIT_RANGE',
]);

/** The end of a run of which something could not be put into the audit log; undefined where that wasn't it. */
export function notLogged(cause: unknown): JoinError | undefined {
  if (!(cause instanceof CoordinatorError) || !NOT_LOGGED.has(cause.code)) return undefined;
  // Which file it is, and what the disk said, is for the operator.
  const why = cause.code === 'AUDIT_ENTRY_SIZE' ? 'its entry would be too long' : "the coordinator's own log says why";
  return new JoinError('NOT_LOGGED', COORDINATOR, `the run could not be put into the audit log: ${why}`, { cause });
}

/** Why a run ended, from whatever ended it. */
export function endingOf(thrown: unknown): RunEnding {
  if (thrown instanceof JoinError) return { code: thrown.code, party: thrown.party, message: thrown.message };
  const unlogged = notLogged(thrown);
  if (unlogged !== undefined) return { code: unlogged.code, party: unlogged.party, message: unlogged.message };
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

/** Nobody of them has answered the offer in time. */
export function unanswered(silent: readonly PartyId[], seconds: number): JoinError {
  const message = `no answer to the offer within ${seconds} s from ${silent.join(', ')}`;
  return new JoinError('DEADLINE_PASSED', silent[0] ?? COORDINATOR, message);
}

/** Nothing of the run has moved for too long. */
export function standsStill(awaited: readonly PartyId[], seconds: number): JoinError {
  const message = `nothing moved for ${seconds} s; the run waited for ${awaited.join(', ')}`;
  return new JoinError('DEADLINE_PASSED', awaited[0] ?? COORDINATOR, message);
}

/** Problems are of an agency, or of a dataset at one: `agency` or `agency.dataset`. */
function partyOf({ problems }: CoordinatorError): PartyId {
  return problems[0]?.path.split('.')[0] ?? COORDINATOR;
}
