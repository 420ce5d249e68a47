import type { TemplateState } from '../../core/governance/index.js';
import {
  bindParameters,
  bindTemplate,
  compileList,
  explainTemplate,
  joinsPeople,
  needsConsent,
  runCost,
  runTerms,
  TemplateError,
} from '../../core/templates/index.js';
import type {
  BoundList,
  BoundParameters,
  BoundTemplate,
  Explanation,
  ParameterValues,
  Roster,
  RunCost,
  RunTerms,
  TermsParticipant,
} from '../../core/templates/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';
import type { Agreements } from '../agreements.js';
import { roundedSize } from '../budget/rounded-size.js';
import { NodeError } from '../errors.js';
import { decide, floorsOf } from '../policy/policy.js';
import type { Decision, Policy } from '../policy/policy.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import type { ReadTemplate } from './template-file.js';

/** What would leave this node for a template. */
export interface Preview {
  readonly template: string;
  readonly version: number;
  /** Where it stands in the register of governance; null for a file. */
  readonly state: TemplateState | null;
  readonly decision: Decision;
  readonly parameters: ParameterValues;
  readonly lists: readonly PreviewedList[];
  /** Whether the agency's opt-out lists go along, as sealed match keys: they do wherever people are joined, once read. */
  readonly bringsOptOuts: boolean;
  /** Of the run, were it asked now: the strictest of the template and of this agency's floors. */
  readonly terms: Pick<RunTerms, 'threshold' | 'roundTo' | 'epsilon' | 'overlapEpsilon' | 'measures'>;
  /** What it would take from the budget of each snapshot. */
  readonly cost: RunCost;
  readonly explanation: Explanation;
}

/** A list that this node would make. */
export interface PreviewedList {
  readonly dataset: string;
  /** Null where there is none in force. */
  readonly snapshot: string | null;
  readonly asAt: string | null;
  /** What becomes of each field that is read, by its name. */
  readonly fields: readonly PreviewedField[];
  /** Names of the match keys, sealed anew for each run. */
  readonly keys: readonly string[];
  /** Whether people's consent to the template's purpose is recorded, where the dataset needs it: else nothing is answered. */
  readonly hasConsent: boolean;
  /** In tens; 0 stands for fewer than ten. Null where there is no snapshot, or no consent. */
  readonly records: number | null;
}

export interface PreviewedField {
  readonly field: string;
  /** `filter`: says which records are in the list, and stays here. `category`, `number`: leaves, encrypted. */
  readonly use: 'filter' | 'category' | 'number';
}

export interface PreviewGrounds {
  readonly agreements: Agreements;
  readonly policy: Policy;
  readonly snapshots: Pick<SnapshotStore, 'inForce' | 'optOuts' | 'lease'>;
}

/**
 * What a run of the template would take from this node, worked out here and told to nobody. `parameters`: as they would
 * be asked; those that aren't given are taken as widely as the template allows.
 * Thrown when the template doesn't fit the datasets, or the parameters the template: NodeError TEMPLATE_INVALID, USAGE.
 */
export function previewTemplate(
  { template, state }: ReadTemplate,
  asked: ParameterValues,
  { agreements: { agency, roster, catalogue, sources }, policy, snapshots }: PreviewGrounds,
): Preview {
  const bound = templateErrorAs('TEMPLATE_INVALID', () => bindTemplate(template, catalogue));
  const parameters = templateErrorAs('USAGE', () => bindParameters(bound, { ...widest(bound), ...asked }));
  const own = listsOf(bound).filter(({ dataset }) => agency.datasets.includes(dataset.dataset));
  const terms = runTerms(bound, participantsOf(bound, roster, agency.id, policy));
  const { threshold, roundTo, epsilon, overlapEpsilon, measures } = terms;
  return {
    ...{ template: template.template, version: template.version, state },
    decision: decide(policy, template),
    parameters: Object.fromEntries(parameters.values),
    lists: own.map((list) => previewList(list, bound, parameters, { sources, snapshots })),
    bringsOptOuts: own.length > 0 && joinsPeople(template) && snapshots.optOuts !== undefined,
    terms: { threshold, roundTo, epsilon, overlapEpsilon, measures },
    cost: runCost(terms),
    explanation: explainTemplate(bound, parameters, roster),
  };
}

function previewList(
  list: BoundList,
  bound: BoundTemplate,
  parameters: BoundParameters,
  { sources, snapshots }: Pick<Agreements, 'sources'> & Pick<PreviewGrounds, 'snapshots'>,
): PreviewedList {
  const { dataset } = list.dataset;
  const { purpose } = bound.template;
  const consents = sources.find(({ config }) => config.dataset === dataset)?.mapping.consents ?? [];
  const hasConsent = !needsConsent(list.dataset) || consents.some((one) => one.purpose === purpose);
  const held = snapshots.inForce.find((one) => one.dataset === dataset);
  return {
    ...{ dataset, snapshot: held?.snapshot ?? null, asAt: held?.asAt ?? null },
    fields: [
      ...list.where.map(({ field }): PreviewedField => ({ field, use: 'filter' })),
      ...list.dimensions.map(({ field }): PreviewedField => ({ field, use: 'category' })),
      ...list.measures.map(({ field }): PreviewedField => ({ field, use: 'number' })),
    ],
    keys: [...new Set(list.keys.map(({ name }) => name))],
    hasConsent,
    records: held === undefined || !hasConsent ? null : sizeOf(dataset, held.snapshot, bound, parameters, snapshots),
  };
}

function sizeOf(
  dataset: string,
  snapshot: string,
  bound: BoundTemplate,
  parameters: BoundParameters,
  snapshots: PreviewGrounds['snapshots'],
): number | null {
  const lease = snapshots.lease(dataset, snapshot);
  if (lease === undefined) return null;
  const rows = lease.list(compileList(bound, dataset, parameters));
  try {
    return roundedSize(rows.count);
  } finally {
    rows.close();
    lease.release();
  }
}

/** Everybody who would be asked. What others demand only they know: it can only be stricter. */
function participantsOf(bound: BoundTemplate, roster: Roster, self: string, policy: Policy): TermsParticipant[] {
  const asked = new Set(listsOf(bound).map(({ dataset }) => dataset.dataset));
  return roster.agencies
    .filter(({ datasets }) => datasets.some((dataset) => asked.has(dataset)))
    .map(({ id, datasets }) => ({
      datasets: datasets.map((dataset) => ({ dataset })),
      floors: id === self ? floorsOf(policy) : NO_FLOORS,
    }));
}

/** As many values of each parameter as may be chosen, from the beginning of its list. */
function widest({ parameters }: BoundTemplate): ParameterValues {
  return Object.fromEntries(
    [...parameters].map(([name, { choices, max }]) => [name, [...choices.keys()].slice(0, max)]),
  );
}

function listsOf({ population, links }: BoundTemplate): readonly BoundList[] {
  return [population, ...links];
}

function templateErrorAs<T>(code: 'TEMPLATE_INVALID' | 'USAGE', work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new NodeError(code, thrown.message, { cause: thrown });
  }
}
