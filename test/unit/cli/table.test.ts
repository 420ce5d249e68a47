import { describe, expect, it } from 'vitest';
import type { ReleasedTable, TableDimension } from '../../../core/disclosure/index.js';
import { renderRelease, renderTable } from '../../../cli/index.js';
import type { Release } from '../../../coordinator/index.js';

const dimension = (label: string, ...categories: string[]): TableDimension => ({
  name: label.toLowerCase(),
  label,
  categories: categories.map((each) => ({ code: each.toLowerCase(), label: each })),
});

/** `values` in the order of the categories; null is suppressed, undefined can't occur. */
function table(dimensions: readonly TableDimension[], values: readonly (number | null | undefined)[]): ReleasedTable {
  const places = dimensions.reduce<number[][]>(
    (prefixes, { categories }) => prefixes.flatMap((prefix) => categories.map((_, index) => [...prefix, index])),
    [[]],
  );
  expect(values).toHaveLength(places.length);
  return {
    dimensions,
    cells: places.flatMap((categories, index) => {
      const value = values[index];
      if (value === undefined) return [];
      return [{ categories, value, status: value === null ? 'primary' : 'ok', reason: '' } as const];
    }),
    policy: { threshold: 10, roundTo: 5 },
    suppressed: values.filter((value) => value === null).length,
  };
}

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

describe('a release as text', () => {
  const release = (changes: Partial<Release> = {}): Release => ({
    question: 'Do victims stay engaged?',
    chosen: [{ parameter: 'quarters', values: ['January to March 2025'] }],
    table: table([supported, withdrew], [15, null, undefined, 20]),
    sources: [{ agency: 'police', agencyName: 'Northshire Police', dataset: 'police.crimes', asAt: '2026-10-31' }],
    notes: ['Support is known not to hold everybody.'],
    ...changes,
  });

  it('has the question on top and everything a reader has to know below', () => {
    const text = renderRelease(release(), 120);
    expect(text.split('\n').slice(0, 3)).toEqual(['Do victims stay engaged?', 'quarters: January to March 2025', '']);
    expect(text).toContain('[c] fewer than 10, or none: not shown');
    expect(text).toContain('(1 of 3 cells)');
    expect(text).toContain("[z] can't occur");
    expect(text).toContain('rounded to the nearest 5');
    expect(text).toContain('Northshire Police, police.crimes as at 2026-10-31');
    expect(text).toContain('Support is known not to hold everybody.');
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
