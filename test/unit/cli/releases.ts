import { expect } from 'vitest';
import type { Group, ReleasedCell, ReleasedTable, TableDimension } from '../../../core/disclosure/index.js';
import type { Release } from '../../../coordinator/index.js';

export const dimension = (label: string, ...categories: string[]): TableDimension => ({
  name: label.toLowerCase().replaceAll(' ', '-'),
  label,
  categories: categories.map((each) => ({ code: each.toLowerCase(), label: each })),
});

interface TableExtras extends Partial<Omit<ReleasedTable, 'totals'>> {
  readonly totals?: readonly (readonly [Group, number | null])[];
  /** Each number's interval: so much below and above it. */
  readonly about?: number;
}

/** `values` in the order of the categories; null is suppressed, undefined can't occur. */
export function table(
  dimensions: readonly TableDimension[],
  values: readonly (number | null | undefined)[],
  { totals = [], about, ...rest }: TableExtras = {},
): ReleasedTable {
  const places = dimensions.reduce<number[][]>(
    (prefixes, { categories }) => prefixes.flatMap((prefix) => categories.map((_, index) => [...prefix, index])),
    [[]],
  );
  expect(values).toHaveLength(places.length);
  const cell = (categories: Group, value: number | null): ReleasedCell => ({
    categories,
    value,
    status: value === null ? 'primary' : 'ok',
    reason: value === null ? 'Suppressed: fewer than 10, or none.' : 'Rounded to the nearest 5.',
    interval: value === null || about === undefined ? null : { low: value - about, high: value + about },
  });
  return {
    dimensions,
    cells: places.flatMap((categories, index) => {
      const value = values[index];
      return value === undefined ? [] : [cell(categories, value)];
    }),
    totals: totals.map(([categories, value]) => cell(categories, value)),
    rates: [],
    quantiles: [],
    recalls: [],
    measures: [],
    policy: { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false },
    noise: null,
    suppressed: values.filter((value) => value === null).length,
    ...rest,
  };
}

export function releaseOf(released: ReleasedTable, changes: Partial<Release> = {}): Release {
  return {
    question: 'What is asked?',
    chosen: [],
    table: released,
    presentation: { margins: 'totals', rate: null, quantiles: null, recall: null },
    sources: [],
    linkage: null,
    optOuts: null,
    notes: [],
    ...changes,
  };
}
