import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bindTemplate, createCatalogue, decodeTable, parseDataset, tableShape } from '../../../core/templates/index.js';
import type { BoundTemplate, DatasetDefinition, FieldDefinition, Template } from '../../../core/templates/index.js';
import { catalogue, codeOf, FULL_BODY, template } from './fixtures.js';

function bind(body: string): BoundTemplate {
  return bindTemplate(template(body), catalogue);
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
    const table = decodeTable(bound, countsOf(bound, { 1: 11, 2: 12, [3 + 4 * 4 + 20]: 13, [1 + 2 * 4]: 14 }));
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
    expect(decodeTable(bound, countsOf(bound, {})).cells).toEqual([
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
    expect(codeOf(() => decodeTable(bound, countsOf(bound, { [cell]: 1 })))).toBe('BAD_COUNTS');
    expect(decodeTable(bound, countsOf(bound, { [cell]: 0 })).cells.every(({ count }) => count === 0)).toBe(true);
  });

  it.each<[string, (counts: Float64Array) => ArrayLike<number>]>([
    ['a cell too few', (counts) => counts.subarray(1)],
    ['a cell too many', (counts) => [...counts, 0]],
    ['a negative count', (counts) => counts.fill(-1, 1, 2)],
    ['half a person', (counts) => counts.fill(0.5, 1, 2)],
    ['no number', (counts) => counts.fill(Number.NaN, 1, 2)],
  ])('refuses %s', (_, change) => {
    const bound = bind(FULL_BODY);
    expect(codeOf(() => decodeTable(bound, change(countsOf(bound, {}))))).toBe('BAD_COUNTS');
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

        const { cells, dimensions } = decodeTable(bound, countsOf(bound, { [cell]: 1 }));
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
