import { COORDINATOR, type PartyId } from '../../core/private-join/index.js';
import { partyOut, type Participant, type Roster } from '../../core/templates/index.js';
import type { ApprovedTemplates } from '../register/approved-templates.js';
import type { Run } from './run.js';

/** Why a run can't go on under the roster that is in force now. */
export interface RosterTrouble {
  readonly party: PartyId;
  readonly message: string;
}

/** Undefined where the newest roster's officers, too, have signed what the run asks. */
export function approvalTrouble(
  { template, templateDigest }: Pick<Run, 'template' | 'templateDigest'>,
  templates: ApprovedTemplates,
): RosterTrouble | undefined {
  const isApproved = templates
    .list()
    .some(({ bound, digest }) => bound.template.template === template && digest === templateDigest);
  if (isApproved) return undefined;
  return { party: COORDINATOR, message: 'the template of this run is not signed as the newest roster demands' };
}

/** Undefined where everybody whom the run asks is in the newest roster what they were in the one before. */
export function partyTrouble(
  { participants, roster: before }: { readonly participants: readonly Participant[]; readonly roster: Roster },
  after: Roster,
): RosterTrouble | undefined {
  const party = partyOut(participants, before, after);
  if (party === undefined) return undefined;
  return {
    party,
    message: `${party} is not in the newest roster, or has another key there, or may not offer what this run asks it`,
  };
}

/** The roster doesn't let an agency's node in any more. */
export function keptOut(agency: PartyId): RosterTrouble {
  return { party: agency, message: `the newest roster does not let ${agency} in with its certificate` };
}
