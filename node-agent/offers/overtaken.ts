import { GovernanceError, requesterOf } from '../../core/governance/index.js';
import type { Register } from '../../core/governance/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { partyOut } from '../../core/templates/index.js';
import type { Roster, RunOffer } from '../../core/templates/index.js';

/** Why a run can't go on by what governance says now. */
export interface Overtaken {
  readonly party: PartyId;
  readonly message: string;
}

/** The register that has come into force, and the roster before it. */
export interface RegisterChange {
  readonly before: Roster;
  readonly roster: Roster;
  readonly register: Register;
  readonly now: Date;
}

/** Undefined where whoever asked could ask it now, too, and everybody in it is in the roster what they were. */
export function overtaken(offer: RunOffer, { before, roster, register, now }: RegisterChange): Overtaken | undefined {
  const party = partyOut(offer.participants, before, roster);
  if (party !== undefined) {
    return { party, message: `${party} is not in the newest roster what it was in the one before` };
  }
  const requester = requesterOf(offer.requester);
  try {
    // What was answered had one.
    if (requester !== undefined) register.assertMayAsk(offer.templateDigest, requester, now);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    return { party: COORDINATOR, message: `${thrown.code}: ${thrown.message}` };
  }
}
