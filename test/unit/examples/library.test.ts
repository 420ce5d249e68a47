import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  bindParameters,
  decodeTable,
  parseTemplate,
  runCost,
  NO_FLOORS,
  runTerms,
  tableShape,
} from '../../../core/templates/index.js';
import type { BoundTemplate, RunTerms } from '../../../core/templates/index.js';
import { BUDGET, DEMO_TEMPLATES } from '../../../examples/bold/demo/bold-federation.js';
import { AGENCIES, boldCatalogue, boldTemplates } from '../../../examples/bold/index.js';
import { packagePath } from '../../../runtime/index.js';

const catalogue = boldCatalogue();
const templates = boldTemplates(catalogue);

describe('the datasets', () => {
  it('are those of the agencies', () => {
    expect([...catalogue.keys()].toSorted()).toEqual(
      [...new Set(AGENCIES.flatMap(({ datasets }) => datasets))].toSorted(),
    );
  });

  it.each([
    ['police.victim-crimes', ['demographics', 'investigation', 'services']],
    ['cps.prosecutions', ['court-case', 'demographics', 'investigation']],
    ['courts.cases', ['court-case']],
    ['prison-probation.victim-contact', ['demographics', 'offender-information']],
    ['third-sector.support', ['demographics', 'services']],
  ])('%s holds what the organisation holds: %j', (name, categories) => {
    const fields = catalogue.get(name)?.fields ?? new Map();
    expect([...new Set([...fields.values()].map(({ category }) => category as string))].toSorted()).toEqual(categories);
  });

  it('link courts by case alone and charities by person alone', () => {
    expect(Object.fromEntries([...catalogue].map(([name, { keys }]) => [name, keys]))).toEqual({
      'police.victim-crimes': ['person', 'case'],
      'cps.prosecutions': ['person', 'case'],
      'courts.cases': ['case'],
      'prison-probation.victim-contact': ['person', 'case'],
      'third-sector.support': ['person'],
    });
  });

  it('say that charities do not hold everybody', () => {
    expect([...catalogue.values()].filter(({ partial }) => partial).map(({ dataset }) => dataset)).toEqual([
      'third-sector.support',
    ]);
  });
});

/** What holds where one agency offers each of the template's datasets. */
function termsOf(bound: BoundTemplate): RunTerms {
  const lists = [bound.population, ...bound.links];
  return runTerms(
    bound,
    lists.map(({ dataset: { dataset } }) => ({ datasets: [{ dataset, snapshot: '0'.repeat(64) }], floors: NO_FLOORS })),
  );
}

function fail(): never {
  throw new Error('no such template');
}

describe('the templates', () => {
  it('are named as their files', () => {
    const files = readdirSync(packagePath('examples', 'bold', 'templates')).toSorted();
    expect(files).toHaveLength(8);
    for (const file of files) {
      const text = readFileSync(join(packagePath('examples', 'bold', 'templates'), file), 'utf8');
      expect(`${parseTemplate(text).template}.yaml`).toBe(file);
    }
  });

  it('use all five datasets, links on persons and on cases, all of people and records, all and linked', () => {
    const links = [...templates.values()].flatMap((bound) => bound.links);
    const used = [...templates.values()].flatMap(({ population }) => population.dataset.dataset);
    expect(new Set([...used, ...links.map(({ dataset }) => dataset.dataset)])).toEqual(new Set(catalogue.keys()));
    expect(new Set(links.map(({ on }) => on))).toEqual(new Set(['person', 'case']));
    expect(new Set(links.map(({ keep }) => keep))).toEqual(new Set(['all', 'linked']));
    expect(new Set([...templates.values()].map(({ unit }) => unit))).toEqual(new Set(['person', 'record']));
  });

  it.each([...templates])('%s has a table that a person can read', (_, bound) => {
    const shape = tableShape(bound);
    const nobody = new Float64Array(bound.cells);
    const sums = bound.measures.flatMap(({ columns }) => columns.map(() => nobody));
    const { table } = decodeTable(bound, termsOf(bound), 2, { counts: nobody, sums });
    expect(table.cells.length).toBeGreaterThanOrEqual(6);
    expect(table.cells.length).toBeLessThanOrEqual(60);
    expect(shape.every(({ label }) => label.length <= 60)).toBe(true);
  });

  it.each([...templates])('%s keeps to the rules of publication', (_, { template }) => {
    expect(template.disclosure).toMatchObject({ threshold: 10, roundTo: 5 });
    expect(template.disclosure.epsilon).toBeLessThanOrEqual(2);
  });

  it.each([...templates.keys()].filter((name) => name.startsWith('linkage-quality-')))(
    'of the demonstration can be asked together once, and one of them again, beside %s within what its agencies give away',
    (quality) => {
      const costs = new Map(
        [...catalogue.values()].map(({ dataset, linkage }) => [
          dataset,
          linkage === null || linkage.epsilon === 'none' ? 0 : linkage.epsilon * linkage.schemes.length,
        ]),
      );
      for (const bound of [...DEMO_TEMPLATES, quality].map((name) => templates.get(name) ?? fail())) {
        const { total } = runCost(termsOf(bound));
        for (const { dataset } of [bound.population, ...bound.links]) {
          costs.set(dataset.dataset, (costs.get(dataset.dataset) ?? 0) + total);
        }
      }
      const again = runCost(termsOf(templates.get('support-reached-after-referral') ?? fail())).total;
      for (const [dataset, cost] of costs) {
        expect([dataset, cost + again <= BUDGET.perSnapshot]).toEqual([dataset, true]);
      }
    },
  );

  it('add up a measure where they have one, and derive rates where they have a group to compare', () => {
    expect(templates.get('wellbeing-when-support-ends')?.measures.map(({ kind, field }) => [kind, field])).toEqual([
      ['mean', 'wellbeing-end'],
    ]);
    expect([...templates.values()].filter(({ presentation }) => presentation.rate !== null)).toHaveLength(3);
  });

  it.each([...templates])('%s takes the widest choice of parameters', (_, bound) => {
    const widest = Object.fromEntries([...bound.parameters].map(([name, { choices }]) => [name, [...choices.keys()]]));
    expect([...bindParameters(bound, widest).values.keys()]).toEqual([...bound.parameters.keys()]);
  });

  it('ask the question of the pilot over police, prosecutors and charities', () => {
    const bound = templates.get('victim-engagement-by-case-length');
    expect(bound?.template.title).toBe('If a case takes over a year, are victims less likely to stay engaged?');
    expect([bound?.population, ...(bound?.links ?? [])].map((list) => list?.dataset.dataset)).toEqual([
      'police.victim-crimes',
      'cps.prosecutions',
      'third-sector.support',
    ]);
  });
});
