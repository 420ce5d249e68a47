import type { LinkageStatistics } from '../../core/linkage/index.js';
import { listId, type JoinPlan, type ListId } from '../../core/private-join/index.js';
import type { Participant } from '../../core/templates/index.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';

/**
 * What agencies have said of the very snapshots that a run is offered, for the scheme that its template names. A list
 * whose agency has said nothing that fits is not among them; nothing is taken from another snapshot, scheme or version.
 */
export function runStatistics(
  participants: readonly Participant[],
  { linkage }: Pick<JoinPlan, 'linkage'>,
  registry: Pick<AgencyRegistry, 'statisticsOf'>,
): ReadonlyMap<ListId, LinkageStatistics> {
  if (linkage === null) return new Map();
  return new Map(
    participants.flatMap(({ agency, datasets }) =>
      datasets.flatMap(({ dataset, snapshot }) => {
        const statistics = registry.statisticsOf(agency, { dataset, snapshot }, linkage);
        return statistics === undefined ? [] : [[listId(dataset, agency), statistics] as const];
      }),
    ),
  );
}
