/** What is said of many timings of the same thing: other programs only ever make one longer, so the low ones count. */
export interface Spread {
  readonly minimum: number;
  readonly firstQuartile: number;
  readonly median: number;
  readonly samples: number;
}

/** Thrown when there is no sample: RangeError. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    minimum: quantile(sorted, 0),
    firstQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    samples: sorted.length,
  };
}

/**
 * The `share`-quantile (0..1) of samples in ascending order, with straight lines between them (Hyndman and Fan, type 7).
 * Thrown when there is no sample or the share is outside: RangeError.
 */
export function quantile(sorted: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError('a quantile is a share from 0 to 1');
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError('there is no sample');
  return below + (above - below) * (place - Math.floor(place));
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export interface Growth {
  readonly size: number;
  readonly cost: number;
}

/**
 * The e for which cost is closest to a constant times size^e: the slope of the least-squares line through
 * (log size, log cost). 1 is linear growth. Null where there are fewer than two different sizes, or something that has
 * no logarithm.
 */
export function growthExponent(points: readonly Growth[]): number | null {
  if (points.some(({ size, cost }) => !(size > 0 && cost > 0))) return null;
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const meanX = sum(logs.map(({ x }) => x)) / logs.length;
  const meanY = sum(logs.map(({ y }) => y)) / logs.length;
  const spread = sum(logs.map(({ x }) => (x - meanX) ** 2));
  if (!(spread > 0)) return null;
  return sum(logs.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
}
