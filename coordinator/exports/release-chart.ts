import {
  CONFIDENTIAL,
  differenceText,
  labelOf,
  markNotes,
  markOf,
  NOT_AVAILABLE,
  type CellStatus,
  type Group,
  type Interval,
  type ReleasedMeasure,
} from '../../core/disclosure/index.js';
import {
  describeChart,
  drawChart,
  type Chart,
  type ChartBar,
  type ChartPanel,
  type NumberForm,
} from '../../web/charts/index.js';
import { groupText, recallWarnings } from '../reading/index.js';
import type { Release } from '../runs/release.js';

/** Bars of one chart. Beyond it nobody finds a bar again, and the table is the better form. */
export const MAX_CHART_BARS = 60;

/** A release's chart for a page: the picture for a wide screen and for a telephone, and what it shows in words. */
export interface ReleaseChart {
  readonly svgWide: string;
  readonly svgNarrow: string;
  readonly alt: string;
  /** Whether there is anything to see; else the words say why the table is the better form. */
  readonly isDrawn: boolean;
}

/** @param id of the drawings' names within their page: letters, digits, hyphens */
export function releaseChart(release: Release, title: string, id = 'chart'): ReleaseChart {
  const chart = chartOf(release, title);
  return {
    svgWide: drawChart(chart, { layout: 'wide', id: `${id}-wide` }),
    svgNarrow: drawChart(chart, { layout: 'narrow', id: `${id}-narrow` }),
    alt: describeChart(chart),
    isDrawn: chart.panels.length > 0,
  };
}

/** What there is to draw, the first that there is of: shares, how many were found, means or sums, counts. */
export function chartOf(release: Release, title: string): Chart {
  const drawn = ratesDrawn(release) ?? recallsDrawn(release) ?? measureDrawn(release) ?? countsDrawn(release);
  const subtitle = [drawn.subtitle, byText(release, drawn.by)].filter((part) => part !== '').join(' ');
  const common = { title, subtitle, axis: drawn.axis, form: drawn.form };
  if (drawn.figures.length > MAX_CHART_BARS) {
    const notes = [
      `This table has ${drawn.figures.length} numbers, more than the ${MAX_CHART_BARS} that a chart can show clearly: read the table.`,
    ];
    return { ...common, series: [''], panels: [], notes, remarks: [] };
  }
  if (drawn.figures.length === 0) {
    return { ...common, series: [''], panels: [], notes: ['There is nothing to draw: read the table.'], remarks: [] };
  }
  const statuses = new Set(drawn.figures.map(({ status }) => status));
  const notes = [...drawn.notes, ...markNotes(statuses, release.table.policy)];
  return { ...common, ...arranged(release, drawn), notes, remarks: drawn.remarks };
}

/** What names of groups and bars are of, the outermost first. */
function byText({ table: { dimensions } }: Release, by: readonly number[]): string {
  return by.length === 0
    ? ''
    : `By ${by.map((place) => `“${dimensions[place]?.label ?? ''}”`).join(', and within it ')}.`;
}

/** Numbers of one kind, each of a group. */
interface Drawn {
  readonly subtitle: string;
  readonly axis: string;
  readonly form: NumberForm;
  readonly figures: readonly Figure[];
  /** Indexes of the dimensions that the groups are of. */
  readonly by: readonly number[];
  readonly notes: readonly string[];
  readonly remarks: readonly string[];
}

interface Figure {
  readonly group: Group;
  readonly value: number | null;
  readonly status: CellStatus;
  readonly interval: Interval | null;
  readonly mark: string;
}

const LONG_RUN = 'Lines across the bars are 95 % intervals in the long run.';
const AMONG_THESE = 'Lines across the bars are 95 % intervals of these records.';

function ratesDrawn({ table, presentation }: Release): Drawn | null {
  const { rate } = presentation;
  const { rates, dimensions } = table;
  if (rate === null || rates.length === 0) return null;
  const of = dimensions[rate.of];
  const has = rate.yes.map((place) => labelOf(of, place)).join(' or ');
  const [reference, ...others] = rates;
  const compared = others.flatMap(({ group, difference }) =>
    difference === null || reference === undefined
      ? []
      : [
          `${groupText(group, dimensions)}, compared with ${groupText(reference.group, dimensions)}: ${differenceText(difference)}.`,
        ],
  );
  return {
    subtitle: `${of?.label ?? ''}: ${has}. Share of those for whom it is recorded.`,
    axis: `Share: ${has}`,
    form: 'percent',
    figures: rates.map(({ group, value, status, longRun, band }) => ({
      ...{ group, value, status, interval: longRun },
      mark: band ?? markOf(status),
    })),
    by: rate.by,
    notes: [
      LONG_RUN,
      ...(rates.some(({ band }) => band !== null)
        ? ['<5% and >95% stand for shares too near to none or all to be told.']
        : []),
    ],
    remarks: compared,
  };
}

function recallsDrawn(release: Release): Drawn | null {
  const { table, presentation } = release;
  const { recall } = presentation;
  if (recall === null || table.recalls.length === 0) return null;
  return {
    subtitle: 'How many of those who are in both were found, by group (estimated).',
    axis: 'Share found',
    form: 'percent',
    figures: table.recalls.map(({ group, recall: found }) => ({
      ...{ group, value: found?.value ?? null, status: found === null ? 'not-collected' : 'ok', interval: found },
      mark: found === null ? NOT_AVAILABLE : '',
    })),
    by: recall.by,
    notes: ['Lines across the bars are 95 % intervals.'],
    remarks: recallWarnings(release),
  };
}

/** Of several measures the first mean, else the first sum. */
function measureDrawn({ table }: Release): Drawn | null {
  const measure: ReleasedMeasure | undefined = table.measures.find(({ kind }) => kind !== 'sum') ?? table.measures[0];
  if (measure === undefined) return null;
  const what = measure.kind === 'sum' ? 'Sum' : 'Mean';
  return {
    subtitle: `${measure.label}: ${what.toLowerCase()} of those who have a value.`,
    axis: `${what}: ${measure.label}`,
    form: 'decimal',
    figures: withoutTotals(measure.cells).map(({ categories, value, status }) => ({
      ...{ group: categories, value: status === 'ok' ? (value?.value ?? null) : null, status },
      ...{ interval: value, mark: status === 'ok' ? NOT_AVAILABLE : markOf(status) },
    })),
    by: [...table.dimensions.keys()],
    notes: [AMONG_THESE],
    remarks: [],
  };
}

function countsDrawn({ table }: Release): Drawn {
  return {
    subtitle: '',
    axis: 'Count',
    form: 'count',
    figures: table.cells.map(({ categories, value, status, interval }) => ({
      ...{ group: categories, value, status },
      // Without noise it would be the rounding's, which the notes say.
      ...{ interval: table.noise === null ? null : interval, mark: markOf(status) },
    })),
    by: [...table.dimensions.keys()],
    notes: table.noise === null ? [] : [AMONG_THESE],
    remarks: [],
  };
}

/** A measure has its totals among its cells; where it has nothing else, they are what there is to draw. */
function withoutTotals(cells: ReleasedMeasure['cells']): ReleasedMeasure['cells'] {
  const own = cells.filter(({ categories }) => !categories.includes(null));
  return own.length === 0 ? cells : own;
}

/**
 * The last dimension's categories are the bars of a group, the last but one's the groups; each combination of those before
 * has a panel of its own. With one dimension each category has a bar.
 */
function arranged({ table: { dimensions } }: Release, { figures, by }: Drawn): Pick<Chart, 'series' | 'panels'> {
  const across = by.length > 1 ? by.at(-1) : undefined;
  const down = by.length > 1 ? by.at(-2) : by[0];
  const before = by.slice(0, -2);
  const panels = new Map<string, Map<string, ChartBar[]>>();
  const series = across === undefined ? [''] : (dimensions[across]?.categories.map(({ label }) => label) ?? []);
  for (const figure of figures) {
    const title = groupText(
      figure.group.map((place, index) => (before.includes(index) ? place : null)),
      dimensions,
    );
    const label = down === undefined ? 'All' : labelOf(dimensions[down], figure.group[down] ?? null);
    const groups = panels.get(title) ?? new Map<string, ChartBar[]>();
    panels.set(title, groups.set(label, [...(groups.get(label) ?? []), barOf(figure, across)]));
  }
  return {
    series,
    panels: [...panels].map(([title, groups]): ChartPanel => ({
      title: before.length === 0 ? '' : title,
      groups: [...groups].map(([label, bars]) => ({ label, bars })),
    })),
  };
}

function barOf({ group, value, status, interval, mark }: Figure, across: number | undefined): ChartBar {
  const isShown = status === 'ok' && value !== null;
  return {
    series: across === undefined ? 0 : (group[across] ?? 0),
    value: isShown ? value : null,
    interval: isShown ? interval : null,
    mark: mark === '' && !isShown ? CONFIDENTIAL : mark,
  };
}
