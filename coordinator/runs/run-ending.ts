import { COORDINATOR, JoinError, type FailureCode } from '../../core/private-join/index.js';
import { TemplateError } from '../../core/templates/index.js';
import { CoordinatorError, type CoordinatorErrorCode } from '../errors.js';
import type { RunEnding } from './run.js';

/** What was fine when a run was submitted and no longer is when its turn comes. */
const overtaken: ReadonlyMap<CoordinatorErrorCode, FailureCode> = new Map([
  ['AGENCIES_NOT_CONNECTED', 'PARTY_LOST'],
  ['SNAPSHOTS_MISSING', 'SNAPSHOT_UNREADABLE'],
  ['TEMPLATE_EXPIRED', 'REFUSED'],
]);

/** Why a run ended, from whatever ended it. */
export function endingOf(thrown: unknown): RunEnding {
  if (thrown instanceof JoinError) return { code: thrown.code, party: thrown.party, message: thrown.message };
  if (thrown instanceof CoordinatorError) {
    const code = overtaken.get(thrown.code);
    if (code !== undefined) return { code, party: thrown.problems[0]?.path ?? COORDINATOR, message: thrown.message };
  }
  if (thrown instanceof TemplateError) return { code: 'INTERNAL', party: COORDINATOR, message: thrown.message };
  return {
    code: 'INTERNAL',
    party: COORDINATOR,
    message: "an unforeseen error at the coordinator ended the run; the coordinator's log has it",
  };
}
