import { describe, expect, it } from 'vitest';

import { geometricLaw } from '../../../core/noise/index.js';
import { AGREEMENTS, DEFAULT_LINK_THRESHOLD, schemes, SEVERAL_PER_INDEPENDENT } from '../../../core/linkage/index.js';
import { AGREEMENT_CLASSES, discardCells, MAX_DUMMIES } from '../../../core/private-join/index.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  canonicalTemplate,
  createCatalogue,
  decodeTable,
  explainTemplate,
  NO_FLOORS,
  parseDataset,
  planRun,
  runTerms,
  tableShape,
  templateDigest,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Catalogue, Floors, Roster } from '../../../core/templates/index.js';
import { bind, catalogue, CRIMES_YAML, DISCLOSURE, NOISY, problemPathsOf, SUPPORT_YAML, template } from './fixtures.js';

/** Crimes by how victims agree with whom charities support. */
const BODY = `unit: person
scheme: standard
population: { dataset: police.crimes }
links:
  - { dataset: charities.support, on: person, keep: all }
dimensions:
  - { field: police.crimes.offence }
  - { agreement: charities.support }
`;
const RECALL = 'present: { recall: { of: charities.support.agreement, by: [police.crimes.offence] } }\n';

function problemsOf(body: string, datasets: Catalogue = catalogue): string[] {
  return problemPathsOf(() => bindTemplate(template(body), datasets));
}

function changed(from: string, to: string): string {
  if (!BODY.includes(from)) throw new Error(`the fixture has no ${from}`);
  return BODY.replace(from, to);
}

const key = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const roster: Roster = {
  federation: 'demo',
  version: 1,
  agencies: [
    { id: 'north', name: 'North', identityKey: key(1), datasets: ['police.crimes'] },
    { id: 'haven', name: 'Haven', identityKey: key(2), datasets: ['charities.support'] },
  ],
  coordinator: { identityKey: key(9) },
};

function plan(bound: BoundTemplate, floors: Floors = NO_FLOORS): JoinPlan {
  return planRun({
    offer: {
      runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5c',
      templateDigest: 'a'.repeat(64),
      register: { size: 7, root: 'f'.repeat(64) },
      parameters: {},
      requester: 'An analyst',
      purpose: 'research-statistics',
      participants: [
        { agency: 'north', datasets: [{ dataset: 'police.crimes', snapshot: '1'.repeat(64) }], floors },
        { agency: 'haven', datasets: [{ dataset: 'charities.support', snapshot: '2'.repeat(64) }], floors: NO_FLOORS },
      ],
    },
    bound,
    parameters: bindParameters(bound, {}),
    roster,
  });
}

describe('a dimension of agreement', () => {
  it('is a factor of its own in the cells, after all labels', () => {
    const bound = bind(BODY);
    // 3 offences and "Not recorded", support with one label.
    expect(bound.agreement).toMatchObject({ dimension: { dataset: 'charities.support' }, stride: 5 * 2 });
    expect(bound.cells).toBe(5 * 2 * AGREEMENT_CLASSES);
    expect(bind(BODY.replace(/ {2}- { agreement.*\n/, '  - { linked: charities.support }\n')).agreement).toBeNull();
  });

  it('has a category for each agreement, in plain words, and one for who did not link', () => {
    const [, dimension] = tableShape(bind(BODY));
    expect(dimension).toMatchObject({
      name: 'charities.support.agreement',
      label: 'Agreement with: People supported',
    });
    expect(dimension?.categories.map(({ code }) => code)).toEqual([...AGREEMENTS, 'not-linked']);
    expect(dimension?.categories[0]?.label).toBe('Name, birth date and place agree');
    const linked = tableShape(bind(changed('keep: all', 'keep: linked')))[1]?.categories ?? [];
    expect(linked.map(({ code }) => code)).toEqual([...AGREEMENTS]);
  });

  it('is decoded with the groups: who linked agrees in something, who did not in nothing', () => {
    const bound = bind(BODY);
    const counts = new Float64Array(bound.cells);
    // The second offence; linked; class 3, the third agreement. And the first, not linked.
    counts[2 + 5 + 3 * 10] = 7;
    counts[1] = 4;
    const { table } = decodeTable(bound, runTerms(bound, []), 2, { counts, sums: [] });
    expect(table.cells).toHaveLength(4 * 6);
    expect(table.cells.filter(({ count }) => count > 0)).toEqual([
      { categories: [0, 5], count: 4 },
      { categories: [1, 2], count: 7 },
    ]);
    for (const impossible of [2 + 3 * 10, 2 + 5]) {
      const wrong = new Float64Array(bound.cells);
      wrong[impossible] = 1;
      expect(() => decodeTable(bound, runTerms(bound, []), 2, { counts: wrong, sums: [] })).toThrow(
        'no record of the template can be in',
      );
    }
  });

  it('stands first or last, alone or beside one other', () => {
    const first = bind(
      changed('  - { field: police.crimes.offence }\n', '').concat('  - { field: police.crimes.withdrew }\n'),
    );
    expect(tableShape(first).map(({ name }) => name)).toEqual([
      'charities.support.agreement',
      'police.crimes.withdrew',
    ]);
    expect(tableShape(bind(changed('  - { field: police.crimes.offence }\n', '')))).toHaveLength(1);
    expect(problemsOf(BODY + '  - { field: police.crimes.withdrew }\n')).toEqual(['dimensions']);
  });

  it.each<[string, string, string[]]>([
    [
      'is of a link on the case',
      changed('dataset: charities.support, on: person', 'dataset: cps.charges, on: case').replace(
        'agreement: charities.support',
        'agreement: cps.charges',
      ),
      ['dimensions[1].agreement'],
    ],
    [
      'is of the population',
      changed('agreement: charities.support', 'agreement: police.crimes'),
      ['dimensions[1].agreement'],
    ],
    ['is of those who did not link', changed('keep: all', 'keep: not-linked'), ['dimensions[1].agreement']],
    ['is of a scheme without its keys', changed('scheme: standard', 'scheme: exact'), ['dimensions[1].agreement']],
    [
      'stands there twice',
      changed('field: police.crimes.offence', 'agreement: charities.support'),
      ['dimensions[1]', 'dimensions[1].agreement'],
    ],
    [
      'stands beside what it says already',
      changed('field: police.crimes.offence', 'linked: charities.support'),
      ['dimensions[0].linked'],
    ],
    [
      'has bands',
      changed('{ agreement: charities.support }', '{ agreement: charities.support, bands: [1] }'),
      ['dimensions[1].bands'],
    ],
    [
      'is a field too',
      changed('{ agreement: charities.support }', '{ agreement: charities.support, field: police.crimes.age }'),
      ['dimensions[1]'],
    ],
  ])('is refused where it %s', (_, body, paths) => {
    expect(problemsOf(body)).toEqual(paths);
  });

  it('is refused where a dataset has no place to agree in', () => {
    const placeless = createCatalogue(
      [
        CRIMES_YAML,
        SUPPORT_YAML.replace('linkage: {', 'linkage: { identifiers: { forename: 1, surname: 1, dateOfBirth: 1 },'),
      ].map(parseDataset),
    );
    expect(problemsOf(BODY, placeless)).toEqual(['dimensions[1].agreement']);
  });
});

describe('the plan of a run', () => {
  it('says how people are joined, and by how much agreement moves a cell number', () => {
    const bound = bind(BODY);
    expect(plan(bound).links).toEqual([
      { dataset: 'charities.support', on: 'person', keep: 'all', agreementStride: 10 },
    ]);
    const standard = schemes.get('standard');
    expect(plan(bound).linkage).toMatchObject({
      scheme: 'standard',
      keys: standard?.keys.map(({ name }) => name),
      threshold: DEFAULT_LINK_THRESHOLD,
      captures: standard?.captures,
    });
    expect(plan(bind(changed('{ agreement: ', '{ linked: '))).links[0]?.agreementStride).toBeNull();
  });

  it('has cells of every class, and decoys end in the base’s label 0 of each', () => {
    const noisy = plan(bindTemplate(template(BODY, NOISY), catalogue));
    const { tableCells } = noisy;
    // 4 labels of the base; not linked, or linked in one of five ways.
    expect(tableCells).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((agreed) => [1, 2, 3, 4].map((label) => label + (agreed > 0 ? 5 : 0) + 10 * agreed)),
    );
    expect(discardCells(noisy)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(tableCells.some((cell) => discardCells(noisy).includes(cell))).toBe(false);
  });

  it('has nothing of it where nobody is joined', () => {
    const bound = bind(
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.offence }]\n',
    );
    expect(bound.linkThreshold).toBeNull();
    expect(
      problemsOf(
        'unit: victim-case\nlinkage: { threshold: 0.9 }\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.offence }]\n',
      ),
    ).toEqual(['linkage']);
  });

  it('takes the dataset’s keys, all first columns before any second', () => {
    const several = createCatalogue(
      [
        CRIMES_YAML,
        SUPPORT_YAML.replace(
          'linkage: {',
          'linkage: { identifiers: { forename: 1, surname: 2, dateOfBirth: 1, postcode: 1 },',
        ),
      ].map(parseDataset),
    );
    const [link] = bindTemplate(template(BODY), several).links;
    const names = link?.keys.map(({ name }) => name) ?? [];
    const distinct = new Set(names);
    expect(distinct.size).toBeLessThan(names.length);
    expect(names.slice(0, distinct.size)).toEqual([...distinct]);
    expect(names.filter((name) => name === 'FSm.Dym')).toHaveLength(2);
    expect(names.filter((name) => name === 'Dyd.P.X')).toHaveLength(1);
    // No shared number, so no column for it.
    expect(names).not.toContain('NHS');
  });

  it('is refused where a dataset has no keys of the scheme', () => {
    const exactOnly = createCatalogue(
      [CRIMES_YAML, SUPPORT_YAML.replace('[exact, standard]', '[exact]')].map(parseDataset),
    );
    expect(problemsOf(BODY, exactOnly)).toEqual(['scheme']);
    const placeless = createCatalogue(
      [
        CRIMES_YAML,
        SUPPORT_YAML.replace(
          'linkage: { schemes: [exact, standard]',
          'linkage: { identifiers: { forename: 1, surname: 1, dateOfBirth: 1 }, schemes: [exact, standard]',
        ),
      ].map(parseDataset),
    );
    const linked = changed('{ agreement: ', '{ linked: ');
    expect(problemsOf(linked.replace('scheme: standard', 'scheme: exact'), placeless)).toEqual([]);
    const strict = [CRIMES_YAML, SUPPORT_YAML].map((text) => text.replace('[exact, standard]', '[strict, standard]'));
    const [crimes = '', support = ''] = strict;
    const withoutPlace = support.replace(
      'linkage: {',
      'linkage: { identifiers: { forename: 1, surname: 1, dateOfBirth: 1 },',
    );
    const byStrict = linked.replace('scheme: standard', 'scheme: strict');
    expect(problemsOf(byStrict, createCatalogue(strict.map(parseDataset)))).toEqual([]);
    expect(problemsOf(byStrict, createCatalogue([crimes, withoutPlace].map(parseDataset)))).toEqual(['scheme']);
  });
});

describe('noise in the cells that are thrown away', () => {
  // 24 cells of the table and six in which decoys end.
  const records = BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 40');
  const boundOf = (epsilon: number): number => geometricLaw({ epsilon, sensitivity: 80 }).bound;
  const fits = (cells: number, epsilon: number): boolean => cells * 2 * boundOf(epsilon) <= MAX_DUMMIES;
  const epsilon = Array.from({ length: 200 }, (_, index) => (10 + index) / 1000).find(
    (one) => fits(25, one) && !fits(30, one),
  );
  const asking = (overlap: string): BoundTemplate =>
    bind(records, `disclosure: { threshold: 10, roundTo: 5, epsilon: ${epsilon}, overlapEpsilon: ${overlap} }\n`);

  it('counts towards what a run can carry, where there are decoys', () => {
    expect(epsilon).toBeDefined();
    expect(() => asking('none')).not.toThrow();
    expect(problemPathsOf(() => asking('10'))).toEqual(['disclosure.epsilon']);
  });

  it('does so too where an agency demands it', () => {
    const bound = bind(records, 'disclosure: { threshold: 10, roundTo: 5, epsilon: 10, overlapEpsilon: 10 }\n');
    const floors = { ...NO_FLOORS, epsilon: epsilon ?? 1 };
    expect(() => plan(bound, floors)).toThrow(/more noise in 24 cells/);
  });
});

describe('how sure a link must be', () => {
  const withThreshold = (threshold: string): string =>
    changed('scheme: standard\n', `scheme: standard\nlinkage: { threshold: ${threshold} }\n`);

  it('is from 0.5 to 0.99, and 0.5 where nothing is said', () => {
    expect(bind(BODY).linkThreshold).toBe(DEFAULT_LINK_THRESHOLD);
    for (const threshold of [0.5, 0.9, 0.99]) {
      const bound = bind(withThreshold(`${threshold}`));
      expect(bound.linkThreshold).toBe(threshold);
      expect(plan(bound).linkage?.threshold).toBe(threshold);
    }
    for (const wrong of ['0.49', '0.991', 'none', '{}']) {
      expect(problemsOf(withThreshold(wrong))).toEqual(['linkage.threshold']);
    }
  });

  it('is part of what is signed', () => {
    const digests = [BODY, withThreshold('0.5'), withThreshold('0.9')].map((body) =>
      templateDigest(canonicalTemplate(template(body))),
    );
    expect(new Set(digests).size).toBe(3);
  });
});

describe('recall as a template wants it', () => {
  it('is of the dimension of agreement, for each group', () => {
    const several = SEVERAL_PER_INDEPENDENT;
    const recall = { of: 1, all: 0, butOne: [1, 2, 3], other: 4, several, by: [0] };
    expect(bind(BODY + RECALL).presentation.recall).toEqual(recall);
    expect(bind(BODY).presentation.recall).toBeNull();
    expect(AGREEMENTS.slice(0, 5)).toEqual(['all', 'not-place', 'not-name', 'not-date', 'other']);
  });

  it.each([
    ['another dimension', 'of: police.crimes.offence, by: []', ['present.recall.of']],
    ['no dimension', 'of: charities.support, by: []', ['present.recall.of']],
    ['its own groups', 'of: charities.support.agreement, by: [charities.support.agreement]', ['present.recall.by[0]']],
  ])('is not of %s', (_, said, paths) => {
    expect(problemsOf(`${BODY}present: { recall: { ${said} } }\n`)).toEqual(paths);
  });
});

describe('the explanation of a template with agreement', () => {
  const explanation = explainTemplate(bindTemplate(template(BODY + RECALL, DISCLOSURE), catalogue));
  const text = explanation.sections.map(({ paragraphs }) => paragraphs.join('\n')).join('\n');

  it('says how people are linked, what the coordinator adds, and what is estimated', () => {
    expect(text).toContain(
      'Two records are taken for one person where they agree so far that this is likelier right than wrong',
    );
    expect(text).toContain('adds in what they agree to the sealed number');
    expect(text).toContain('Name, birth date and place agree; Place differs or is missing');
    expect(text).toContain('how many of the people who are in both datasets were linked, for each "Kind of crime"');
    expect(text).toContain('takes nothing more from the privacy budget');
  });

  it('says a threshold in words, and the keys of a scheme as what they are made of', () => {
    const sure = explainTemplate(
      bind(changed('scheme: standard\n', 'scheme: standard\nlinkage: { threshold: 0.95 }\n')),
    );
    expect(sure.sections[0]?.paragraphs.join()).toContain('right in at least 95 of 100 cases');
    expect(text).toMatch(
      /pseudonyms of [0-9]+ combinations of forename, surname, .*date of birth, .*sex, or of parts of them/,
    );
    expect(text).not.toContain('NHS number');
  });
});
