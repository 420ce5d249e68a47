import type { Problem } from '../../core/base/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import {
  joinsPeople,
  participantsNeeded,
  OPT_OUTS,
  type BoundTemplate,
  type Participant,
  type Roster,
  type RosterAgency,
} from '../../core/templates/index.js';
import type { HeldSnapshot } from '../../transport/index.js';
import { CoordinatorError } from '../errors.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';

export interface ReleaseSource {
  readonly agency: PartyId;
  readonly agencyName: string;
  readonly dataset: string;
  /** ISO date of the data. */
  readonly asAt: string;
  /** Share of the source's rows that could not be used: per cent, 0..100, rounded down; null where it wasn't told yet. */
  readonly rejectedPercent: number | null;
}

/** Who is to be asked a template, from which of their snapshots, and what each demands. */
export interface Participation {
  /** In roster order. */
  readonly participants: readonly Participant[];
  /** The same snapshots, opt-outs apart, for whoever reads the table. */
  readonly sources: readonly ReleaseSource[];
  /** Snapshots of opt-outs that leave people out, likewise. */
  readonly optOuts: readonly ReleaseSource[];
}

/**
 * Every agency that the roster names for a dataset of the template takes part: without one of them the table would count
 * fewer people than it says. Where people are joined each of them brings its opt-outs, if it has any.
 *
 * Thrown when a dataset is offered by nobody, or by fewer agencies than a run needs: CoordinatorError
 * TOO_FEW_PARTICIPANTS; when agencies are not connected: AGENCIES_NOT_CONNECTED; when one holds no snapshot of a
 * dataset: SNAPSHOTS_MISSING. The problems name each.
 */
export function chooseParticipants(bound: BoundTemplate, roster: Roster, registry: AgencyRegistry): Participation {
  const datasets = [bound.population, ...bound.links].map(({ dataset }) => dataset.dataset);
  const asked = roster.agencies
    .map((agency) => ({ agency, offers: datasets.filter((dataset) => agency.datasets.includes(dataset)) }))
    .filter(({ offers }) => offers.length > 0);

  const nobody = datasets.filter((dataset) => !asked.some(({ offers }) => offers.includes(dataset)));
  if (nobody.length > 0) {
    throw new CoordinatorError('TOO_FEW_PARTICIPANTS', `No agency of the roster offers ${nobody.join(' or ')}.`);
  }
  const needed = participantsNeeded(bound);
  if (asked.length < needed) {
    throw new CoordinatorError(
      'TOO_FEW_PARTICIPANTS',
      `A run of this template needs at least ${needed} agencies; it would ask ${asked.length}.`,
    );
  }

  const away = asked.map(({ agency }) => agency).filter(({ id }) => registry.connectionOf(id) === undefined);
  if (away.length > 0) {
    throw new CoordinatorError(
      'AGENCIES_NOT_CONNECTED',
      `Not connected: ${away.map(({ id, name }) => `${name} (${id})`).join(', ')}. ` +
        'Ask them to start their nodes, then submit again.',
      { problems: away.map(({ id }): Problem => ({ path: id, message: 'not connected' })) },
    );
  }

  const held = asked.flatMap(({ agency, offers }) =>
    offers.map((dataset) => ({ agency, dataset, snapshot: registry.snapshotOf(agency.id, dataset) })),
  );
  const missing = held.filter(({ snapshot }) => snapshot === undefined);
  if (missing.length > 0) {
    throw new CoordinatorError(
      'SNAPSHOTS_MISSING',
      `No snapshot: ${missing.map(({ agency, dataset }) => `${dataset} at ${agency.id}`).join(', ')}. ` +
        'Ask them to run `tally node prepare`, then submit again.',
      {
        problems: missing.map(({ agency, dataset }): Problem => ({
          path: `${agency.id}.${dataset}`,
          message: 'no snapshot',
        })),
      },
    );
  }

  const optOuts = joinsPeople(bound.template)
    ? asked
        .map(({ agency }) => ({ agency, dataset: OPT_OUTS, snapshot: registry.snapshotOf(agency.id, OPT_OUTS) }))
        .filter(({ snapshot }) => snapshot !== undefined)
    : [];
  return {
    participants: asked.map(({ agency }) => ({
      agency: agency.id,
      datasets: [...held, ...optOuts]
        .filter((item) => item.agency.id === agency.id)
        .map(({ dataset, snapshot }) => ({ dataset, snapshot: snapshot?.snapshot ?? '' })),
      floors: registry.floorsOf(agency.id),
    })),
    sources: held.map(sourceOf),
    optOuts: optOuts.map(sourceOf),
  };
}

function sourceOf({ agency, dataset, snapshot }: HeldDataset): ReleaseSource {
  return {
    ...{ agency: agency.id, agencyName: agency.name, dataset },
    asAt: snapshot?.asAt ?? '',
    rejectedPercent: snapshot?.rejectedPercent ?? null,
  };
}

interface HeldDataset {
  readonly agency: RosterAgency;
  readonly dataset: string;
  readonly snapshot: HeldSnapshot | undefined;
}
