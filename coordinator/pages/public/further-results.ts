import type {
  Estimate,
  Group,
  Interval,
  Presentation,
  ReleasedMeasure,
  ReleasedTable,
  TableDimension,
} from '../../../core/disclosure/index.js';
import { MARKS } from './results-table.js';
import type { CellView, TableView } from './results-table.js';

/** Shares, quantiles, means and sums, and how many were linked: what the template asks for beside the counts. */
export function furtherResults(table: ReleasedTable, presentation: Presentation): readonly TableView[] {
  return [
    ...ratesTable(table, presentation),
    ...quantilesTable(table, presentation),
    ...recallsTable(table, presentation),
    ...table.measures.map((measure) => measureTable(measure, table.dimensions)),
  ];
}

const INTERVAL = '95% interval';
const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const PER_CENT = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });

type Numbers = Pick<ReleasedTable, 'dimensions'>;

function ratesTable(
  { dimensions, rates }: Numbers & Pick<ReleasedTable, 'rates'>,
  { rate }: Presentation,
): readonly TableView[] {
  if (rate === null || rates.length === 0) return [];
  const of = dimensions[rate.of];
  const yes = rate.yes.map((place) => of?.categories[place]?.label ?? '').join(' or ');
  return [
    {
      caption: `Share with ${of?.label ?? ''}: ${yes}, among those for whom it is recorded`,
      side: sideOf(rate.by, dimensions),
      across: null,
      columns: ['Share', INTERVAL, 'In the long run'],
      rows: rates.map(({ group, value, band, status, reason, interval, longRun }) => ({
        label: nameOf(group, dimensions),
        isTotal: false,
        cells: [
          cell(value === null ? band : PER_CENT.format(value), status, reason),
          cell(rangeOf(interval, PER_CENT)),
          cell(rangeOf(longRun, PER_CENT)),
        ],
      })),
    },
  ];
}

function quantilesTable(
  { dimensions, quantiles }: Numbers & Pick<ReleasedTable, 'quantiles'>,
  presentation: Presentation,
): readonly TableView[] {
  const asked = presentation.quantiles;
  if (asked === null || quantiles.length === 0) return [];
  const of = dimensions[asked.of];
  const label = (place: number): string => of?.categories[place]?.label ?? '';
  return asked.at.map((at) => ({
    caption: `${of?.label ?? ''}: in which band ${at === 0.5 ? 'half' : PER_CENT.format(at)} of them lie, or below it`,
    side: sideOf(asked.by, dimensions),
    across: null,
    columns: ['Band', INTERVAL],
    rows: quantiles
      .filter((quantile) => quantile.at === at)
      .map(({ group, value, status, reason, interval }) => ({
        label: nameOf(group, dimensions),
        isTotal: false,
        cells: [
          cell(value === null ? null : label(value), status, reason),
          cell(interval === null ? '' : [...new Set([label(interval.low), label(interval.high)])].join(', up to ')),
        ],
      })),
  }));
}

function recallsTable(
  { dimensions, recalls }: Numbers & Pick<ReleasedTable, 'recalls'>,
  { recall }: Presentation,
): readonly TableView[] {
  if (recall === null || recalls.length === 0) return [];
  return [
    {
      caption: 'How many of those who are in both datasets were found (estimated)',
      side: sideOf(recall.by, dimensions),
      across: null,
      columns: ['Found', INTERVAL, 'Weight'],
      rows: recalls.map(({ group, recall: found, weight, reason }) => ({
        label: nameOf(group, dimensions),
        isTotal: false,
        cells: [
          cell(found === null ? null : PER_CENT.format(found.value), 'not-collected', reason),
          cell(rangeOf(found, PER_CENT)),
          cell(weight === null ? '' : NUMBER.format(weight)),
        ],
      })),
    },
  ];
}

const KINDS: Readonly<Record<ReleasedMeasure['kind'], string>> = { sum: 'Sum', mean: 'Mean', variance: 'Mean' };

function measureTable(
  { label, kind, range: [from, to], cells }: ReleasedMeasure,
  dimensions: readonly TableDimension[],
): TableView {
  const isVariance = kind === 'variance';
  return {
    caption: `${KINDS[kind]} of ${label}, of values from ${from} to ${to}`,
    side: sideOf(
      dimensions.map((_, place) => place),
      dimensions,
    ),
    across: null,
    columns: [KINDS[kind], INTERVAL, ...(isVariance ? ['Variance'] : []), 'Records with a value'],
    rows: cells.map(({ categories, value, variance, contributors, status, reason }) => ({
      label: nameOf(categories, dimensions),
      isTotal: false,
      cells: [
        cell(estimateText(value), status, reason),
        cell(rangeOf(value, NUMBER)),
        ...(isVariance ? [cell(estimateText(variance), status, reason)] : []),
        cell(contributors === null ? null : NUMBER.format(contributors), status, reason),
      ],
    })),
  };
}

function estimateText(estimate: Estimate | null): string | null {
  return estimate === null ? null : NUMBER.format(estimate.value);
}

/** Where there is no text the mark says why. */
function cell(text: string | null, status: ReleasedTable['cells'][number]['status'] = 'ok', reason = ''): CellView {
  if (text !== null) return { text, reason: null, about: null };
  return { text: status === 'not-collected' ? MARKS.notAvailable : MARKS.confidential, reason, about: null };
}

function rangeOf(interval: Interval | null, format: Intl.NumberFormat): string {
  return interval === null ? '' : `${format.format(interval.low)} to ${format.format(interval.high)}`;
}

function sideOf(by: readonly number[], dimensions: readonly TableDimension[]): string {
  return by.length === 0 ? 'Whole table' : by.map((place) => dimensions[place]?.label ?? '').join(', ');
}

function nameOf(group: Group, dimensions: readonly TableDimension[]): string {
  const names = group.flatMap((place, dimension) =>
    place === null ? [] : [dimensions[dimension]?.categories[place]?.label ?? ''],
  );
  return names.length === 0 ? 'All' : names.join(', ');
}
