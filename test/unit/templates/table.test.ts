import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { geometricLaw } from '../../../core/noise/index.js';
import {
  bindTemplate,
  createCatalogue,
  decodeTable,
  NO_FLOORS,
  parseDataset,
  presentationOf,
  runTerms,
  tableShape,
} from '../../../core/templates/index.js';
import type {
  BoundTemplate,
  DatasetDefinition,
  DecodedTable,
  FieldDefinition,
  Template,
} from '../../../core/templates/index.js';
import { bind, codeOf, FULL_BODY, MEASURES, NOISY, PRESENT, template } from './fixtures.js';

const MIXERS = 3;

/** What the protocol found in a run of these agencies, none of which demands anything of its own. */
function decode(
  bound: BoundTemplate,
  counts: ArrayLike<number>,
  sums: readonly ArrayLike<number>[] = [],
): DecodedTable {
  return decodeTable(bound, runTerms(bound, []), MIXERS, { counts, sums });
}

/** Counts by cell number: what is given, else 0. */
function countsOf(bound: BoundTemplate, given: Readonly<Record<number, number>>): Float64Array {
  const counts = new Float64Array(bound.cells);
  for (const [cell, count] of Object.entries(given)) counts[Number(cell)] = count;
  return counts;
}

describe('the shape of a table', () => {
  it('has the categories of each dimension in the order of its definition', () => {
    expect(tableShape(bind(FULL_BODY))).toEqual([
      {
        name: 'cps.charges.days',
        label: 'Days to charge',
        categories: [
          { code: '0..90', label: '0 to 90' },
          { code: '91..365', label: '91 to 365' },
          { code: '366..', label: '366 or more' },
          { code: 'not-recorded', label: 'Not recorded' },
          { code: 'not-linked', label: 'Not linked' },
        ],
      },
      {
        name: 'charities.support',
        label: 'Linked to: People supported',
        categories: [
          { code: 'yes', label: 'Yes' },
          { code: 'no', label: 'No' },
        ],
      },
      {
        name: 'police.crimes.withdrew',
        label: 'The victim withdrew',
        categories: [
          { code: 'yes', label: 'Yes' },
          { code: 'no', label: 'No' },
          { code: 'not-recorded', label: 'Not recorded' },
        ],
      },
    ]);
  });

  it('has no "Not linked" where only linked records are kept', () => {
    const bound = bind(`unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: linked }]
dimensions: [{ field: cps.charges.outcome }, { field: police.crimes.quarter }]
`);
    expect(tableShape(bound).map(({ categories }) => categories.map(({ code }) => code))).toEqual([
      ['charged', 'dropped', 'not-recorded'],
      ['2025-Q1', '2025-Q2', '2025-Q3', 'not-recorded'],
    ]);
  });

  it('names bands by where they end', () => {
    const bound = bind(`unit: defendant-case
population: { dataset: cps.charges }
dimensions: [{ field: cps.charges.change, bands: [-5, 0, 1] }]
`);
    expect(tableShape(bound)[0]?.categories.map(({ code, label }) => [code, label])).toEqual([
      ['..-6', 'under -5'],
      ['-5..-1', '-5 to -1'],
      ['0..0', '0'],
      ['1..', '1 or more'],
      ['not-recorded', 'Not recorded'],
    ]);
  });
});

describe('decoding', () => {
  it('puts each cell number in its place', () => {
    const bound = bind(FULL_BODY);
    // base label * 1 + charge label * 4 + support label * 20
    const { table } = decode(bound, countsOf(bound, { 1: 11, 2: 12, [3 + 4 * 4 + 20]: 13, [1 + 2 * 4]: 14 }));
    expect(table.dimensions).toEqual(tableShape(bound));
    expect(table.cells).toHaveLength(3 * 5 * 2);
    const found = table.cells.filter(({ count }) => count > 0);
    expect(found).toEqual([
      { categories: [1, 1, 0], count: 14 },
      { categories: [3, 0, 2], count: 13 },
      { categories: [4, 1, 0], count: 11 },
      { categories: [4, 1, 1], count: 12 },
    ]);
  });

  it('has every combination that can occur, in order, and no other', () => {
    const bound = bind(`unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: all }]
dimensions: [{ linked: cps.charges }, { field: cps.charges.outcome }]
`);
    expect(decode(bound, countsOf(bound, {})).table.cells).toEqual([
      { categories: [0, 0], count: 0 },
      { categories: [0, 1], count: 0 },
      { categories: [0, 2], count: 0 },
      { categories: [1, 3], count: 0 },
    ]);
  });

  const keep = (how: string, dimension: string): BoundTemplate =>
    bind(`unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: ${how} }]
dimensions: [{ field: ${dimension} }]
`);

  it.each<[string, BoundTemplate, number]>([
    ['without a base record', bind(FULL_BODY), 0],
    ['without a base record, but with a linked one', bind(FULL_BODY), 4],
    ['of a record that did not link, where only linked ones are kept', keep('linked', 'cps.charges.outcome'), 1],
    ['of a record that linked, where only others are kept', keep('not-linked', 'police.crimes.withdrew'), 1 + 4],
  ])('refuses a count in a cell %s', (_, bound, cell) => {
    expect(codeOf(() => decode(bound, countsOf(bound, { [cell]: 1 })))).toBe('BAD_COUNTS');
    expect(decode(bound, countsOf(bound, { [cell]: 0 })).table.cells.every(({ count }) => count === 0)).toBe(true);
  });

  it.each<[string, (counts: Float64Array) => ArrayLike<number>]>([
    ['a cell too few', (counts) => counts.subarray(1)],
    ['a cell too many', (counts) => [...counts, 0]],
    ['a negative count', (counts) => counts.fill(-1, 1, 2)],
    ['half a person', (counts) => counts.fill(0.5, 1, 2)],
    ['no number', (counts) => counts.fill(Number.NaN, 1, 2)],
  ])('refuses %s', (_, change) => {
    const bound = bind(FULL_BODY);
    expect(codeOf(() => decode(bound, change(countsOf(bound, {}))))).toBe('BAD_COUNTS');
  });
});

describe('decoding what has noise', () => {
  const noisy = bind(FULL_BODY, NOISY);

  it('says what every mixer added, and lets counts be below 0', () => {
    const { table, noise, measures } = decode(noisy, countsOf(noisy, { 1: -4 }));
    expect(table.cells.filter(({ count }) => count !== 0)).toEqual([{ categories: [4, 1, 0], count: -4 }]);
    expect(noise).toEqual({ law: geometricLaw({ epsilon: 1, sensitivity: 2 }), mixers: MIXERS, epsilon: 1 });
    expect(measures).toEqual([]);
    expect(decode(bind(FULL_BODY), countsOf(bind(FULL_BODY), {})).noise).toBeNull();
  });

  it('goes by the strictest of those who took part', () => {
    const terms = runTerms(noisy, [
      { datasets: [], floors: NO_FLOORS },
      { datasets: [], floors: { ...NO_FLOORS, epsilon: 0.5 } },
    ]);
    const { noise } = decodeTable(noisy, terms, 2, { counts: countsOf(noisy, {}), sums: [] });
    expect(noise).toEqual({ law: geometricLaw({ epsilon: 0.5, sensitivity: 2 }), mixers: 2, epsilon: 0.5 });
  });

  it('knows that several agencies may have records of one person', () => {
    const records = bind(FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 3'), NOISY);
    const police = { datasets: [{ dataset: 'police.crimes' }], floors: NO_FLOORS };
    const terms = runTerms(records, [police, police]);
    const { noise } = decodeTable(records, terms, 2, { counts: countsOf(records, {}), sums: [] });
    expect(noise?.law).toEqual(geometricLaw({ epsilon: 1, sensitivity: 2 * 3 * 2 }));
  });

  it('refuses noise where no record can be', () => {
    expect(codeOf(() => decode(noisy, countsOf(noisy, { 0: -1 })))).toBe('BAD_COUNTS');
    expect(codeOf(() => decode(noisy, countsOf(noisy, { 4: 1 })))).toBe('BAD_COUNTS');
  });
});

describe('decoding measures', () => {
  const body = `unit: victim-case
contributionLimit: 3
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: all }]
dimensions: [{ linked: cps.charges }]
${MEASURES}`;
  const bound = bind(body);
  /** Cell numbers: no charge, a charge. */
  const [unlinked, linked] = [1, 3];
  const sumsOf = (...columns: readonly (readonly [number, number])[]): Float64Array[] =>
    columns.map(([a, b]) => countsOf(bound, { [unlinked]: a, [linked]: b }));

  it('puts each sum into the cell of its count', () => {
    const sums = sumsOf([10, -20], [4, 5], [0, 300], [0, 2], [0, 90_000]);
    expect(decode(bound, countsOf(bound, { [unlinked]: 5, [linked]: 6 }), sums)).toMatchObject({
      table: {
        cells: [
          { categories: [0], count: 6 },
          { categories: [1], count: 5 },
        ],
      },
      noise: null,
      measures: [
        {
          name: 'police.crimes.age',
          label: 'Age in years',
          kind: 'mean',
          range: [18, 59],
          centre: 38,
          cells: [
            { value: -20, present: 5, square: null },
            { value: 10, present: 4, square: null },
          ],
          noise: null,
        },
        {
          name: 'cps.charges.days',
          label: 'Days until the charge',
          kind: 'variance',
          range: [0, 730],
          centre: 365,
          cells: [
            { value: 300, present: 2, square: 90_000 },
            { value: 0, present: 0, square: 0 },
          ],
        },
      ],
    });
  });

  it('says what every mixer added to each column: a measure shares its epsilon out evenly', () => {
    const noisy = bind(body, NOISY);
    const { measures } = decode(noisy, countsOf(noisy, {}), sumsOf([0, 0], [0, 0], [0, 0], [-7, 0], [0, -9]));
    const noise = (epsilon: number, magnitude: number): unknown => ({
      law: geometricLaw({ epsilon, sensitivity: 2 * 3 * magnitude }),
      mixers: MIXERS,
      epsilon,
    });
    expect(measures.map((measure) => measure.noise)).toEqual([
      { value: noise(0.5, 21), present: noise(0.5, 1), square: null },
      { value: noise(1, 365), present: noise(1, 1), square: noise(1, 365 ** 2) },
    ]);
    expect(measures[1]?.cells).toEqual([
      { value: 0, present: 0, square: -9 },
      { value: 0, present: -7, square: 0 },
    ]);
  });

  it.each<[string, Float64Array[]]>([
    ['a column too few', sumsOf([0, 0], [0, 0], [0, 0], [0, 0])],
    ['a column too many', sumsOf([0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0])],
    ['half a sum', sumsOf([0.5, 0], [0, 0], [0, 0], [0, 0], [0, 0])],
    ['a sum where no record can be', [countsOf(bound, { 2: 1 }), ...sumsOf([0, 0], [0, 0], [0, 0], [0, 0])]],
    ['a sum of too few cells', [new Float64Array(1), ...sumsOf([0, 0], [0, 0], [0, 0], [0, 0])]],
  ])('refuses %s', (_, sums) => {
    expect(codeOf(() => decode(bound, countsOf(bound, {}), sums))).toBe('BAD_COUNTS');
  });
});

describe('what is presented', () => {
  it('is totals and nothing more where the template says nothing', () => {
    expect(presentationOf(bind(FULL_BODY))).toEqual({ margins: 'totals', rate: null, quantiles: null, recall: null });
    expect(presentationOf(bind(`${FULL_BODY}present: { margins: none }\n`)).margins).toBe('none');
  });

  it('names dimensions and categories by their places', () => {
    expect(presentationOf(bind(FULL_BODY + PRESENT))).toEqual({
      margins: 'totals',
      rate: { of: 2, yes: [0], among: [0, 1], by: [1, 0] },
      quantiles: { of: 0, bands: [0, 1, 2], at: [0.25, 0.5], by: [1] },
      recall: null,
    });
  });

  it('takes whether a record linked as an answer, and bands by their codes', () => {
    const linked = `${FULL_BODY}present: { rate: { of: charities.support, equals: [yes], by: [] } }\n`;
    expect(presentationOf(bind(linked)).rate).toEqual({ of: 1, yes: [0], among: [0, 1], by: [] });
    const banded = `${FULL_BODY}present: { rate: { of: cps.charges.days, equals: [366.., 0..90], by: [] } }\n`;
    expect(presentationOf(bind(banded)).rate).toEqual({ of: 0, yes: [0, 2], among: [0, 1, 2], by: [] });
  });
});

describe('labels, strides and decoding', () => {
  /** A dataset `x.<name>` with one code field for each of these numbers of codes. */
  function dataset(name: string, codeCounts: readonly number[]): DatasetDefinition {
    const fields = codeCounts.map((count, index): [string, FieldDefinition] => {
      const codes = new Map(Array.from({ length: count }, (_, code) => [`c${code}`, `C${code}`]));
      return [`f${index}`, { type: 'code', codes, meaning: 'm', category: 'services' }];
    });
    return {
      ...parseDataset(`dataset: x.${name}
version: 1
title: t
description: d
unit: thing
keys: [case]
order: day
purposes: [research-statistics]
fields: { day: { type: date, meaning: m, category: services } }
`),
      fields: new Map([['day', { type: 'date', meaning: 'm', category: 'services' }], ...fields]),
    };
  }

  const keeps = ['all', 'linked', 'not-linked'] as const;
  const base = template('unit: thing\npopulation: { dataset: x.base }\ndimensions: [{ field: x.base.f0 }]\n');

  /** A template over generated datasets, and its dimensions in a generated order. */
  const anyBound = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
      fc.array(
        fc.tuple(fc.constantFrom(...keeps), fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), fc.boolean()),
        { maxLength: 3 },
      ),
      fc.infiniteStream(fc.nat()),
    )
    .map(([baseCodes, links, order]): BoundTemplate => {
      const datasets = [dataset('base', baseCodes), ...links.map(([, codes], index) => dataset(`l${index}`, codes))];
      const dimensions = [
        ...baseCodes.map((_, index) => ({ field: `x.base.f${index}` })),
        ...links.flatMap(([keep, codes, linked], index) => [
          ...(keep === 'not-linked' ? [] : codes.map((_, field) => ({ field: `x.l${index}.f${field}` }))),
          ...(keep === 'all' && (linked || codes.length === 0) ? [{ linked: `x.l${index}` }] : []),
        ]),
      ];
      const shuffled = dimensions
        .map((dimension) => ({ dimension, place: Number(order.next().value) }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ dimension }) => dimension);
      const parsed: Template = {
        ...base,
        dimensions: shuffled,
        links: links.map(([keep], index) => ({ dataset: `x.l${index}`, on: 'case', keep, take: 'latest', where: [] })),
      };
      return bindTemplate(parsed, createCatalogue(datasets));
    });

  /**
   * The label as the contract between agencies has it: 1 + the mixed-radix number of the categories of the dataset's
   * own dimensions in template order, each with one more for "Not recorded".
   */
  function labelOf(bound: BoundTemplate, name: string, category: (field: string) => number): number {
    let label = 0;
    for (const dimension of bound.dimensions) {
      if (dimension.kind !== 'code' || dimension.dataset !== name) continue;
      label = label * (dimension.codes.length + 1) + category(dimension.field);
    }
    return label + 1;
  }

  it('bring a record back to the categories it was made from', () => {
    fc.assert(
      fc.property(anyBound, fc.infiniteStream(fc.nat()), (bound, choices) => {
        const choose = (below: number): number => Number(choices.next().value) % below;
        const lists = [bound.population, ...bound.links];
        const chosen = new Map<string, number>();
        let cell = 0;
        let stride = 1;
        for (const list of lists) {
          const name = list.dataset.dataset;
          for (const dimension of bound.dimensions) {
            if (dimension.kind === 'code' && dimension.dataset === name) {
              chosen.set(`${name}.${dimension.field}`, choose(dimension.codes.length + 1));
            }
          }
          const isLinked = list.role === 'base' || list.keep === 'linked' || (list.keep === 'all' && choose(2) === 1);
          chosen.set(name, isLinked ? 0 : 1);
          const label = labelOf(bound, name, (field) => chosen.get(`${name}.${field}`) ?? 0);
          if (isLinked) cell += label * stride;
          else for (const key of chosen.keys()) if (key.startsWith(`${name}.`)) chosen.set(key, -1);
          stride *= list.labels + 1;
        }
        expect(stride).toBe(bound.cells);

        const { cells, dimensions } = decode(bound, countsOf(bound, { [cell]: 1 })).table;
        const found = cells.filter(({ count }) => count === 1);
        expect(found).toHaveLength(1);
        const expected = dimensions.map(({ name, categories }) => {
          const category = chosen.get(name) ?? -1;
          return category === -1 ? categories.length - 1 : category;
        });
        expect(found[0]?.categories).toEqual(expected);
        // No two cells are one place of the table.
        expect(new Set(cells.map(({ categories }) => categories.join())).size).toBe(cells.length);
      }),
      { numRuns: 300 },
    );
  });
});
