import { formatCount, formatDecimal, formatPercent, listed } from '../../core/base/index.js';
import {
  differenceOf,
  differenceText,
  isUnclear,
  labelOf,
  markOf,
  rangeText,
  type CellStatus,
  type Estimate,
  type Group,
  type Interval,
  type TableDimension,
} from '../../core/disclosure/index.js';
import type { Release } from '../runs/release.js';
import { differencesOf, independenceOf, type ComparedRun, type Independence } from './compared-runs.js';
import { groupText } from './groups.js';

/** Two releases side by side, and what may be said of their differences. */
export interface ReleaseComparison extends Independence {
  /** What differs between the questions and the data behind them, in words; empty where they are one request. */
  readonly differences: readonly string[];
  readonly rows: readonly ComparedNumber[];
  /** What of them can't be set beside each other, and why, in words. */
  readonly incomparable: readonly string[];
}

export interface ComparedNumber {
  readonly quantity: 'count' | 'rate' | 'measure';
  /** What it is of, and of whom. */
  readonly what: string;
  readonly group: string;
  readonly first: ComparedSide;
  readonly second: ComparedSide;
  /** The second less the first, with a 95 % interval; null where none can be given. */
  readonly difference: Estimate | null;
  /** What can be said of it. */
  readonly statement: string;
}

export interface ComparedSide {
  /** As the table has it, with its interval or its shorthand. */
  readonly text: string;
  readonly value: number | null;
  readonly interval: Interval | null;
}

/**
 * The second beside the first. Shares are compared in the long run, and only where the runs are independent; counts, sums
 * and means among these records, where the noise in one is not the noise in the other (docs/intervals.md).
 * @param separating `separatingParameters` of the template, where both runs are of it
 */
export function compareReleases(
  first: ComparedRun,
  second: ComparedRun,
  separating: readonly string[],
): ReleaseComparison {
  const isSame = first.run.requestDigest !== null && first.run.requestDigest === second.run.requestDigest;
  const independence = independenceOf(first, second, isSame, separating);
  const chances: Chances = {
    independent: independence.independent,
    otherNoise: !isSame && first.run.requestDigest !== null && second.run.requestDigest !== null,
    bothNoisy: first.release.table.noise !== null && second.release.table.noise !== null,
  };
  const parts = [
    compareCounts(first.release, second.release, chances),
    compareRates(first.release, second.release, chances),
    compareMeasures(first.release, second.release, chances),
  ];
  return {
    differences: isSame ? [] : differencesOf(first, second),
    ...independence,
    rows: parts.flatMap(({ rows }) => rows),
    incomparable: parts.flatMap(({ incomparable }) => incomparable),
  };
}

interface Chances {
  readonly independent: boolean;
  readonly otherNoise: boolean;
  readonly bothNoisy: boolean;
}

interface Compared {
  readonly rows: readonly ComparedNumber[];
  readonly incomparable: readonly string[];
}

const NOTHING: Compared = { rows: [], incomparable: [] };

/** Name and code of each category of a group, in any order of dimensions. */
function keyOf(group: Group, dimensions: readonly TableDimension[]): string {
  return group
    .flatMap((place, index) =>
      place === null ? [] : [`${dimensions[index]?.name}=${dimensions[index]?.categories[place]?.code}`],
    )
    .toSorted()
    .join('&');
}

interface Figure {
  readonly group: Group;
  readonly value: number | null;
  readonly status: CellStatus;
  readonly interval: Interval | null;
  /** In the place of a value that isn't shown; its mark where there is none. */
  readonly band?: string | null;
}

interface Pairing {
  readonly quantity: ComparedNumber['quantity'];
  readonly what: string;
  readonly format: (value: number) => string;
  readonly difference: (first: Estimate, second: Estimate) => Estimate | null;
  readonly statement: (difference: Estimate) => string;
  /** Why there is none, where a difference can't be told. */
  readonly silence: string;
}

function pair(
  first: Release,
  second: Release,
  one: readonly Figure[],
  other: readonly Figure[],
  how: Pairing,
): Compared {
  const others = new Map(other.map((figure) => [keyOf(figure.group, second.table.dimensions), figure]));
  const known = new Set(one.map(({ group }) => keyOf(group, first.table.dimensions)));
  const rows = one.flatMap((figure) => {
    const beside = others.get(keyOf(figure.group, first.table.dimensions));
    return beside === undefined ? [] : [rowOf(groupText(figure.group, first.table.dimensions), figure, beside, how)];
  });
  const alone = [
    ...one
      .filter(({ group }) => !others.has(keyOf(group, first.table.dimensions)))
      .map(({ group }) => groupText(group, first.table.dimensions)),
    ...other
      .filter(({ group }) => !known.has(keyOf(group, second.table.dimensions)))
      .map(({ group }) => groupText(group, second.table.dimensions)),
  ];
  return { rows, incomparable: alone.map((group) => `${how.what}, ${group}: in one of the tables only.`) };
}

function rowOf(group: string, first: Figure, second: Figure, how: Pairing): ComparedNumber {
  const [one, other] = [estimateOf(first), estimateOf(second)];
  const difference = one === null || other === null ? null : how.difference(one, other);
  const statement =
    one === null || other === null
      ? 'Not both are shown: no statement can be made.'
      : difference === null
        ? how.silence
        : how.statement(difference);
  const { quantity, what, format } = how;
  return { quantity, what, group, first: sideOf(first, format), second: sideOf(second, format), difference, statement };
}

function estimateOf({ value, interval, status }: Figure): Estimate | null {
  if (status !== 'ok' || value === null || interval === null) return null;
  return { value, low: Math.min(value, interval.low), high: Math.max(value, interval.high) };
}

function sideOf({ value, interval, status, band }: Figure, format: (value: number) => string): ComparedSide {
  if (status !== 'ok' || value === null) return { text: band ?? markOf(status), value: null, interval: null };
  return {
    text: interval === null ? format(value) : `${format(value)} (${rangeText(interval, format)})`,
    value,
    interval,
  };
}

/**
 * Errors of two numbers that come from other noise, or of which one has none: Newcombe's way where both have noise, the
 * ends themselves where an interval is a certain one.
 */
function amongThese({ otherNoise, bothNoisy }: Chances): Pairing['difference'] {
  return (first, second) => {
    if (!otherNoise) return null;
    const value = second.value - first.value;
    if (!bothNoisy) return { value, low: second.low - first.high, high: second.high - first.low };
    return {
      value,
      low: value - Math.hypot(second.value - second.low, first.high - first.value),
      high: value + Math.hypot(second.high - second.value, first.value - first.low),
    };
  };
}

/** Counts differ by a whole number: those in the interval, from the first to the last. */
function wholeNumbers(difference: Estimate | null): Estimate | null {
  return difference && { ...difference, low: Math.ceil(difference.low), high: Math.floor(difference.high) };
}

function amountText(format: (value: number) => string): Pairing['statement'] {
  return (difference) => {
    const { value, low, high } = difference;
    const signed = (number: number): string => `${number < 0 ? '−' : '+'}${format(Math.abs(number))}`;
    const range = `${signed(low)} to ${signed(high)}`;
    return isUnclear(difference)
      ? `Among these records, no clear difference (${range}).`
      : `Among these records, ${format(Math.abs(value))} ${value < 0 ? 'less' : 'more'} in the second (${range}).`;
  };
}

const SAME_NOISE = 'The noise in one may be the noise in the other: no clear statement can be made.';

function compareCounts(first: Release, second: Release, chances: Chances): Compared {
  const why = otherDimensions(first, second);
  if (why !== null) return { rows: [], incomparable: [`Counts: ${why}`] };
  const figures = ({ table }: Release): Figure[] =>
    [...table.cells, ...table.totals].map(({ categories, ...cell }) => ({ group: categories, ...cell }));
  return pair(first, second, figures(first), figures(second), {
    quantity: 'count',
    what: 'Count',
    format: formatCount,
    difference: (one, other) => wholeNumbers(amongThese(chances)(one, other)),
    statement: amountText(formatCount),
    silence: SAME_NOISE,
  });
}

/** Cells are of the same groups only where the tables have the same dimensions with the same categories. */
function otherDimensions({ table: one }: Release, { table: other }: Release): string | null {
  const shapes = [one, other].map(({ dimensions }) =>
    dimensions.map(({ name, categories }) => `${name}: ${categories.map(({ code }) => code).join(' ')}`).toSorted(),
  );
  if (shapes[0]?.join('\n') === shapes[1]?.join('\n')) return null;
  const [names, others] = [one, other].map(({ dimensions }) => listed(dimensions.map(({ label }) => `“${label}”`)));
  return names === others
    ? `the categories of ${names ?? ''} are not the same.`
    : `one table is by ${names ?? ''}, the other by ${others ?? ''}.`;
}

function compareRates(first: Release, second: Release, { independent }: Chances): Compared {
  if (first.table.rates.length === 0 && second.table.rates.length === 0) return NOTHING;
  const [one, other] = [rateOf(first), rateOf(second)];
  if (one === null || other === null || one.key !== other.key) {
    return { rows: [], incomparable: ['Shares: they are not shares of the same thing.'] };
  }
  const figures = ({ table }: Release): Figure[] =>
    table.rates.map(({ longRun, ...rate }) => ({ ...rate, interval: longRun }));
  return pair(first, second, figures(first), figures(second), {
    quantity: 'rate',
    what: one.what,
    format: formatPercent,
    difference: (before, after) => (independent ? differenceOf(after, before) : null),
    statement: (difference) => `In the long run, ${differenceText(difference)}.`,
    silence: 'Chance in one may be chance in the other: no clear statement can be made.',
  });
}

function rateOf({
  table: { dimensions },
  presentation: { rate },
}: Release): { readonly key: string; readonly what: string } | null {
  if (rate === null) return null;
  const of = dimensions[rate.of];
  const codes = (places: readonly number[]): string =>
    places
      .map((place) => of?.categories[place]?.code)
      .toSorted()
      .join(' ');
  const by = rate.by.map((place) => `${dimensions[place]?.name}`).toSorted();
  return {
    key: [of?.name, codes(rate.yes), codes(rate.among), ...by].join('\n'),
    what: `Share with “${of?.label ?? ''}: ${rate.yes.map((place) => labelOf(of, place)).join(' or ')}”`,
  };
}

function compareMeasures(first: Release, second: Release, chances: Chances): Compared {
  const names = [
    ...new Set([...first.table.measures, ...second.table.measures].map(({ name, kind }) => `${kind} ${name}`)),
  ];
  const of = ({ table }: Release, wanted: string): Release['table']['measures'][number] | undefined =>
    table.measures.find(({ name, kind }) => `${kind} ${name}` === wanted);
  const parts = names.map((name): Compared => {
    const [one, other] = [of(first, name), of(second, name)];
    const label = (one ?? other)?.label ?? name;
    if (one === undefined || other === undefined)
      return { rows: [], incomparable: [`${label}: in one of the releases only.`] };
    const why =
      otherDimensions(first, second) ??
      (one.range.join() === other.range.join() ? null : 'values were taken within other ranges.');
    if (why !== null) return { rows: [], incomparable: [`${label}: ${why}`] };
    const format = (value: number): string => formatDecimal(value, 2);
    const figures = ({ cells }: typeof one): Figure[] =>
      cells.map(({ categories, value, status }) => ({
        group: categories,
        value: value?.value ?? null,
        status,
        interval: value,
      }));
    return pair(first, second, figures(one), figures(other), {
      quantity: 'measure',
      what: `${one.kind === 'sum' ? 'Sum' : 'Mean'} of “${label}”`,
      format,
      difference: amongThese(chances),
      statement: amountText(format),
      silence: SAME_NOISE,
    });
  });
  return { rows: parts.flatMap(({ rows }) => rows), incomparable: parts.flatMap(({ incomparable }) => incomparable) };
}
