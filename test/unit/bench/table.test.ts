import { describe, expect, it } from 'vitest';

import { left, mebibytes, number, percent, right, tableAsMarkdown, tableAsText } from '../../../bench/report/table.js';
import type { Table } from '../../../bench/report/table.js';

const table: Table = {
  title: 'Times',
  columns: [...left('what'), ...right('seconds', 'n')],
  rows: [
    ['a | b', '1.5', '10'],
    ['much longer', '12,000.0', '7'],
  ],
  notes: ['Lower is better.'],
};

describe('tables', () => {
  it('stand in columns on a terminal', () => {
    expect(tableAsText(table)).toBe(
      [
        'Times',
        '',
        'what          seconds   n',
        '-------------------------',
        'a | b             1.5  10',
        'much longer  12,000.0   7',
        '  Lower is better.',
      ].join('\n'),
    );
  });

  it('are tables in Markdown, with their bars escaped', () => {
    expect(tableAsMarkdown(table)).toBe(
      [
        '| what | seconds | n |',
        '| --- | ---: | ---: |',
        '| a \\| b | 1.5 | 10 |',
        '| much longer | 12,000.0 | 7 |',
        '',
        'Lower is better.',
      ].join('\n'),
    );
  });
});

describe('numbers in tables', () => {
  it.each([
    [0, 0, '0'],
    [999.4, 0, '999'],
    [999.5, 0, '1,000'],
    [1_234_567.891, 2, '1,234,567.89'],
    [0.005, 1, '0.0'],
    [-1_234.5, 1, '-1,234.5'],
  ])('%d with %d decimals is %s', (value, decimals, text) => {
    expect(number(value, decimals)).toBe(text);
  });

  it('are shares of a hundred and MiB where that is meant', () => {
    expect([percent(0.256), percent(1), percent(0)]).toEqual(['26 %', '100 %', '0 %']);
    expect([mebibytes(2 ** 20), mebibytes(3 * 2 ** 30)]).toEqual(['1', '3,072']);
  });
});
