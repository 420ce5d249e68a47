import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSolver, protectTable } from '../../../core/disclosure/index.js';
import type { LinearSolver, ReleasedTable } from '../../../core/disclosure/index.js';
import { AGREEMENTS } from '../../../core/linkage/index.js';
import {
  bindParameters,
  DEFAULT_BUDGET,
  lintTemplate,
  NO_FLOORS,
  policyOf,
  presentationOf,
  runCost,
  runTerms,
  tableShape,
} from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import {
  boldCatalogue,
  boldTemplates,
  generateFederation,
  pooledTable,
  trueTable,
} from '../../../examples/bold/index.js';
import type { Federation, TrueCell } from '../../../examples/bold/index.js';
import { PooledPeople } from '../../../examples/bold/truth/index.js';

/* How well people are linked, group by group: a template for each kind of group. */

const catalogue = boldCatalogue();
const templates = boldTemplates(catalogue);

const GROUPS = {
  age: 'victim-age',
  ethnicity: 'ethnicity',
  region: 'victim-region',
  sex: 'victim-gender',
} as const;
type GroupKind = keyof typeof GROUPS;
const kinds = Object.keys(GROUPS) as GroupKind[];

function templateBy(kind: GroupKind): BoundTemplate {
  const bound = templates.get(`linkage-quality-by-${kind}`);
  if (bound === undefined) throw new Error(`no template by ${kind}`);
  return bound;
}

describe('the templates of linkage quality', () => {
  it('are one for each kind of group', () => {
    const names = [...templates.keys()].filter((name) => name.startsWith('linkage-quality-'));
    expect(names).toEqual(kinds.map((kind) => `linkage-quality-by-${kind}`));
  });

  it.each(kinds)('by %s shows recall by that and by nothing else', (kind) => {
    const bound = templateBy(kind);
    const name = `police.victim-crimes.${GROUPS[kind]}`;
    expect(bound.template.present?.recall).toEqual({ of: 'third-sector.support.agreement', by: [name] });
    expect(tableShape(bound).map((dimension) => dimension.name)).toEqual([name, 'third-sector.support.agreement']);
    expect(bound.presentation.recall?.by).toEqual([0]);
  });

  it('by age cuts where bands of other datasets end', () => {
    const ends = [...(catalogue.get('third-sector.support')?.fields ?? [])]
      .flatMap(([name, field]) => (name === 'age-band' && field.type === 'code' ? [...field.codes.keys()] : []))
      .map((code) => Number(/^\d+/.exec(code)?.[0]));
    const [age] = templateBy('age').dimensions;
    const starts = age?.kind === 'band' ? age.bands.slice(1).map(({ from }) => from) : [];
    expect(starts).toEqual([25, 45, 65]);
    expect(ends).toEqual(expect.arrayContaining(starts));
  });

  it.each(kinds)('by %s counts the same people, linked in the same way, at the same price', (kind) => {
    const { template, population, links } = templateBy(kind);
    const { template: other } = templateBy('ethnicity');
    for (const part of ['unit', 'scheme', 'population', 'links', 'purpose', 'lawfulBasis', 'parameters'] as const) {
      expect([part, template[part]]).toEqual([part, other[part]]);
    }
    expect(template.disclosure).toMatchObject({ threshold: 10, roundTo: 5, epsilon: 1, overlapEpsilon: 0.5 });
    expect('wholeLines' in template.disclosure).toBe(kind === 'ethnicity');
    expect([population, ...links].map(({ dataset }) => dataset.dataset)).toEqual([
      'police.victim-crimes',
      'third-sector.support',
    ]);
  });

  it.each(kinds)('by %s tell nothing together with any other template of the example', (kind) => {
    expect(lintTemplate(templateBy(kind), [...templates.values()])).toEqual([]);
  });

  it('can all be asked of one snapshot where an agency has set no budget, beside what it says for linking', () => {
    for (const dataset of ['police.victim-crimes', 'third-sector.support']) {
      const linkage = catalogue.get(dataset)?.linkage;
      const told = typeof linkage?.epsilon === 'number' ? linkage.epsilon * linkage.schemes.length : 0;
      expect(told).toBeGreaterThan(0);
      const participants = [{ datasets: [{ dataset }], floors: NO_FLOORS }];
      const asked = kinds.reduce((sum, kind) => sum + runCost(runTerms(templateBy(kind), participants)).total, 0);
      expect(told + asked).toBeLessThanOrEqual(DEFAULT_BUDGET.perSnapshot);
    }
  });
});

describe('what they say of made-up agencies that write people down wrong', () => {
  const PEOPLE = 40_000;
  const SEED = 1;

  const directory = mkdtempSync(join(tmpdir(), 'tallystick-quality-'));
  let federation: Federation;
  let solver: LinearSolver;
  const people = new PooledPeople();
  beforeAll(async () => {
    federation = generateFederation({ people: PEOPLE, seed: SEED, directory });
    solver = await createSolver();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** By group: how many are in both datasets, the share of them that was found, and what the release says of it. */
  interface Group {
    readonly code: string;
    readonly both: number;
    readonly found: number;
    readonly said: ReleasedTable['recalls'][number];
  }

  /** Without noise: how far off that makes an estimate is tested in test/unit/disclosure/recall-coverage.test.ts. */
  function groupsBy(kind: GroupKind): Group[] {
    const bound = templateBy(kind);
    const question = { template: bound, parameters: bindParameters(bound, {}), sources: federation.sources, people };
    const dimensions = tableShape(bound);
    const { cells } = pooledTable(question);
    const truth = trueTable(question, federation.truth).cells;
    const [groups, classes] = dimensions.map(({ categories }) => [...categories.keys()]);
    const table = (groups ?? []).flatMap((group) =>
      (classes ?? []).map((agreement) => {
        const categories = [group, agreement];
        return { categories, count: cells.find((cell) => cell.categories.join() === categories.join())?.count ?? 0 };
      }),
    );
    const { recalls } = protectTable(
      {
        table: { dimensions, cells: table },
        noise: null,
        measures: [],
        presentation: presentationOf(bound),
        earlier: [],
      },
      policyOf(runTerms(bound, [])),
      solver,
    );
    return recalls.map((said) => {
      const [group = 0] = said.group;
      const both = linkedOf(truth, group);
      const code = dimensions[0]?.categories[group ?? 0]?.code ?? '';
      return { code, both, found: linkedOf(cells, group) / both, said };
    });
  }

  function linkedOf(cells: readonly TrueCell[], group: number | null): number {
    return cells
      .filter(({ categories: [own, agreement = 0] }) => own === group && agreement < AGREEMENTS.length)
      .reduce((sum, { count }) => sum + count, 0);
  }

  function isIn(value: number, interval: { readonly low: number; readonly high: number } | null): boolean {
    return interval !== null && interval.low <= value && value <= interval.high;
  }

  it('women and men are found alike, and the estimate says so', () => {
    const [women, men, ...others] = groupsBy('sex');
    if (women === undefined || men === undefined) throw new Error('nobody');
    expect([women.code, men.code]).toEqual(['female', 'male']);
    for (const { both, found, said } of [women, men]) {
      expect(both).toBeGreaterThan(1_000);
      expect(found).toBeLessThan(0.98);
      expect(isIn(found, said.recall)).toBe(true);
    }
    expect(isIn(men.found / women.found, men.said.ratio)).toBe(true);
    expect(men.said.warning).toBeNull();
    expect(others.map(({ said }) => said.recall)).toEqual([null, null]);
  });

  it.each(['age', 'region', 'ethnicity'] as const)('by %s every estimate holds what is true', (kind) => {
    const told = groupsBy(kind).filter(({ said }) => said.recall !== null);
    expect(told.length).toBeGreaterThanOrEqual(2);
    for (const { code, found, said } of told)
      expect([kind, code, isIn(found, said.recall)]).toEqual([kind, code, true]);
  });

  it('of people without an address on record nothing can be said, and a reader is warned', () => {
    const nowhere = groupsBy('region').find(({ code }) => code === 'not-recorded');
    expect(nowhere?.both).toBeGreaterThan(50);
    expect(nowhere?.said.recall).toBeNull();
    expect(nowhere?.said.warning).toContain('can’t be told');
  });
});
