import { describe, expect, it } from 'vitest';
import type { CellStatus, ReleasedCell, ReleasedTable, TableDimension } from '../../../../core/disclosure/index.js';
import { furtherResults } from '../../../../coordinator/pages/public/further-results.js';
import { resultsView } from '../../../../coordinator/pages/public/results-table.js';

const dimension = (label: string, ...labels: string[]): TableDimension => ({
  name: label,
  label,
  categories: labels.map((each) => ({ code: each, label: each })),
});
const SEX = dimension('Sex', 'Women', 'Men');
const WAIT = dimension('Wait', 'Short', 'Long');
const AREA = dimension('Area', 'North', 'South');

const cell = (
  categories: ReleasedCell['categories'],
  value: number | null,
  status: CellStatus = 'ok',
): ReleasedCell => ({
  categories,
  value,
  status,
  reason: `because ${status}`,
  interval: value === null ? null : { low: value - 5, high: value + 5 },
});

const table = (
  dimensions: readonly TableDimension[],
  cells: readonly ReleasedCell[],
  totals: readonly ReleasedCell[] = [],
): ReleasedTable => ({
  ...{ dimensions, cells, totals, rates: [], quantiles: [], recalls: [], measures: [] },
  policy: { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false },
  noise: { epsilon: 1, standardDeviation: 3 },
  suppressed: cells.filter(({ value }) => value === null).length,
});

const texts = ({
  rows,
}: {
  readonly rows: readonly { readonly label: string; readonly cells: readonly { readonly text: string }[] }[];
}): string[][] => rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]);

describe('a table of results', () => {
  it('has its rows one below the other where it has one dimension', () => {
    const { tables } = resultsView(table([SEX], [cell([0], 1_020), cell([1], null, 'primary')]), 'People');
    expect(tables).toHaveLength(1);
    expect(tables[0]).toMatchObject({ caption: 'People by Sex', side: 'Sex', across: null, columns: ['Count'] });
    expect(tables.map(texts)).toEqual([
      [
        ['Women', '1,020'],
        ['Men', '[c]'],
      ],
    ]);
  });

  it('has the last of two across, with totals at the end of rows and columns', () => {
    const { tables } = resultsView(
      table(
        [SEX, WAIT],
        [cell([0, 0], 10), cell([0, 1], null, 'secondary'), cell([1, 0], 0), cell([1, 1], 40)],
        [
          cell([0, null], 30),
          cell([1, null], 45),
          cell([null, 0], 15),
          cell([null, 1], null, 'class'),
          cell([null, null], 80),
        ],
      ),
      'People',
    );
    expect(tables[0]).toMatchObject({ across: 'Wait', columns: ['Short', 'Long', 'Total'] });
    expect(tables.map(texts)).toEqual([
      [
        ['Women', '10', '[c]', '30'],
        ['Men', '0', '40', '45'],
        ['Total', '15', '[c]', '80'],
      ],
    ]);
    expect(tables[0]?.rows.map(({ isTotal }) => isTotal)).toEqual([false, false, true]);
  });

  it('stacks more than two, says which each is, and has totals of each dimension below', () => {
    const all = [0, 1].flatMap((area) =>
      [0, 1].flatMap((sex) => [0, 1].map((wait) => cell([area, sex, wait], 100 * area + 10 * sex + wait))),
    );
    const totals = [cell([0, null, null], 50), cell([null, null, null], 999)];
    const { tables } = resultsView(table([AREA, SEX, WAIT], all, totals), 'Records');
    expect(tables.map(({ caption }) => caption)).toEqual([
      ...['Records. Area: North', 'Records. Area: South'],
      ...['Records. Totals by Area', 'Records. Totals by Sex', 'Records. Totals by Wait'],
    ]);
    expect(tables.slice(0, 3).map(texts)).toEqual([
      [
        ['Women', '0', '1'],
        ['Men', '10', '11'],
      ],
      [
        ['Women', '100', '101'],
        ['Men', '110', '111'],
      ],
      [
        ['North', '50'],
        ['South', '[z]'],
        ['Total', '999'],
      ],
    ]);
  });

  it('says why a number is not shown, where it lies when it is, and what the marks mean that occur', () => {
    const shown = resultsView(
      table([SEX, WAIT], [cell([0, 0], null, 'primary'), cell([0, 1], 20), cell([1, 0], null, 'not-collected')]),
      'People',
    );
    const [[few, about] = [], [missing, impossible] = []] = shown.tables[0]?.rows.map(({ cells }) => cells) ?? [];
    expect(few).toEqual({ text: '[c]', reason: 'because primary', about: null });
    expect(about).toEqual({ text: '20', reason: null, about: '15 to 25' });
    expect(missing).toMatchObject({ text: '[x]', reason: 'because not-collected' });
    expect(impossible).toMatchObject({ text: '[z]', reason: 'It can’t occur.' });
    expect(shown.legend.map(({ mark }) => mark)).toEqual(['[c]', '[x]', '[z]']);
    expect(shown.legend[0]?.meaning).toBe(
      'Not shown, so that nobody can be picked out: there are fewer than 10, or none.',
    );
    expect(shown.notes[0]).toBe('2 of 3 numbers are not shown.');
  });

  it('has no legend where every number is shown, and says that there is no noise by saying nothing of it', () => {
    const { legend, notes } = resultsView({ ...table([SEX], [cell([0], 10), cell([1], 20)]), noise: null }, 'People');
    expect(legend).toEqual([]);
    expect(notes).toEqual(['Every number is shown.', 'Numbers are rounded to the nearest 5.', 'There are no totals.']);
  });
});

describe('what stands beside the counts', () => {
  const none = { margins: 'none', rate: null, quantiles: null, recall: null } as const;

  it('is nothing where the template asks for nothing', () => {
    expect(furtherResults(table([SEX], [cell([0], 10)]), none)).toEqual([]);
  });

  it('shows shares as per cent, as a band near none and all, and as a mark where they are not shown', () => {
    const rate = { of: 1, yes: [0], among: [0, 1], by: [0] };
    const common = { reason: 'why', longRun: null, difference: null, ratio: null };
    const rates: ReleasedTable['rates'] = [
      { ...common, group: [0, null], value: 0.255, status: 'ok', band: null, interval: { low: 0.2, high: 0.31 } },
      { ...common, group: [1, null], value: null, status: 'class', band: '>95%', interval: null },
      { ...common, group: [null, null], value: null, status: 'primary', band: null, interval: null },
    ];
    const [shares] = furtherResults({ ...table([SEX, WAIT], []), rates }, { ...none, rate });
    expect(shares?.caption).toBe('Share with Wait: Short, among those for whom it is recorded');
    expect(shares === undefined ? [] : texts(shares)).toEqual([
      ['Women', '25.5%', '20% to 31%', ''],
      ['Men', '>95%', '', ''],
      ['All', '[c]', '', ''],
    ]);
  });

  it('shows quantiles by their bands, and a mean with how many have a value', () => {
    const quantiles: ReleasedTable['quantiles'] = [
      { group: [0, null], at: 0.5, value: 1, status: 'ok', reason: '', interval: { low: 0, high: 1 } },
      { group: [1, null], at: 0.5, value: null, status: 'not-collected', reason: 'nothing', interval: null },
    ];
    const measures: ReleasedTable['measures'] = [
      {
        ...{ name: 'd.f', label: 'Wellbeing', kind: 'mean', range: [0, 10] },
        cells: [
          {
            categories: [0],
            contributors: 30,
            value: { value: 6.25, low: 6, high: 6.5 },
            variance: null,
            status: 'ok',
            reason: '',
          },
          { categories: [1], contributors: null, value: null, variance: null, status: 'primary', reason: 'few' },
        ],
      },
    ];
    const presentation = { ...none, quantiles: { of: 1, bands: [0, 1], at: [0.5], by: [0] } };
    const shown = furtherResults({ ...table([SEX, WAIT], []), quantiles, measures }, presentation);
    expect(shown.map(texts)).toEqual([
      [
        ['Women', 'Long', 'Short, up to Long'],
        ['Men', '[x]', ''],
      ],
      [
        ['Women', '6.25', '6 to 6.5', '30'],
        ['Men', '[c]', '', '[c]'],
      ],
    ]);
  });
});
