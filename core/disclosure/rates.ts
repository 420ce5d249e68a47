import { boundsOf, groupsOf } from './groups.js';
import type { Bounds, CellGroup } from './groups.js';
import { countError, roundingWindow } from './intervals.js';
import type { Estimate, Interval, Protected, ReleasedCell, ReleasedRate } from './released.js';
import { differenceOf, ratioOf, shareAmongThese, shareInTheLongRun, shareOf } from './shares.js';
import type { CountedWithError, Share } from './shares.js';
import type { ShownTable } from './shown.js';
import type { RatePresentation } from './table.js';

/** Shares below this, and above 1 less this, are said as a band: nobody shall be known to be like everybody. */
export const SHARE_BAND = 0.05;

/** A group's rate before it is compared with another's. Its share is null where it isn't shown. */
interface Assessed {
  readonly group: CellGroup['group'];
  readonly protection: Protected;
  readonly band: ReleasedRate['band'];
  readonly share: Share | null;
}

/**
 * The share of the yes categories in each group, from what is shown and nothing else: a reader with the released cells,
 * totals and statuses can work out every figure and every absence here, so that rates can't give away more than those.
 * A group with a suppressed cell among its own has no rate, for rate and one count would be the other; it has a band
 * where the released figures leave no other. Groups are compared with the first of them.
 */
export function releaseRates(shown: ShownTable, rate: RatePresentation): ReleasedRate[] {
  const assessed = groupsOf(shown.cells, rate.by).map((group) => assess(shown, rate, group));
  const reference = longRunOf(assessed[0]);
  return assessed.map(({ group, protection, band, share }, index) => {
    const longRun = longRunOf(assessed[index]);
    const compared = index > 0 && longRun !== null && reference !== null;
    return {
      ...protection,
      group,
      band,
      interval: share === null ? null : shareAmongThese(share),
      longRun: longRun === null ? null : { low: longRun.low, high: longRun.high },
      difference: compared ? differenceOf(longRun, reference) : null,
      ratio: compared ? ratioOf(longRun, reference) : null,
    };
  });
}

function longRunOf(assessed: Assessed | undefined): Estimate | null {
  if (assessed?.share == null) return null;
  const value = shareOf(assessed.share);
  return around(value, shareInTheLongRun(assessed.share));
}

/** Where a window isn't symmetric the middle of the interval is half a count from what is shown. */
function around(value: number, { low, high }: Interval): Estimate {
  return { value, low: Math.min(value, low), high: Math.max(value, high) };
}

function assess(shown: ShownTable, rate: RatePresentation, { group, cells }: CellGroup): Assessed {
  const isIn = ({ categories }: ReleasedCell, list: readonly number[]): boolean =>
    list.includes(categories[rate.of] ?? -1);
  const among = cells.filter((cell) => isIn(cell, rate.among));
  const yes = among.filter((cell) => isIn(cell, rate.yes));
  const no = among.filter((cell) => !isIn(cell, rate.yes));
  const withheld = (protection: Omit<Protected, 'value'>, band: ReleasedRate['band'] = null): Assessed => ({
    group,
    protection: { value: null, ...protection },
    band,
    share: null,
  });
  if (yes.length === 0 || no.length === 0) {
    return withheld({
      status: 'not-collected',
      reason: 'Nothing to compare: the group has no cell of one kind or the other.',
    });
  }
  const hidden = among.filter(({ value }) => value === null);
  if (hidden.length > 0) {
    const status = statusOf(hidden);
    const band = bandOf(possibleShares(shown, group, cells, yes, no));
    if (band !== null) return withheld({ status, reason: bandReason(band) }, band);
    return withheld({ status, reason: 'Suppressed: a count that it is made of is suppressed.' });
  }
  const share = { yes: counted(shown, yes), no: counted(shown, no) };
  const value = shareOf(share);
  const band = shown.policy.wholeLines ? null : bandOf({ low: value, high: value });
  if (band !== null) return withheld({ status: 'class', reason: bandReason(band) }, band);
  return { group, protection: { value, status: 'ok', reason: 'From the rounded counts that are shown.' }, band, share };
}

function counted({ noise, policy }: ShownTable, cells: readonly ReleasedCell[]): CountedWithError {
  return {
    value: cells.reduce((sum, { value }) => sum + (value ?? 0), 0),
    error: countError(noise, policy, cells.length),
  };
}

/**
 * Why a rate isn't shown: too small a count where all that are suppressed are, else the likeness of a line where that is
 * a reason, else that it would give a count away.
 */
function statusOf(hidden: readonly ReleasedCell[]): 'primary' | 'class' | 'secondary' {
  if (hidden.every(({ status }) => status === 'primary')) return 'primary';
  return hidden.some(({ status }) => status === 'class') ? 'class' : 'secondary';
}

/** All shares that the group's released cells, statuses and total leave possible. */
function possibleShares(
  shown: ShownTable,
  group: CellGroup['group'],
  cells: readonly ReleasedCell[],
  yesCells: readonly ReleasedCell[],
  noCells: readonly ReleasedCell[],
): Bounds {
  const window = roundingWindow(shown.policy);
  const of = (some: readonly ReleasedCell[]): Bounds => boundsOf(some, shown.policy, window);
  const total = shown.totals.find(
    ({ categories, value }) => value !== null && categories.every((category, index) => category === group[index]),
  );
  const all = total === undefined ? { low: 0, high: Infinity } : of([total]);
  const rest = of(cells.filter((cell) => !yesCells.includes(cell) && !noCells.includes(cell)));
  const yes = within(of(yesCells), all, of(noCells), rest);
  const no = within(of(noCells), all, of(yesCells), rest);
  return { low: yes.low / (yes.low + no.high), high: yes.high / (yes.high + no.low) };
}

/** The part, given that it is what others leave of the whole. */
function within(part: Bounds, whole: Bounds, ...others: readonly Bounds[]): Bounds {
  const low = others.reduce((rest, { high }) => rest - high, whole.low);
  const high = others.reduce((rest, other) => rest - other.low, whole.high);
  return { low: Math.max(part.low, low), high: Math.max(0, Math.min(part.high, high)) };
}

/** Null where the shares aren't all in one band; 0/0 and ∞/∞ are in none. */
function bandOf({ low, high }: Bounds): ReleasedRate['band'] {
  if (high < SHARE_BAND) return '<5%';
  return low > 1 - SHARE_BAND ? '>95%' : null;
}

function bandReason(band: '<5%' | '>95%'): string {
  return `${band === '<5%' ? 'Below 5 %' : 'Above 95 %'}: shares this near to none and all are said as a band.`;
}
