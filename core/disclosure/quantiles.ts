import { addCumulants, scaleCumulants } from '../noise/index.js';
import { criticalValue } from './critical-value.js';
import { boundsOf, groupsOf } from './groups.js';
import type { Bounds, CellGroup } from './groups.js';
import { countError } from './intervals.js';
import type { CountError, RoundingWindow } from './intervals.js';
import type { Interval, Protected, ReleasedCell, ReleasedQuantile } from './released.js';
import type { ShownTable } from './shown.js';
import type { QuantilesPresentation } from './table.js';

/** Counts as shown, without what rounding may have done. */
const AS_SHOWN: RoundingWindow = { below: 0, above: 0 };
/** Shares such as 0.1 aren't exact in binary: numbers of records that differ by less than this are equal. */
const TOLERANCE = 1e-6;

/**
 * The band in which the record lies that is `at` of the way, for each group: the first of which it can be said that this
 * share of the records is in it or below. From released cells alone. A suppressed band inside leaves several values
 * possible; the quantile is shown where it is the same for all of them (then the released figures give it to everybody
 * anyway), and suppressed where it isn't.
 */
export function releaseQuantiles(shown: ShownTable, quantiles: QuantilesPresentation): ReleasedQuantile[] {
  return groupsOf(shown.cells, quantiles.by).flatMap((group) => {
    const bands = quantiles.bands.map((band) =>
      group.cells.filter(({ categories }) => categories[quantiles.of] === band),
    );
    return quantiles.at.map((at) => releaseQuantile(shown, quantiles, group, bands, at));
  });
}

function releaseQuantile(
  shown: ShownTable,
  quantiles: QuantilesPresentation,
  { group }: CellGroup,
  bands: readonly (readonly ReleasedCell[])[],
  at: number,
): ReleasedQuantile {
  const withheld = (protection: Omit<Protected, 'value'>): ReleasedQuantile => ({
    ...protection,
    value: null,
    interval: null,
    group,
    at,
  });
  const cells = bands.flat();
  if (cells.length === 0) return withheld({ status: 'not-collected', reason: 'The group has no cell in any band.' });
  if (cells.every(({ value }) => value === null)) {
    return withheld({ status: 'primary', reason: 'Suppressed: every band is suppressed.' });
  }
  const known = bands.map((band) => boundsOf(band, shown.policy, AS_SHOWN));
  const lowest = placeOf(known, at, () => 0);
  const highest = placeOf(known.map(turned), at, () => 0);
  if (lowest !== highest) {
    const status = cells.every(({ value, status: own }) => value !== null || own === 'primary')
      ? 'primary'
      : 'secondary';
    return withheld({ status, reason: 'Suppressed: it depends on a band that is suppressed.' });
  }
  const place = (index: number): number => quantiles.bands[index] ?? -1;
  const reach = reachOf(shown, bands, known, at);
  return {
    group,
    at,
    value: place(lowest),
    status: 'ok',
    reason: 'From the rounded counts that are shown.',
    interval: { low: place(Math.min(lowest, reach.low)), high: place(Math.max(lowest, reach.high)) },
  };
}

/**
 * The first band for which at least `at` of the records are in it or below, where each band up to it has as many as it
 * may (`high`) and each above it as few (`low`). With bounds turned round it is the last that it can be.
 * @param slack what the deciding difference may be larger than it looks, for each band
 */
function placeOf(bands: readonly Bounds[], at: number, slack: (place: number) => number): number {
  const place = bands.findIndex((_, index) => {
    const upTo = bands.slice(0, index + 1).reduce((sum, { high }) => sum + high, 0);
    const above = bands.slice(index + 1).reduce((sum, { low }) => sum + low, 0);
    return (1 - at) * upTo - at * above + slack(index) >= -TOLERANCE;
  });
  return place === -1 ? bands.length - 1 : place;
}

function turned({ low, high }: Bounds): Bounds {
  return { low: high, high: low };
}

/** The first and the last band that the quantile of the exact counts may be in, noise and rounding considered. */
function reachOf(
  { noise, policy }: ShownTable,
  bands: readonly (readonly ReleasedCell[])[],
  known: readonly Bounds[],
  at: number,
): Interval {
  const errorOf = (some: readonly (readonly ReleasedCell[])[]): CountError =>
    countError(noise, policy, some.flat().length);
  /** How far the exact difference may be above the one from shown counts (sign 1), or below it (sign -1). */
  const slack =
    (sign: 1 | -1) =>
    (index: number): number => {
      const upTo = errorOf(bands.slice(0, index + 1));
      const above = errorOf(bands.slice(index + 1));
      if (noise === null) {
        return sign === 1 ? (1 - at) * upTo.above + at * above.below : -(1 - at) * upTo.below - at * above.above;
      }
      const error = addCumulants(scaleCumulants(upTo, 1 - at), scaleCumulants(above, at));
      return sign * criticalValue(error) * Math.sqrt(error.variance) - (1 - at) * upTo.centre + at * above.centre;
    };
  return { low: placeOf(known, at, slack(1)), high: placeOf(known.map(turned), at, slack(-1)) };
}
