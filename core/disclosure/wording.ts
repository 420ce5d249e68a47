import { formatDecimal } from '../base/index.js';
import type { Estimate, Group, Interval, ReleasedMeasure } from './released.js';
import type { TableDimension } from './table.js';

/** Stands for all categories of a dimension together. */
export const ALL = 'All';

/** Heading of what contains the exact number 19 times in 20. */
export const INTERVAL = '95 % interval';

export function labelOf(dimension: TableDimension | undefined, place: number | null): string {
  return place === null ? ALL : (dimension?.categories[place]?.label ?? '');
}

/** The labels of a group, of the dimensions `by`; one that stands for everybody where there is none. */
export function groupLabels(group: Group, dimensions: readonly TableDimension[], by: readonly number[]): string[] {
  return by.length === 0 ? [ALL] : by.map((place) => labelOf(dimensions[place], group[place] ?? null));
}

/** `15 to 25`. */
export function rangeText({ low, high }: Interval, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`;
}

/** Whether no difference is among the likely ones: then nobody can say which is larger. */
export function isUnclear({ low, high }: Interval): boolean {
  return low <= 0 && high >= 0;
}

/** `8 percentage points more (2 to 14 more)`, or that there is no clear difference. */
export function differenceText(difference: Estimate): string {
  const { value, low, high } = difference;
  if (isUnclear(difference)) return `no clear difference (${pointsText(low)} to ${pointsText(high)})`;
  const [nearest, farthest] = value < 0 ? [-high, -low] : [low, high];
  const direction = value < 0 ? 'less' : 'more';
  return (
    `${formatDecimal(Math.abs(value) * 100, 1)} percentage points ${direction} ` +
    `(${formatDecimal(nearest * 100, 1)} to ${formatDecimal(farthest * 100, 1)} ${direction})`
  );
}

function pointsText(difference: number): string {
  const points = formatDecimal(Math.abs(difference) * 100, 1);
  return difference < 0 ? `${points} points less` : `${points} more`;
}

const quantileNames: ReadonlyMap<number, string> = new Map([
  [0.25, 'Lower quartile'],
  [0.5, 'Median'],
  [0.75, 'Upper quartile'],
]);

/** `Median`; `90 % are below` where a share has no name of its own. */
export function quantileName(at: number): string {
  return quantileNames.get(at) ?? `${formatDecimal(at * 100, 1)} % are below`;
}

const measureNames: Readonly<Record<ReleasedMeasure['kind'], string>> = {
  sum: 'sum',
  mean: 'mean',
  variance: 'mean and variance',
};

/** `Change in wellbeing: mean; values below -10 or above 10 count as that`. */
export function measureTitle({ label, kind, range: [low, high] }: ReleasedMeasure): string {
  const clipped = `values below ${formatDecimal(low, 2)} or above ${formatDecimal(high, 2)} count as that`;
  return `${label}: ${measureNames[kind]}; ${clipped}`;
}
