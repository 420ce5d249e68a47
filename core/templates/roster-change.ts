import { equalBytes } from '../base/index.js';
import { COORDINATOR } from '../private-join/index.js';
import type { PartyId } from '../private-join/index.js';
import type { Participant } from './offer.js';
import { OPT_OUTS } from './opt-outs.js';
import type { Roster } from './roster.js';

/**
 * The party of a run with which it can't go on under the next roster: one that is not in it any more, has another
 * identity key, or may no longer offer what it was asked for. Undefined where the run can go on.
 */
export function partyOut(participants: readonly Participant[], before: Roster, after: Roster): PartyId | undefined {
  if (!equalBytes(before.coordinator.identityKey, after.coordinator.identityKey)) return COORDINATOR;
  const stays = ({ agency, datasets }: Participant): boolean => {
    const [was, is] = [before, after].map(({ agencies }) => agencies.find(({ id }) => id === agency));
    if (was === undefined || is === undefined) return false;
    const mayOffer = ({ dataset }: Participant['datasets'][number]): boolean =>
      dataset === OPT_OUTS || is.datasets.includes(dataset);
    return equalBytes(was.identityKey, is.identityKey) && datasets.every(mayOffer);
  };
  return participants.find((participant) => !stays(participant))?.agency;
}
