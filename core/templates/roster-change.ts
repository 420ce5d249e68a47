import { equalBytes } from '../base/index.js';
import { COORDINATOR } from '../private-join/index.js';
import type { PartyId } from '../private-join/index.js';
import { TemplateError } from './errors.js';
import type { Participant } from './offer.js';
import { OPT_OUTS } from './opt-outs.js';
import type { Roster } from './roster.js';

/**
 * Whether a roster may take the place of the one that is in force.
 * Thrown when it is of another federation, or not newer: TemplateError BAD_ROSTER.
 */
export function assertSucceeds(next: Roster, present: Roster): void {
  if (next.federation !== present.federation) {
    throw new TemplateError(
      'BAD_ROSTER',
      `It is the roster of the federation ${next.federation}, and this one is ${present.federation}.`,
    );
  }
  if (next.version <= present.version) {
    throw new TemplateError(
      'BAD_ROSTER',
      `It is another roster than the one in force, and its version ${next.version} is not above ${present.version}: ` +
        'get the newest from governance.',
    );
  }
}

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
