import { formatCount, formatDecimal, formatPercent } from '../core/base/index.js';
import {
  CONFIDENTIAL,
  differenceText,
  groupLabels,
  INTERVAL,
  labelOf,
  markOf,
  measureTitle,
  NOT_AVAILABLE,
  quantileName,
  rangeText,
  type Estimate,
  type Group,
  type Interval,
  type Presentation,
  type ReleasedMeasure,
  type ReleasedMeasureCell,
  type ReleasedQuantile,
  type ReleasedRate,
  type ReleasedRecall,
  type ReleasedTable,
  type TableDimension,
} from '../core/disclosure/index.js';
import { gridLines } from './grid.js';
import { wrapText } from './text.js';

type Named = Pick<ReleasedTable, 'dimensions'>;

/** The share of each group, and below it how the groups compare; nothing where the release has no rates. */
export function renderRates(
  { dimensions, rates }: Named & Pick<ReleasedTable, 'rates'>,
  { rate }: Presentation,
  columns: number,
): string[] {
  if (rate === null || rates.length === 0) return [];
  const of = dimensions[rate.of];
  const yes = rate.yes.map((place) => labelOf(of, place)).join(' or ');
  const title = `Share with ${of?.label ?? ''}: ${yes}, among those for whom it is recorded`;
  const grid = gridLines({
    title: '',
    side: sideOf(dimensions, rate.by),
    columns: ['Share', INTERVAL, 'In the long run'],
    rows: rates.map((each) => ({
      side: groupLabels(each.group, dimensions, rate.by),
      numbers: [shareText(each), shareRange(each.interval), shareRange(each.longRun)],
    })),
  });
  const compared = comparisons(rates, (group) => groupLabels(group, dimensions, rate.by).join(', '));
  return [
    ...wrapText(title, columns),
    '',
    ...grid,
    ...(compared.length === 0 ? [] : ['', ...compared.flatMap((line) => wrapText(line, columns, '  '))]),
  ];
}

function shareText({ value, band, status }: ReleasedRate): string {
  return value === null ? (band ?? markOf(status)) : formatPercent(value);
}

function shareRange(interval: Interval | null): string {
  return interval === null ? '' : rangeText(interval, formatPercent);
}

/** In words, each group with the first. */
function comparisons([reference, ...others]: readonly ReleasedRate[], nameOf: (group: Group) => string): string[] {
  if (reference === undefined) return [];
  const sentences = others.flatMap(({ group, difference, ratio }) =>
    difference === null ? [] : [`${nameOf(group)}: ${differenceText(difference)}${ratioText(ratio)}.`],
  );
  return sentences.length === 0
    ? []
    : [`In the long run, compared with ${nameOf(reference.group)} (95 % intervals in brackets):`, ...sentences];
}

function ratioText(ratio: Estimate | null): string {
  if (ratio === null) return '';
  return `; ${formatDecimal(ratio.value, 2)} times the share (${rangeText(ratio, (value) => formatDecimal(value, 2))})`;
}

/**
 * Of the people who are in both datasets, what share of each group was linked; with a warning where groups differ.
 * Nothing where the release has none.
 */
export function renderRecalls(
  { dimensions, recalls }: Named & Pick<ReleasedTable, 'recalls'>,
  { recall }: Presentation,
  columns: number,
): string[] {
  if (recall === null || recalls.length === 0) return [];
  const nameOf = (group: Group): string => groupLabels(group, dimensions, recall.by).join(', ');
  const grid = gridLines({
    title: '',
    side: sideOf(dimensions, recall.by),
    columns: ['Linked', 'Found', INTERVAL, 'Of the reference’s', 'Weight'],
    rows: recalls.map((each) => ({
      side: groupLabels(each.group, dimensions, recall.by),
      numbers: [
        each.linked === null ? CONFIDENTIAL : formatCount(each.linked),
        each.recall === null ? NOT_AVAILABLE : formatPercent(each.recall.value),
        shareRange(each.recall),
        each.ratio === null ? '' : `${formatDecimal(each.ratio.value, 2)} (${rangeText(each.ratio, twoPlaces)})`,
        each.weight === null ? '' : formatDecimal(each.weight, 2),
      ],
    })),
  });
  const remarks = recalls.flatMap(({ group, recall: found, reason, warning }) => [
    ...(found === null ? [{ name: nameOf(group), text: reason }] : []),
    ...(warning === null ? [] : [{ name: nameOf(group), text: warning }]),
  ]);
  // What holds of several groups is said once.
  const texts = [...new Set(remarks.map(({ text }) => text))].map((text) => {
    const names = remarks.filter((remark) => remark.text === text).map(({ name }) => name);
    return `${names.join('; ')}: ${text}`;
  });
  const lines = [...referenceLine(recalls, nameOf), ...texts];
  return [
    ...wrapText('How many of those who are in both were found, by group (estimated)', columns),
    '',
    ...grid,
    ...(lines.length === 0 ? [] : ['', ...lines.flatMap((line) => wrapText(line, columns, '  '))]),
  ];
}

/** Which group the ratios are to: that whose recall is told without one; nothing where nobody is compared with it. */
function referenceLine(recalls: readonly ReleasedRecall[], nameOf: (group: Group) => string): string[] {
  const reference = recalls.find(({ recall, ratio }) => recall !== null && ratio === null);
  if (reference === undefined || recalls.every(({ ratio }) => ratio === null)) return [];
  return [`The reference is ${nameOf(reference.group)}, of whom most were linked.`];
}

function twoPlaces(value: number): string {
  return formatDecimal(value, 2);
}

/** Each measure as a table of its own; nothing where the release has none. */
export function renderMeasures(
  { dimensions, measures }: Named & Pick<ReleasedTable, 'measures'>,
  columns: number,
): string[][] {
  return measures.map((measure) => [
    ...wrapText(measureTitle(measure), columns),
    '',
    ...gridLines({
      title: '',
      side: dimensions.map(({ label }) => label),
      columns: measureColumns(measure),
      rows: measure.cells.map((cell) => ({
        side: cell.categories.map((place, index) => labelOf(dimensions[index], place)),
        numbers: measureNumbers(measure, cell),
      })),
    }),
  ]);
}

function measureColumns({ kind }: ReleasedMeasure): string[] {
  return [
    'With a value',
    kind === 'sum' ? 'Sum' : 'Mean',
    INTERVAL,
    ...(kind === 'variance' ? ['Variance', INTERVAL] : []),
  ];
}

function measureNumbers(
  { kind }: ReleasedMeasure,
  { contributors, value, variance, status }: ReleasedMeasureCell,
): string[] {
  const mark = markOf(status);
  return [
    contributors === null ? mark : formatDecimal(contributors, 0),
    ...estimateTexts(value, mark),
    ...(kind === 'variance' ? estimateTexts(variance, mark) : []),
  ];
}

function estimateTexts(estimate: Estimate | null, mark: string): [string, string] {
  const format = (value: number): string => formatDecimal(value, 2);
  return estimate === null ? [mark, ''] : [format(estimate.value), rangeText(estimate, format)];
}

/** In which band quantiles lie; nothing where the release has none. */
export function renderQuantiles(
  { dimensions, quantiles }: Named & Pick<ReleasedTable, 'quantiles'>,
  { quantiles: wanted }: Presentation,
  columns: number,
): string[] {
  if (wanted === null || quantiles.length === 0) return [];
  const of = dimensions[wanted.of];
  const groups = new Map<string, ReleasedQuantile[]>();
  for (const quantile of quantiles) {
    const key = groupLabels(quantile.group, dimensions, wanted.by).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), quantile]);
  }
  return [
    ...wrapText(`${of?.label ?? ''}: where quantiles lie (95 % range in brackets)`, columns),
    '',
    ...gridLines({
      title: '',
      side: sideOf(dimensions, wanted.by),
      columns: wanted.at.map(quantileName),
      rows: [...groups.values()].map((group) => ({
        side: groupLabels(group[0]?.group ?? [], dimensions, wanted.by),
        numbers: wanted.at.map((at) =>
          quantileText(
            group.find((quantile) => quantile.at === at),
            of,
          ),
        ),
      })),
    }),
  ];
}

function quantileText(quantile: ReleasedQuantile | undefined, of: TableDimension | undefined): string {
  if (quantile === undefined) return '';
  const { value, interval, status } = quantile;
  if (value === null) return markOf(status);
  const label = labelOf(of, value);
  return interval === null || interval.low === interval.high
    ? label
    : `${label} (${rangeText(interval, (place) => labelOf(of, place))})`;
}

/** A release of the whole table has no groups to name. */
function sideOf(dimensions: readonly TableDimension[], by: readonly number[]): string[] {
  return by.length === 0 ? ['Group'] : by.map((place) => dimensions[place]?.label ?? '');
}
