import { beforeAll, describe, expect, it } from 'vitest';

import { createSolver, DisclosureError, MAX_AUDITED_CELLS, protectTable } from '../../../core/disclosure/index.js';
import type {
  CountTable,
  DisclosureErrorCode,
  DisclosurePolicy,
  LinearSolver,
  MeasuredCell,
  MeasureTable,
  ProtectInput,
  ReleasedCell,
  ReleasedTable,
} from '../../../core/disclosure/index.js';
import { countInterval } from '../../../core/disclosure/intervals.js';
import { tableOf } from '../../support/arbitrary-table.js';
import { noiseOf, usualPolicy } from './shown-fixture.js';

let solver: LinearSolver;
beforeAll(async () => {
  solver = await createSolver();
});

const none = { margins: 'none', rate: null, quantiles: null, recall: null } as const;
const totals = { margins: 'totals', rate: null, quantiles: null, recall: null } as const;

function protect(
  table: CountTable,
  more: Partial<ProtectInput> = {},
  policy: DisclosurePolicy = usualPolicy,
): ReleasedTable {
  const input = { table, noise: null, measures: [], presentation: none, earlier: [], ...more };
  return protectTable(input, policy, solver);
}

function codeOf(action: () => unknown): DisclosureErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof DisclosureError) return error.code;
    throw error;
  }
  return undefined;
}

/** `p`, `s` and `c` for what is suppressed, the number for what is shown. */
function read(cells: readonly ReleasedCell[]): (number | string)[] {
  return cells.map(({ value, status }) => value ?? status.charAt(0));
}

describe('suppression with totals', () => {
  it('is found where requirements fail together that hold one by one', () => {
    // With everything suppressed, two cells of 0 in one line can each be anything small, but not both at once.
    const counts = [
      [14, 2, 1, 3, 0, 9],
      [4, 4, 2, 4, 0, 15],
      [68, 24, 8, 10, 1, 64],
      [37, 13, 6, 7, 1, 29],
      [10, 0, 4, 0, 0, 7],
      [28, 4, 8, 0, 0, 20],
      [55, 10, 5, 0, 0, 36],
      [15, 1, 2, 0, 1, 9],
      [0, 0, 0, 0, 0, 0],
    ].flat();
    const { cells } = protect(tableOf([9, 6], counts), { presentation: totals });
    for (const [index, { status }] of cells.entries()) {
      if ((counts[index] ?? 0) < usualPolicy.threshold) expect(status).not.toBe('ok');
    }
  });
});

describe('recall in a release', () => {
  const several = { least: 1.4, likely: 1.8, most: 2.2 };
  const recall = { of: 1, all: 0, butOne: [1, 2, 3], other: 4, several, by: [0] } as const;
  /** Two groups would often leave one of them nearly all of a class. */
  const lines = { ...usualPolicy, wholeLines: true };
  const counts = [738, 81, 83, 79, 24, 401, 302, 43, 40, 41, 9, 50];

  it('is from what is shown: rounded, and not where a number is suppressed', () => {
    const { recalls, cells } = protect(tableOf([2, 6], counts), { presentation: { ...none, recall } }, lines);
    expect(read(cells).slice(0, 6)).toEqual([740, 80, 85, 80, 25, 400]);
    const independent = 740 * (1 + 80 / 740) ** 2 * (1 + 85 / 740) - 985;
    expect(recalls[0]?.recall?.value).toBeCloseTo(1010 / (985 + 1.8 * independent), 12);
    expect(read(cells)[10]).toBe('p');
    expect(recalls[1]).toMatchObject({ group: [1, null], recall: null, linked: null });
  });

  it('is not there where nobody asked for it', () => {
    expect(protect(tableOf([2, 6], counts)).recalls).toEqual([]);
  });
});

describe('protecting a table without totals', () => {
  it('suppresses what is below the threshold, zero too, and rounds the rest', () => {
    const released = protect(tableOf([9], [0, 1, 9, 10, 12, 13, 17, 18, 1000]));
    expect(read(released.cells)).toEqual(['p', 'p', 'p', 10, 10, 15, 15, 20, 1000]);
    expect(released.suppressed).toBe(3);
    expect(released.totals).toEqual([]);
  });

  it('says the same of every small cell, so that none and few can not be told apart', () => {
    const { cells } = protect(tableOf([2], [0, 9]));
    expect({ ...cells[0], categories: [] }).toEqual({ ...cells[1], categories: [] });
  });

  it('gives each number a reason in words, an interval, and the table its policy', () => {
    const policy = { ...usualPolicy, threshold: 20, roundTo: 10 };
    const released = protect(tableOf([3], [3, 30, 40]), {}, policy);
    expect(released.cells.map(({ reason }) => reason)).toEqual([
      'Suppressed: fewer than 20, or none.',
      'Rounded to the nearest 10.',
      'Rounded to the nearest 10.',
    ]);
    expect(released.cells.map(({ interval }) => interval)).toEqual([
      null,
      countInterval(30, null, policy),
      countInterval(40, null, policy),
    ]);
    expect(released).toMatchObject({ policy, noise: null });
  });

  it('rounds to midpoints where the policy says so', () => {
    const policy: DisclosurePolicy = { ...usualPolicy, rounding: 'midpoint-6' };
    const { cells } = protect(tableOf([4], [0, 12, 13, 18]), {}, policy);
    expect(read(cells)).toEqual(['p', 9, 15, 15]);
    expect(cells[1]?.reason).toBe('Rounded to the middle of a range of 6.');
  });
});

describe('totals', () => {
  it('are of each dimension and of the whole, rounded sums of the counts themselves', () => {
    const released = protect(tableOf([2, 2], [12, 12, 12, 12]), { presentation: totals });
    expect(read(released.cells)).toEqual([10, 10, 10, 10]);
    expect(released.totals.map(({ categories }) => categories)).toEqual([
      [0, null],
      [1, null],
      [null, 0],
      [null, 1],
      [null, null],
    ]);
    expect(read(released.totals)).toEqual([25, 25, 25, 25, 50]);
  });

  it('of an only dimension are the whole alone', () => {
    const released = protect(tableOf([3], [20, 30, 40]), { presentation: totals });
    expect(released.totals.map(({ categories }) => categories)).toEqual([[null]]);
    expect(read(released.totals)).toEqual([90]);
  });

  it('have a threshold of their own', () => {
    const released = protect(tableOf([2, 2], [2, 3, 40, 50]), { presentation: totals });
    expect(released.totals[0]).toMatchObject({ value: null, status: 'primary' });
  });

  it('of categories that can not occur are left out', () => {
    const released = protect(tableOf([2, 3], [20, 30, null, 40, 50, null]), { presentation: totals });
    expect(released.totals.map(({ categories }) => categories)).toEqual([
      [0, null],
      [1, null],
      [null, 0],
      [null, 1],
      [null, null],
    ]);
  });

  it('of one cell go with the cell, and totals of the same cells with each other', () => {
    // The second row has one cell, the first row and the second column the same two.
    const table = tableOf([2, 3], [null, 40, 70, 4, null, null]);
    const { cells, totals: sums } = protect(table, { presentation: totals });
    const at = (...place: (number | null)[]): ReleasedCell | undefined =>
      [...cells, ...sums].find(({ categories }) => categories.join() === place.join());
    expect(at(1, null)).toMatchObject({ value: null, status: 'primary' });
    expect(at(null, 0)).toMatchObject({ value: null, status: 'primary' });
    expect(at(null, 1)).toMatchObject({ value: at(0, 1)?.value, status: at(0, 1)?.status });
    expect(at(null, 2)).toMatchObject({ value: at(0, 2)?.value, status: at(0, 2)?.status });
  });

  it('do not give a small cell away: more goes with it', () => {
    const released = protect(tableOf([4], [3, 40, 50, 60]), { presentation: totals });
    const hidden = [...released.cells, ...released.totals].filter(({ value }) => value === null);
    expect(released.cells[0]?.status).toBe('primary');
    expect(hidden.length).toBeGreaterThan(1);
    expect(hidden.filter(({ status }) => status === 'secondary').map(({ reason }) => reason)).toEqual(
      hidden.slice(1).map(() => 'Suppressed: it would give another number of the table away.'),
    );
  });

  it('leave everything shown where nothing is small', () => {
    const released = protect(tableOf([3, 3], [20, 30, 40, 50, 60, 70, 80, 90, 99]), { presentation: totals });
    expect(released.suppressed).toBe(0);
    expect(released.totals.every(({ value }) => value !== null)).toBe(true);
  });

  it('leave nothing shown where everything is small, or 0', () => {
    for (const count of [0, 2]) {
      const released = protect(tableOf([2, 2], [count, count, count, count]), { presentation: totals });
      expect(read([...released.cells, ...released.totals])).toEqual(Array(9).fill('p'));
    }
  });

  it.each([
    [12, 10],
    [3, 'p'],
  ])('of a table of one cell of %d: %s, and the total the same', (count, shown) => {
    const released = protect(tableOf([1], [count]), { presentation: totals });
    expect(read([...released.cells, ...released.totals])).toEqual([shown, shown]);
  });

  it('are withheld, all alike, where there are too many cells to check', () => {
    const counts = Array.from({ length: MAX_AUDITED_CELLS + 1 }, (_, index) => 20 + (index % 7));
    const least = protect(tableOf([MAX_AUDITED_CELLS], counts), { presentation: totals });
    expect(least.totals.map(({ status }) => status)).toEqual(['ok']);
    const released = protect(tableOf([MAX_AUDITED_CELLS + 1], counts), { presentation: totals });
    expect(released.suppressed).toBe(0);
    expect(released.totals).toEqual([
      {
        categories: [null],
        value: null,
        status: 'secondary',
        reason: `Not shown: the table has more than ${MAX_AUDITED_CELLS} cells, too many to check what totals give away.`,
        interval: null,
      },
    ]);
  });
});

describe('a line that is all alike', () => {
  it('is not shown: its category is suppressed, as soon as fewer than the threshold are in others', () => {
    expect(read(protect(tableOf([3], [0, 500, 0])).cells)).toEqual(['p', 'c', 'p']);
    expect(read(protect(tableOf([3], [5, 500, 4])).cells)).toEqual(['p', 'c', 'p']);
    expect(read(protect(tableOf([3], [5, 500, 5])).cells)).toEqual(['p', 500, 'p']);
  });

  it('says why', () => {
    expect(protect(tableOf([2], [500, 0])).cells[0]?.reason).toBe(
      'Suppressed: it would say that all, or nearly all, in its line are in one category.',
    );
  });

  it('is looked for along every dimension, the others fixed', () => {
    // The last column is in one row, then the last row in one column.
    expect(read(protect(tableOf([2, 3], [50, 60, 5, 70, 40, 30])).cells)).toEqual([50, 60, 'p', 70, 40, 'c']);
    expect(read(protect(tableOf([3, 2], [50, 70, 60, 40, 5, 30])).cells)).toEqual([50, 70, 60, 40, 'p', 'c']);
  });

  it('is looked for among the totals of a dimension too', () => {
    const released = protect(tableOf([2, 3], [100, 110, 120, 3, 3, 3]), { presentation: totals });
    expect(released.totals[0]).toMatchObject({ categories: [0, null], status: 'class' });
  });

  it('is none where only one category can occur', () => {
    expect(read(protect(tableOf([2, 2], [50, 60, null, 70])).cells)).toEqual([50, 60, 70]);
    expect(read(protect(tableOf([1], [70])).cells)).toEqual([70]);
  });

  it('is shown where the template has justified it', () => {
    expect(read(protect(tableOf([3], [0, 500, 0]), {}, { ...usualPolicy, wholeLines: true }).cells)).toEqual([
      'p',
      500,
      'p',
    ]);
  });

  it('is judged by the sum of the noisy counts, below 0 too', () => {
    const noise = noiseOf(1, 1, 3);
    expect(read(protect(tableOf([4], [500, 12, -6, 3]), { noise }).cells)).toEqual(['c', 10, 'p', 'p']);
  });
});

describe('noise', () => {
  const noise = noiseOf(1, 1, 3);

  it('leaves counts below 0, which are suppressed like any small one', () => {
    const { cells } = protect(tableOf([3], [-4, 20, 30]), { noise });
    expect(read(cells)).toEqual(['p', 20, 30]);
    expect({ ...cells[0], categories: [] }).toEqual({
      ...protect(tableOf([3], [9, 20, 30]), { noise }).cells[0],
      categories: [],
    });
    expect(cells[1]).toMatchObject({
      reason: 'With noise. Rounded to the nearest 5.',
      interval: countInterval(20, noise, usualPolicy),
    });
  });

  it('of a total is that of all its cells, and its sum that of the counts as they are', () => {
    const released = protect(
      tableOf([4], [-4, 40, 50, 60]),
      { noise, presentation: { ...totals } },
      {
        ...usualPolicy,
        wholeLines: true,
      },
    );
    expect(released.totals[0]).toMatchObject({
      value: 145,
      interval: countInterval(145, { ...noise, mixers: 12 }, usualPolicy),
    });
    const shown = protect(tableOf([2], [40, 52]), { noise, presentation: totals }).totals[0];
    expect(shown).toMatchObject({ value: 90, interval: countInterval(90, { ...noise, mixers: 6 }, usualPolicy) });
  });

  it('is described with the table', () => {
    const { noise: described } = protect(tableOf([2], [40, 50]), { noise });
    expect(described?.epsilon).toBe(1);
    // Three times 2·alpha / (1 - alpha)², alpha = exp(-1/2).
    expect(described?.standardDeviation).toBeCloseTo(Math.sqrt((6 * Math.exp(-0.5)) / (1 - Math.exp(-0.5)) ** 2), 12);
  });
});

describe('an earlier table', () => {
  const table = tableOf([5], [100, 105, 110, 95, 100]);

  it('takes with it what differs from it by fewer than the threshold, and what is equal stays', () => {
    const { cells } = protect(table, { earlier: [{ values: [100, 100, 100, 100, null], totals: [] }] });
    expect(read(cells)).toEqual([100, 's', 110, 's', 100]);
    expect(cells[1]?.reason).toBe('Suppressed: with a table released before it would tell of a few records.');
  });

  it('has totals too', () => {
    const earlier = [{ values: [null, null, null, null, null], totals: [505] }];
    expect(protect(table, { presentation: totals, earlier }).totals[0]).toMatchObject({
      value: null,
      status: 'secondary',
    });
    const far = [{ values: [null, null, null, null, null], totals: [500] }];
    expect(protect(table, { presentation: totals, earlier: far }).totals[0]).toMatchObject({ value: 510 });
  });

  it('leaves nothing that gives what it took away', () => {
    const { cells, totals: sums } = protect(table, {
      presentation: totals,
      earlier: [{ values: [null, 100, null, null, null], totals: [] }],
    });
    expect([...cells, ...sums].filter(({ value }) => value === null).length).toBeGreaterThan(1);
  });
});

describe('a measure', () => {
  const table = tableOf([4], [60, 70, 80, 90]);
  const cell = (value: number, present: number): MeasuredCell => ({ value, present, square: null });
  const measure = (cells: readonly MeasuredCell[]): MeasureTable => ({
    name: 'charities.cases.wellbeing-change',
    label: 'Change in wellbeing',
    kind: 'mean',
    range: [-10, 10],
    centre: 0,
    cells,
    noise: null,
  });
  const spread = [cell(60, 60), cell(-70, 70), cell(0, 80), cell(90, 90)];

  function statusesOf(cells: readonly MeasuredCell[], more: Partial<ProtectInput> = {}): string[] {
    const released = protect(table, { measures: [measure(cells)], ...more });
    return released.measures[0]?.cells.map(({ status }) => status) ?? [];
  }

  it('is shown where the count is', () => {
    expect(statusesOf(spread)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(statusesOf(spread, { table: tableOf([4], [3, 70, 80, 90]) })).toEqual(['primary', 'ok', 'ok', 'ok']);
  });

  it('needs enough records with a value', () => {
    expect(statusesOf([cell(0, 9), ...spread.slice(1)])).toEqual(['primary', 'ok', 'ok', 'ok']);
    expect(statusesOf([cell(0, 10), ...spread.slice(1)])).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('is not shown where one record could make up too much of it', () => {
    const released = protect(table, { measures: [measure([cell(-590, 60), ...spread.slice(1)])] });
    expect(released.measures[0]?.cells[0]).toMatchObject({
      value: null,
      status: 'primary',
      reason: 'Suppressed: one record could make up too much of it.',
    });
  });

  it('has totals that give none of it away', () => {
    const statuses = statusesOf([cell(0, 9), ...spread.slice(1)], { presentation: totals });
    expect(statuses).toHaveLength(5);
    expect(statuses.filter((status) => status !== 'ok').length).toBeGreaterThan(1);
    expect(statusesOf(spread, { presentation: totals })).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });
});

describe('a table that is none', () => {
  it.each([
    ['a negative count', tableOf([1], [-1])],
    ['half a person', tableOf([1], [20.5])],
    ['no number', tableOf([1], [Number.NaN])],
    ['a category that is not there', { ...tableOf([1], [20]), cells: [{ categories: [1], count: 20 }] }],
    ['a dimension too many', { ...tableOf([1], [20]), cells: [{ categories: [0, 0], count: 20 }] }],
    ['a dimension too few', { ...tableOf([1], [20]), cells: [{ categories: [], count: 20 }] }],
    [
      'a cell twice',
      { ...tableOf([1], [20]), cells: [0, 0].map((category) => ({ categories: [category], count: 20 })) },
    ],
  ])('is refused: %s', (_, table) => {
    expect(codeOf(() => protect(table))).toBe('BAD_TABLE');
  });

  it('is refused when an earlier table or a measure has other cells', () => {
    const measure = {
      name: 'a.b',
      label: 'B',
      kind: 'variance',
      range: [0, 10],
      centre: 5,
      cells: [{ value: 0, present: 20, square: 30 }],
      noise: null,
    } as const;
    const table = tableOf([2], [20, 30]);
    const whole = { ...measure, cells: [...measure.cells, ...measure.cells] };
    expect(codeOf(() => protect(table, { earlier: [{ values: [20], totals: [] }] }))).toBe('BAD_TABLE');
    expect(codeOf(() => protect(table, { measures: [measure] }))).toBe('BAD_TABLE');
    expect(codeOf(() => protect(table, { measures: [whole] }))).toBeUndefined();
    expect(codeOf(() => protect(table, { measures: [{ ...whole, kind: 'mean' }] }))).toBe('BAD_TABLE');
    const half = whole.cells.map((cell) => ({ ...cell, value: 0.5 }));
    expect(codeOf(() => protect(table, { measures: [{ ...whole, cells: half }] }))).toBe('BAD_TABLE');
    const negative = whole.cells.map((cell) => ({ ...cell, present: -1 }));
    expect(codeOf(() => protect(table, { measures: [{ ...whole, cells: negative }] }))).toBe('BAD_TABLE');
  });

  it('is refused with a policy outside its limits', () => {
    expect(codeOf(() => protect(tableOf([1], [20]), {}, { ...usualPolicy, threshold: 9 }))).toBe('BAD_POLICY');
  });
});
