import { protectTable } from '../../core/disclosure/index.js';
import type { BoundTemplate } from '../../core/templates/index.js';
import {
  bindParameters,
  decodeTable,
  explainTemplate,
  NO_FLOORS,
  policyOf,
  runTerms,
} from '../../core/templates/index.js';
import type { Release } from '../../coordinator/index.js';
import { releaseNotes } from '../../coordinator/index.js';
import type { ExportedRun } from '../../coordinator/exports/index.js';
import { boldCatalogue, boldTemplates } from '../../examples/bold/library.js';
import { sharedSolver } from './solver.js';
import { fastUniform, noiseSampler, type Uniform } from './simulation.js';

export const BOLD_TEMPLATES: ReadonlyMap<string, BoundTemplate> = boldTemplates(boldCatalogue());

const AGENCIES = ['police', 'charity-a', 'charity-b'] as const;
const ROSTER = {
  federation: 'bold-test',
  version: 1,
  previous: null,
  agencies: AGENCIES.map((id) => ({ id, name: `The ${id}`, datasets: [] })),
} as unknown as Parameters<typeof releaseNotes>[0]['roster'];
const QUARTERS = ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4'];
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  quarters: QUARTERS,
  offenceGroups: ['rape', 'violence'],
};

/** Of a cell's records: most have 60 to 1,500, one in ten is too small to be shown. */
function drawnCount(uniform: Uniform): number {
  return uniform() < 0.1 ? Math.floor(10 * uniform()) : Math.round(60 * 25 ** uniform());
}

/** Of those who are found so many agree in everything, in all but one thing, one by one, and in less. */
const AGREEMENT_SHARES = [0.82, 0.07, 0.06, 0.04, 0.01] as const;
const FOUND = 3_000;

/**
 * A release of a template of the example, as a coordinator would make it: counts are drawn, the template's own noise is
 * added to them, and disclosure control does the rest.
 */
export function boldRelease(name: string, seed: number | string): Promise<Release> {
  const key = `${name}/${seed}`;
  const made = releases.get(key) ?? makeRelease(name, seed);
  releases.set(key, made);
  return made;
}

/** Made once: nothing changes a release. */
const releases = new Map<string, Promise<Release>>();

async function makeRelease(name: string, seed: number | string): Promise<Release> {
  const bound = BOLD_TEMPLATES.get(name);
  if (bound === undefined) throw new RangeError(`no template ${name}`);
  const uniform = fastUniform(`${name}/${seed}`);
  const datasets = [bound.population, ...bound.links].map(({ dataset }) => ({
    dataset: dataset.dataset,
    snapshot: '',
  }));
  const participants = AGENCIES.map((agency) => ({ agency, datasets, floors: NO_FLOORS }));
  const terms = { ...runTerms(bound, participants), contributions: bound.population.contributionLimit };
  const nothing = new Float64Array(bound.cells);
  const sums = bound.measures.flatMap(({ columns }) => columns.map(() => nothing));
  const empty = decodeTable(bound, terms, AGENCIES.length, { counts: nothing, sums });
  const draw = empty.noise === null ? () => 0 : noiseSampler(empty.noise.law, AGENCIES.length, uniform);
  const { recall } = bound.presentation;
  const cells = empty.table.cells.map(({ categories }) => {
    const share = recall === null ? undefined : AGREEMENT_SHARES[categories[recall.of] ?? -1];
    const exact = share === undefined ? drawnCount(uniform) : share * FOUND * (0.8 + 0.4 * uniform());
    return { categories, count: Math.round(exact) + draw() };
  });
  const measures = empty.measures.map((measure) => ({
    ...measure,
    cells: cells.map(({ count }) => {
      const present = Math.round(0.7 * Math.max(0, count));
      const square = measure.kind === 'variance' ? 5 * present : null;
      return { present, value: Math.round((4 * uniform() - 2) * present), square };
    }),
  }));
  const table = protectTable(
    {
      ...{ table: { ...empty.table, cells }, noise: empty.noise, measures },
      ...{ presentation: bound.presentation, earlier: [] },
    },
    policyOf(terms),
    await sharedSolver(),
  );
  const parameters = bindParameters(
    bound,
    Object.fromEntries([...bound.parameters.keys()].map((key) => [key, PARAMETERS[key] ?? []])),
  );
  const sources = AGENCIES.map((agency, place) => ({
    ...{ agency, agencyName: `The ${agency}`, dataset: datasets[place]?.dataset ?? datasets[0]?.dataset ?? '' },
    ...{ asAt: '2025-12-31', rejectedPercent: place },
  }));
  return {
    question: explainTemplate(bound, parameters, ROSTER).question,
    chosen: [...parameters.values].map(([parameter, values]) => ({ parameter, values })),
    ...{ table, presentation: bound.presentation, sources, linkage: null, optOuts: null },
    notes: releaseNotes({
      ...{ bound, participants, terms, roster: ROSTER, table, linkage: null, sources, optOuts: null },
    }),
  };
}

/** A finished run of that template with this release. */
export function exportedRun(name: string, release: Release): ExportedRun {
  const template = BOLD_TEMPLATES.get(name)?.template;
  return {
    run: {
      id: '1a2b3c4d-0000-4000-8000-000000000001',
      template: name,
      templateVersion: template?.version ?? 1,
      templateTitle: template?.title ?? name,
      templateDigest: 'ab'.repeat(32),
      purpose: 'research-statistics',
      submittedAt: '2026-11-20T10:00:00.000Z',
      endedAt: '2026-11-20T10:05:00.000Z',
    },
    release,
    programme: 'BOLD',
    checkpoint: { size: 42, root: 'cd'.repeat(32) },
  };
}
