import { describe, expect, it } from 'vitest';

import { MAX_MAGNITUDE } from '../../../core/private-join/index.js';
import { bindTemplate, createCatalogue, parseDataset } from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import { bind, catalogue, DISCLOSURE, FULL_BODY, MEASURES, PRESENT, problemPathsOf, template } from './fixtures.js';

function pathsAfter(text: string, from: string, to: string): string[] {
  if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
  return problemPathsOf(() => bind(text.replace(from, to)));
}

describe('a measure', () => {
  const body = FULL_BODY + MEASURES;

  it('is counted from the middle of its range, in columns', () => {
    expect(bind(body).measures).toMatchObject([
      {
        kind: 'mean',
        dataset: 'police.crimes',
        field: 'age',
        label: 'Age in years',
        range: [18, 59],
        centre: 38,
        columns: [
          { part: 'value', magnitude: 21 },
          { part: 'present', magnitude: 1 },
        ],
      },
      {
        kind: 'variance',
        field: 'days',
        label: 'Days until the charge',
        centre: 365,
        columns: [
          { part: 'value', magnitude: 365 },
          { part: 'present', magnitude: 1 },
          { part: 'square', magnitude: 365 ** 2 },
        ],
      },
    ]);
  });

  it.each([
    ['[-10, 10]', 0, 10],
    ['[-10, 9]', -1, 10],
    ['[-10, -9]', -10, 1],
    ['[3, 4]', 3, 1],
  ])('over %s is counted from %i, at most %i away', (range, centre, magnitude) => {
    const [measure] = bind(`${FULL_BODY}measures: [{ sum: cps.charges.change, range: ${range} }]\n`).measures;
    expect(measure?.centre).toBe(centre);
    expect(measure?.columns).toEqual([
      { part: 'value', magnitude },
      { part: 'present', magnitude: 1 },
    ]);
  });

  it('belongs to its dataset', () => {
    const { population, links } = bind(body);
    expect([population, ...links].map(({ measures }) => measures.map(({ field }) => field))).toEqual([
      ['age'],
      ['days'],
      [],
    ]);
  });

  it.each([
    ['a dataset that is not used', 'mean: police.crimes.age', 'mean: courts.hearings.age', ['measures[0].mean']],
    ['a field that does not exist', 'mean: police.crimes.age', 'mean: police.crimes.weight', ['measures[0].mean']],
    ['a field of codes', 'mean: police.crimes.age', 'sum: police.crimes.offence', ['measures[0].sum']],
    ['a date', 'mean: police.crimes.age', 'variance: police.crimes.reported', ['measures[0].variance']],
    ['a range that ends before it begins', 'range: [18, 59]', 'range: [59, 18]', ['measures[0].range']],
    ['a range of one number', 'range: [18, 59]', 'range: [18, 18]', ['measures[0].range']],
    ['a range below the field', 'range: [18, 59]', 'range: [-1, 59]', ['measures[0].range']],
    ['a range above the field', 'range: [18, 59]', 'range: [18, 121]', ['measures[0].range']],
    ['one field twice', 'variance: cps.charges.days', 'sum: police.crimes.age', ['measures[1]', 'measures[1].range']],
  ])('may not be of %s', (_, from, to, paths) => {
    expect(pathsAfter(body, from, to)).toEqual(paths);
  });

  it('may not be of records that are left out', () => {
    const left = body
      .replace('on: case, keep: all', 'on: case, keep: not-linked')
      .replace(
        '{ field: cps.charges.days, bands: [0, 91, 366], label: Days to charge }',
        '{ field: police.crimes.offence }',
      );
    expect(problemPathsOf(() => bind(left))).toEqual(['measures[1].variance']);
  });

  it('does not stand in for a dimension that shows whose values they are', () => {
    const hidden = body.replace(
      '{ field: cps.charges.days, bands: [0, 91, 366], label: Days to charge }',
      '{ field: police.crimes.offence }',
    );
    expect(problemPathsOf(() => bind(hidden))).toEqual(['links[0]']);
  });
});

describe('the width of a range', () => {
  const wide = parseDataset(`dataset: a.b
version: 1
title: t
description: d
unit: thing
keys: [case]
order: number
purposes: [research-statistics]
fields:
  number: { type: integer, min: -100000000, max: 100000000, meaning: m, category: services }
  code: { type: code, codes: { a: A, b: B }, meaning: m, category: services }
`);
  const paths = (kind: string, from: number, to: number): string[] => {
    const body = `unit: thing
population: { dataset: a.b }
dimensions: [{ field: a.b.code }]
measures: [{ ${kind}: a.b.number, range: [${from}, ${to}] }]
`;
    return problemPathsOf(() => bindTemplate(template(body), createCatalogue([wide])));
  };
  const root = Math.sqrt(MAX_MAGNITUDE);

  it.each([
    ['sum', MAX_MAGNITUDE],
    ['mean', MAX_MAGNITUDE],
    ['variance', root],
  ])('of a %s is twice the largest number there may be, and not one more', (kind, largest) => {
    expect(paths(kind, -largest, largest)).toEqual([]);
    expect(paths(kind, -largest, largest + 1)).toEqual(['measures[0].range']);
    expect(paths(kind, 1000, 1000 + 2 * largest)).toEqual([]);
  });
});

describe('what is presented', () => {
  const body = FULL_BODY + PRESENT;

  it.each([
    ['a rate of what is no dimension', 'of: police.crimes.withdrew', 'of: police.crimes.offence', ['present.rate.of']],
    ['a rate of a code that is none', 'equals: [yes]', 'equals: [perhaps]', ['present.rate.equals[0]']],
    ['a rate of what is not recorded', 'equals: [yes]', 'equals: [not-recorded]', ['present.rate.equals[0]']],
    ['a rate of a code twice', 'equals: [yes]', 'equals: [yes, yes]', ['present.rate.equals[1]']],
    ['a rate that is always 1', 'equals: [yes]', 'equals: [yes, no]', ['present.rate.equals']],
    ['a group that is no dimension', 'by: [charities.support, ', 'by: [police.crimes, ', ['present.rate.by[0]']],
    [
      'a group twice',
      'by: [charities.support, cps.charges.days]',
      'by: [charities.support, charities.support]',
      ['present.rate.by[1]'],
    ],
    ['groups of what is shown', 'by: [charities.support, ', 'by: [police.crimes.withdrew, ', ['present.rate.by[0]']],
    ['quantiles of codes', 'of: cps.charges.days, at', 'of: police.crimes.withdrew, at', ['present.quantiles.of']],
    [
      'quantiles of a link',
      'of: cps.charges.days, at',
      'of: charities.support, at',
      ['present.quantiles.of', 'present.quantiles.by[0]'],
    ],
  ])('may not be %s', (_, from, to, paths) => {
    expect(pathsAfter(body, from, to).toSorted()).toEqual(paths.toSorted());
  });

  it('is not complained about where a dimension is wrong already', () => {
    expect(pathsAfter(body, '{ field: police.crimes.withdrew }', '{ field: police.crimes.nothing }')).toEqual([
      'dimensions[2].field',
    ]);
  });
});

describe('what no run could carry', () => {
  const disclosure = (rest: string): string => `disclosure: { threshold: 10, roundTo: 5, ${rest} }\n`;
  const paths = (body: string, rest: string): string[] => problemPathsOf(() => bind(body, disclosure(rest)));
  /** 12 bands, or as many as are wanted, of ages; 3 + 1 kinds of crime. */
  const cells = (bands: number): string => `unit: victim-case
contributionLimit: 100
population: { dataset: police.crimes }
dimensions:
  - { field: police.crimes.age, bands: [${Array.from({ length: bands }, (_, index) => index).join(', ')}] }
  - { field: police.crimes.offence }
`;

  it('is noise in so many cells that dummies would not end', () => {
    // 52 cells, and a bound of 200 * 20 / 0.2 and a little.
    expect(paths(cells(12), 'epsilon: 0.2, overlapEpsilon: none')).toEqual([]);
    expect(paths(cells(50), 'epsilon: 0.2, overlapEpsilon: none')).toEqual(['disclosure.epsilon']);
    expect(paths(cells(12), 'epsilon: 0.01, overlapEpsilon: none')).toEqual(['disclosure.epsilon']);
  });

  it('is decoys in so many patterns that lists would not end', () => {
    const limited = FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 100');
    expect(paths(limited, 'epsilon: none, overlapEpsilon: 0.1')).toEqual([]);
    expect(paths(limited, 'epsilon: none, overlapEpsilon: 0.01')).toEqual(['disclosure.overlapEpsilon']);
    expect(paths(limited, 'epsilon: 0.01')).toContain('disclosure.epsilon');
  });

  it('is an epsilon that shares of it are too small of', () => {
    const measures = FULL_BODY + MEASURES;
    expect(paths(measures, 'epsilon: 0.02')).toEqual([]);
    expect(paths(measures, 'epsilon: 0.019')).toEqual(['disclosure.epsilon']);
    expect(paths(measures.replace('epsilon: 3', 'epsilon: 0.03'), 'epsilon: none')).toEqual([]);
    expect(paths(measures.replace('epsilon: 3', 'epsilon: 0.029'), 'epsilon: none')).toEqual(['measures[1].epsilon']);
  });

  it('is more sums than a message holds', () => {
    const sums = (bands: number): string =>
      `${cells(bands)}measures: [{ variance: police.crimes.age, range: [0, 120] }]\n`;
    // (bands + not recorded) * (3 codes + not recorded) * 3 columns, of 4,096
    expect(paths(sums(100), 'epsilon: none')).toEqual([]);
    const more = sums(100).replace(
      '{ field: police.crimes.offence }',
      '{ field: police.crimes.offence }\n  - { field: police.crimes.quarter }',
    );
    expect(paths(more, 'epsilon: none')).toEqual(['measures']);
  });

  it('is the overlaps of more lists than decoys are made for', () => {
    const datasets = Array.from({ length: 7 }, (_, index) =>
      parseDataset(`dataset: a.d${index}
version: 1
title: t
description: d
unit: thing
keys: [case]
order: day
purposes: [research-statistics]
fields:
  day: { type: date, meaning: m, category: services }
  code: { type: code, codes: { a: A }, meaning: m, category: services }
`),
    );
    const linking = (links: number, rest: string): BoundTemplate => {
      const list = Array.from({ length: links }, (_, index) => `{ dataset: a.d${index + 1}, on: case, keep: linked }`);
      const body = `unit: thing
population: { dataset: a.d0 }
links: [${list.join(', ')}]
dimensions: [{ field: a.d0.code }]
`;
      return bindTemplate(template(body, disclosure(rest)), createCatalogue([...catalogue.values(), ...datasets]));
    };
    expect(linking(5, 'epsilon: 1').links).toHaveLength(5);
    expect(problemPathsOf(() => linking(6, 'epsilon: 1'))).toEqual(['disclosure.epsilon']);
    expect(problemPathsOf(() => linking(6, 'epsilon: none, overlapEpsilon: 1'))).toEqual(['disclosure.overlapEpsilon']);
    expect(linking(6, 'epsilon: 1, overlapEpsilon: none').links).toHaveLength(6);
    expect(linking(6, 'epsilon: none').links).toHaveLength(6);
  });
});

it('makes at most so many numbers of a record', () => {
  const fields = Array.from(
    { length: 8 },
    (_, index) => `  n${index}: { type: integer, min: 0, max: 9, meaning: m, category: services }\n`,
  );
  const dataset = parseDataset(`dataset: a.b
version: 1
title: t
description: d
unit: thing
keys: [case]
order: n0
purposes: [research-statistics]
fields:
${fields.join('')}`);
  const measuring = (kinds: readonly string[]): BoundTemplate => {
    const measures = kinds.map((kind, index) => `{ ${kind}: a.b.n${index}, range: [0, 9] }`);
    const body = `unit: thing
population: { dataset: a.b }
dimensions: [{ field: a.b.n0, bands: [0] }]
measures: [${measures.join(', ')}]
`;
    return bindTemplate(template(body, DISCLOSURE), createCatalogue([dataset]));
  };
  expect(measuring(Array.from({ length: 8 }, () => 'sum')).population.measures).toHaveLength(8);
  const one = ['variance', ...Array.from({ length: 7 }, () => 'sum')];
  expect(problemPathsOf(() => measuring(one))).toEqual(['measures[7]']);
});
