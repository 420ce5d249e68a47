import { describe, expect, it } from 'vitest';
import type { ReleasedCell } from '../../../core/disclosure/index.js';
import { renderRelease, renderTable } from '../../../cli/index.js';
import type { Release } from '../../../coordinator/index.js';
import { dimension, releaseOf, table } from './releases.js';

const days = dimension('Days to charge', 'Under 91', '91 or more', 'Not recorded');
const supported = dimension('Supported by a charity', 'Yes', 'No');
const withdrew = dimension('Withdrew', 'Yes', 'No');

describe('a table as text', () => {
  it('has the last dimension across and the others down, each category named once in its group', () => {
    const values = [15, 1230, null, 20, 25, 30, 35, 40, null, null, 45, 50];
    expect(renderTable(table([days, supported, withdrew], values), 80).split('\n')).toEqual(
      [
        '                                      Withdrew',
        'Days to charge  Supported by a charity  Yes     No',
        '--------------------------------------------------',
        'Under 91        Yes                      15  1,230',
        '                No                      [c]     20',
        '91 or more      Yes                      25     30',
        '                No                       35     40',
        'Not recorded    Yes                     [c]    [c]',
        '                No                       45     50',
      ].map((line, index) => (index === 0 ? `${' '.repeat(40)}Withdrew` : line)),
    );
  });

  it('has one dimension down the side', () => {
    expect(renderTable(table([days], [15, null, 20]), 80).split('\n')).toEqual([
      'Days to charge  Count',
      '---------------------',
      'Under 91           15',
      '91 or more        [c]',
      'Not recorded       20',
    ]);
  });

  it('marks what cannot occur and leaves out rows of nothing else', () => {
    const text = renderTable(table([days, supported], [15, undefined, undefined, undefined, 20, null]), 80);
    expect(text.split('\n').slice(-2)).toEqual(['Under 91         15  [z]', 'Not recorded     20  [c]']);
    expect(text).not.toContain('91 or more');
  });

  it('goes down the side whole when it is too wide, and not when it just fits', () => {
    const wide = table(
      [days, supported, withdrew],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => n * 1000),
    );
    const width = Math.max(
      ...renderTable(wide, 1000)
        .split('\n')
        .map((line) => line.length),
    );
    expect(renderTable(wide, width)).toBe(renderTable(wide, 1000));
    const long = renderTable(wide, width - 1).split('\n');
    expect(long[0]).toBe('Days to charge  Supported by a charity  Withdrew   Count');
    expect(long).toHaveLength(2 + 12);
    expect(long[3]).toBe(`${' '.repeat(40)}No         2,000`);
  });

  it('breaks long labels at spaces and keeps the numbers in their columns', () => {
    const reasons = dimension('Why', 'Evidential difficulties although the victim supports action', 'Other');
    const lines = renderTable(table([reasons, withdrew], [15, 20, 25, 30]), 120).split('\n');
    expect(lines.slice(3)).toEqual([
      'Evidential difficulties although the   15  20',
      'victim supports action',
      'Other                                  25  30',
    ]);
    const across = renderTable(table([withdrew, reasons], [15, 20, 25, 30]), 120).split('\n');
    expect(across.slice(1, 6).map((line) => line.trim())).toEqual([
      'Evidential',
      'difficulties',
      'although the',
      'victim supports',
      'Withdrew           action  Other',
    ]);
  });
});

describe('totals', () => {
  const withTotals = table([days, withdrew], [15, 1230, null, 20, undefined, 30], {
    totals: [
      [[0, null], 1245],
      [[1, null], 40],
      [[2, null], 30],
      [[null, 0], null],
      [[null, 1], 1280],
      [[null, null], 1315],
    ],
  });

  it('stand in a row and a column of their own, suppressed where they would give others away', () => {
    expect(renderTable(withTotals, 80).split('\n')).toEqual([
      `${' '.repeat(16)}Withdrew`,
      'Days to charge  Yes     No    All',
      '---------------------------------',
      'Under 91         15  1,230  1,245',
      '91 or more      [c]     20     40',
      'Not recorded    [z]     30     30',
      'All             [c]  1,280  1,315',
    ]);
  });

  it('of three dimensions stand where each is alone, and nothing stands where no total is made', () => {
    const three = table(
      [days, supported, withdrew],
      Array.from({ length: 12 }, () => 10),
      {
        totals: [
          [[0, null, null], 40],
          [[null, 1, null], 60],
          [[null, null, 0], 60],
          [[null, null, null], 120],
        ],
      },
    );
    const lines = renderTable(three, 80).split('\n').slice(3);
    expect(lines).toEqual([
      'Under 91        Yes                      10  10',
      '                No                       10  10',
      '                All                               40',
      '91 or more      Yes                      10  10',
      '                No                       10  10',
      'Not recorded    Yes                      10  10',
      '                No                       10  10',
      'All             No                                60',
      '                All                      60      120',
    ]);
  });

  it('of one dimension stand below it, and of a table that is too wide each on its line', () => {
    const one = table([days], [15, null, 20], { totals: [[[null], 45]] });
    expect(renderTable(one, 80).split('\n').at(-1)).toBe('All                45');
    const long = renderTable(withTotals, 30).split('\n');
    expect(long[0]).toBe('Days to charge  Withdrew  Count');
    expect(long.slice(2, 5)).toEqual([
      'Under 91        Yes          15',
      '                No        1,230',
      '                All       1,245',
    ]);
    expect(long.at(-1)).toBe('                All       1,315');
  });
});

describe('intervals', () => {
  const noisy = table([days, withdrew], [15, 1230, null, 20, 30, 35], {
    about: 5,
    noise: { epsilon: 1, standardDeviation: 4 },
  });
  const atZero: ReleasedCell = { ...(noisy.cells[0] as ReleasedCell), interval: { low: 8, high: 20 } };

  it('stand beside the counts where there is room', () => {
    expect(renderTable(noisy, 80).split('\n').slice(1)).toEqual([
      'Days to charge    Yes        No',
      '-------------------------------',
      'Under 91        15 ±5  1,230 ±5',
      '91 or more        [c]     20 ±5',
      'Not recorded    30 ±5     35 ±5',
    ]);
    const lopsided = { ...noisy, cells: [atZero, ...noisy.cells.slice(1)] };
    expect(renderTable(lopsided, 80)).toContain('15 (8 to 20)');
  });

  it('stand in a table of their own where there is less room, and in a column where there is little', () => {
    const wide = {
      ...noisy,
      cells: noisy.cells.map((cell) =>
        cell.value === null ? cell : { ...cell, interval: { low: 1_000_000, high: 1_234_567 } },
      ),
    };
    const beside = Math.max(
      ...renderTable(wide, 1_000)
        .split('\n')
        .map((line) => line.length),
    );
    const apart = renderTable(wide, beside - 1).split('\n');
    expect(apart[3]).toBe('Under 91         15  1,230');
    expect(apart).toContain('95 % interval');
    expect(apart.at(-3)).toBe('Under 91        1,000,000 to 1,234,567  1,000,000 to 1,234,567');
    expect(apart.at(-2)).toMatch(/^91 or more +\[c\]  1,000,000 to 1,234,567$/);
    const width = Math.max(...apart.map((line) => line.length));
    const long = renderTable(wide, width - 1).split('\n');
    expect(long[0]).toBe('Days to charge  Withdrew  Count           95 % interval');
    expect(long[2]).toBe('Under 91        Yes          15  1,000,000 to 1,234,567');
    expect(long[4]).toMatch(/^91 or more +Yes +\[c\] +\[c\]$/);
  });

  it('are not shown where rounding is all there is to them', () => {
    expect(renderTable({ ...noisy, noise: null }, 80)).not.toContain('±');
  });
});

describe('a release as text', () => {
  const release = (changes: Partial<Release> = {}): Release =>
    releaseOf(table([supported, withdrew], [15, null, undefined, 20]), {
      question: 'Do victims stay engaged?',
      chosen: [{ parameter: 'quarters', values: ['January to March 2025'] }],
      sources: [
        {
          agency: 'police',
          agencyName: 'Northshire Police',
          dataset: 'police.crimes',
          asAt: '2026-10-31',
          rejectedPercent: null,
        },
      ],
      notes: ['Support is known not to hold everybody.'],
      ...changes,
    });
  const cellsWith = (...statuses: ReleasedCell['status'][]): ReleasedCell[] =>
    statuses.map((status, index) => ({
      categories: [index >> 1, index % 2],
      value: status === 'ok' ? 15 : null,
      status,
      reason: '',
      interval: null,
    }));

  it('has the question on top and everything a reader has to know below', () => {
    const text = renderRelease(release(), 120);
    expect(text.split('\n').slice(0, 3)).toEqual(['Do victims stay engaged?', 'quarters: January to March 2025', '']);
    expect(text).toContain('[c] not shown, so that nobody can be picked out: fewer than 10, or none.');
    expect(text).toContain("[z] can't occur");
    expect(text).toContain('Counts are rounded to the nearest 5. There are no totals.');
    expect(text).toContain('Northshire Police, police.crimes as at 2026-10-31');
    expect(text).toContain('Support is known not to hold everybody.');
  });

  it('says of each source which part of its rows could not be used, where that is known', () => {
    const source = { agency: 'police', agencyName: 'P', dataset: 'p.c', asAt: '2026-10-31' };
    const said = (rejectedPercent: number | null): string =>
      renderRelease(release({ sources: [{ ...source, rejectedPercent }] }), 300);
    expect(said(2)).toContain('Sources: P, p.c as at 2026-10-31 (2 % of its rows could not be used).');
    expect(said(0)).toContain('(fewer than 1 % of its rows could not be used).');
    expect(said(null)).toContain('Sources: P, p.c as at 2026-10-31.');
  });

  it('says what [c] and [x] stand for, by the reasons there are', () => {
    const { table: plain } = release();
    const said = (...statuses: ReleasedCell['status'][]): string =>
      renderRelease(release({ table: { ...plain, cells: cellsWith(...statuses) } }), 300);
    const why = '[c] not shown, so that nobody can be picked out: ';
    expect(said('secondary', 'ok')).toContain(`${why}it would give away a number that is not shown.`);
    expect(said('class', 'primary')).toContain(
      `${why}fewer than 10, or none; or it would say that everybody in a group is alike.`,
    );
    expect(said('not-collected')).toMatch(/Yes +\[x\][^]*\[x\] not available: /);
    expect(said('not-collected')).not.toContain('[c]');
  });

  it('says how counts are rounded, and what an interval is where there is one', () => {
    const { table: plain } = release();
    const policy = { ...plain.policy, roundTo: 6, rounding: 'midpoint-6' as const };
    const totals = [{ categories: [null, null], value: 50, status: 'ok' as const, reason: '', interval: null }];
    const noise = { epsilon: 1, standardDeviation: 4 };
    const text = renderRelease(release({ table: { ...plain, policy, totals, noise } }), 300);
    expect(text).toContain('Counts are rounded to the middle of 1 to 6 (3), 7 to 12 (9) and so on.');
    expect(text).not.toContain('There are no totals');
    expect(text).toContain('19 times in 20');
    expect(renderRelease(release(), 300)).not.toContain('19 times in 20');
  });

  it('explains no mark that it does not use', () => {
    const text = renderRelease(release({ table: table([supported, withdrew], [15, 20, 25, 30]) }), 120);
    expect(text).not.toContain('[c]');
    expect(text).not.toContain('[z]');
  });

  it('keeps its words within the width', () => {
    const long = release({ question: 'word '.repeat(60), notes: ['note '.repeat(60)] });
    for (const line of renderRelease(long, 60).split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });
});
