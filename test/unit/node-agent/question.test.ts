import { describe, expect, it } from 'vitest';

import { compileMembership } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import type { LocalQuestion } from '../../../node-agent/budget/memory.js';
import { localQuestion, questionKey } from '../../../node-agent/guard/question.js';
import { boundParameters, boundTemplate, prosecutions, support, template } from './federation-fixtures.js';
import { crimes } from './fixtures.js';

function questionOf(
  dataset: string,
  changed: Partial<Template> = {},
  quarters: readonly string[] = ['2025-Q1'],
  threshold = 10,
): LocalQuestion {
  const bound = boundTemplate(changed);
  return localQuestion(bound, dataset, boundParameters(bound, quarters), threshold);
}

const base = questionOf(crimes.dataset);
const between = { field: 'days-to-charge', between: [0, 100] as const };
const quarters = { field: 'reported-quarter', in: { parameter: 'quarters' } };

function populationWhere(...where: Template['population']['where']): Partial<Template> {
  return { population: { dataset: crimes.dataset, where } };
}

describe('localQuestion', () => {
  it('has the membership of every record, the categories of each label, and what is shown', () => {
    const bound = boundTemplate();
    const membership = compileMembership(bound, crimes.dataset, boundParameters(bound));
    expect(base).toMatchObject({
      sql: membership.sql,
      parameters: membership.parameters,
      context: 'base',
      dimensions: [{ field: 'offence-group', categories: ['= rape', '= stalking', expect.stringMatching(/^none of/)] }],
      totals: true,
      threshold: 10,
    });
    expect(questionOf(crimes.dataset, { present: { margins: 'none' } }).totals).toBe(false);
    expect(questionOf(crimes.dataset, {}, ['2025-Q1'], 25).threshold).toBe(25);
  });

  it('names bands by their ends', () => {
    const [dimension] = questionOf(crimes.dataset, {
      dimensions: [{ field: 'police.victim-crimes.days-to-charge', bands: [0, 91] }, ...template.dimensions],
    }).dimensions;
    expect(dimension?.field).toBe('days-to-charge');
    expect(dimension?.categories.slice(0, 2)).toEqual(['from 0 below 91', 'from 91 below no end']);
  });

  it.each<[string, Partial<Template>, readonly string[], boolean]>([
    ['another template of another name and dimension', { template: 'other', version: 9 }, ['2025-Q1'], true],
    ['the same filters in another order', populationWhere(between, quarters), ['2025-Q1'], false],
    ['other quarters', {}, ['2025-Q2'], false],
    ['a written-out filter that means the same', populationWhere({ ...quarters, in: ['2025-Q1'] }), ['2025-Q1'], true],
    ['more records a person', { contributionLimit: 2 }, ['2025-Q1'], false],
  ])('knows the population of %s', (_, changed, chosen, same) => {
    const parameters = changed.population?.where.every((filter) => 'in' in filter && Array.isArray(filter.in)) === true;
    const other = parameters ? localQuestionWithout(changed) : questionOf(crimes.dataset, changed, chosen);
    expect(other.population === base.population).toBe(same);
  });

  it('minds the order of filters as little as that of values', () => {
    const one = questionOf(crimes.dataset, populationWhere(between, quarters), ['2025-Q1', '2025-Q2']);
    const other = questionOf(crimes.dataset, populationWhere(quarters, between), ['2025-Q2', '2025-Q1']);
    expect(one.population).toBe(other.population);
  });

  it('ties a linked list to the population that it is linked to, and to nothing else of the template', () => {
    const linked = questionOf(support.dataset);
    expect(linked.context).toBe(base.population);
    expect(questionOf(support.dataset, {}, ['2025-Q2']).context).not.toBe(linked.context);
    expect(questionOf(support.dataset, { template: 'other' }).context).toBe(linked.context);
    expect(questionOf(prosecutions.dataset).population).not.toBe(linked.population);
    const earliest = template.links.map((link) => ({ ...link, take: 'earliest' as const }));
    expect(questionOf(support.dataset, { links: earliest }).population).not.toBe(linked.population);
  });

  it('does not know a dataset that the template doesn’t use', () => {
    expect(() => questionOf('prison.custody')).toThrow(RangeError);
  });
});

/** The template without its parameter. */
function localQuestionWithout(changed: Partial<Template>): LocalQuestion {
  const bound = boundTemplate({ ...changed, parameters: {} });
  return localQuestion(bound, crimes.dataset, { values: new Map(), canonical: new Uint8Array() }, 10);
}

describe('questionKey', () => {
  it('is the same for the same question, and for no other', () => {
    const others: LocalQuestion[] = [
      { ...base, sql: 'SELECT 1' },
      { ...base, parameters: [...base.parameters, 1] },
      { ...base, context: 'other' },
      { ...base, population: 'other' },
      { ...base, dimensions: [] },
      { ...base, totals: false },
      { ...base, threshold: 11 },
    ];
    const keys = [base, ...others].map(questionKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(questionKey({ ...base, template: 'a', version: 1 } as LocalQuestion)).toBe(questionKey(base));
  });
});
