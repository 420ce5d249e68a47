import { describe, expect, it } from 'vitest';

import { MAX_CELLS } from '../../../core/private-join/index.js';
import { bindTemplate, createCatalogue, parseDataset, parseTemplateSource } from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import { BODY_LINE, catalogue, codeOf, errorOf, FULL_BODY, placesOf, template, templateYaml } from './fixtures.js';

function bind(body: string): BoundTemplate {
  return bindTemplate(template(body), catalogue);
}

/** Paths of the problems once `from` is replaced in the full template, which must have it. */
function pathsAfter(from: string, to: string): string[] {
  if (!FULL_BODY.includes(from)) throw new Error(`the fixture has no ${from}`);
  return errorOf(() => bind(FULL_BODY.replace(from, to))).problems.map(({ path }) => path);
}

describe('a bound template', () => {
  it('has its names resolved and its cells laid out', () => {
    const bound = bind(FULL_BODY);
    expect(bound.unit).toBe('person');
    expect(bound.scheme?.id).toBe('exact');
    expect(bound.population).toMatchObject({ role: 'base', contributionLimit: 1, labels: 3, stride: 1 });
    expect(bound.population.keys).toEqual([
      { name: 'exact.1', on: 'person' },
      { name: 'exact.2', on: 'person' },
      { name: 'case', on: 'case' },
    ]);
    expect(bound.links).toMatchObject([
      {
        role: 'linked',
        on: 'case',
        keep: 'all',
        take: 'latest',
        labels: 4,
        stride: 4,
        keys: [{ name: 'case', on: 'case' }],
      },
      { role: 'linked', on: 'person', keep: 'all', take: 'earliest', labels: 1, stride: 20 },
    ]);
    expect(bound.links[1]?.keys).toEqual(bound.population.keys.slice(0, 2));
    expect(bound.cells).toBe(4 * 5 * 2);
    expect(bound.dimensions.map(({ kind, label }) => [kind, label])).toEqual([
      ['band', 'Days to charge'],
      ['linked', 'Linked to: People supported'],
      ['code', 'The victim withdrew'],
    ]);
    expect([...(bound.parameters.get('quarters')?.choices ?? [])]).toEqual([
      ['2025-Q1', 'January to March 2025'],
      ['2025-Q2', 'April to June 2025'],
    ]);
  });

  it('reports everything that does not fit, each with its line', () => {
    const body = `unit: offender
contributionLimit: 2
population:
  dataset: police.crimes
  where:
    - { field: colour, in: [red] }
    - { field: age, in: [old] }
    - { field: offence, between: [1, 2] }
    - { field: offence, in: [murder, rape, rape] }
    - { field: age, between: [60, 130] }
    - { field: offence, in: { parameter: unknown } }
    - { field: quarter, in: { parameter: offences } }
links:
  - { dataset: police.crimes, on: case, keep: linked }
  - { dataset: nobody.nothing, on: case, keep: linked }
  - { dataset: courts.hearings, on: person, keep: not-linked }
dimensions:
  - { field: police.crimes.age }
  - { field: police.crimes.reported }
  - { field: police.crimes.offence, bands: [1] }
  - { field: cps.charges.days, bands: [1] }
  - { field: courts.hearings.plea }
  - { linked: courts.hearings }
  - { linked: police.crimes }
parameters:
  offences: { from: offence, min: 3, max: 2 }
  unused: { from: [a] }
`;
    const { template: parsed, lineOf } = parseTemplateSource(templateYaml(body));
    const line = BODY_LINE;
    expect(placesOf(() => bindTemplate(parsed, catalogue, lineOf)).toSorted()).toEqual(
      [
        `1 scheme`,
        `${line} unit`,
        `${line + 5} population.where[0].field`,
        `${line + 6} population.where[1].in`,
        `${line + 7} population.where[2].between`,
        `${line + 8} population.where[3].in[0]`,
        `${line + 8} population.where[3].in[2]`,
        `${line + 9} population.where[4].between`,
        `${line + 10} population.where[5].in.parameter`,
        `${line + 11} population.where[6].in.parameter`,
        `${line + 13} links[0].dataset`,
        `${line + 14} links[1].dataset`,
        `${line + 15} links[2].on`,
        `${line + 17} dimensions[0]`,
        `${line + 18} dimensions[1].field`,
        `${line + 19} dimensions[2].bands`,
        `${line + 20} dimensions[3].field`,
        `${line + 21} dimensions[4].field`,
        `${line + 22} dimensions[5].linked`,
        `${line + 23} dimensions[6].linked`,
        `${line + 25} parameters.offences.min`,
        `${line + 26} parameters.unused`,
      ].toSorted(),
    );
    expect(codeOf(() => bindTemplate(parsed, catalogue))).toBe('NOT_BINDABLE');
  });

  it.each([
    ['people counted more than once', 'unit: person', 'unit: person\ncontributionLimit: 2', ['contributionLimit']],
    ['no scheme where people are joined', 'scheme: exact\n', '', ['scheme']],
    ['a scheme that does not exist', 'scheme: exact', 'scheme: toString'.toLowerCase(), ['scheme']],
    ['a range that ends before it begins', 'between: [18, 59]', 'between: [59, 18]', ['population.where[2].between']],
    ['bands that do not ascend', 'bands: [0, 91, 366]', 'bands: [0, 91, 91]', ['dimensions[0].bands[2]']],
    ['bands above the range', 'bands: [0, 91, 366]', 'bands: [0, 91, 3651]', ['dimensions[0].bands[2]']],
    ['bands below the range', 'bands: [0, 91, 366]', 'bands: [-1, 91, 366]', ['dimensions[0].bands[0]']],
    ['a dimension twice', '{ field: police.crimes.withdrew }', '{ linked: charities.support }', ['dimensions[2]']],
    ['a link without effect', '{ linked: charities.support }', '{ field: police.crimes.offence }', ['links[1]']],
    ['a linked dimension that is always yes', 'keep: all, take: earliest', 'keep: linked', ['dimensions[1].linked']],
    [
      'a parameter value that does not exist',
      '[2025-Q1, 2025-Q2], max: 2',
      '[2025-Q1, 2026-Q2]',
      ['parameters.quarters.from[1]'],
    ],
    ['a parameter value twice', '[2025-Q1, 2025-Q2], max: 2', '[2025-Q1, 2025-Q1]', ['parameters.quarters.from[1]']],
    ['more to choose than there is', 'max: 2', 'max: 3', ['parameters.quarters.max']],
    [
      'a parameter over a field of numbers',
      'from: [2025-Q1, 2025-Q2], max: 2',
      'from: age',
      ['parameters.quarters.from'],
    ],
    [
      'a parameter over codes of another field',
      'from: [2025-Q1, 2025-Q2], max: 2',
      'from: offence',
      ['population.where[0].in.parameter'],
    ],
  ])('refuses %s', (_, from, to, paths) => {
    expect(pathsAfter(from, to)).toEqual(paths);
  });

  it('refuses people as the unit of a dataset without them', () => {
    const body =
      'unit: person\nscheme: exact\npopulation: { dataset: courts.hearings }\ndimensions: [{ field: courts.hearings.plea }]\n';
    expect(errorOf(() => bind(body)).problems.map(({ path }) => path)).toEqual(['unit']);
  });

  it('takes no key of a scheme that joins nobody', () => {
    const body =
      'unit: victim-case\nscheme: exact\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.offence }]\n';
    expect(bind(body).scheme?.id).toBe('exact');
    expect(bind(body).population.keys).toEqual([]);
  });

  it('refuses a scheme where there are no people', () => {
    const body =
      'unit: court-case\nscheme: exact\npopulation: { dataset: courts.hearings }\ndimensions: [{ field: courts.hearings.plea }]\n';
    expect(errorOf(() => bind(body)).problems.map(({ path }) => path)).toEqual(['scheme']);
  });

  it('refuses a purpose that one of the datasets is not for', () => {
    const text = templateYaml(FULL_BODY).replace('purpose: research-statistics', 'purpose: service-planning');
    const { template: parsed } = parseTemplateSource(text);
    expect(errorOf(() => bindTemplate(parsed, catalogue)).problems.map(({ path }) => path)).toEqual([
      'links[0].dataset',
      'links[1].dataset',
    ]);
  });

  it('takes all codes of a field of the population for a parameter', () => {
    const bound = bind(FULL_BODY.replace('from: [2025-Q1, 2025-Q2], max: 2', 'from: quarter'));
    const parameter = bound.parameters.get('quarters');
    expect([...(parameter?.choices.keys() ?? [])]).toEqual(['2025-Q1', '2025-Q2', '2025-Q3']);
    expect([parameter?.min, parameter?.max]).toEqual([1, 3]);
  });

  it('has a band of its own below the first, where the field can be so small', () => {
    const body = (bands: string): string => `unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: linked }]
dimensions: [{ field: cps.charges.change, bands: ${bands} }]
`;
    const bandsOf = (bands: string): unknown => {
      const [dimension] = bind(body(bands)).dimensions;
      return dimension?.kind === 'band' ? dimension.bands : undefined;
    };
    expect(bandsOf('[0, 5]')).toEqual([
      { from: null, below: 0 },
      { from: 0, below: 5 },
      { from: 5, below: null },
    ]);
    expect(bandsOf('[-10, 5]')).toEqual([
      { from: -10, below: 5 },
      { from: 5, below: null },
    ]);
  });

  it('needs no key where nothing is joined', () => {
    const bound = bind(
      'unit: court-case\npopulation: { dataset: courts.hearings }\ndimensions: [{ field: courts.hearings.plea }]\n',
    );
    expect(bound.population.keys).toEqual([]);
    expect(bound.scheme).toBeNull();
    expect(bound.unit).toBe('record');
  });
});

it('makes as many cells as there may be, and not one more', () => {
  const codes = (count: number): string => Array.from({ length: count }, (_, index) => `c${index}: c`).join(', ');
  /** Two dimensions: a code each more is "Not recorded", a label more is "not linked". */
  const cellsWith = (first: number, second: number): number => {
    const dataset = parseDataset(`dataset: a.b
version: 1
title: t
description: d
unit: thing
keys: [case]
order: day
purposes: [research-statistics]
fields:
  day: { type: date, meaning: m, category: services }
  one: { type: code, codes: { ${codes(first)} }, meaning: m, category: services }
  two: { type: code, codes: { ${codes(second)} }, meaning: m, category: services }
`);
    const body = 'unit: thing\npopulation: { dataset: a.b }\ndimensions: [{ field: a.b.one }, { field: a.b.two }]\n';
    return bindTemplate(template(body), createCatalogue([dataset])).cells;
  };
  expect(cellsWith(254, 256)).toBe(MAX_CELLS);
  expect(errorOf(() => cellsWith(255, 255)).problems.map(({ path }) => path)).toEqual(['dimensions']);
});
