import type { BoundTemplate } from './bound.js';

/** Fewer agencies than this would be a count of one agency's own records. */
export const MINIMUM_PARTICIPANTS = 2;

/** How many agencies have to take part: more than any run needs, where the template says so. */
export function participantsNeeded({ template }: Pick<BoundTemplate, 'template'>): number {
  return Math.max(MINIMUM_PARTICIPANTS, template.minimumParticipants ?? 0);
}
