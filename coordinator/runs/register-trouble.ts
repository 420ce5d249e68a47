import { GovernanceError, requesterOf, type Register } from '../../core/governance/index.js';
import { COORDINATOR, type PartyId } from '../../core/private-join/index.js';
import { partyOut, type Participant, type Roster } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import type { Run } from './run.js';

/** Why a run can't go on by the register that is in force now. */
export interface RegisterTrouble {
  readonly party: PartyId;
  readonly message: string;
}

/** Requests are of an analyst of an organisation, since it is organisations that are granted purposes. */
const OF_NONE =
  'Who asks is of no organisation: give their token the organisation that governance has granted the purpose.';

type Asked = Pick<Run, 'templateDigest' | 'requester'>;

/** Undefined where whoever asked may ask it still. */
export function approvalTrouble(
  { templateDigest, requester }: Asked,
  register: Register,
  now: Date,
): RegisterTrouble | undefined {
  const who = requesterOf(requester);
  if (who === undefined) return { party: COORDINATOR, message: `PURPOSE_NOT_GRANTED: ${OF_NONE}` };
  try {
    register.assertMayAsk(templateDigest, who, now);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    return { party: COORDINATOR, message: `${thrown.code}: ${thrown.message}` };
  }
}

/**
 * What every agency would refuse is not asked.
 * Thrown: CoordinatorError PURPOSE_NOT_GRANTED, TEMPLATE_EXPIRED, ROSTER_STALE, REGISTER_STALE.
 */
export function assertMayAsk(asked: Asked, governance: AskingGrounds, now: Date): void {
  try {
    governance.assertUpToDate(now);
    const who = requesterOf(asked.requester);
    if (who === undefined) throw new GovernanceError('PURPOSE_NOT_GRANTED', OF_NONE);
    governance.register.assertMayAsk(asked.templateDigest, who, now);
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    const { code, message } = thrown;
    switch (code) {
      case 'PURPOSE_NOT_GRANTED':
      case 'TEMPLATE_EXPIRED':
      case 'ROSTER_STALE':
        throw new CoordinatorError(code, message, { cause: thrown });
      default:
        throw new CoordinatorError('REGISTER_STALE', message, { cause: thrown });
    }
  }
}

export interface AskingGrounds {
  readonly register: Register;
  /** Thrown when a registrar has not said lately that nothing is missing: GovernanceError. */
  assertUpToDate(now: Date): void;
}

/** Undefined where everybody whom the run asks is in the newest roster what they were in the one before. */
export function partyTrouble(
  { participants, roster: before }: { readonly participants: readonly Participant[]; readonly roster: Roster },
  after: Roster,
): RegisterTrouble | undefined {
  const party = partyOut(participants, before, after);
  if (party === undefined) return undefined;
  return {
    party,
    message: `${party} is not in the newest roster, or has another key there, or may not offer what this run asks it`,
  };
}

/** The roster doesn't let an agency's node in any more. */
export function keptOut(agency: PartyId): RegisterTrouble {
  return { party: agency, message: `the newest roster does not let ${agency} in with its certificate` };
}
