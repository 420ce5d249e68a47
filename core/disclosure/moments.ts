import { addCumulants, NO_ERROR, noiseCumulants, scaleCumulants } from '../noise/index.js';
import type { Cumulants } from '../noise/index.js';
import { criticalValue } from './critical-value.js';
import type { Estimate, Interval } from './released.js';
import type { MeasureTable, TableNoise } from './table.js';

/** Sums over a group of records, as opened, and the noise in each: errors are independent, with mean 0. */
export interface NoisySums {
  /** Σ (x − centre) over the records with a value. */
  readonly value: number;
  /** How many those are. */
  readonly present: number;
  /** Σ (x − centre)²; 0 where it isn't needed. */
  readonly square: number;
  readonly noise: { readonly value: Cumulants; readonly present: Cumulants; readonly square: Cumulants };
}

/** What the values lie between, and what they were counted from. */
export type Scale = Pick<MeasureTable, 'range' | 'centre'>;

/** The sums over some cells of the table. */
export function noisySums({ cells, noise }: MeasureTable, indexes: readonly number[]): NoisySums {
  const sum = (pick: (cell: MeasureTable['cells'][number]) => number): number =>
    indexes.reduce((total, index) => total + pick(cells[index] ?? { value: 0, present: 0, square: 0 }), 0);
  const of = (added: TableNoise | null | undefined): Cumulants =>
    added == null ? NO_ERROR : noiseCumulants(added.law, added.mixers * indexes.length);
  return {
    value: sum(({ value }) => value),
    present: sum(({ present }) => present),
    square: sum(({ square }) => square ?? 0),
    noise: { value: of(noise?.value), present: of(noise?.present), square: of(noise?.square) },
  };
}

/** The sum of the values, Σ (x − centre) + centre · records: exact without noise. */
export function sumOf({ value, present, noise }: NoisySums, { range: [min, max], centre }: Scale): Estimate {
  const error = addCumulants(noise.value, scaleCumulants(noise.present, centre));
  const reach = criticalValue(error) * Math.sqrt(error.variance);
  const sum = value + centre * present;
  // Values of one sign have a sum of that sign.
  const possible = { low: min >= 0 ? 0 : -Infinity, high: max <= 0 ? 0 : Infinity };
  return estimate(sum, { low: sum - reach, high: sum + reach }, possible);
}

/**
 * The mean of the values: exact without noise. The quotient of two noisy sums is too large on average by the part
 * variance(present) / present², which is taken off. The interval holds every mean m for which value − m·present is no
 * further from 0 than noise explains (the method of Fieller).
 * Null where no record has a value.
 */
export function meanOf({ value, present, noise }: NoisySums, { range: [min, max], centre }: Scale): Estimate | null {
  if (present <= 0) return null;
  const possible = { low: min - centre, high: max - centre };
  const mean = value / (present + noise.present.variance / present);
  const error = addCumulants(noise.value, scaleCumulants(noise.present, value / present));
  const w2 = criticalValue(error) ** 2;
  const interval = quotients(
    { value, variance: noise.value.variance },
    { value: present, variance: noise.present.variance },
    w2,
  );
  return shifted(estimate(mean, interval, possible), centre);
}

/**
 * The variance of the values (divided by their number): exact without noise, never below 0. With S, V, M the sums of
 * squares, of values and of records, and s² the variances of their noise, S·M − V² + s²(V) and M² − s²(M) have the means
 * that the exact sums would give; their quotient is the variance. The interval is Fieller's of the two.
 * Null where no record has a value.
 */
export function varianceOf(
  { value, present, square, noise }: NoisySums,
  { range: [min, max] }: Scale,
): Estimate | null {
  if (present <= 0) return null;
  // Nothing between two ends varies more than what is half at each.
  const possible = { low: 0, high: (max - min) ** 2 / 4 };
  const above = square * present - value ** 2 + noise.value.variance;
  const below = present ** 2 - noise.present.variance;
  if (below <= 0) return estimate(0, { low: -Infinity, high: Infinity }, possible);
  const variance = Math.min(possible.high, Math.max(0, above / below));
  // What above − variance·below changes by when one of the sums does.
  const error = addCumulants(
    addCumulants(scaleCumulants(noise.square, present), scaleCumulants(noise.value, 2 * value)),
    scaleCumulants(noise.present, square - 2 * variance * present),
  );
  const reach = (criticalValue(error) * Math.sqrt(error.variance)) / below;
  return estimate(above / below, { low: above / below - reach, high: above / below + reach }, possible);
}

/** A number with an error of mean 0. */
interface Uncertain {
  readonly value: number;
  readonly variance: number;
}

/** All q for which (above − q·below)² ≤ w2·(variance(above) + q²·variance(below)). */
function quotients(above: Uncertain, below: Uncertain, w2: number): Interval {
  const a = below.value ** 2 - w2 * below.variance;
  // The divisor can't be told from 0.
  if (a <= 0) return { low: -Infinity, high: Infinity };
  const middle = (above.value / below.value) * (below.value ** 2 / a);
  const reach = Math.sqrt(w2 * (above.variance * a + below.variance * above.value ** 2)) / a;
  return { low: middle - reach, high: middle + reach };
}

/** Cut off at what is possible, the number itself within the interval. */
function estimate(value: number, interval: Interval, possible: Interval): Estimate {
  const cut = (number: number): number => Math.min(possible.high, Math.max(possible.low, number));
  const low = cut(interval.low);
  const high = cut(interval.high);
  return { value: Math.min(high, Math.max(low, value)), low, high };
}

function shifted({ value, low, high }: Estimate, by: number): Estimate {
  return { value: value + by, low: low + by, high: high + by };
}
