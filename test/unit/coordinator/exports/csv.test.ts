import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCsv, type CsvField } from '../../../../coordinator/exports/index.js';
import { readCsv } from '../../../support/read-csv.js';
import { propertyOptions } from '../../../support/seeded-rng.js';

describe('comma-separated values', () => {
  it('are as RFC 4180 has them', () => {
    expect(
      writeCsv([
        ['name', 'number'],
        ['a, b', 1],
        ['say "no"', -2.5],
        ['', null],
      ]),
    ).toBe('name,number\r\n"a, b",1\r\n"say ""no""",-2.5\r\n,\r\n');
    expect(writeCsv([])).toBe('');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+44', "'+44"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "' =1"],
    ['\r\n=1', "' =1"],
    ['  =1', "'  =1"],
    ['\u0000=1', "'=1"],
    ['\uff1d1', "'\uff1d1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['1 - 2', '1 - 2'],
    ['a=b', 'a=b'],
    ['two\nlines', 'two lines'],
    ['\u202eback\u001b[2J', 'back[2J'],
  ])('do nothing to whoever opens them in a spreadsheet: %j', (text, written) => {
    expect(writeCsv([[text]])).toBe(`${written}\r\n`);
  });

  it('leave numbers as they are, below 0 too', () => {
    expect(writeCsv([[-1, 0, 1.25, 1e15]])).toBe('-1,0,1.25,1000000000000000\r\n');
  });

  it('come back as they were, whatever they are', () => {
    const text = fc.string({ unit: 'grapheme' });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const field = fc.oneof(text, number, fc.constant(null));
    const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (written) => {
        const read = readCsv(writeCsv(written));
        expect(read).toHaveLength(written.length);
        expect(read.map((row, index) => row.map((each, at) => fits(written[index]?.[at] ?? null, each)))).toEqual(
          written.map((row) => row.map(() => true)),
        );
      }),
      propertyOptions,
    );
  });
});

/** Text may have lost control characters and got an apostrophe; nothing that is left may begin a formula. */
function fits(written: CsvField, read: string): boolean {
  if (written === null) return read === '';
  if (typeof written === 'number') return Object.is(Number(read), written) || (written === 0 && Number(read) === 0);
  const visible = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\s]/gu, '');
  return !/^[=+\-@]/.test(read) && visible(read).replace(/^'/, '') === visible(written).replace(/^'/, '');
}
