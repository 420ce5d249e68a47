import { countInterval, roundCount } from '../../../core/disclosure/index.js';
import type {
  Group,
  Interval,
  Presentation,
  RatePresentation,
  ReleasedTable,
  TableNoise,
} from '../../../core/disclosure/index.js';
import type { UnprotectedCountsView } from '../../../coordinator/index.js';
import type { TrueCell, TrueMeasure, TrueTable } from '../truth/index.js';

/** By how much at most what was decoded may differ from the truth: mixers × the bound of the law; 0 without noise. */
export interface LargestNoise {
  readonly counts: number;
  /** For each measure, in the order of the template. */
  readonly measures: readonly { readonly value: number; readonly present: number; readonly square: number }[];
}

export interface ComparedInput {
  readonly unprotected: UnprotectedCountsView;
  readonly released: ReleasedTable;
  readonly presentation: Presentation;
  readonly truth: TrueTable;
  readonly largestNoise: LargestNoise;
  /** In every count, as the release's intervals take it to be; null where counts are exact. */
  readonly noise: TableNoise | null;
}

export interface Comparison {
  /** Counts and sums as they were decoded. */
  readonly decoded: number;
  /** How many of them are the true number. */
  readonly exact: number;
  /** How many are further from it than noise can ever be. Not 0: a bug. */
  readonly impossible: number;
  /** 95 % intervals that the release states for counts, totals, rates and means. */
  readonly intervals: number;
  /** How many of them the truth is in. */
  readonly inside: number;
  /** Counts of cells, shown or not. Each has noise of its own, as totals, rates and means have not. */
  readonly counts: number;
  /** How many of them have the truth in the interval that they have, or would have if they were shown. */
  readonly within: number;
}

/** Compares what a run decoded, and what it released, with the pooled truth. */
export function compare(input: ComparedInput): Comparison {
  const differences = [...countDifferences(input), ...sumDifferences(input)];
  const stated = [...statedCounts(input), ...statedRates(input), ...statedMeans(input)];
  const counts = countsOf(input);
  return {
    decoded: differences.length,
    exact: differences.filter(({ difference }) => difference === 0).length,
    impossible: differences.filter(({ difference, most }) => Math.abs(difference) > most).length,
    intervals: stated.length,
    inside: stated.filter(holds).length,
    counts: counts.length,
    within: counts.filter(holds).length,
  };
}

interface Difference {
  readonly difference: number;
  readonly most: number;
}

interface Stated {
  readonly interval: Interval;
  readonly truth: number;
}

function holds({ interval: { low, high }, truth }: Stated): boolean {
  return low <= truth && truth <= high;
}

/** What is shown is chosen by how the noise fell; of all counts together that can't be. */
function countsOf({ unprotected, released: { policy }, truth, noise }: ComparedInput): Stated[] {
  return unprotected.cells.map(({ categories, count }) => ({
    interval: countInterval(roundCount(count, policy), noise, policy),
    truth: countOf(truth.cells, categories),
  }));
}

/** Also of true cells that were not decoded at all, which would be a bug. */
function countDifferences({ unprotected, truth, largestNoise }: ComparedInput): Difference[] {
  const counted = new Map(unprotected.cells.map(({ categories, count }) => [categories.join(), count]));
  const expected = new Map(truth.cells.map(({ categories, count }) => [categories.join(), count]));
  return [...new Set([...counted.keys(), ...expected.keys()])].map((place) => ({
    difference: (counted.get(place) ?? 0) - (expected.get(place) ?? 0),
    most: largestNoise.counts,
  }));
}

function sumDifferences({ unprotected, truth, largestNoise }: ComparedInput): Difference[] {
  return unprotected.measures.flatMap(({ centre, cells }, index) => {
    const expected = truth.measures[index];
    const most = largestNoise.measures[index];
    if (expected === undefined || most === undefined) throw new RangeError('a measure that was not asked for');
    return cells.flatMap(({ value, present, square }, place) => {
      const categories = unprotected.cells[place]?.categories ?? [];
      const { contributors, sum, squares } = sumsOf(expected, categories);
      return [
        { difference: value - (sum - centre * contributors), most: most.value },
        { difference: present - contributors, most: most.present },
        ...(square === null
          ? []
          : [{ difference: square - (squares - 2 * centre * sum + centre ** 2 * contributors), most: most.square }]),
      ];
    });
  });
}

function statedCounts({ released, truth }: ComparedInput): Stated[] {
  return [...released.cells, ...released.totals].flatMap(({ categories, interval }) =>
    interval === null ? [] : [{ interval, truth: countOf(truth.cells, categories) }],
  );
}

function statedRates({ released, presentation: { rate }, truth }: ComparedInput): Stated[] {
  if (rate === null) return [];
  return released.rates.flatMap(({ group, interval }) => {
    const among = countOfRate(truth.cells, rate, group, rate.among);
    return interval === null || among === 0
      ? []
      : [{ interval, truth: countOfRate(truth.cells, rate, group, rate.yes) / among }];
  });
}

function countOfRate(
  cells: readonly TrueCell[],
  { of }: RatePresentation,
  group: Group,
  wanted: readonly number[],
): number {
  return cells
    .filter(({ categories }) => isIn(categories, group) && wanted.includes(categories[of] ?? -1))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Of sums and means: a variance has the interval of the mean here. */
function statedMeans({ released, truth }: ComparedInput): Stated[] {
  return released.measures.flatMap((measure, index) => {
    const expected = truth.measures[index];
    if (expected === undefined) throw new RangeError('a measure that was not asked for');
    return measure.cells.flatMap(({ categories, value }) => {
      const { contributors, sum } = sumsOf(expected, categories);
      if (value === null || contributors === 0) return [];
      return [{ interval: value, truth: measure.kind === 'sum' ? sum : sum / contributors }];
    });
  });
}

function countOf(cells: readonly TrueCell[], group: Group): number {
  return cells.filter(({ categories }) => isIn(categories, group)).reduce((sum, { count }) => sum + count, 0);
}

function sumsOf({ cells }: TrueMeasure, group: Group): { contributors: number; sum: number; squares: number } {
  const total = { contributors: 0, sum: 0, squares: 0 };
  for (const cell of cells) {
    if (!isIn(cell.categories, group)) continue;
    total.contributors += cell.contributors;
    total.sum += cell.sum;
    total.squares += cell.squares;
  }
  return total;
}

/** Null in a group stands for all categories. */
function isIn(categories: readonly number[], group: Group): boolean {
  return group.every((category, dimension) => category === null || category === categories[dimension]);
}
