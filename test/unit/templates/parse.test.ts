import { describe, expect, it } from 'vitest';

import { MINIMUM_ROUNDING, MINIMUM_THRESHOLD } from '../../../core/disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import { isExpired, MAX_PROBLEMS, parseTemplate } from '../../../core/templates/index.js';
import {
  MAX_BANDS,
  MAX_CONTRIBUTION_LIMIT,
  MAX_DIMENSIONS,
  MAX_FILTERS,
  MAX_LINKS,
  MAX_MEASURES,
  MAX_PARAMETERS,
  MAX_QUANTILES,
  MAX_VALUES,
} from '../../../core/templates/template-schema.js';
import { MAX_INTEGER, MAX_LINE_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '../../../core/templates/vocabulary.js';
import {
  BODY_LINE,
  codeOf,
  DISCLOSURE,
  errorOf,
  FULL_BODY,
  MEASURES,
  placesOf,
  PRESENT,
  template,
  templateYaml,
} from './fixtures.js';

const yaml = templateYaml(FULL_BODY);
const SMALL_BODY = `unit: victim-case
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.offence }]
`;
const small = templateYaml(SMALL_BODY);

/** The paths of what is wrong once `from` is replaced, which must be there. */
function pathsAfter(text: string, from: string, to: string): string[] {
  if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
  return errorOf(() => parseTemplate(text.replace(from, to))).problems.map(({ path }) => path);
}

describe('a template', () => {
  it('is read with its defaults filled in', () => {
    expect(template(FULL_BODY)).toMatchObject({
      template: 'withdrawal-by-delay',
      version: 2,
      unit: 'person',
      contributionLimit: 1,
      scheme: 'exact',
      population: {
        dataset: 'police.crimes',
        where: [
          { field: 'quarter', in: { parameter: 'quarters' } },
          { field: 'offence', in: ['rape', 'stalking'] },
          { field: 'age', between: [18, 59] },
        ],
      },
      links: [
        { dataset: 'cps.charges', on: 'case', keep: 'all', take: 'latest', where: [{ field: 'days' }] },
        { dataset: 'charities.support', on: 'person', keep: 'all', take: 'earliest', where: [] },
      ],
      dimensions: [
        { field: 'cps.charges.days', bands: [0, 91, 366], label: 'Days to charge' },
        { linked: 'charities.support' },
        { field: 'police.crimes.withdrew' },
      ],
      parameters: { quarters: { from: ['2025-Q1', '2025-Q2'], min: 1, max: 2 } },
      disclosure: { threshold: 10, roundTo: 5, epsilon: 'none' },
    });
    expect(template(SMALL_BODY)).toMatchObject({ links: [], parameters: {}, population: { where: [] } });
    expect(Object.keys(template(SMALL_BODY))).not.toContain('scheme');
  });

  it('reports every bad path at once, each with its line', () => {
    const body = `unit: Victim Case
population:
  dataset: police
  where:
    - { field: age }
    - { field: age, in: [a], between: [1, 2] }
    - { field: age, between: [1.5, 2], extra: 1 }
    - { field: offence, in: [rape, 7] }
links:
  - { dataset: cps.charges, on: household, keep: some, take: any }
dimensions:
  - { field: police.crimes.age, linked: cps.charges }
  - { label: '' }
  - { linked: cps.charges, bands: [1] }
parameters:
  Quarters: { from: [2025-Q1] }
  other: { from: 3, min: 0 }
measures:
  - { mean: x, range: [0, 1] }
  - { mean: a.b.c, sum: a.b.c, range: [0, 1] }
  - { range: [0, 1], epsilon: 0 }
  - { variance: a.b.c, range: [0], label: '' }
present:
  margins: some
  rate: { of: a, equals: [], by: [a.b.c.d] }
  quantiles: { of: a.b.c, at: [0.5, 0.5], by: [a.b] }
  other: 1
`;
    const text = templateYaml(body).replace('version: 2\n', '').replace('2027-06-30', '2027-06-31');
    const line = BODY_LINE - 1;
    expect(placesOf(() => parseTemplate(text)).toSorted()).toEqual(
      [
        '1 version',
        `${line - 1} expires`,
        `${line} unit`,
        `${line + 2} population.dataset`,
        `${line + 4} population.where[0]`,
        `${line + 5} population.where[1]`,
        `${line + 6} population.where[2].between[0]`,
        `${line + 6} population.where[2].extra`,
        `${line + 7} population.where[3].in[1]`,
        `${line + 9} links[0].on`,
        `${line + 9} links[0].keep`,
        `${line + 9} links[0].take`,
        `${line + 11} dimensions[0]`,
        `${line + 12} dimensions[1]`,
        `${line + 12} dimensions[1].label`,
        `${line + 13} dimensions[2].bands`,
        `${line + 15} parameters.Quarters`,
        `${line + 16} parameters.other.from`,
        `${line + 16} parameters.other.min`,
        `${line + 18} measures[0].mean`,
        `${line + 19} measures[1]`,
        `${line + 20} measures[2]`,
        `${line + 20} measures[2].epsilon`,
        `${line + 21} measures[3].label`,
        `${line + 21} measures[3].range`,
        `${line + 23} present.margins`,
        `${line + 24} present.rate.by[0]`,
        `${line + 24} present.rate.equals`,
        `${line + 24} present.rate.of`,
        `${line + 25} present.quantiles.at`,
        `${line + 26} present.other`,
      ].toSorted(),
    );
  });

  it('shows the first problems of a document that has very many', () => {
    const many = Array.from({ length: MAX_PROBLEMS + 1 }, (_, index) => `extra${index}: 1\n`).join('');
    expect(errorOf(() => parseTemplate(small + many)).problems).toHaveLength(MAX_PROBLEMS);
  });

  it.each([
    ['a missing principle', 'nonStigmatising: It is about the system.', '', ['principles.nonStigmatising']],
    [
      'a principle without an answer',
      'impactful: It shows where delay costs engagement.',
      "impactful: ' '",
      ['principles.impactful'],
    ],
    ['a day that is none', '2027-06-30', '2027-06-31', ['expires']],
    ['a day with a time', '2027-06-30', '2027-06-30T00:00:00Z', ['expires']],
    ['a name in capitals', 'withdrawal-by-delay', 'Withdrawal', ['template']],
    ['version 0', 'version: 2', 'version: 0', ['version']],
    ['a version as text', 'version: 2', "version: '2'", ['version']],
    ['a dataset without an organisation', 'dataset: police.crimes', 'dataset: crimes', ['population.dataset']],
    ['a field that is not qualified', 'field: police.crimes.withdrew', 'field: withdrew', ['dimensions[2].field']],
    ['a title of two lines', 'title: Do', 'title: "Do\\n', ['title']],
    ['a range of three', 'between: [18, 59]', 'between: [18, 59, 60]', ['population.where[2].between']],
    ['no values at all', 'in: [rape, stalking]', 'in: []', ['population.where[1].in']],
    [
      'a parameter without a name',
      '{ parameter: quarters }',
      '{ parametre: q }',
      ['population.where[0].in.parameter', 'population.where[0].in.parametre'],
    ],
    [
      'no dimension',
      FULL_BODY.slice(FULL_BODY.indexOf('dimensions:'), FULL_BODY.indexOf('parameters:')),
      'dimensions: []\n',
      ['dimensions'],
    ],
  ])('refuses %s', (_, from, to, paths) => {
    const text = to.startsWith('title: "')
      ? yaml.replace('when the charge is slow?', 'when the charge is slow?"')
      : yaml;
    expect(pathsAfter(text, from, to)).toEqual(paths);
  });

  it.each([
    ['a terminal escape', '"\\e[31mred"'],
    ['a bidirectional override', '"\\u202eabc"'],
    ['half a surrogate pair', '"\\ud800"'],
  ])('refuses %s in a text for people', (_, text) => {
    expect(pathsAfter(small, 'success: A victim still engaged when the case ends.', `success: ${text}`)).toEqual([
      'success',
    ]);
  });

  it('keeps the lines of a passage', () => {
    const text = small.replace('success: A victim still engaged when the case ends.', 'success: |\n  One.\n  Two.\n');
    expect(parseTemplate(text).success).toBe('One.\nTwo.');
  });

  it('reads minus zero as zero', () => {
    const text = yaml.replace('bands: [0, 91, 366]', 'bands: [-0, 91, 366]');
    expect(parseTemplate(text).dimensions[0]).toEqual({
      field: 'cps.charges.days',
      bands: [0, 91, 366],
      label: 'Days to charge',
    });
  });
});

describe('measures and what is presented', () => {
  const withBoth = small + MEASURES + PRESENT;

  it('are read as they are written, and left out where they are not', () => {
    const { measures, present } = parseTemplate(withBoth);
    expect(measures).toEqual([
      { mean: 'police.crimes.age', range: [18, 59], label: 'Age in years' },
      { variance: 'cps.charges.days', range: [0, 730], epsilon: 3 },
    ]);
    expect(present).toEqual({
      rate: { of: 'police.crimes.withdrew', equals: ['yes'], by: ['charities.support', 'cps.charges.days'] },
      quantiles: { of: 'cps.charges.days', at: [0.25, 0.5], by: ['charities.support'] },
    });
    expect(parseTemplate(`${small}present: { margins: none }\n`).present).toEqual({ margins: 'none' });
    expect(Object.keys(parseTemplate(small))).not.toContain('measures');
    expect(Object.keys(parseTemplate(small))).not.toContain('present');
  });

  it.each([
    ['two kinds in one measure', 'mean: police', 'sum: a.b.c, mean: police', ['measures[0]']],
    ["an epsilon of none, which is the template's to say", 'epsilon: 3', 'epsilon: none', ['measures[1].epsilon']],
    ['half a number as the end of a range', '[18, 59]', '[18.5, 59]', ['measures[0].range[0]']],
    ['a share of 0', 'at: [0.25', 'at: [0', ['present.quantiles.at[0]']],
    ['a share of 1', '0.5]', '1]', ['present.quantiles.at[1]']],
    ['shares that do not ascend', '[0.25, 0.5]', '[0.5, 0.25]', ['present.quantiles.at']],
    ['a rate that nothing counts in', 'equals: [yes]', 'equals: []', ['present.rate.equals']],
    ['a block that says nothing', PRESENT, 'present: {}\n', ['present']],
    ['no measures at all', MEASURES, 'measures: []\n', ['measures']],
  ])('refuses %s', (_, from, to, paths) => {
    expect(pathsAfter(withBoth, from, to)).toEqual(paths);
  });
});

describe('the disclosure block', () => {
  function problems(block: string): string[] {
    return errorOf(() => parseTemplate(small.replace(DISCLOSURE, `disclosure: ${block}\n`))).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );
  }

  it.each([
    ['none', 'none'],
    [`${MINIMUM_EPSILON}`, MINIMUM_EPSILON],
    ['1', 1],
    [`${MAXIMUM_EPSILON}`, MAXIMUM_EPSILON],
  ])('takes an epsilon of %s, for counts and for overlaps', (text, epsilon) => {
    const block = `disclosure: { threshold: 10, roundTo: 5, epsilon: ${text}, overlapEpsilon: ${text} }\n`;
    expect(parseTemplate(small.replace(DISCLOSURE, block)).disclosure).toEqual({
      threshold: 10,
      roundTo: 5,
      epsilon,
      overlapEpsilon: epsilon,
    });
  });

  it.each([`${MINIMUM_EPSILON - 1e-9}`, `${MAXIMUM_EPSILON + 1e-9}`, 'off', '.inf', '.nan', "'1'", '[1]'])(
    'refuses an epsilon of %s, and says what it may be',
    (text) => {
      const message = 'must be a number from 0.01 to 10, or none for no noise';
      const block = `{ threshold: 10, roundTo: 5, epsilon: ${text}, overlapEpsilon: ${text} }`;
      expect(problems(block)).toEqual([`disclosure.epsilon: ${message}`, `disclosure.overlapEpsilon: ${message}`]);
    },
  );

  it('needs an epsilon, beside whatever else is wrong', () => {
    expect(problems('{ threshold: 10, roundTo: 20 }').toSorted()).toEqual([
      'disclosure.epsilon: is missing',
      'disclosure.roundTo: must not be more than the threshold',
    ]);
  });

  it('rounds in sixes only where it says so', () => {
    const block = (rounding: string, roundTo: number): string =>
      `{ threshold: 10, roundTo: ${roundTo}, rounding: ${rounding}, epsilon: none }`;
    const parsed = parseTemplate(small.replace(DISCLOSURE, `disclosure: ${block('midpoint-6', 6)}\n`));
    expect(parsed.disclosure.rounding).toBe('midpoint-6');
    expect(problems(block('midpoint-6', 5))).toEqual(['disclosure.roundTo: must be 6 where rounding is midpoint-6']);
    expect(problems(block('nearest', 5))).toEqual(['disclosure.rounding: must be base or midpoint-6']);
  });

  it('gives a reason for showing whole lines, in words', () => {
    expect(problems("{ threshold: 10, roundTo: 5, epsilon: none, wholeLines: ' ' }")).toHaveLength(1);
    expect(problems('{ threshold: 10, roundTo: 5, epsilon: none, wholeLines: true }')).toHaveLength(1);
  });

  it('holds to the floors', () => {
    const block = (threshold: number, roundTo: number): string =>
      small.replace(DISCLOSURE, `disclosure: { threshold: ${threshold}, roundTo: ${roundTo}, epsilon: none }\n`);
    expect(parseTemplate(block(MINIMUM_THRESHOLD, MINIMUM_ROUNDING)).disclosure.threshold).toBe(MINIMUM_THRESHOLD);
    expect(codeOf(() => parseTemplate(block(MINIMUM_THRESHOLD - 1, MINIMUM_ROUNDING)))).toBe('BAD_TEMPLATE');
    expect(codeOf(() => parseTemplate(block(MINIMUM_THRESHOLD, MINIMUM_ROUNDING - 1)))).toBe('BAD_TEMPLATE');
    expect(parseTemplate(block(12, 12)).disclosure.roundTo).toBe(12);
    expect(codeOf(() => parseTemplate(block(12, 13)))).toBe('BAD_TEMPLATE');
  });
});

describe('limits', () => {
  const repeated = (count: number, of: string): string => Array.from({ length: count }, () => of).join(', ');
  const numbers = (count: number): string => Array.from({ length: count }, (_, index) => index).join(', ');
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

  it.each<[string, number, (count: number) => string]>([
    [
      'filters',
      MAX_FILTERS,
      (count) =>
        small.replace(
          'police.crimes }',
          `police.crimes, where: [${repeated(count, '{ field: offence, in: [rape] }')}] }`,
        ),
    ],
    [
      'values of a filter',
      MAX_VALUES,
      (count) =>
        small.replace('police.crimes }', `police.crimes, where: [{ field: offence, in: [${repeated(count, 'a')}] }] }`),
    ],
    [
      'links',
      MAX_LINKS,
      (count) => `${small}links: [${repeated(count, '{ dataset: a.b, on: case, keep: linked }')}]\n`,
    ],
    [
      'dimensions',
      MAX_DIMENSIONS,
      (count) =>
        small.replace('[{ field: police.crimes.offence }]', `[${repeated(count, '{ field: police.crimes.offence }')}]`),
    ],
    [
      'bands',
      MAX_BANDS,
      (count) => small.replace('police.crimes.offence }', `police.crimes.age, bands: [${numbers(count)}] }`),
    ],
    [
      'parameters',
      MAX_PARAMETERS,
      (count) =>
        `${small}parameters: {${names(count)
          .map((name) => `${name}: { from: [a] }`)
          .join(', ')}}\n`,
    ],
    [
      'values of a parameter',
      MAX_VALUES,
      (count) => `${small}parameters: { p: { from: [${repeated(count, 'a')}] } }\n`,
    ],
    ['values to choose', MAX_VALUES, (count) => `${small}parameters: { p: { from: [a], max: ${count} } }\n`],
    ['records of one person', MAX_CONTRIBUTION_LIMIT, (count) => `${small}contributionLimit: ${count}\n`],
    ['measures', MAX_MEASURES, (count) => `${small}measures: [${repeated(count, '{ sum: a.b.c, range: [0, 1] }')}]\n`],
    [
      'quantiles',
      MAX_QUANTILES,
      (count) =>
        `${small}present: { quantiles: { of: a.b.c, at: [${Array.from({ length: count }, (_, index) => (index + 1) / 100).join(', ')}], by: [] } }\n`,
    ],
    [
      'dimensions to group by',
      MAX_DIMENSIONS - 1,
      (count) => `${small}present: { rate: { of: a.b.c, equals: [a], by: [${repeated(count, 'a.b')}] } }\n`,
    ],
    ['characters of a name', MAX_NAME_LENGTH, (count) => small.replace('withdrawal-by-delay', 'a'.repeat(count))],
    [
      'characters of a parameter',
      MAX_NAME_LENGTH,
      (count) => `${small}parameters: { ${'a'.repeat(count)}: { from: [a] } }\n`,
    ],
    [
      'characters of a value',
      MAX_NAME_LENGTH,
      (count) => `${small}parameters: { p: { from: [${'a'.repeat(count)}] } }\n`,
    ],
    [
      'characters of a dataset part',
      MAX_NAME_LENGTH,
      (count) => small.replace('dataset: police.crimes', `dataset: police.${'a'.repeat(count)}`),
    ],
    [
      'characters of a line',
      MAX_LINE_LENGTH,
      (count) => small.replace('Do victims withdraw when the charge is slow?', 'a'.repeat(count)),
    ],
    [
      'characters of a text',
      MAX_TEXT_LENGTH,
      (count) => small.replace('Victims asked whether age and delay matter.', 'a'.repeat(count)),
    ],
    [
      'whole numbers',
      MAX_INTEGER,
      (count) => small.replace('police.crimes.offence }', `police.crimes.age, bands: [-${count}, ${count}] }`),
    ],
  ])('takes the most %s there may be, and not one more', (_, limit, textOf) => {
    expect(textOf(limit)).not.toBe(small);
    expect(parseTemplate(textOf(limit)).version).toBe(2);
    expect(codeOf(() => parseTemplate(textOf(limit + 1)))).toBe('BAD_TEMPLATE');
  });
});

it('expires when its last day is over', () => {
  const parsed = parseTemplate(small);
  expect(isExpired(parsed, new Date('2027-06-30T23:59:59.999Z'))).toBe(false);
  expect(isExpired(parsed, new Date('2027-07-01T00:00:00Z'))).toBe(true);
});
