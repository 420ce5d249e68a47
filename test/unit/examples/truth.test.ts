import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ExampleError } from '../../../examples/bold/index.js';
import { smallWorld, trueSumsOf, truthOf } from './small-world.js';
import type { Agency, Row } from './small-world.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tallystick-truth-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ANN: Row = { name: 'Ann Archer', born: '1980-01-02', postcode: 'NS1 1AA', sex: 'F' };
const BEN: Row = { name: 'Ben Baker', born: '1990-03-04', postcode: 'NS2 2BB', sex: 'M' };
const CAT: Row = { name: 'Cat Cole', born: '2000-05-06', postcode: 'NS3 3DD', sex: 'F' };

/** The row without these identifiers. */
function without(row: Row, ...gaps: readonly (keyof Row)[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !gaps.includes(key as keyof Row)));
}

const police = (...rows: Row[]): Agency => ({ agency: 'police', dataset: 'police.crimes', rows });
const otherForce = (...rows: Row[]): Agency => ({ agency: 'police-2', dataset: 'police.crimes', rows });
const charityA = (...rows: Row[]): Agency => ({ agency: 'charity-a', dataset: 'charity.help', rows });
const charityB = (...rows: Row[]): Agency => ({ agency: 'charity-b', dataset: 'charity.help', rows });
const courts = (...rows: Row[]): Agency => ({ agency: 'courts', dataset: 'courts.cases', rows });

const EACH_CRIME_AND_ITS_HELP = `
unit: crime
contributionLimit: 9
scheme: exact
population: { dataset: police.crimes }
links: [{ dataset: charity.help, on: person, keep: all }]
dimensions: [{ field: police.crimes.kind }, { field: charity.help.kind }]
`;

/** Counts people or crimes that a charity knows. */
const linked = (unit: 'person' | 'crime', keep: string): string => `
unit: ${unit}
scheme: exact
population: { dataset: police.crimes }
links: [{ dataset: charity.help, on: person, keep: ${keep} }]
dimensions: [{ field: police.crimes.kind }]
`;

describe('a dozen records', () => {
  const world = (): readonly Agency[] => [
    police(
      { ...ANN, kind: 'a', urn: '99NS1', day: '2024-01-01' },
      { ...ANN, kind: 'b', urn: '99NS2', day: '2024-02-01' },
      { ...BEN, kind: 'a', urn: '99NS1', day: '2024-01-01' },
      { ...CAT, kind: 'b', day: '2024-03-01' },
      // She has moved: name and birth date tell.
      { ...CAT, postcode: 'NS4 4EE', kind: 'a', day: '2024-04-01' },
      // Nobody: no match key at all.
      { kind: 'a', day: '2024-05-01' },
    ),
    courts({ urn: '99ns/1', kind: 'a', day: '2024-06-01' }, { urn: '99NS 1', kind: 'b', day: '2024-07-01' }),
    charityA({ ...without(ANN, 'postcode'), kind: 'a' }, { ...without(CAT, 'postcode'), kind: 'a' }),
    charityB({ ...ANN, kind: 'b' }, { ...without(BEN, 'born'), kind: 'b' }, { ...CAT, postcode: 'ns44ee', kind: 'b' }),
  ];

  it('link to charities as counted by hand', () => {
    expect(truthOf(smallWorld(directory, world()), EACH_CRIME_AND_ITS_HELP)).toEqual([
      'a | a: 2', // Ann's first and Cat's second. Both charities have both: the record of the earlier stands.
      'a | not-linked: 2', // Ben, whom the charity has without a birth date; and nobody.
      'b | a: 2', // Ann's second and Cat's first: all of a person's records link.
    ]);
  });

  it('link to courts as counted by hand: several victims, one case, its latest record', () => {
    const question = `
unit: crime
contributionLimit: 9
population: { dataset: police.crimes }
links: [{ dataset: courts.cases, on: case, keep: all }]
dimensions: [{ field: courts.cases.kind }]
`;
    expect(truthOf(smallWorld(directory, world()), question)).toEqual(['b: 2', 'not-linked: 4']);
  });

  it('are kept, or kept out, by their links', () => {
    const sources = smallWorld(directory, world());
    // One crime of each: Ann's second, Cat's second.
    expect(truthOf(sources, linked('crime', 'linked'))).toEqual(['a: 1', 'b: 1']);
    expect(truthOf(sources, linked('crime', 'not-linked'))).toEqual(['a: 2']);
    expect(truthOf(sources, linked('person', 'linked'))).toEqual(['a: 1', 'b: 1']);
  });
});

describe('match keys', () => {
  it.each<[string, Row, boolean]>([
    ['the same', ANN, true],
    ['another case, spaces and punctuation', { ...ANN, name: "ANN ARCH'ER", postcode: ' ns11aa ', sex: 'f' }, true],
    ['an accent', { ...ANN, name: 'Ann Ârcher' }, true],
    ['another postcode', { ...ANN, postcode: 'NS9 9ZZ' }, true],
    ['no postcode', without(ANN, 'postcode'), true],
    ['half a postcode', { ...ANN, postcode: 'NS1' }, true],
    ['another birth date', { ...ANN, born: '1980-02-01' }, false],
    ['no forename', { ...ANN, name: ' Archer' }, false],
    ['another sex', { ...ANN, sex: 'M' }, false],
  ])('%s: linked %#', (_, atCharity, isLinked) => {
    const sources = smallWorld(directory, [police({ ...ANN, kind: 'a' }), charityA(atCharity)]);
    expect(truthOf(sources, linked('crime', 'linked'))).toEqual(isLinked ? ['a: 1'] : []);
  });

  it.each<[string, Row]>([
    ['no birth date', without(ANN, 'born')],
    ['a birth date that is no day', { ...ANN, born: '1980-02-30' }],
    ['no sex', without(ANN, 'sex')],
    ['a sex that is neither', { ...ANN, sex: 'X' }],
    ['an unknown name', { ...ANN, name: 'Unknown Archer' }],
    ['an empty name', { ...ANN, name: ' Archer' }],
  ])('%s on both sides links nobody', (_, row) => {
    const sources = smallWorld(directory, [police({ ...row, kind: 'a' }), charityA(row)]);
    expect(truthOf(sources, linked('crime', 'not-linked'))).toEqual(['a: 1']);
  });

  it.each(['ZZ99 3VZ', 'ZZ99 1AA', 'NS1', 'nonsense', ''])(
    'a postcode %j does not tell two people apart',
    (postcode) => {
      // One person, so that the key without postcode is not withdrawn.
      const sources = smallWorld(directory, [
        police({ ...ANN, postcode, kind: 'a' }, { ...ANN, postcode: '', kind: 'a' }),
        charityA(ANN),
      ]);
      expect(truthOf(sources, EACH_CRIME_AND_ITS_HELP)).toEqual(['a | not-recorded: 2']);
    },
  );

  const AMY: Row = { ...ANN, name: 'Amy Archer' };
  /** Somebody of whom a charity has everything but a forename that helps. */
  const NAMELESS: Row = { ...ANN, name: 'Unknown Archer' };

  it('that two people of one agency share are withdrawn there: twins are not told apart by what they have in common', () => {
    const question = linked('crime', 'linked').replace('exact', 'standard');
    const alone = smallWorld(directory, [police({ ...ANN, kind: 'a' }), charityA(NAMELESS)]);
    expect(truthOf(alone, question)).toEqual(['a: 1']);
    const twins = smallWorld(mkdtempSync(join(directory, 'twins-')), [
      police({ ...ANN, kind: 'a' }, { ...AMY, kind: 'b' }),
      charityA(NAMELESS),
    ]);
    expect(truthOf(twins, question)).toEqual([]);
  });

  it('are withdrawn before filters, for an agency has people whom a question leaves out', () => {
    const sources = smallWorld(directory, [police({ ...ANN, kind: 'a' }, { ...AMY, kind: 'b' }), charityA(NAMELESS)]);
    const question = linked('crime', 'linked')
      .replace('exact', 'standard')
      .replace('crimes }', 'crimes, where: [{ field: kind, in: [a] }] }');
    expect(truthOf(sources, question)).toEqual([]);
  });
});

describe('several agencies with one person', () => {
  it('the record of the earliest in the roster stands', () => {
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a' }),
      charityA({ ...ANN, kind: 'b' }),
      charityB({ ...ANN, kind: 'a' }),
    ]);
    expect(truthOf(sources, EACH_CRIME_AND_ITS_HELP)).toEqual(['a | b: 1']);
    expect(truthOf(sources.toReversed(), EACH_CRIME_AND_ITS_HELP)).toEqual(['a | a: 1']);
  });

  it('all records link to what the person links to, whichever force holds them and by whichever key', () => {
    // Two forces hold Ann, one of them without a postcode.
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a' }),
      otherForce({ ...without(ANN, 'postcode'), kind: 'b' }),
      charityA({ ...ANN, kind: 'a' }),
    ]);
    expect(truthOf(sources, EACH_CRIME_AND_ITS_HELP)).toEqual(['a | a: 1', 'b | a: 1']);
  });

  it('another surname and address do not part them, where the scheme has a key without either', () => {
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a' }),
      otherForce({ ...ANN, name: 'Ann Bell', postcode: 'NS9 9ZZ', kind: 'b' }),
      charityA({ ...ANN, name: 'Ann Bell', kind: 'a' }),
    ]);
    const question = EACH_CRIME_AND_ITS_HELP.replace('exact', 'thorough');
    expect(truthOf(sources, question)).toEqual(['a | a: 1', 'b | a: 1']);
  });

  it('links each dataset by itself', () => {
    const sources = smallWorld(directory, [
      police(
        { ...ANN, urn: '1A', kind: 'a' },
        { ...BEN, urn: '1A', kind: 'a' },
        { ...CAT, urn: '2A', kind: 'a' },
        { urn: '1A' },
      ),
      courts({ urn: '1A', kind: 'b' }),
      charityA({ ...ANN, kind: 'a' }, { ...BEN, kind: 'a' }, { ...CAT, kind: 'b' }),
    ]);
    const question = `
unit: crime
scheme: exact
population: { dataset: police.crimes }
links:
  - { dataset: courts.cases, on: case, keep: linked }
  - { dataset: charity.help, on: person, keep: all }
dimensions: [{ linked: charity.help }, { field: courts.cases.kind }]
`;
    expect(truthOf(sources, question)).toEqual(['yes | b: 2', 'no | b: 1']);
  });
});

describe('people in several agencies of the population', () => {
  const question = `
unit: person
scheme: exact
population: { dataset: charity.help }
dimensions: [{ field: charity.help.kind }]
`;

  it('are counted once, with the record of the earlier agency', () => {
    const sources = smallWorld(directory, [
      charityA({ ...without(ANN, 'postcode'), kind: 'a' }, { ...BEN, kind: 'a' }),
      charityB({ ...ANN, kind: 'b' }, { ...CAT, kind: 'b' }),
    ]);
    expect(truthOf(sources, question)).toEqual(['a: 2', 'b: 1']);
  });

  it('are counted as often as they are there where records are counted', () => {
    const sources = smallWorld(directory, [charityA({ ...ANN, kind: 'a' }), charityB({ ...ANN, kind: 'b' })]);
    expect(truthOf(sources, question.replace('person', 'episode').replace('scheme: exact\n', ''))).toEqual([
      'a: 1',
      'b: 1',
    ]);
  });

  it('and who has no key is counted in each', () => {
    const sources = smallWorld(directory, [charityA({ kind: 'a' }, { kind: 'a' }), charityB({ kind: 'a' })]);
    expect(truthOf(sources, question)).toEqual(['a: 3']);
  });
});

describe('several records of one person or case', () => {
  const days = [
    { day: '2024-05-01', kind: 'a' },
    { day: '2024-06-01', kind: 'b' },
    { kind: 'a', age: 1 },
  ];
  const counting = (limit: number): string => `
unit: crime
contributionLimit: ${limit}
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.kind }]
`;

  it.each([
    [1, ['b: 1']],
    [2, ['a: 1', 'b: 1']],
    [3, ['a: 2', 'b: 1']],
  ])('of the population the latest %i stand', (limit, expected) => {
    const sources = smallWorld(directory, [police(...days.map((day) => ({ ...ANN, ...day })))]);
    expect(truthOf(sources, counting(limit))).toEqual(expected);
  });

  it('of one day the last written is the latest', () => {
    const rows = ['a', 'b', 'a', 'b'].map((kind) => ({ ...ANN, kind, day: '2024-05-01' }));
    expect(truthOf(smallWorld(directory, [police(...rows)]), counting(1))).toEqual(['b: 1']);
  });

  it.each([
    ['latest', 'b: 1'],
    ['earliest', 'not-recorded: 1'],
  ])('of a linked person the %s stands; without a day it is the earliest', (take, expected) => {
    const sources = smallWorld(directory, [
      police(ANN),
      charityA(...days.map(({ kind, ...day }) => ({ ...ANN, ...day, ...('day' in day ? { kind } : {}) }))),
    ]);
    const question = `
unit: person
scheme: exact
population: { dataset: police.crimes }
links: [{ dataset: charity.help, on: person, keep: linked, take: ${take} }]
dimensions: [{ field: charity.help.kind }]
`;
    expect(truthOf(sources, question)).toEqual([expected]);
  });

  it('of a case the earliest of those asked for stands', () => {
    const sources = smallWorld(directory, [
      police({ urn: '1A' }, { urn: '2A' }, {}),
      courts(
        { urn: '1A', day: '2024-01-01', kind: 'a', age: 1 },
        { urn: '1A', day: '2024-02-01', kind: 'b', age: 5 },
        {},
      ),
    ]);
    const question = `
unit: crime
population: { dataset: police.crimes }
links:
  - { dataset: courts.cases, on: case, keep: all, take: earliest, where: [{ field: age, between: [2, 5] }] }
dimensions: [{ field: courts.cases.kind }]
`;
    expect(truthOf(sources, question)).toEqual(['b: 1', 'not-linked: 2']);
  });
});

describe('filters, bands and parameters', () => {
  const ages = [17, 18, 59, 60, undefined].map((age, index) => ({
    ...(age === undefined ? {} : { age }),
    kind: index % 2 === 0 ? 'a' : 'b',
    day: `2024-0${index * 2 + 1}-15`,
  }));
  const question = (where: string): string => `
unit: crime
population: { dataset: police.crimes, where: [${where}] }
dimensions: [{ field: police.crimes.age, bands: [18, 60] }]
`;

  it('put each number into its band, and no number into none', () => {
    expect(truthOf(smallWorld(directory, [police(...ages)]), question(''))).toEqual([
      '..17: 1',
      '18..59: 2',
      '60..: 1',
      'not-recorded: 1',
    ]);
  });

  it('take both ends, and nothing that is not recorded', () => {
    const sources = smallWorld(directory, [police(...ages)]);
    expect(truthOf(sources, question('{ field: age, between: [18, 59] }'))).toEqual(['18..59: 2']);
    expect(truthOf(sources, question('{ field: age, between: [0, 120] }, { field: kind, in: [b] }'))).toEqual([
      '18..59: 1',
      '60..: 1',
    ]);
  });

  it('find the quarter of a day', () => {
    const sources = smallWorld(directory, [police(...ages, { day: '2024-Q3', age: 30 })]);
    const choosing = `${question('{ field: quarter, in: { parameter: quarters } }')}
parameters: { quarters: { from: quarter } }
`;
    expect(truthOf(sources, choosing, { quarters: ['2024-Q1', '2024-Q3'] })).toEqual([
      '..17: 1',
      '18..59: 2',
      '60..: 1',
      'not-recorded: 1',
    ]);
    expect(truthOf(sources, choosing, { quarters: ['2025-Q4'] })).toEqual([]);
  });
});

describe('measures', () => {
  const question = (measure: string, keep = 'all'): string => `
unit: crime
contributionLimit: 3
scheme: exact
population: { dataset: police.crimes }
links: [{ dataset: charity.help, on: person, keep: ${keep} }]
dimensions: [{ field: police.crimes.kind }, { linked: charity.help }]
measures: [${measure}]
`;
  const DAN = { ...ANN, name: 'Dan Dale' };

  it('are added up where the linked record has a value, negative ones too', () => {
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a' }, { ...BEN, kind: 'a' }, { ...CAT, kind: 'b' }, { ...DAN, kind: 'b' }),
      charityA({ ...ANN, change: -7 }, { ...BEN, change: 3 }, { ...CAT }),
    ]);
    expect(trueSumsOf(sources, question('{ mean: charity.help.change, range: [-10, 10] }'))).toEqual([
      'charity.help.change, a | yes: -4, 58 of 2',
    ]);
  });

  it('take what is outside the range for its nearer end, and say how many', () => {
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a' }, { ...BEN, kind: 'a' }, { ...CAT, kind: 'a' }),
      charityA({ ...ANN, change: -9 }, { ...BEN, change: 4 }, { ...CAT, change: 9 }),
    ]);
    expect(trueSumsOf(sources, question('{ variance: charity.help.change, range: [-3, 5] }'))).toEqual([
      'charity.help.change, a | yes: 6, 50 of 3, 2 clipped',
    ]);
  });

  it('of the population count each of its records, of a link each record that links', () => {
    const sources = smallWorld(directory, [
      police({ ...ANN, kind: 'a', age: 30 }, { ...ANN, kind: 'b', age: 31 }, { ...BEN, kind: 'a', age: 40 }),
      charityA({ ...ANN, change: 2, age: 33 }),
    ]);
    const several = [
      '{ sum: police.crimes.age, range: [0, 120] }',
      '{ sum: charity.help.age, range: [0, 120] }',
      '{ sum: charity.help.change, range: [-10, 10] }',
    ].join();
    expect(trueSumsOf(sources, question(several))).toEqual([
      'police.crimes.age, a | yes: 30, 900 of 1',
      'police.crimes.age, a | no: 40, 1600 of 1',
      'police.crimes.age, b | yes: 31, 961 of 1',
      'charity.help.age, a | yes: 33, 1089 of 1',
      'charity.help.age, b | yes: 33, 1089 of 1',
      'charity.help.change, a | yes: 2, 4 of 1',
      'charity.help.change, b | yes: 2, 4 of 1',
    ]);
    const linked = question('{ sum: police.crimes.age, range: [0, 120] }', 'linked').replace(
      ', { linked: charity.help }',
      '',
    );
    expect(trueSumsOf(sources, linked)).toEqual([
      'police.crimes.age, a: 30, 900 of 1',
      'police.crimes.age, b: 31, 961 of 1',
    ]);
  });
});

describe('what is not there', () => {
  it.each<[string, readonly Agency[]]>([
    ['an agency without records', [police(), charityA(ANN)]],
    ['no agency at all', []],
  ])('%s counts nobody', (_, agencies) => {
    expect(truthOf(smallWorld(directory, agencies), EACH_CRIME_AND_ITS_HELP)).toEqual([]);
  });

  it('a dataset that nobody offers links nobody', () => {
    expect(truthOf(smallWorld(directory, [police({ ...ANN, kind: 'a' })]), linked('crime', 'not-linked'))).toEqual([
      'a: 1',
    ]);
  });

  it('a source without a column for a field that is asked for is refused', () => {
    const [source] = smallWorld(directory, [police(ANN)]);
    if (source === undefined) throw new Error('no source');
    const fields = Object.fromEntries(Object.entries(source.mapping.fields).filter(([field]) => field !== 'kind'));
    const incomplete = { ...source, mapping: { ...source.mapping, fields } };
    let thrown: unknown;
    try {
      truthOf([incomplete], linked('crime', 'linked'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ExampleError);
    expect(thrown).toMatchObject({ code: 'SOURCE_INCOMPLETE' });
  });
});
