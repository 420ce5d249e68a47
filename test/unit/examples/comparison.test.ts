import { describe, expect, it } from 'vitest';

import type { ReleasedTable } from '../../../core/disclosure/index.js';
import { geometricLaw } from '../../../core/noise/index.js';
import { compare } from '../../../examples/bold/demo/comparison.js';
import type { ComparedInput } from '../../../examples/bold/demo/comparison.js';

const dimensions = ['a', 'b'].map((name) => ({
  name,
  label: name,
  categories: [0, 1].map((code) => ({ code: `${code}`, label: `${code}` })),
}));
const shown = { status: 'ok', reason: 'Rounded.' } as const;
const hidden = { status: 'primary', reason: 'Few.' } as const;

/** Two dimensions; people in three of four cells, and their ages, from 30, added up in two. */
function input(changes: Partial<ComparedInput> = {}): ComparedInput {
  const released: ReleasedTable = {
    dimensions,
    cells: [
      { categories: [0, 0], value: 20, ...shown, interval: { low: 15, high: 25 } },
      { categories: [0, 1], value: 30, ...shown, interval: { low: 31, high: 35 } },
      { categories: [1, 0], value: null, ...hidden, interval: null },
    ],
    totals: [{ categories: [0, null], value: 50, ...shown, interval: { low: 45, high: 49 } }],
    rates: [
      {
        group: [0, null],
        value: 0.4,
        ...shown,
        band: null,
        interval: { low: 0.39, high: 0.41 },
        longRun: null,
        difference: null,
        ratio: null,
      },
    ],
    quantiles: [],
    measures: [
      {
        name: 'x.age',
        label: 'Age',
        kind: 'mean',
        range: [20, 40],
        cells: [
          {
            categories: [0, 0],
            contributors: 20,
            value: { value: 33, low: 32, high: 34 },
            variance: null,
            ...shown,
          },
        ],
      },
    ],
    policy: { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false },
    noise: null,
    suppressed: 1,
    recalls: [],
  };
  return {
    unprotected: {
      dimensions,
      cells: [
        { categories: [0, 0], count: 20 },
        { categories: [0, 1], count: 30 },
        { categories: [1, 0], count: 4 },
        { categories: [1, 1], count: 0 },
      ],
      measures: [
        {
          name: 'x.age',
          kind: 'mean',
          centre: 30,
          cells: [60, 0, -12, 0].map((value, index) => ({ value, present: [20, 0, 4, 0][index] ?? 0, square: null })),
        },
      ],
      comparisons: [],
      phases: [],
    },
    released,
    presentation: {
      margins: 'totals',
      rate: { of: 1, yes: [0], among: [0, 1], by: [0] },
      quantiles: null,
      recall: null,
    },
    truth: {
      links: [],
      cells: [
        { categories: [0, 0], count: 20 },
        { categories: [0, 1], count: 30 },
        { categories: [1, 0], count: 4 },
      ],
      measures: [
        {
          name: 'x.age',
          cells: [
            { categories: [0, 0], contributors: 20, sum: 660, squares: 0, clipped: 0 },
            { categories: [1, 0], contributors: 4, sum: 108, squares: 0, clipped: 0 },
          ],
        },
      ],
    },
    largestNoise: { counts: 0, measures: [{ value: 0, present: 0, square: 0 }] },
    noise: null,
    ...changes,
  };
}

describe('comparing a run with the truth', () => {
  it('finds every number exact where it is, and every interval that the truth is in', () => {
    // One interval of a count lies above the truth, one of a total below it.
    expect(compare(input())).toEqual({
      decoded: 12,
      exact: 12,
      impossible: 0,
      intervals: 5,
      inside: 3,
      counts: 4,
      within: 4,
    });
  });

  it('finds what noise explains and what it does not', () => {
    const { unprotected } = input();
    const off = (by: number): ComparedInput['unprotected'] => ({
      ...unprotected,
      cells: unprotected.cells.map((cell, index) => (index === 3 ? { ...cell, count: by } : cell)),
    });
    const largestNoise = { counts: 6, measures: [{ value: 0, present: 0, square: 0 }] };
    expect(compare(input({ unprotected: off(-6), largestNoise }))).toMatchObject({ exact: 11, impossible: 0 });
    expect(compare(input({ unprotected: off(-7), largestNoise }))).toMatchObject({ exact: 11, impossible: 1 });
    expect(compare(input({ unprotected: off(1) }))).toMatchObject({ impossible: 1 });
  });

  it('finds the counts whose intervals hold, also of those that are not shown', () => {
    const { unprotected } = input();
    const off = (by: number): ComparedInput['unprotected'] => ({
      ...unprotected,
      cells: unprotected.cells.map((cell, index) => (index === 2 ? { ...cell, count: cell.count + by } : cell)),
    });
    // 4 are rounded to 5, which stands for 3 to 7; 8 to 10, which stands for 8 to 12.
    expect(compare(input({ unprotected: off(3) }))).toMatchObject({ counts: 4, within: 4 });
    expect(compare(input({ unprotected: off(4) }))).toMatchObject({ counts: 4, within: 3 });
    const noise = { law: geometricLaw({ epsilon: 1, sensitivity: 2 }), mixers: 3, epsilon: 1 };
    // Of 10 with this noise the interval is 0 to 20.
    expect(compare(input({ unprotected: off(4), noise }))).toMatchObject({ within: 4 });
    expect(compare(input({ unprotected: off(14), noise }))).toMatchObject({ within: 3 });
  });

  it('finds people who were not counted at all, and sums that are wrong', () => {
    const { truth, unprotected } = input();
    const more = { ...truth, cells: [...truth.cells, { categories: [1, 1], count: 2 }] };
    expect(compare(input({ truth: more }))).toMatchObject({ exact: 11, impossible: 1 });
    const measures = unprotected.measures.map((measure) => ({
      ...measure,
      cells: measure.cells.map((cell, index) => (index === 0 ? { ...cell, value: 61 } : cell)),
    }));
    expect(compare(input({ unprotected: { ...unprotected, measures } }))).toMatchObject({ exact: 11, impossible: 1 });
  });
});
