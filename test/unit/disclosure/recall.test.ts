import { describe, expect, it } from 'vitest';

import {
  LARGEST_RECALL_GUESS,
  MINIMUM_RECALL_GROUP,
  RECALL_GAP,
  releaseRecalls,
} from '../../../core/disclosure/recall.js';
import { recallAt } from '../../../core/disclosure/recall-estimate.js';
import type { AgreementCounts } from '../../../core/disclosure/recall-estimate.js';
import type { ReleasedRecall } from '../../../core/disclosure/released.js';
import { SEVERAL_PER_INDEPENDENT } from '../../../core/linkage/index.js';
import { noiseOf, shownTable, usualPolicy } from './shown-fixture.js';
import type { Figure } from './shown-fixture.js';

/** Columns: all, not-place, not-name, not-date, other, not-linked. A recall for each row. */
const recall = { of: 1, all: 0, butOne: [1, 2, 3], other: 4, several: SEVERAL_PER_INDEPENDENT, by: [0] } as const;
const { least, likely, most } = SEVERAL_PER_INDEPENDENT;

function recallsOf(
  rows: readonly (readonly Figure[])[],
  shape: Parameters<typeof shownTable>[1] = {},
): ReleasedRecall[] {
  return releaseRecalls(shownTable(rows, shape), recall);
}

/** 1000 people, of whom about a tenth fails in each thing by itself; of those who fail in several one in three is linked. */
const tenths = [730, 80, 80, 80, 15, 400];
/** As above, and more who fail in several than the least that is guessed. */
const manyFound = [730, 80, 80, 80, 40, 400];

/** Who would fail in several things by chance, worked out by hand. */
function independentIn([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number {
  return ((a + b) * (a + c) * (a + d)) / a ** 2 - (a + b + c + d);
}

function recallIn(row: readonly number[], several: number = likely): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = row;
  const few = a + b + c + d;
  return (few + e) / (few + Math.max(several * independentIn(row), e));
}

describe('recall by group', () => {
  it.each([tenths, manyFound])('is what was linked of those that agreement says are in both: %i, %i, …', (...row) => {
    const [first] = recallsOf([row]);
    const linked = row.slice(0, 5).reduce((sum, count) => sum + count, 0);
    expect(first?.recall?.value).toBeCloseTo(recallIn(row), 12);
    expect(first).toMatchObject({ group: [0, null], linked, ratio: null, warning: null });
    expect(first?.weight).toBeCloseTo(1 / recallIn(row), 12);
    expect(first?.reason).toMatch(/^Estimated/);
  });

  it('has an interval for every guess of how many fail in several things, and never above 1', () => {
    for (const row of [tenths, manyFound]) {
      const { low = 1, high = 0 } = recallsOf([row.map((count) => 1000 * count)])[0]?.recall ?? {};
      expect(low).toBeLessThan(recallIn(row, most));
      expect(low).toBeGreaterThan(recallIn(row, most) - 0.002);
      expect(high).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThan(recallIn(row, least) - 1e-12);
      expect(high).toBeLessThan(recallIn(row, least) + 0.002);
    }
    const [small] = recallsOf([tenths]);
    expect(small?.recall?.low).toBeLessThan(recallIn(tenths, most) - 0.002);
  });

  it('takes at least who was found for those who fail in several things', () => {
    const [all] = recallsOf([[730, 80, 80, 80, 55, 400]]);
    expect(independentIn(tenths) * likely).toBeLessThan(55);
    expect(all).toMatchObject({ recall: { value: 1, high: 1 }, weight: 1 });
    // Some may be missed all the same.
    expect(all?.recall?.low).toBeLessThan(0.99);
    expect(all?.recall?.low).toBeGreaterThan(0.97);
  });

  it('is the same however many did not link', () => {
    const [few, many] = [10, 90_000].map((unlinked) => recallsOf([[...tenths.slice(0, 5), unlinked]])[0]);
    expect(few).toEqual(many);
    expect(recallsOf([[...tenths.slice(0, 5), 'primary']])[0]).toEqual(few);
  });

  it('is compared with the group of whom most were linked, and its inverse is the weight', () => {
    const [other, white] = recallsOf([[500, 120, 150, 60, 60, 90], tenths]);
    const ratio = (other?.recall?.value ?? 0) / (white?.recall?.value ?? 1);
    expect(other?.ratio?.value).toBeCloseTo(ratio, 12);
    expect(other?.ratio?.low).toBeLessThan(ratio);
    expect(other?.ratio?.high).toBeGreaterThan(ratio);
    expect((other?.weight ?? 0) * (other?.recall?.value ?? 0)).toBeCloseTo(1, 12);
    expect(other?.reason).toContain('The ratio is to “Category 1”, the group with most linked people');
    expect(white).toMatchObject({ ratio: null, warning: null });
    expect(white?.reason).not.toContain('ratio');
  });

  it('is compared with the first of several of whom as many were linked', () => {
    // Other people, as many linked.
    const released = recallsOf([[300, 40, 40, 40, 10, 90], [720, 80, 85, 85, 15, 400], tenths]);
    expect(released.map(({ ratio }) => ratio === null)).toEqual([false, true, false]);
    expect(released[2]?.reason).toContain('“Category 1”');
  });

  it('is compared with the largest whose recall can be told, whoever else was linked', () => {
    const larger = tenths.map((count) => 2 * count);
    // Of the first a number isn't shown; of the second half fail in several things.
    const released = recallsOf([
      [...larger.slice(0, 4), 'primary', 90],
      [400, 400, 400, 400, 100, 90],
      tenths,
      manyFound,
    ]);
    expect(released.map(({ recall: own }) => own !== null)).toEqual([false, false, true, true]);
    expect(released.map(({ ratio }) => ratio !== null)).toEqual([false, false, true, false]);
    expect(released[2]?.reason).toContain('“Category 3”');
  });

  it('has the reference’s error in the ratio, and no more than everybody on either side', () => {
    const [near, far] = [2, 2000].map((times) => {
      const [, other] = recallsOf([tenths.map((count) => times * count), [730, 80, 80, 80, 55, 400]]);
      return other?.ratio;
    });
    expect(near?.value).toBeCloseTo(1 / recallIn(tenths), 12);
    expect(far?.value).toBeCloseTo(1 / recallIn(tenths), 12);
    const [below] = recallsOf([tenths, [7_300, 800, 800, 800, 550, 400]]);
    expect(below?.ratio?.value).toBeCloseTo(recallIn(tenths), 12);
    expect((near?.high ?? 0) - (near?.low ?? 1)).toBeGreaterThan(1.1 * ((far?.high ?? 1) - (far?.low ?? 0)));
  });

  it('compares in the same way with every guess', () => {
    // So much narrower than with a guess for each, for that of chance is next to nothing here.
    const rows = [tenths, [700, 95, 95, 95, 20, 90]].map((row) => row.map((count) => 1000 * count));
    const [reference, other] = rows;
    const [first, second] = recallsOf(rows);
    expect(recallIn(reference ?? [], least) / recallIn(other ?? [], most)).toBeGreaterThan(1.03);
    const compared = first?.ratio ?? second?.ratio;
    expect((compared?.high ?? 1) - (compared?.low ?? 0)).toBeLessThan(0.02);
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

  it.each([1, least, most])(
    'has the noise of each class as far as it moves the recall, with a guess of %d',
    (several) => {
      for (const row of [tenths, manyFound]) {
        for (const index of [0, 1, 2, 3, 4]) {
          const moved = (by: number): number =>
            Math.log(
              recallAt(countsOf(row.map((count, other) => (other === index ? count + by : count))), several).value,
            );
          const slope = (moved(0.01) - moved(-0.01)) / 0.02;
          const errors = [0, 1, 2, 3, 4].map((other) => (other === index ? 9 : 0));
          const exact = recallAt(countsOf(row), several).error.variance;
          const noisy = recallAt(countsOf(row, errors), several).error.variance;
          expect(noisy - exact).toBeCloseTo(9 * slope ** 2, 10);
        }
      }
    },
  );
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

  it('is a guess for the most part: many fail in several things', () => {
    /** Of each thing as many fail; a few more and least and most are this share of the likeliest apart. */
    const apart = (failing: number): number => {
      const row = [10_000, failing, failing, failing, 500];
      return (recallIn(row, least) - recallIn(row, most)) / recallIn(row);
    };
    let [low, high] = [1_000, 5_000];
    while (high - low > 1e-6) {
      const middle = (low + high) / 2;
      if (apart(middle) < LARGEST_RECALL_GUESS) low = middle;
      else high = middle;
    }
    const row = (failing: number): number[] => [10_000, failing, failing, failing, 500, 90];
    expect(recallsOf([row(low - 1e-3)])[0]?.recall).not.toBeNull();
    expect(reasonOf(row(high + 1e-3))).toMatch(/too many people fail to agree in several/);
  });

  it('has more found than there should be', () => {
    // Of a thousand such groups chance explains little: found are just more, or just as many, as the most that is guessed.
    const row = (several: number): number[] => [73e4, 8e4, 8e4, 8e4, several * 1000 * independentIn(tenths), 400];
    expect(reasonOf(row(most * 1.1))).toMatch(/its parts disagree: more people/);
    expect(recallsOf([row(most)])[0]?.recall).toMatchObject({ value: 1, high: 1 });
    // Among few it may be chance.
    expect(recallsOf([row(most * 1.1).map((count) => count / 1000)])[0]?.recall).toMatchObject({ value: 1, high: 1 });
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
    const [more] = recallsOf([many, worse.map((count) => 30 * count)]);
    expect(more?.warning).toMatch(/are found more often than those of “Category 1”/);
  });

  it('says that it may be where the ratio is far from 1 and not told from it', () => {
    const noise = noiseOf(0.5, 1, 6);
    const [, far] = recallsOf([many, [300, 90, 90, 30, 15, 90]], { noise });
    expect(far?.ratio?.high).toBeGreaterThan(1);
    expect(1 - (far?.ratio?.value ?? 1)).toBeGreaterThan(RECALL_GAP);
    expect(far?.warning).toMatch(/may be found less often .*too small to tell/);
  });

  it('is not given where both are alike, and is where one can’t be told', () => {
    expect(recallsOf([many, many]).map(({ warning }) => warning)).toEqual([null, null]);
    const small = [50, 15, 10, 10, 'primary', 90] as const;
    for (const rows of [
      [many, small],
      [small, many],
    ]) {
      const released = recallsOf(rows);
      const [told, unknown] = rows[0] === many ? released : released.toReversed();
      expect(told).toMatchObject({ ratio: null, linked: 20 * 985, warning: null });
      expect(unknown).toMatchObject({ ratio: null, linked: null });
      expect(unknown?.warning).toMatch(/can’t be told/);
    }
    expect(recallsOf([small, small]).map(({ warning }) => warning === null)).toEqual([false, false]);
    expect(recallsOf([small])[0]?.warning).toBeNull();
  });
});
