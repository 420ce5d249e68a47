import { counted, formatCount, formatDecimal, formatPercent } from '../../core/base/index.js';
import {
  differenceText,
  groupLabels,
  isUnclear,
  labelOf,
  quantileName,
  rangeText,
  type Interval,
  type ReleasedCell,
  type ReleasedMeasure,
  type ReleasedQuantile,
  type ReleasedRecall,
} from '../../core/disclosure/index.js';
import type { Release } from '../runs/release.js';
import { groupText, quoted, thoseWith } from './groups.js';

/** A release in plain sentences, made of what it shows and of nothing else. */
export interface Reading {
  /** What the table says: shares and how they compare, else means, else counts. */
  readonly sentences: readonly string[];
  /** What to mind in reading them. */
  readonly caveats: readonly string[];
  /** Whether the answer hangs on how sure a link has to be; null where nobody was linked on the person. */
  readonly linkage: string | null;
}

export function readRelease(release: Release): Reading {
  const { linkage, table } = release;
  const told = [
    ...rateSentences(release),
    ...table.measures.flatMap((measure) => measureSentences(measure, release)),
    ...quantileSentences(release),
    ...recallSentences(release),
  ];
  const headlines = linkage?.links.flatMap(({ title, headline }) =>
    headline === null ? [] : [`${title}: ${headline.sentence}`],
  );
  return {
    sentences: [...told, ...(told.length === 0 ? countSentences(release) : [])],
    caveats: caveats(release),
    linkage: headlines === undefined || headlines.length === 0 ? null : headlines.join(' '),
  };
}

function rateSentences({ table: { rates, dimensions }, presentation: { rate } }: Release): string[] {
  const [reference] = rates;
  if (rate === null || reference === undefined) return [];
  const has = quoted(dimensions[rate.of], rate.yes);
  const those = thoseWith(reference.group, dimensions);
  const told = rates.flatMap(({ group, value, band, longRun, difference }) => {
    const of = `Of ${thoseWith(group, dimensions)}`;
    if (band !== null)
      return [`${of}, ${bandText(band)} have ${has}; a share so near to none and all is not told closer.`];
    if (value === null) return [];
    const compared = difference === null ? '' : `; compared with ${those}, ${differenceText(difference)}`;
    return [
      `${of}, ${formatPercent(value)} have ${has}${intervalText(longRun, formatPercent, ' in the long run')}${compared}.`,
    ];
  });
  const hidden = rates.filter(({ band, value }) => band === null && value === null);
  return [...told, ...notShown(`The share with ${has}`, hidden, ({ group }) => groupText(group, dimensions))];
}

function bandText(band: '<5%' | '>95%'): string {
  return band === '<5%' ? 'fewer than 5 %' : 'more than 95 %';
}

/** What is not shown, once for all that it holds of for the same reason. */
function notShown<Hidden extends { readonly reason: string }>(
  what: string,
  hidden: readonly Hidden[],
  nameOf: (one: Hidden) => string,
  how = 'is not shown',
): string[] {
  return [...new Set(hidden.map(({ reason }) => reason))].map((reason) => {
    const names = hidden.filter((one) => one.reason === reason).map(nameOf);
    return `${what} ${how} for ${names.map((name) => `“${name}”`).join(', ')}. ${reason}`;
  });
}

function intervalText(interval: Interval | null, format: (value: number) => string, where = ''): string {
  return interval === null ? '' : ` (95 % interval${where} ${rangeText(interval, format)})`;
}

function measureSentences({ label, kind, cells }: ReleasedMeasure, { table }: Release): string[] {
  const what = kind === 'sum' ? 'the sum' : 'the mean';
  const format = (value: number): string => formatDecimal(value, 2);
  const told = cells.flatMap(({ categories, value, status }) =>
    status !== 'ok' || value === null
      ? []
      : [
          `For ${thoseWith(categories, table.dimensions)}, ${what} of “${label}” is ${format(value.value)}${intervalText(value, format)}.`,
        ],
  );
  const hidden = cells.filter(({ value, status }) => status !== 'ok' || value === null);
  const title = `${what.replace('t', 'T')} of “${label}”`;
  return [...told, ...notShown(title, hidden, ({ categories }) => groupText(categories, table.dimensions))];
}

function quantileSentences({ table, presentation }: Release): string[] {
  const wanted = presentation.quantiles;
  if (wanted === null) return [];
  const of = table.dimensions[wanted.of];
  const nameOf = ({ at }: ReleasedQuantile): string => `${quantileName(at).toLowerCase()} of “${of?.label ?? ''}”`;
  const told = table.quantiles.flatMap((quantile) => {
    const { group, value, interval } = quantile;
    if (value === null) return [];
    const range =
      interval === null || interval.low === interval.high
        ? ''
        : ` (95 % range ${rangeText(interval, (place) => labelOf(of, place))})`;
    return [
      `For ${thoseWith(group, table.dimensions)}, the ${nameOf(quantile)} lies in ${labelOf(of, value)}${range}.`,
    ];
  });
  const hidden = table.quantiles.filter(({ value }) => value === null);
  return [
    ...told,
    ...[...new Set(hidden.map(nameOf))].flatMap((name) =>
      notShown(
        `The ${name}`,
        hidden.filter((one) => nameOf(one) === name),
        ({ group }) => groupText(group, table.dimensions),
      ),
    ),
  ];
}

function recallSentences({ table, presentation }: Release): string[] {
  const { recall } = presentation;
  if (recall === null) return [];
  const nameOf = ({ group }: ReleasedRecall): string => groupLabels(group, table.dimensions, recall.by).join(', ');
  const reference = table.recalls.find((one) => one.recall !== null && one.ratio === null);
  const told = table.recalls.flatMap((one) => {
    if (one.recall === null) return [];
    const found = `Of ${thoseWith(one.group, table.dimensions)} who are in both, ${formatPercent(one.recall.value)} were found`;
    return [`${found}${intervalText(one.recall, formatPercent)}${foundBeside(one, reference, nameOf)}.`];
  });
  const hidden = table.recalls.filter((one) => one.recall === null);
  return [...told, ...notShown('How many of those who are in both were found', hidden, nameOf, 'can’t be estimated')];
}

function foundBeside(
  { ratio }: ReleasedRecall,
  reference: ReleasedRecall | undefined,
  nameOf: (one: ReleasedRecall) => string,
): string {
  if (ratio === null || reference === undefined) return '';
  const times = `${formatDecimal(ratio.value, 2)} times the share of ${nameOf(reference)}`;
  const range = rangeText(ratio, (value) => formatDecimal(value, 2));
  return ratio.low <= 1 && ratio.high >= 1
    ? `; no clear difference from ${nameOf(reference)}`
    : `; ${times} (${range})`;
}

/** Where there is nothing but counts: the total, the most and the fewest of those that are shown. */
function countSentences({ table }: Release): string[] {
  const { cells, totals, dimensions, noise } = table;
  const shown = cells.filter((cell): cell is ReleasedCell & { readonly value: number } => cell.value !== null);
  const say = ({ value, interval }: ReleasedCell): string =>
    `${formatCount(value ?? 0)}${noise === null ? '' : intervalText(interval, formatCount)}`;
  const whole = totals.find(({ categories, value }) => value !== null && categories.every((place) => place === null));
  const sorted = shown.toSorted((one, other) => other.value - one.value);
  const [most, fewest] = [sorted[0], sorted.at(-1)];
  return [
    ...(whole === undefined ? [] : [`In all, ${say(whole)} are counted.`]),
    ...(most === undefined
      ? ['No count of this table is shown.']
      : [`Most are counted in ${groupText(most.categories, dimensions)}: ${say(most)}.`]),
    ...(fewest === undefined || fewest === most
      ? []
      : [`Of the counts that are shown, the smallest is ${groupText(fewest.categories, dimensions)}: ${say(fewest)}.`]),
  ];
}

/** Every interval misses one time in twenty; from so many on some will have. */
const MANY_INTERVALS = 20;

function caveats(release: Release): string[] {
  const { table, presentation } = release;
  const { rates, cells, suppressed, measures, noise } = table;
  const compared = rates.filter(({ difference }) => difference !== null);
  const unclear = compared.filter(({ difference }) => difference !== null && isUnclear(difference));
  const stated =
    rates.filter(({ longRun }) => longRun !== null).length +
    (noise === null ? 0 : cells.filter(({ interval }) => interval !== null).length) +
    measures.flatMap((measure) => measure.cells).filter(({ value }) => value !== null).length;
  return [
    ...(suppressed === 0
      ? []
      : [
          `${suppressed} of ${counted(cells.length, 'count')} ${suppressed === 1 ? 'is' : 'are'} not shown; what is not shown is not 0.`,
        ]),
    ...(rates.length > 1 && rates[0]?.longRun === null
      ? ['Groups are not compared, for the share of the first is not shown.']
      : []),
    ...(compared.length === 0
      ? []
      : [
          `Groups are compared with the first, in the long run${unclear.length === 0 ? '' : `; for ${unclear.length} of ${compared.length} there is no clear difference, which does not say that there is none`}.`,
        ]),
    ...(rates.length === 0 || presentation.rate === null
      ? []
      : [
          'Shares are among those for whom it is recorded. What goes together in them need not be the cause of the other.',
        ]),
    ...(stated >= MANY_INTERVALS
      ? [`Of the ${stated} intervals about ${Math.round(stated / 20)} miss what they are about; which, nobody knows.`]
      : []),
    ...recallWarnings(release),
  ];
}

/** Whose results may differ for no other reason than that they were found less often; what holds of several is said once. */
export function recallWarnings({ table: { recalls, dimensions } }: Release): string[] {
  const warned = recalls.flatMap(({ group, warning }) => (warning === null ? [] : [{ group, warning }]));
  return [...new Set(warned.map(({ warning }) => warning))].map((warning) => {
    const names = warned.filter((one) => one.warning === warning).map(({ group }) => groupText(group, dimensions));
    return `${names.join(', ')}: ${warning}`;
  });
}
