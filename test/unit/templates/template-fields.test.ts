import { describe, expect, it } from 'vitest';

import {
  createCatalogue,
  bindTemplate,
  datasetDigest,
  explainTemplate,
  parseDataset,
  parseTemplate,
  tableShape,
} from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import { MAX_PURPOSES } from '../../../core/templates/parse-dataset.js';
import { MAX_AGENCIES } from '../../../core/templates/roster.js';
import { MAX_INTEGER } from '../../../core/templates/vocabulary.js';
import {
  bind,
  catalogue,
  CRIMES_YAML,
  FULL_BODY,
  NOISY,
  placesOf,
  problemPathsOf,
  template,
  templateYaml,
} from './fixtures.js';

function said(bound: BoundTemplate): string {
  return explainTemplate(bound)
    .sections.flatMap(({ paragraphs }) => paragraphs)
    .join('\n');
}

describe('how many agencies a template asks for', () => {
  const asking = (count: number): string => `minimumParticipants: ${count}\n${FULL_BODY}`;

  it('is two or more, and no more than a roster has', () => {
    expect(problemPathsOf(() => template(asking(2)))).toEqual([]);
    expect(problemPathsOf(() => template(asking(1)))).toEqual(['minimumParticipants']);
    expect(problemPathsOf(() => template(asking(MAX_AGENCIES)))).toEqual([]);
    expect(problemPathsOf(() => template(asking(MAX_AGENCIES + 1)))).toEqual(['minimumParticipants']);
  });

  it('is explained', () => {
    expect(said(bind(asking(4)))).toContain('It runs only where at least 4 agencies take part');
    expect(said(bind(FULL_BODY))).not.toContain('agencies take part;');
  });
});

describe('what no link means', () => {
  const meaning = (unlinked: string): BoundTemplate =>
    bind(FULL_BODY.replace('take: earliest', `take: earliest${unlinked}`));
  const labels = (bound: BoundTemplate): (readonly string[])[] =>
    tableShape(bound)
      .filter(({ name }) => name === 'charities.support')
      .map(({ categories }) => categories.map(({ code, label }) => `${code}: ${label}`));

  it('is that there is nothing, unless the template says that it is not known', () => {
    expect(labels(meaning(''))).toEqual([['yes: Yes', 'no: No']]);
    expect(labels(meaning(', unlinked: none'))).toEqual([['yes: Yes', 'no: No']]);
    expect(labels(meaning(', unlinked: unknown'))).toEqual([['yes: Yes', 'no: Not found']]);
  });

  it('is explained where the template says it', () => {
    expect(said(meaning(', unlinked: unknown'))).toContain('it is not known whether there is anything');
    expect(said(meaning(', unlinked: none'))).toContain('it counts as not being there');
    expect(said(meaning(''))).not.toContain('Where nothing is found');
  });
});

describe('why there is no noise', () => {
  const disclosed = (disclosure: string): string =>
    said(bind(FULL_BODY, `disclosure: { threshold: 10, roundTo: 5, ${disclosure} }\n`));

  it('is explained with what has none, and with nothing that has some', () => {
    const reason = 'The template says why: All of it is public.';
    expect(disclosed('epsilon: none, noNoise: All of it is public')).toContain(reason);
    expect(disclosed('epsilon: 1, overlapEpsilon: none, noNoise: All of it is public')).toContain(
      `Nothing is added to these numbers. ${reason}`,
    );
    expect(disclosed('epsilon: 1, noNoise: All of it is public')).not.toContain(reason);
    expect(disclosed('epsilon: none, noNoise: All of it is public').split(reason)).toHaveLength(2);
  });
});

describe('what a field may be used for', () => {
  const definition = (purposes: string): string =>
    CRIMES_YAML.replace('meaning: Age of the victim,', `meaning: Age of the victim, purposes: ${purposes},`);
  const catalogueWhere = (purposes: string): ReturnType<typeof createCatalogue> =>
    createCatalogue(
      [...catalogue.values()].map((one) =>
        one.dataset === 'police.crimes' ? parseDataset(definition(purposes)) : one,
      ),
    );

  it('is said of each place where a template uses it for something else', () => {
    const text = templateYaml(`unit: victim-case
population: { dataset: police.crimes, where: [{ field: age, between: [0, 17] }] }
dimensions: [{ field: police.crimes.age, bands: [5] }]
measures: [{ sum: police.crimes.age, range: [0, 17] }]
`);
    expect(placesOf(() => bindTemplate(parseTemplate(text), catalogueWhere('[service-planning]')))).toEqual([
      '- population.where[0].field',
      '- dimensions[0].field',
      '- measures[0].sum',
    ]);
    expect(bindTemplate(parseTemplate(text), catalogueWhere('[service-planning, research-statistics]')).cells).toBe(4);
  });

  it('is among what its dataset may be used for', () => {
    expect(problemPathsOf(() => parseDataset(definition('[research-statistics, marketing]')))).toEqual([
      'fields.age.purposes[1]',
    ]);
    expect(problemPathsOf(() => parseDataset(definition('[]')))).toEqual(['fields.age.purposes']);
    expect(problemPathsOf(() => parseDataset(definition('[service-planning, service-planning]')))).toEqual([
      'fields.age.purposes',
    ]);
    const many = (count: number): string => `[${Array.from({ length: count }, (_, index) => `p${index}`).join(', ')}]`;
    const wide = (count: number): string =>
      definition(many(count)).replace('[research-statistics, service-planning]', many(MAX_PURPOSES));
    expect(problemPathsOf(() => parseDataset(wide(MAX_PURPOSES)))).toEqual([]);
    expect(problemPathsOf(() => parseDataset(wide(MAX_PURPOSES + 1)))).toContain('fields.age.purposes');
  });

  it('makes another definition of it', () => {
    const digest = (text: string): string => Buffer.from(datasetDigest(parseDataset(text))).toString('hex');
    expect(digest(definition('[service-planning]'))).not.toBe(digest(CRIMES_YAML));
  });
});

describe('about how many records a dataset has', () => {
  const having = (records: number): string => CRIMES_YAML.replace('version: 1', `version: 1\nrecords: ${records}`);

  it('is a whole number above 0', () => {
    expect(parseDataset(having(20_000)).records).toBe(20_000);
    expect(parseDataset(CRIMES_YAML).records).toBeUndefined();
    expect(problemPathsOf(() => parseDataset(having(1)))).toEqual([]);
    expect(problemPathsOf(() => parseDataset(having(0)))).toEqual(['records']);
    expect(problemPathsOf(() => parseDataset(having(MAX_INTEGER)))).toEqual([]);
    expect(problemPathsOf(() => parseDataset(having(MAX_INTEGER + 1)))).toEqual(['records']);
  });
});

describe('noise of the fixtures', () => {
  it('needs no reason', () => {
    expect(said(bind(FULL_BODY, NOISY))).not.toContain('The template says why');
  });
});
