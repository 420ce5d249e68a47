import type {
  CellStatus,
  DisclosurePolicy,
  Group,
  Interval,
  Protected,
  ReleasedCell,
  ReleasedTable,
  TableDimension,
} from '../../../core/disclosure/index.js';

/** Shorthand of the Government Statistical Service: confidential, not available, not applicable. */
export const MARKS = { confidential: '[c]', notAvailable: '[x]', notApplicable: '[z]' } as const;
type Mark = (typeof MARKS)[keyof typeof MARKS];

/** A protected table as a page shows it: one table, or one below the other where it has more than two dimensions. */
export interface ResultsView {
  readonly tables: readonly TableView[];
  /** What the marks mean that occur in it. */
  readonly legend: readonly { readonly mark: Mark; readonly meaning: string }[];
  /** What was done to the numbers, in sentences. */
  readonly notes: readonly string[];
}

export interface TableView {
  readonly caption: string;
  /** What the rows are. */
  readonly side: string;
  /** What the columns are; null where there is one of numbers only. */
  readonly across: string | null;
  readonly columns: readonly string[];
  readonly rows: readonly RowView[];
}

export interface RowView {
  readonly label: string;
  readonly isTotal: boolean;
  readonly cells: readonly CellView[];
}

export interface CellView {
  /** The number as it is shown, or a mark. */
  readonly text: string;
  /** Why there is no number; null where there is one. */
  readonly reason: string | null;
  /** Where the exact number lies, 19 times in 20; null where there is no noise in it, and no number. */
  readonly about: string | null;
}

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const TOTAL = 'Total';

/** @param unit what is counted, as in `People` */
export function resultsView(table: ReleasedTable, unit: string): ResultsView {
  const { dimensions, cells, totals } = table;
  const found = new Map([...cells, ...totals].map((cell) => [keyOf(cell.categories), cell]));
  const at = (group: Group): CellView => cellView(found.get(keyOf(group)));
  const tables =
    dimensions.length > 2
      ? [...stacked(dimensions, at, unit), ...totalsBelow(dimensions, found, unit)]
      : [flat(dimensions, [], at, { caption: captionOf(unit, dimensions), hasTotals: totals.length > 0 })];
  return { tables, legend: legendOf(table, tables), notes: notesOf(table) };
}

/** The last dimension goes across where there are two, and what stands before them is fixed. */
function flat(
  dimensions: readonly TableDimension[],
  fixed: readonly number[],
  at: (group: Group) => CellView,
  { caption, hasTotals }: { readonly caption: string; readonly hasTotals: boolean },
): TableView {
  const [side, across] = dimensions.slice(fixed.length);
  const places = (dimension: TableDimension | undefined): (number | null)[] => [
    ...(dimension?.categories.keys() ?? []),
    ...(hasTotals ? [null] : []),
  ];
  const labels = (dimension: TableDimension | undefined): string[] =>
    places(dimension).map((place) => labelOf(dimension, place));
  return {
    caption,
    side: side?.label ?? '',
    across: across?.label ?? null,
    columns: across === undefined ? ['Count'] : labels(across),
    rows: places(side).map((row) => ({
      label: labelOf(side, row),
      isTotal: row === null,
      cells: across === undefined ? [at([row])] : places(across).map((column) => at([...fixed, row, column])),
    })),
  };
}

function stacked(dimensions: readonly TableDimension[], at: (group: Group) => CellView, unit: string): TableView[] {
  const outer = dimensions.slice(0, -2);
  const combinations = outer.reduce<readonly (readonly number[])[]>(
    (sofar, { categories }) => sofar.flatMap((one) => [...categories.keys()].map((place) => [...one, place])),
    [[]],
  );
  return combinations.map((fixed) => {
    const which = fixed.map((place, index) => `${outer[index]?.label ?? ''}: ${labelOf(outer[index], place)}`);
    return flat(dimensions, fixed, at, { caption: `${unit}. ${which.join('; ')}`, hasTotals: false });
  });
}

/** Of more than two dimensions there are totals of each, and of all. */
function totalsBelow(
  dimensions: readonly TableDimension[],
  found: ReadonlyMap<string, ReleasedCell>,
  unit: string,
): TableView[] {
  const none: Group = dimensions.map(() => null);
  if (!found.has(keyOf(none))) return [];
  return dimensions.map((dimension, index) => ({
    caption: `${unit}. Totals by ${dimension.label}`,
    side: dimension.label,
    across: null,
    columns: ['Count'],
    rows: [...dimension.categories.keys(), null].map((place) => ({
      label: labelOf(dimension, place),
      isTotal: place === null,
      cells: [cellView(found.get(keyOf(none.map((each, other) => (other === index ? place : each)))))],
    })),
  }));
}

function cellView(cell: ReleasedCell | undefined): CellView {
  if (cell === undefined) return { text: MARKS.notApplicable, reason: 'It can’t occur.', about: null };
  return { ...shownOf(cell), about: cell.value === null ? null : aboutText(cell.value, cell.interval) };
}

function shownOf({ value, status, reason }: Protected): Pick<CellView, 'text' | 'reason'> {
  return value === null ? { text: markOf(status), reason } : { text: NUMBER.format(value), reason: null };
}

function markOf(status: CellStatus): Mark {
  return status === 'not-collected' ? MARKS.notAvailable : MARKS.confidential;
}

function aboutText(value: number, interval: Interval | null): string | null {
  if (interval === null || (interval.low === value && interval.high === value)) return null;
  return `${NUMBER.format(interval.low)} to ${NUMBER.format(interval.high)}`;
}

function labelOf(dimension: TableDimension | undefined, place: number | null): string {
  return place === null ? TOTAL : (dimension?.categories[place]?.label ?? '');
}

function captionOf(unit: string, dimensions: readonly TableDimension[]): string {
  return `${unit} by ${dimensions.map(({ label }) => label).join(' and ')}`;
}

function keyOf(group: Group): string {
  return group.join();
}

function legendOf({ cells, totals, policy }: ReleasedTable, tables: readonly TableView[]): ResultsView['legend'] {
  const statuses = new Set([...cells, ...totals].map(({ status }) => status));
  const used = new Set(tables.flatMap(({ rows }) => rows.flatMap(({ cells: all }) => all.map(({ text }) => text))));
  const why = reasonsOf(statuses, policy);
  return [
    ...(why.length === 0
      ? []
      : [{ mark: MARKS.confidential, meaning: `Not shown, so that nobody can be picked out: ${why.join('; or ')}.` }]),
    ...(statuses.has('not-collected')
      ? [{ mark: MARKS.notAvailable, meaning: 'Not available: there is nothing to make it from.' }]
      : []),
    ...(used.has(MARKS.notApplicable)
      ? [{ mark: MARKS.notApplicable, meaning: 'Not applicable: it can’t occur.' }]
      : []),
  ];
}

function reasonsOf(statuses: ReadonlySet<CellStatus>, { threshold }: DisclosurePolicy): string[] {
  return [
    ...(statuses.has('primary') ? [`there are fewer than ${threshold}, or none`] : []),
    ...(statuses.has('secondary') ? ['it would give away a number that is not shown'] : []),
    ...(statuses.has('class') ? ['it would say that everybody in a group is alike'] : []),
  ];
}

function notesOf({ policy: { roundTo, rounding }, noise, totals, suppressed, cells }: ReleasedTable): string[] {
  return [
    suppressed === 0
      ? 'Every number is shown.'
      : `${NUMBER.format(suppressed)} of ${NUMBER.format(cells.length)} numbers are not shown.`,
    rounding === 'midpoint-6'
      ? 'Numbers are rounded to the middle of 1 to 6 (3), 7 to 12 (9) and so on.'
      : `Numbers are rounded to the nearest ${roundTo}.`,
    ...(noise === null
      ? []
      : [
          'Every organisation added a little chance to each number before anybody saw it. The range below a number says ' +
            'where the exact number is, 19 times in 20.',
        ]),
    ...(totals.length === 0
      ? ['There are no totals.']
      : ['Totals are worked out apart, so rows need not add up to them.']),
  ];
}
