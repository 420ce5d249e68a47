import { fromHex } from '../base/index.js';
import { MAXIMUM_THRESHOLD } from '../disclosure/index.js';
import { NORMALISER_VERSION } from '../linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../noise/index.js';
import { computeContext, COORDINATOR, listId } from '../private-join/index.js';
import type { ContextParticipant, JoinPlan, LinkagePlan, LinkPlan, ListPlan } from '../private-join/index.js';
import { joinsPeople, optOutKeys } from './bind-linkage.js';
import type { BoundList, BoundTemplate } from './bound.js';
import { TemplateError } from './errors.js';
import type { Floors, Participant, RunOffer } from './offer.js';
import type { BoundParameters } from './parameters.js';
import { OPT_OUTS } from './opt-outs.js';
import { participantsNeeded } from './participants.js';
import { planNoise } from './plan-noise.js';
import { datasetDigests, listSnapshots, requestDigest } from './request.js';
import type { Roster, RosterAgency } from './roster.js';
import { possibleCells } from './table.js';
import { runTerms } from './terms.js';

export interface PlanInput {
  readonly offer: RunOffer;
  readonly bound: BoundTemplate;
  readonly parameters: BoundParameters;
  readonly roster: Roster;
}

/** Characters of the name under which somebody asks. */
export const MAX_REQUESTER_LENGTH = 200;

/**
 * Derives the plan of a run. Every party does it for itself; the context in it binds template, dataset definitions,
 * parameters, requester, purpose, participants, their floors and snapshots. Noise is that of the strictest of template
 * and floors.
 * Thrown when the offer doesn't fit the template or the roster, or asks for more noise than a run can carry:
 * TemplateError BAD_OFFER or TOO_FEW_PARTICIPANTS.
 */
export function planRun({ offer, bound, parameters, roster }: PlanInput): JoinPlan {
  const { templateDigest } = offer;
  assertAsking(offer, bound);
  const providers = resolveParticipants(offer.participants, bound, roster);
  const terms = runTerms(bound, providers);
  const request = requestDigest({ templateDigest, bound, parameters, participants: offer.participants });
  const lists = planLists(providers, bound);
  const tableCells = possibleCells(bound);
  return {
    runId: offer.runId,
    context: computeContext({
      runId: offer.runId,
      templateDigest: fromHex(templateDigest),
      datasetDigests: datasetDigests(bound, offer.participants),
      parameters: parameters.canonical,
      requester: offer.requester,
      purpose: offer.purpose,
      participants: contextParticipants(providers, roster),
      request,
    }),
    request,
    mixers: providers.map(({ agency }) => agency.id),
    lists,
    base: { dataset: bound.population.dataset.dataset, unit: bound.unit },
    links: planLinks(bound),
    linkage: planLinkage(bound),
    cells: bound.cells,
    tableCells,
    ...planNoise({ bound, terms, lists, cells: tableCells.length, mixers: providers.length }),
    minimumTally: terms.threshold,
  };
}

function assertAsking({ runId, requester, purpose }: RunOffer, { template }: BoundTemplate): void {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(runId)) throw badOffer('The run has no UUID of its own.');
  if (requester.trim() === '' || requester.length > MAX_REQUESTER_LENGTH) {
    throw badOffer(`Who asks must be named, in at most ${MAX_REQUESTER_LENGTH} characters.`);
  }
  if (purpose !== template.purpose) throw badOffer("The purpose of the run is not the template's.");
}

interface Provider {
  readonly agency: RosterAgency;
  readonly datasets: Participant['datasets'];
  readonly floors: Floors;
}

/** Exactly agencies of the roster, in its order, each with datasets it may offer and the template asks for. */
function resolveParticipants(
  participants: readonly Participant[],
  bound: BoundTemplate,
  roster: Roster,
): readonly Provider[] {
  const places = participants.map(({ agency }) => roster.agencies.findIndex(({ id }) => id === agency));
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] ?? -1))) {
    throw badOffer('The participants are not in the order of the roster, each once.');
  }
  const asked = listsOf(bound).map(({ dataset }) => dataset.dataset);
  const providers = participants.map(({ datasets, floors }, index): Provider => {
    const agency = roster.agencies[places[index] ?? -1];
    if (agency === undefined) throw badOffer('A participant is not an agency of the roster.');
    assertDatasets(datasets, agency, joinsPeople(bound.template) ? [...asked, OPT_OUTS] : asked);
    assertFloors(floors);
    return { agency, datasets, floors };
  });
  const needed = participantsNeeded(bound);
  if (providers.length < needed) {
    throw new TemplateError('TOO_FEW_PARTICIPANTS', `A run of this template needs at least ${needed} agencies.`);
  }
  for (const name of asked) {
    if (!providers.some(({ datasets }) => datasets.some(({ dataset }) => dataset === name))) {
      throw new TemplateError('TOO_FEW_PARTICIPANTS', `No participant answers from ${name}.`);
    }
  }
  return providers;
}

function assertDatasets(datasets: Participant['datasets'], agency: RosterAgency, asked: readonly string[]): void {
  const names = datasets.map(({ dataset }) => dataset);
  if (new Set(names).size !== names.length) throw badOffer('A participant answers from one dataset twice.');
  if (names.some((name) => name !== OPT_OUTS && !agency.datasets.includes(name))) {
    throw badOffer('A participant answers from a dataset that the roster does not let it offer.');
  }
  if (names.some((name) => !asked.includes(name))) {
    throw badOffer('A participant answers from a dataset that the template does not ask for.');
  }
  if (datasets.some(({ snapshot }) => !/^[0-9a-f]{64}$/.test(snapshot))) {
    throw badOffer('A snapshot has no digest of 64 hexadecimal digits.');
  }
}

/** A floor beyond what a template may say would make terms that nothing can keep. */
function assertFloors({ threshold, roundTo, epsilon }: Floors): void {
  const isCount = (floor: number): boolean => Number.isInteger(floor) && floor >= 0 && floor <= MAXIMUM_THRESHOLD;
  const isEpsilon = epsilon === null || (epsilon >= MINIMUM_EPSILON && epsilon <= MAXIMUM_EPSILON);
  if (!isCount(threshold) || !isCount(roundTo) || !isEpsilon) {
    throw badOffer(
      `A participant demands what no table can keep: thresholds and rounding go up to ${MAXIMUM_THRESHOLD}, ` +
        `epsilon goes from ${MINIMUM_EPSILON} to ${MAXIMUM_EPSILON}.`,
    );
  }
}

/**
 * Dataset by dataset in template order; within one, in roster order, which is the order of preference. Then the opt-out
 * lists, in roster order.
 */
function planLists(providers: readonly Provider[], bound: BoundTemplate): ListPlan[] {
  return [...joinedLists(providers, bound), ...optOutLists(providers, bound)];
}

function optOutLists(providers: readonly Provider[], { scheme }: BoundTemplate): ListPlan[] {
  const keys = optOutKeys(scheme);
  return providers
    .filter(({ datasets }) => datasets.some(({ dataset }) => dataset === OPT_OUTS))
    .map(({ agency: { id } }) => ({
      ...{ id: listId(OPT_OUTS, id), dataset: OPT_OUTS, provider: id, role: 'opt-out' as const, keys },
      ...{ labels: 0, stride: 0, sums: null },
    }));
}

function joinedLists(providers: readonly Provider[], bound: BoundTemplate): ListPlan[] {
  return listsOf(bound).flatMap(({ dataset: { dataset }, role, keys, labels, stride, measures }) =>
    providers
      .filter(({ datasets }) => datasets.some((offered) => offered.dataset === dataset))
      .map(({ agency }) => {
        const id = listId(dataset, agency.id);
        const sums = measures.reduce((columns, measure) => columns + measure.columns.length, 0);
        return { id, dataset, provider: agency.id, role, keys, labels, stride, sums };
      }),
  );
}

function planLinks({ links, agreement }: BoundTemplate): LinkPlan[] {
  return links.map(({ dataset: { dataset }, on, keep }) => {
    const agreementStride = agreement?.dimension.dataset === dataset ? agreement.stride : null;
    return { dataset, on, keep, agreementStride };
  });
}

function planLinkage({ scheme, linkThreshold }: BoundTemplate): LinkagePlan | null {
  if (scheme === null || linkThreshold === null) return null;
  return {
    scheme: scheme.id,
    schemeVersion: scheme.version,
    normaliser: NORMALISER_VERSION,
    keys: scheme.keys.map(({ name }) => name),
    threshold: linkThreshold,
    captures: scheme.captures,
  };
}

function contextParticipants(providers: readonly Provider[], { coordinator }: Roster): ContextParticipant[] {
  const agencies = providers.map(({ agency: { id, identityKey }, datasets }): ContextParticipant => ({
    party: id,
    identityKey,
    roles: datasets.length === 0 ? ['mixer'] : ['provider', 'mixer'],
    lists: listSnapshots(id, datasets),
  }));
  return [...agencies, { party: COORDINATOR, identityKey: coordinator.identityKey, roles: ['coordinator'], lists: [] }];
}

function listsOf({ population, links }: BoundTemplate): readonly BoundList[] {
  return [population, ...links];
}

function badOffer(message: string): TemplateError {
  return new TemplateError('BAD_OFFER', message);
}
