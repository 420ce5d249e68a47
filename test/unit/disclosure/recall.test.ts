import { describe, expect, it } from 'vitest';

import {
  LARGEST_RECALL_GUESS,
  MINIMUM_RECALL_GROUP,
  RECALL_GAP,
  releaseRecalls,
} from '../../../core/disclosure/recall.js';
import { recallAt, UNSEEN_PER_SEEN } from '../../../core/disclosure/recall-estimate.js';
import type { AgreementCounts } from '../../../core/disclosure/recall-estimate.js';
import type { ReleasedRecall } from '../../../core/disclosure/released.js';
import { noiseOf, shownTable, usualPolicy } from './shown-fixture.js';
import type { Figure } from './shown-fixture.js';

/** Columns: all, not-place, not-name, not-date, other, not-linked. A recall for each row. */
const recall = { of: 1, all: 0, butOne: [1, 2, 3], other: 4, by: [0] } as const;

function recallsOf(
  rows: readonly (readonly Figure[])[],
  shape: Parameters<typeof shownTable>[1] = {},
): ReleasedRecall[] {
  return releaseRecalls(shownTable(rows, shape), recall);
}

/** 1000 people, of whom about a tenth fails in each thing by itself; of those who fail in several one in two is linked. */
const tenths = [730, 80, 80, 80, 15, 400];
/** As above, and more who fail in several than come together by chance. */
const together = [730, 80, 80, 80, 40, 400];

/** Worked out by hand. */
function recallIn(
  [a = 0, b = 0, c = 0, d = 0, e = 0]: readonly number[],
  unseen: number = UNSEEN_PER_SEEN.likely,
): number {
  const few = a + b + c + d;
  const independent = ((a + b) * (a + c) * (a + d)) / a ** 2 - few;
  return (few + e) / (few + (1 + unseen) * Math.max(independent, e));
}

describe('recall by group', () => {
  it.each([tenths, together])('is what was linked of those that agreement says are in both: %i, %i, …', (...row) => {
    const [first] = recallsOf([row]);
    const linked = row.slice(0, 5).reduce((sum, count) => sum + count, 0);
    expect(first?.recall?.value).toBeCloseTo(recallIn(row), 12);
    expect(first).toMatchObject({ group: [0, null], linked, ratio: null, warning: null });
    expect(first?.weight).toBeCloseTo(1 / recallIn(row), 12);
    expect(first?.reason).toMatch(/^Estimated/);
  });

  it('has an interval for every guess of how many were not seen, and never above 1', () => {
    for (const row of [tenths, together]) {
      const { low = 1, high = 0 } = recallsOf([row.map((count) => 1000 * count)])[0]?.recall ?? {};
      expect(low).toBeLessThan(recallIn(row, UNSEEN_PER_SEEN.most));
      expect(low).toBeGreaterThan(recallIn(row, UNSEEN_PER_SEEN.most) - 0.002);
      expect(high).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThan(Math.min(1, recallIn(row, UNSEEN_PER_SEEN.least)) - 1e-12);
    }
    const [small] = recallsOf([tenths]);
    expect(small?.recall?.low).toBeLessThan(recallIn(tenths, UNSEEN_PER_SEEN.most) - 0.002);
  });

  it('is the same however many did not link', () => {
    const [few, many] = [10, 90_000].map((unlinked) => recallsOf([[...tenths.slice(0, 5), unlinked]])[0]);
    expect(few).toEqual(many);
    expect(recallsOf([[...tenths.slice(0, 5), 'primary']])[0]).toEqual(few);
  });

  it('is compared with the first group’s, and its inverse is the weight', () => {
    const [white, other] = recallsOf([tenths, [500, 120, 150, 60, 60, 90]]);
    const ratio = (other?.recall?.value ?? 0) / (white?.recall?.value ?? 1);
    expect(other?.ratio?.value).toBeCloseTo(ratio, 12);
    expect(other?.ratio?.low).toBeLessThan(ratio);
    expect(other?.ratio?.high).toBeGreaterThan(ratio);
    expect((other?.weight ?? 0) * (other?.recall?.value ?? 0)).toBeCloseTo(1, 12);
  });

  it('is one number where there are no groups', () => {
    const table = shownTable([tenths, tenths]);
    const [all, ...others] = releaseRecalls(table, { ...recall, by: [] });
    expect(others).toEqual([]);
    expect(all).toMatchObject({ group: [null, null], linked: 1970, warning: null });
  });

  it('is less certain with noise, and less still with more', () => {
    const widths = [null, noiseOf(2, 1, 3), noiseOf(0.5, 1, 3)].map((noise) => {
      const [first] = recallsOf([tenths], { noise });
      return (first?.recall?.value ?? 0) - (first?.recall?.low ?? 0);
    });
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(new Set(widths).size).toBe(3);
  });

  it('takes off what rounding adds on average', () => {
    const even = { ...usualPolicy, roundTo: 10 };
    const [plain, corrected] = [usualPolicy, even].map((policy) => recallsOf([tenths], { policy })[0]);
    // Counts that are shown as 80 are 75 to 84, half a count below it.
    expect(corrected?.recall?.value).toBeCloseTo(recallIn(tenths.map((count) => count - 0.5)), 12);
    expect(corrected?.recall?.value).not.toBe(plain?.recall?.value);
  });
});

describe('the error of a recall', () => {
  const NONE = { centre: 0, variance: 0, fourth: 0, below: 0, above: 0, noisy: true };

  function countsOf(row: readonly number[], errors: readonly number[] = []): AgreementCounts {
    const [all, first, second, third, other] = [0, 1, 2, 3, 4].map((index) => ({
      value: row[index] ?? 0,
      error: { ...NONE, variance: errors[index] ?? 0 },
    }));
    if (
      all === undefined ||
      first === undefined ||
      second === undefined ||
      third === undefined ||
      other === undefined
    ) {
      throw new RangeError('not five classes');
    }
    return { all, butOne: [first, second, third], other };
  }

  it.each([0, 0.5, 1])('has the noise of each class as far as it moves the recall, with %d unseen', (unseen) => {
    for (const row of [tenths, together]) {
      for (const index of [0, 1, 2, 3, 4]) {
        const moved = (by: number): number =>
          Math.log(recallAt(countsOf(row.map((count, other) => (other === index ? count + by : count))), unseen).value);
        const slope = (moved(0.01) - moved(-0.01)) / 0.02;
        const errors = [0, 1, 2, 3, 4].map((other) => (other === index ? 9 : 0));
        const exact = recallAt(countsOf(row), unseen).error.variance;
        const noisy = recallAt(countsOf(row, errors), unseen).error.variance;
        expect(noisy - exact).toBeCloseTo(9 * slope ** 2, 10);
      }
    }
  });
});

describe('recall that can’t be estimated', () => {
  const reasonOf = (row: readonly Figure[], shape: Parameters<typeof shownTable>[1] = {}): string => {
    const [first] = recallsOf([row], shape);
    expect(first).toMatchObject({ recall: null, ratio: null, weight: null });
    return first?.reason ?? '';
  };

  it.each([0, 1, 2, 3, 4])('has class %i suppressed', (column) => {
    for (const figure of ['primary', 'secondary', 'class'] as const) {
      expect(reasonOf(tenths.map((count, index) => (index === column ? figure : count)))).toMatch(/suppressed/);
    }
  });

  it('is of too few people', () => {
    const row = (linked: number): number[] => [linked - 40, 10, 10, 10, 10, 500];
    expect(reasonOf(row(MINIMUM_RECALL_GROUP - 5))).toMatch(/fewer than 100 people/);
    expect(recallsOf([row(MINIMUM_RECALL_GROUP)])[0]?.recall).not.toBeNull();
  });

  it('is a guess for the most part: failures stand together', () => {
    // x found, x/2 unseen: x/2 of 970 + 3x/2.
    const several = (share: number): number => (2 * share * 970) / (1 - 3 * share);
    const row = (share: number): number[] => [730, 80, 80, 80, several(share)];
    expect(recallsOf([row(LARGEST_RECALL_GUESS - 1e-9)])[0]?.recall).not.toBeNull();
    expect(reasonOf(row(LARGEST_RECALL_GUESS + 1e-9))).toMatch(/parts disagree/);
  });

  it('is lost in the noise', () => {
    const noise = noiseOf(0.1, 3, 6);
    expect(reasonOf([200, 50, 50, 20, 10], { noise })).toMatch(/too small beside their noise/);
  });

  it('is of a group that can’t link', () => {
    const table = shownTable([tenths, tenths]);
    const cells = table.cells.filter(({ categories }) => categories[0] === 0 || categories[1] === 5);
    const [, second] = releaseRecalls({ ...table, cells }, recall);
    expect(second).toMatchObject({ recall: null, linked: null });
    expect(second?.reason).toMatch(/nobody of this group/);
  });
});

describe('the warning that a difference may come from linkage', () => {
  const many = tenths.map((count) => 20 * count);
  const worse = [500, 120, 150, 60, 15, 90];

  it('says which way and how much where the ratio is told from 1', () => {
    const [reference, less] = recallsOf([many, worse.map((count) => 20 * count)]);
    expect(reference?.warning).toBeNull();
    expect(less?.ratio?.high).toBeLessThan(1);
    expect(less?.warning).toMatch(/are found less often than those of “Category 0”, by about [0-9.]+ %\. /);
    const [, more] = recallsOf([worse.map((count) => 20 * count), many]);
    expect(more?.warning).toMatch(/are found more often/);
  });

  it('says that it may be where the ratio is far from 1 and not told from it', () => {
    const noise = noiseOf(0.5, 1, 6);
    const [, far] = recallsOf([many, [300, 100, 110, 30, 15, 90]], { noise });
    expect(far?.ratio?.high).toBeGreaterThan(1);
    expect(1 - (far?.ratio?.value ?? 1)).toBeGreaterThan(RECALL_GAP);
    expect(far?.warning).toMatch(/may be found less often .*too small to tell/);
  });

  it('is not given where both are alike, and is where one can’t be told', () => {
    expect(recallsOf([many, many]).map(({ warning }) => warning)).toEqual([null, null]);
    const [, unknown] = recallsOf([many, [50, 15, 10, 10, 'primary', 90]]);
    expect(unknown?.warning).toMatch(/can’t be told/);
    const [, beside] = recallsOf([[50, 15, 10, 10, 'primary', 90], many]);
    expect(beside).toMatchObject({ ratio: null, linked: 20 * 985 });
    expect(beside?.warning).toMatch(/can’t be told/);
    expect(recallsOf([[50, 15, 10, 10, 'primary', 90]])[0]?.warning).toBeNull();
  });
});
