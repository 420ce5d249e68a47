import { describe, expect, it } from 'vitest';

import { toHex } from '../../../core/base/index.js';
import { MAX_IDENTIFIER_VALUES, MINIMUM_LINKAGE_EPSILON, schemes } from '../../../core/linkage/index.js';
import { MAXIMUM_EPSILON } from '../../../core/noise/index.js';
import {
  codesOf,
  createCatalogue,
  datasetDigest,
  DEFAULT_LINKAGE,
  DEFAULT_QUALITY,
  needsConsent,
  parseDataset,
} from '../../../core/templates/index.js';
import type { DatasetLinkage, DatasetQuality } from '../../../core/templates/index.js';
import {
  MAX_CODES,
  MAX_DATASET_BYTES,
  MAX_FIELDS,
  MAX_PURPOSES,
  MAX_QUARTERS,
} from '../../../core/templates/parse-dataset.js';
import { boldCatalogue } from '../../../examples/bold/library.js';
import { catalogue, codeOf, CRIMES_YAML, errorOf, HEARINGS_YAML, placesOf, SUPPORT_YAML } from './fixtures.js';

function parseWith(from: string, to: string): ReturnType<typeof parseDataset> {
  if (!CRIMES_YAML.includes(from)) throw new Error(`the fixture has no ${from}`);
  return parseDataset(CRIMES_YAML.replace(from, to));
}

describe('a dataset definition', () => {
  it('is read with fields and codes in the order in which they are written', () => {
    const crimes = parseDataset(CRIMES_YAML);
    expect([...crimes.fields.keys()]).toEqual(['reported', 'quarter', 'offence', 'age', 'withdrew']);
    expect(crimes.fields.get('offence')).toEqual({
      type: 'code',
      codes: new Map([
        ['theft', 'Theft'],
        ['rape', 'Rape'],
        ['stalking', 'Stalking'],
      ]),
      meaning: 'Kind of crime',
      category: 'investigation',
    });
    expect(crimes.partial).toBe(false);
    expect(parseDataset(SUPPORT_YAML).partial).toBe(true);
  });

  it('takes yes and no as codes', () => {
    const field = parseDataset(CRIMES_YAML).fields.get('withdrew');
    expect(field?.type === 'code' ? [...field.codes.keys()] : []).toEqual(['yes', 'no']);
  });

  it('reports every bad path at once, each with its line', () => {
    const text = `dataset: crimes
version: 1
title: Crimes
description: x
unit: victim-case
keys: [person, person]
partial: maybe
order: day
purposes: []
fields:
  Day: { type: date, meaning: m, category: investigation }
  age: { type: integer, min: 5, max: 4, meaning: m, category: age }
  when: { type: quarter, from: 2025-Q2, to: 2025-Q1, meaning: m, category: services }
  bad: { type: quarter, from: 2025, to: 2025-Q5, meaning: m, category: services }
  kind: { type: code, codes: { A: a, 12: b, not-linked: c }, meaning: m, category: services }
  other: { type: text, meaning: m, category: services }
  wrong: 7
  none: { type: code, codes: {}, meaning: m, category: services, values: [1] }
secret: 1
`;
    expect(placesOf(() => parseDataset(text)).toSorted()).toEqual(
      [
        '1 dataset',
        '6 keys',
        '7 partial',
        '8 order',
        '9 purposes',
        '11 fields.Day',
        '12 fields.age.category',
        '12 fields.age.max',
        '13 fields.when.to',
        '14 fields.bad.from',
        '14 fields.bad.to',
        '15 fields.kind.codes.12',
        '15 fields.kind.codes.A',
        '15 fields.kind.codes.not-linked',
        '16 fields.other.type',
        '17 fields.wrong',
        '18 fields.none.codes',
        '18 fields.none.values',
        '19 secret',
      ].toSorted(),
    );
  });

  it.each([
    ['a field that is not there', 'order: reported', 'order: day'],
    ['a field of codes', 'order: reported', 'order: offence'],
    ['a word of JavaScript', 'order: reported', 'order: constructor'],
  ])('refuses to order records by %s', (_, from, to) => {
    expect(errorOf(() => parseWith(from, to)).problems.map(({ path }) => path)).toEqual(['order']);
  });

  it.each([
    ['not-recorded', 'theft: Theft', 'not-recorded: None'],
    ['a code of digits only, whose place JavaScript would change', 'theft: Theft', '16: Sixteen'],
  ])('refuses the code %s', (_, from, to) => {
    expect(codeOf(() => parseWith(from, to))).toBe('BAD_DATASET');
  });

  const many = (count: number, entry: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => entry(index)).join('');

  it.each<[string, number, (count: number) => string]>([
    [
      'fields',
      MAX_FIELDS - 5,
      (count) => CRIMES_YAML + many(count, (index) => `  f${index}: { type: date, meaning: m, category: services }\n`),
    ],
    [
      'codes',
      MAX_CODES - 3,
      (count) => CRIMES_YAML.replace('theft: Theft', `${many(count, (index) => `c${index}: c, `)}theft: Theft`),
    ],
    [
      'quarters',
      MAX_QUARTERS,
      (count) =>
        CRIMES_YAML.replace(
          'from: 2025-Q1, to: 2025-Q3',
          `from: 2000-Q1, to: ${2000 + Math.floor((count - 1) / 4)}-Q${((count - 1) % 4) + 1}`,
        ),
    ],
    [
      'purposes',
      MAX_PURPOSES,
      (count) => CRIMES_YAML.replace(/purposes: .*/, `purposes: [${many(count, (index) => `p${index}, `)}]`),
    ],
  ])('takes the most %s there may be, and not one more', (_, limit, textOf) => {
    expect(parseDataset(textOf(limit)).dataset).toBe('police.crimes');
    expect(codeOf(() => parseDataset(textOf(limit + 1)))).toBe('BAD_DATASET');
  });

  it('takes as many bytes as its limit, and no more', () => {
    const filled = CRIMES_YAML.padEnd(MAX_DATASET_BYTES, '#');
    expect(parseDataset(filled).version).toBe(1);
    expect(codeOf(() => parseDataset(`${filled}#`))).toBe('TOO_LARGE');
  });
});

describe('how the people of a dataset can be linked', () => {
  const BLOCK = 'linkage: { schemes: [exact, standard], epsilon: none }';
  const linkageOf = (block: string): DatasetLinkage | null => parseWith(BLOCK, block).linkage;
  const five = { forename: 1, surname: 1, dateOfBirth: 1, postcode: 1, sex: 1 };

  it('is as in most datasets where nothing is said, and where nothing is said of a part', () => {
    expect(linkageOf('')).toEqual(DEFAULT_LINKAGE);
    expect(linkageOf('linkage: {}')).toEqual(DEFAULT_LINKAGE);
    expect(linkageOf('linkage: { epsilon: 0.5 }')).toEqual({ ...DEFAULT_LINKAGE, epsilon: 0.5 });
    expect(Object.fromEntries(DEFAULT_LINKAGE.identifiers)).toEqual(five);
    expect(DEFAULT_LINKAGE).toMatchObject({ schemes: ['standard'], epsilon: 3 });
    for (const scheme of DEFAULT_LINKAGE.schemes) expect(schemes.has(scheme)).toBe(true);
  });

  it('is nothing where its records are not linked on the person', () => {
    expect(parseDataset(HEARINGS_YAML).linkage).toBeNull();
    const block = HEARINGS_YAML.replace('keys: [case]', 'keys: [case]\nlinkage: {}');
    expect(placesOf(() => parseDataset(block))).toEqual(['7 linkage']);
  });

  it('is read as it is written, identifiers in their own order', () => {
    const linkage = linkageOf('linkage: { identifiers: { postcode: 4, surname: 2 }, schemes: [standard, thorough] }');
    expect([...(linkage?.identifiers ?? [])]).toEqual([
      ['surname', 2],
      ['postcode', 4],
    ]);
    expect(linkage?.schemes).toEqual(['standard', 'thorough']);
  });

  it.each([
    ['identifiers: {}', 'linkage.identifiers'],
    ['identifiers: { forename: 0 }', 'linkage.identifiers.forename'],
    [`identifiers: { forename: ${MAX_IDENTIFIER_VALUES + 1} }`, 'linkage.identifiers.forename'],
    ['identifiers: { forename: 1.5 }', 'linkage.identifiers.forename'],
    ['identifiers: { forename: 1, surname: 1, dateOfBirth: 1, passport: 1 }', 'linkage.identifiers.passport'],
    ['identifiers: { forename: 1, surname: 1, dateOfBirth: 1, urn: 1 }', 'linkage.identifiers.urn'],
    ['schemes: []', 'linkage.schemes'],
    ['schemes: [exact, exact]', 'linkage.schemes'],
    ['schemes: [exact, toString]', 'linkage.schemes[1]'],
    // A postcode alone makes no key of it.
    ['identifiers: { postcode: 1 }', 'linkage.schemes'],
    ['schemes: [case]', 'linkage.schemes'],
    [`epsilon: ${MINIMUM_LINKAGE_EPSILON * 0.99}`, 'linkage.epsilon'],
    [`epsilon: ${MAXIMUM_EPSILON * 1.01}`, 'linkage.epsilon'],
    ['epsilon: exact', 'linkage.epsilon'],
    ['secret: 1', 'linkage.secret'],
  ])('refuses %s', (part, path) => {
    const refused = errorOf(() => linkageOf(`linkage: { ${part} }`));
    expect(refused.code).toBe('BAD_DATASET');
    expect(refused.problems.map((problem) => problem.path)).toEqual([path]);
  });

  it.each([
    `identifiers: { forename: ${MAX_IDENTIFIER_VALUES}, dateOfBirth: 1, surname: 1 }`,
    `epsilon: ${MINIMUM_LINKAGE_EPSILON}`,
    `epsilon: ${MAXIMUM_EPSILON}`,
    // One of them has keys, which is enough.
    'schemes: [standard, case]',
  ])('takes %s', (part) => {
    expect(linkageOf(`linkage: { ${part} }`)).not.toBeNull();
  });

  it('says what else there is', () => {
    const [problem] = errorOf(() => linkageOf('linkage: { schemes: [best] }')).problems;
    expect(problem?.message).toContain([...schemes.keys()].join(', '));
  });
});

describe('how good a source has to be', () => {
  const qualityOf = (part: string): DatasetQuality => parseWith('order:', `${part}\norder:`).quality;

  it('is as the defaults say where the definition doesn’t', () => {
    expect(parseDataset(CRIMES_YAML).quality).toEqual(DEFAULT_QUALITY);
    expect(DEFAULT_QUALITY).toEqual({ maximumRejected: 0.01, minimumKeyed: 0.5, maximumMissing: new Map() });
    expect(qualityOf('quality: { minimumKeyed: 0.9 }')).toEqual({ ...DEFAULT_QUALITY, minimumKeyed: 0.9 });
    expect(qualityOf('quality: { maximumMissing: { offence: 0.2, age: 0 } }').maximumMissing).toEqual(
      new Map([
        ['offence', 0.2],
        ['age', 0],
      ]),
    );
  });

  it.each(['maximumRejected: 0', 'maximumRejected: 1', 'minimumKeyed: 0', 'minimumKeyed: 1'])('takes %s', (part) => {
    expect(qualityOf(`quality: { ${part} }`)).toMatchObject({ [part.split(':')[0] ?? '']: Number(part.slice(-1)) });
  });

  it.each([
    ['quality.maximumRejected', 'maximumRejected: 1.001'],
    ['quality.maximumRejected', 'maximumRejected: 1 %'],
    ['quality.minimumKeyed', 'minimumKeyed: -0.001'],
    ['quality.maximumMissing.offence', 'maximumMissing: { offence: 2 }'],
    ['quality.maximumMissing.kind', 'maximumMissing: { kind: 0.5 }'],
    ['quality.maximumMissing.toString', 'maximumMissing: { toString: 0.5 }'],
    ['quality.minimum', 'minimum: 1'],
  ])('refuses, at %s, %s', (path, part) => {
    const refused = errorOf(() => qualityOf(`quality: { ${part} }`));
    expect(refused.code).toBe('BAD_DATASET');
    expect(refused.problems.map((problem) => problem.path)).toEqual([path]);
  });

  it.each(['', ' 5', ' []'])('refuses a block that is none:%s', (block) => {
    expect(errorOf(() => qualityOf(`quality:${block}`)).problems.map(({ path }) => path)).toEqual(['quality']);
  });
});

describe('the digest of a definition', () => {
  const digestOf = (text: string): string => Buffer.from(datasetDigest(parseDataset(text))).toString('hex');

  it('is 32 bytes and the same however the file is laid out', () => {
    expect(datasetDigest(parseDataset(CRIMES_YAML))).toHaveLength(32);
    const [first, second, ...rest] = CRIMES_YAML.split('\n');
    expect(digestOf([second, first, '# a comment', ...rest].join('\n'))).toBe(digestOf(CRIMES_YAML));
  });

  it.each([
    ['the order of codes', 'theft: Theft, rape: Rape', 'rape: Rape, theft: Theft'],
    ['a meaning', 'Kind of crime', 'Kind of offence'],
    ['a range', 'max: 120', 'max: 121'],
    ['the version', 'version: 1', 'version: 2'],
    ['a scheme', '[exact, standard]', '[exact, light]'],
    ['the noise of what is told of its people', 'epsilon: none', 'epsilon: 1'],
    [
      'values of an identifier',
      'epsilon: none',
      'epsilon: none, identifiers: { surname: 2, dateOfBirth: 1, forename: 1 }',
    ],
    ['the rows that may be left out', 'epsilon: none }', 'epsilon: none }\nquality: { maximumRejected: 0.02 }'],
    ['what may be missing', 'epsilon: none }', 'epsilon: none }\nquality: { maximumMissing: { age: 0.5 } }'],
  ])('changes with %s', (_, from, to) => {
    expect(CRIMES_YAML).toContain(from);
    expect(digestOf(CRIMES_YAML.replace(from, to))).not.toBe(digestOf(CRIMES_YAML));
  });

  it('changes with the order of fields', () => {
    const lines = CRIMES_YAML.trimEnd().split('\n');
    const swapped = [...lines.slice(0, -2), lines.at(-1), lines.at(-2)].join('\n');
    expect(digestOf(swapped)).not.toBe(digestOf(CRIMES_YAML));
  });
});

it('lists what a field can be', () => {
  const field = catalogue.get('police.crimes')?.fields.get('quarter');
  expect(field?.type === 'quarter' ? [...codesOf(field)] : []).toEqual([
    ['2025-Q1', 'January to March 2025'],
    ['2025-Q2', 'April to June 2025'],
    ['2025-Q3', 'July to September 2025'],
  ]);
});

it('refuses two definitions of one dataset', () => {
  expect(codeOf(() => createCatalogue([parseDataset(CRIMES_YAML), parseDataset(CRIMES_YAML)]))).toBe('BAD_DATASET');
});

describe('the basis', () => {
  it('is said by the definition and part of its digest, also where it is the default', () => {
    const unsaid = parseWith('basis: public-task\n', '');
    const [publicTask, optIn] = [parseDataset(CRIMES_YAML), parseWith('basis: public-task', 'basis: opt-in')];
    expect([unsaid.basis, publicTask.basis, optIn.basis]).toEqual([undefined, 'public-task', 'opt-in']);
    expect([unsaid, publicTask, optIn].map(needsConsent)).toEqual([false, false, true]);
    const digests = [unsaid, publicTask, optIn].map((definition) => toHex(datasetDigest(definition)));
    expect(new Set(digests).size).toBe(3);
  });

  it('is one of two', () => {
    expect(placesOf(() => parseWith('basis: public-task', 'basis: consent'))).toEqual([
      expect.stringMatching(/ basis$/),
    ]);
  });

  it('is said by every dataset of the example: opt-in at charities', () => {
    expect([...boldCatalogue().values()].map(({ dataset, basis }) => `${dataset} ${basis}`)).toEqual([
      'courts.cases public-task',
      'cps.prosecutions public-task',
      'police.victim-crimes public-task',
      'prison-probation.victim-contact public-task',
      'third-sector.support opt-in',
    ]);
  });
});
