import { JoinError } from './errors.js';
import { TALLY } from './messages.js';
import type { TransferSubject } from './messages.js';
import { COORDINATOR } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';

/**
 * The parties that a list visits, in order. A provider's list goes once round the ring, beginning after the provider,
 * which has done a mixer's work when it prepared the list; the tally goes from the coordinator past every mixer and
 * back. The transfer of hop h leaves route[h] for route[h + 1].
 *
 * Thrown when the plan has no such list: JoinError UNKNOWN_LIST.
 */
export function route(plan: JoinPlan, subject: TransferSubject): readonly PartyId[] {
  if (subject === TALLY) return [COORDINATOR, ...plan.mixers, COORDINATOR];
  const list = plan.lists.find(({ id }) => id === subject);
  if (list === undefined)
    throw new JoinError('UNKNOWN_LIST', COORDINATOR, 'a transfer names a list that is not in the plan');
  const place = plan.mixers.indexOf(list.provider);
  return [list.provider, ...plan.mixers.slice(place + 1), ...plan.mixers.slice(0, place), COORDINATOR];
}

/** Every list of the plan and the tally. */
export function subjects(plan: JoinPlan): readonly TransferSubject[] {
  return [...plan.lists.map(({ id }) => id), TALLY];
}
