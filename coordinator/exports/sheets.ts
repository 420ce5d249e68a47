import {
  CONFIDENTIAL,
  groupLabels,
  INTERVAL,
  labelOf,
  LOW,
  markNotes,
  markOf,
  measureTitle,
  NOT_APPLICABLE,
  NOT_AVAILABLE,
  quantileName,
  roundingNote,
  type CellStatus,
  type Estimate,
  type Group,
  type Interval,
  type ReleasedMeasure,
} from '../../core/disclosure/index.js';
import { readRelease } from '../reading/index.js';
import type { Release } from '../runs/release.js';
import { citation } from './citation.js';
import { dayText, releasedAt, type ExportedRun } from './exported-run.js';
import { LINKAGE_COLUMNS, linkageRows } from './linkage-rows.js';

/** A worksheet: a title, what it has, and one table, or paragraphs where it has none. */
export interface Sheet {
  /** As it stands on its tab. */
  readonly name: string;
  readonly title: string;
  /** Below the title, a row each. */
  readonly about: readonly string[];
  readonly table: SheetTable | null;
}

export interface SheetTable {
  /** By which programs find its cells: letters and underscores. */
  readonly range: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SheetCell[])[];
}

export type SheetCell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly sheet: string }
  | { readonly kind: 'count' | 'decimal' | 'percent'; readonly value: number };

const ONE_TABLE = 'This worksheet contains one table.';
const SHORTHAND_ABOUT =
  'Shorthand in square brackets stands for a number that is not there; the worksheet Notes says for what.';
const LOW_END = `${INTERVAL}, lower end`;
const HIGH_END = `${INTERVAL}, upper end`;

/**
 * A release as worksheets, as the guidance “Releasing statistics in spreadsheets” of the Government Analysis Function has
 * them: cover, contents and notes first, then a worksheet for each table.
 */
export function sheetsOf(exported: ExportedRun): Sheet[] {
  const { release } = exported;
  const tables = [
    countsSheet(release),
    ...ratesSheets(release),
    ...quantilesSheets(release),
    ...recallsSheets(release),
    ...release.table.measures.map((measure, index) => measureSheet(release, measure, index + 1)),
    ...linkageSheets(release),
  ];
  const notes = notesSheet(release);
  return [coverSheet(exported), contentsSheet([notes, ...tables]), notes, ...tables];
}

const text = (words: string): SheetCell => ({ kind: 'text', text: words });

function sheet(
  name: string,
  title: string,
  range: string,
  columns: readonly string[],
  rows: readonly (readonly SheetCell[])[],
): Sheet {
  return { name, title, about: [ONE_TABLE, SHORTHAND_ABOUT], table: { range, columns, rows } };
}

function coverSheet(exported: ExportedRun): Sheet {
  const { run, release, programme } = exported;
  const { sentences, caveats, linkage } = readRelease(release);
  return {
    name: 'Cover',
    title: run.templateTitle,
    about: [
      ...(release.question === run.templateTitle ? [] : [release.question]),
      ...release.chosen.map(({ parameter, values }) => `${parameter}: ${values.join(', ')}`),
      `Released on ${dayText(releasedAt(exported))}${programme == null ? '' : ` by ${programme}`}.`,
      ...release.sources.map(({ agencyName, dataset, asAt }) => `Source: ${agencyName}, ${dataset} as at ${asAt}.`),
      ...sentences,
      ...(linkage === null ? [] : [linkage]),
      ...caveats,
      `How to cite: ${citation(exported).text}`,
    ],
    table: null,
  };
}

function contentsSheet(sheets: readonly Sheet[]): Sheet {
  const rows = sheets.map(({ name, title }): SheetCell[] => [{ kind: 'link', text: name, sheet: name }, text(title)]);
  const table = { range: 'contents', columns: ['Worksheet', 'What it has'], rows };
  return { name: 'Contents', title: 'Contents', about: [ONE_TABLE], table };
}

function notesSheet({ table, notes }: Release): Sheet {
  const { policy } = table;
  const marks: readonly (readonly [string, string])[] = [
    [
      CONFIDENTIAL,
      `Confidential: not shown, so that nobody can be picked out. Fewer than ${policy.threshold}, or none; or it would ` +
        'give away a number that is not shown; or it would say that everybody in a group is alike.',
    ],
    [NOT_AVAILABLE, 'Not available: there is nothing to make it from.'],
    [NOT_APPLICABLE, 'Not applicable: there can be no such number.'],
    [LOW, 'Rounds to 0 and is not 0. Not used here: so small a number is not shown.'],
    ['<5%', 'Below 5 %: a share this near to none is not told closer.'],
    ['>95%', 'Above 95 %: a share this near to all is not told closer.'],
  ];
  const statuses = new Set(table.cells.map(({ status }) => status));
  const numbered = [...markNotes(statuses, policy), roundingNote(policy), ...notes];
  return {
    name: 'Notes',
    title: 'Notes and shorthand',
    about: [ONE_TABLE],
    table: {
      range: 'notes',
      columns: ['Note or shorthand', 'Meaning'],
      rows: [
        ...marks.map(([mark, meaning]) => [text(mark), text(meaning)]),
        ...numbered.map((note, index) => [text(`Note ${index + 1}`), text(note)]),
      ],
    },
  };
}

type Form = 'count' | 'decimal' | 'percent';

/** A number, or the shorthand that stands for it. `absent` is for one that there can't be. */
function cellOf(value: number | null | undefined, status: CellStatus, form: Form, absent = NOT_APPLICABLE): SheetCell {
  if (status !== 'ok') return text(markOf(status));
  return value == null ? text(absent) : { kind: form, value };
}

/** Both ends of an interval. */
function endsOf(interval: Interval | null, status: CellStatus, form: Form): SheetCell[] {
  return [cellOf(interval?.low, status, form), cellOf(interval?.high, status, form)];
}

function names({ table: { dimensions } }: Release, by?: readonly number[]): string[] {
  if (by === undefined) return dimensions.map(({ label }) => label);
  return by.length === 0 ? ['Group'] : by.map((place) => dimensions[place]?.label ?? '');
}

function sides({ table: { dimensions } }: Release, group: Group, by?: readonly number[]): SheetCell[] {
  return groupLabels(group, dimensions, by ?? [...dimensions.keys()]).map(text);
}

function countsSheet(release: Release): Sheet {
  const { cells, totals } = release.table;
  return sheet(
    'Counts',
    'Counts, totals last',
    'counts',
    [...names(release), 'Count', LOW_END, HIGH_END, 'What was done'],
    [...cells, ...totals].map(({ categories, value, interval, status, reason }) => [
      ...sides(release, categories),
      cellOf(value, status, 'count'),
      ...endsOf(interval, status, 'count'),
      text(reason),
    ]),
  );
}

function ratesSheets(release: Release): Sheet[] {
  const { table, presentation } = release;
  const { rate } = presentation;
  const [reference] = table.rates;
  if (rate === null || reference === undefined) return [];
  const of = table.dimensions[rate.of];
  const what = `${of?.label ?? ''}: ${rate.yes.map((place) => labelOf(of, place)).join(' or ')}`;
  const rates = sheet(
    'Rates',
    `Share with ${what}, among those for whom it is recorded`,
    'rates',
    [
      ...names(release, rate.by),
      'Share',
      LOW_END,
      HIGH_END,
      `${LOW_END}, in the long run`,
      `${HIGH_END}, in the long run`,
      'What was done',
    ],
    table.rates.map(({ group, value, status, band, interval, longRun, reason }) => [
      ...sides(release, group, rate.by),
      band === null ? cellOf(value, status, 'percent') : text(band),
      ...endsOf(interval, status, 'percent'),
      ...endsOf(longRun, status, 'percent'),
      text(reason),
    ]),
  );
  const compared = sheet(
    'Differences',
    `Share with ${what}: each group and the first, in the long run`,
    'differences',
    [
      ...names(release, rate.by),
      'Compared with',
      ...['Difference in percentage points', LOW_END, HIGH_END].map((name, index) =>
        index === 0 ? name : `${name}, of the difference`,
      ),
      ...['Ratio of the shares', LOW_END, HIGH_END].map((name, index) =>
        index === 0 ? name : `${name}, of the ratio`,
      ),
    ],
    table.rates
      .filter((one) => one !== reference)
      .map(({ group, status, difference, ratio }) => [
        ...sides(release, group, rate.by),
        text(groupLabels(reference.group, table.dimensions, rate.by).join(', ')),
        ...estimateCells(points(difference), status, 'decimal'),
        ...estimateCells(ratio, status, 'decimal'),
      ]),
  );
  return compared.table?.rows.length === 0 ? [rates] : [rates, compared];
}

/** In percentage points, without what binary fractions add. */
function points(difference: Estimate | null): Estimate | null {
  const times = (share: number): number => Number((share * 100).toPrecision(12));
  return difference === null
    ? null
    : { value: times(difference.value), low: times(difference.low), high: times(difference.high) };
}

function estimateCells(estimate: Estimate | null, status: CellStatus, form: Form): SheetCell[] {
  return [cellOf(estimate?.value, status, form, NOT_AVAILABLE), ...endsOf(estimate, status, form)];
}

function quantilesSheets(release: Release): Sheet[] {
  const { table, presentation } = release;
  const wanted = presentation.quantiles;
  if (wanted === null || table.quantiles.length === 0) return [];
  const of = table.dimensions[wanted.of];
  const band = (place: number | null | undefined, status: CellStatus): SheetCell =>
    status === 'ok' && place != null
      ? text(labelOf(of, place))
      : text(status === 'ok' ? NOT_APPLICABLE : markOf(status));
  return [
    sheet(
      'Quantiles',
      `${of?.label ?? ''}: where quantiles lie`,
      'quantiles',
      [...names(release, wanted.by), 'Quantile', 'Lies in', '95 % range, first', '95 % range, last', 'What was done'],
      table.quantiles.map(({ group, at, value, interval, status, reason }) => [
        ...sides(release, group, wanted.by),
        text(quantileName(at)),
        band(value, status),
        band(interval?.low, status),
        band(interval?.high, status),
        text(reason),
      ]),
    ),
  ];
}

function recallsSheets(release: Release): Sheet[] {
  const { table, presentation } = release;
  const { recall } = presentation;
  if (recall === null || table.recalls.length === 0) return [];
  return [
    sheet(
      'Found by group',
      'How many of those who are in both were found, by group (estimated)',
      'found_by_group',
      [
        ...names(release, recall.by),
        ...['Linked', 'Share found', LOW_END, HIGH_END],
        ...[
          'Ratio to the reference',
          `${LOW_END}, of the ratio`,
          `${HIGH_END}, of the ratio`,
          'Weight',
          'How it was estimated',
          'Beware',
        ],
      ],
      table.recalls.map(({ group, linked, recall: found, ratio, weight, reason, warning }) => {
        const status: CellStatus = found === null ? 'not-collected' : 'ok';
        return [
          ...sides(release, group, recall.by),
          linked === null ? text(CONFIDENTIAL) : ({ kind: 'count', value: linked } as const),
          ...estimateCells(found, status, 'percent'),
          cellOf(ratio?.value, status, 'decimal'),
          ...endsOf(ratio, status, 'decimal'),
          cellOf(weight, status, 'decimal'),
          text(reason),
          text(warning ?? NOT_APPLICABLE),
        ];
      }),
    ),
  ];
}

function measureSheet(release: Release, measure: ReleasedMeasure, number: number): Sheet {
  const { kind, cells } = measure;
  const what = kind === 'sum' ? 'Sum' : 'Mean';
  const spread = kind === 'variance' ? ['Variance', `${LOW_END}, of the variance`, `${HIGH_END}, of the variance`] : [];
  return sheet(
    `Measure ${number}`,
    measureTitle(measure),
    `measure_${number}`,
    [...names(release), 'With a value', what, LOW_END, HIGH_END, ...spread, 'What was done'],
    cells.map(({ categories, contributors, value, variance, status, reason }) => [
      ...sides(release, categories),
      cellOf(contributors, status, 'count', NOT_AVAILABLE),
      ...estimateCells(value, status, 'decimal'),
      ...(kind === 'variance' ? estimateCells(variance, status, 'decimal') : []),
      text(reason),
    ]),
  );
}

const LINKAGE_TITLES: Readonly<Record<(typeof LINKAGE_COLUMNS)[number], string>> = {
  quantity: 'Quantity',
  agency: 'Agency',
  dataset: 'Dataset',
  merge: 'Merge',
  key: 'Match key',
  identifier: 'Identifier',
  threshold: 'Threshold',
  value: 'Value',
  status: 'Status',
  reason: 'Reason',
  shorthand: 'Shorthand',
};

/** The rows of the CSV, with shorthand in the place of what isn't there. */
function linkageSheets({ linkage }: Release): Sheet[] {
  if (linkage === null) return [];
  const columns = LINKAGE_COLUMNS.filter((column) => column !== 'shorthand');
  const [, ...rows] = linkageRows(linkage);
  const cells = rows.map((row) => {
    const mark = row[LINKAGE_COLUMNS.indexOf('shorthand')];
    return columns.map((column): SheetCell => {
      const field = row[LINKAGE_COLUMNS.indexOf(column)] ?? null;
      if (typeof field === 'number') return { kind: 'decimal', value: field };
      if (field !== null && field !== '') return text(field);
      return text(column === 'value' && typeof mark === 'string' && mark !== '' ? mark : NOT_APPLICABLE);
    });
  });
  return [
    sheet(
      'Linkage',
      'How people were linked, and how well',
      'linkage',
      columns.map((column) => LINKAGE_TITLES[column]),
      cells,
    ),
  ];
}
