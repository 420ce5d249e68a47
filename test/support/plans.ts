import type { NoiseLaw } from '../../core/noise/index.js';
import type { JoinPlan, LinkagePlan, LinkPlan, ListPlan, PartyId } from '../../core/private-join/index.js';
import { decoyPatterns } from '../../core/templates/decoy-patterns.js';

/** A link of a plan; without agreement where nothing is said of it. */
export type LinkChange = Omit<LinkPlan, 'agreementStride'> & Partial<Pick<LinkPlan, 'agreementStride'>>;

export type PlanChanges = Partial<Omit<JoinPlan, 'links'>> & { readonly links?: readonly LinkChange[] };

/** A plan over three agencies: police hold the base, a charity links by person, the CPS by case. No noise of any kind. */
export function threePartyPlan(changes: PlanChanges = {}): JoinPlan {
  const links: readonly LinkChange[] = changes.links ?? [
    { dataset: 'support', on: 'person', keep: 'all' },
    { dataset: 'prosecutions', on: 'case', keep: 'all' },
  ];
  const plan: Omit<JoinPlan, 'tableCells' | 'linkage'> = {
    runId: '00000000-0000-4000-8000-000000000001',
    context: new Uint8Array(32).fill(7),
    request: new Uint8Array(32).fill(8),
    mixers: ['police', 'charity', 'cps'],
    lists: [
      list('victims', 'police', 'base', ['exact.1', 'exact.2', 'case'], 2, 1),
      list('support', 'charity', 'linked', ['exact.1', 'exact.2'], 3, 3),
      list('prosecutions', 'cps', 'linked', ['case'], 2, 12),
    ],
    base: { dataset: 'victims', unit: 'record' },
    cells: 36,
    noise: null,
    decoys: null,
    sums: [],
    minimumTally: 1,
    ...changes,
    links: links.map((link): LinkPlan => ({ agreementStride: null, ...link })),
  };
  return {
    tableCells: tableCells(plan.lists, plan.links, plan.cells),
    linkage: linkageOver(plan.lists),
    ...plan,
  };
}

/** How people are joined by the person keys that these lists have, in their order; null where they have none. */
export function linkageOver(lists: readonly ListPlan[]): LinkagePlan | null {
  const names = lists.flatMap(({ keys }) => keys.filter(({ on }) => on === 'person').map(({ name }) => name));
  const keys = [...new Set(names)];
  if (keys.length === 0) return null;
  return { scheme: 'exact', schemeVersion: 1, normaliser: 1, keys, threshold: 0.5, captures: null };
}

/** Noise of a few records: enough to see it in every cell, and quick. */
export const LITTLE_NOISE: NoiseLaw = { alpha: 0.7, bound: 3 };

/** The same plan with noise of this law on its counts, and decoys. */
export function noisyPlan(plan: JoinPlan, law: NoiseLaw = LITTLE_NOISE): JoinPlan {
  return { ...plan, noise: law, decoys: { law, patterns: decoyPatterns(plan.lists) } };
}

export function list(
  dataset: string,
  provider: PartyId,
  role: ListPlan['role'],
  keys: readonly string[],
  labels: number,
  stride: number,
  sums = 0,
): ListPlan {
  return {
    id: `${dataset}/${provider}`,
    dataset,
    provider,
    role,
    keys: keys.map((name) => ({ name, on: name === 'case' ? 'case' : 'person' })),
    labels,
    stride,
    sums,
  };
}

/** The list of those who told an agency that they don't want to be counted. */
export function optOutList(provider: PartyId, keys: readonly string[]): ListPlan {
  return { ...list('opt-outs', provider, 'opt-out', keys, 0, 0), sums: null };
}

/** The cells that a record can be in: it has a label of its own, and those that the links keep. */
export function tableCells(
  lists: readonly ListPlan[],
  links: readonly Pick<LinkPlan, 'dataset' | 'keep'>[],
  cells: number,
): number[] {
  return Array.from({ length: cells }, (_, cell) => cell).filter((cell) =>
    lists.every(({ role, dataset, labels, stride }) => {
      if (role === 'opt-out') return true;
      const label = Math.floor(cell / stride) % (labels + 1);
      const keep = links.find((link) => link.dataset === dataset)?.keep;
      if (role === 'base' || keep === 'linked') return label > 0;
      return keep === 'all' || label === 0;
    }),
  );
}
