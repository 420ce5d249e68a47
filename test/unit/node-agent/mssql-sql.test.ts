import { describe, expect, it } from 'vitest';

import { mssqlFailure } from '../../../node-agent/source/connectors/mssql-failure.js';
import { mssqlSelect, primaryKeySql } from '../../../node-agent/source/connectors/mssql-source.js';
import { mssqlReading } from '../../../node-agent/source/connectors/mssql-types.js';
import type { MssqlReading } from '../../../node-agent/source/connectors/mssql-types.js';
import { queryProblem } from '../../../node-agent/source/connectors/one-select.js';
import type { SourceValue } from '../../../node-agent/source/source.js';

function reading(name: string, dataLength?: number): MssqlReading {
  const found = mssqlReading({ type: { name }, dataLength });
  if (found === undefined) throw new Error(`${name} is refused`);
  return found;
}

describe('what SQL Server is asked for', () => {
  it('is text that does not depend on its language, bounded, in the order of the key', () => {
    const columns = [
      { name: 'id', reading: reading('IntN', 4) },
      { name: 'name]', reading: reading('NVarChar') },
      { name: 'born', reading: reading('DateTimeN', 8) },
    ];
    expect(mssqlSelect(columns, '[dbo].[people] AS [tally_source]', ['id'])).toBe(
      'SELECT CONVERT(varchar(20), [tally_source].[id]), ' +
        'CASE WHEN DATALENGTH(CONVERT(nvarchar(max), [tally_source].[name]]])) / 2 <= 1048576 THEN CONVERT(nvarchar(max), [tally_source].[name]]]) END, ' +
        'CONVERT(varchar(27), [tally_source].[born], 121), ' +
        "CASE WHEN DATALENGTH(CONVERT(nvarchar(max), [tally_source].[name]]])) / 2 > 1048576 THEN '1' END " +
        'FROM [dbo].[people] AS [tally_source] ORDER BY [tally_source].[id]',
    );
  });

  it('is in the order of all that is read where there is no key, each column once', () => {
    const columns = ['b', 'a', 'b'].map((name) => ({ name, reading: reading(name === 'a' ? 'VarChar' : 'Date') }));
    expect(mssqlSelect(columns, '(\nSELECT 1\n) AS [tally_source]', [])).toMatch(
      / ORDER BY \[tally_source\]\.\[b\], CONVERT\(nvarchar\(max\), \[tally_source\]\.\[a\]\) COLLATE Latin1_General_BIN2$/,
    );
  });

  it('quotes the names of tables, also within texts', () => {
    expect(primaryKeySql("it's]", 'my schema')).toContain("OBJECT_ID(N'[my schema].[it''s]]]')");
    expect(primaryKeySql('people', undefined)).toContain("OBJECT_ID(N'[people]')");
  });

  it.each<readonly [string, number | undefined, string, SourceValue]>([
    ['BitN', 1, '1', 1],
    ['BigInt', 8, '9007199254740993', '9007199254740993'],
    ['DecimalN', 17, '12345678901234567890.120', '12345678901234567890.12'],
    ['NumericN', 5, '91.00', 91],
    ['MoneyN', 8, '-1.2500', -1.25],
    ['FloatN', 8, '1.0000000000000001e-001', 0.1],
    ['FloatN', 4, '1.10000002e+000', 1.1],
    ['Real', 4, '1.6777216e+007', 16_777_216],
    ['NChar', 18, 'a b      ', 'a b'],
    ['NVarChar', 18, 'a b ', 'a b '],
    ['Date', undefined, '2025-02-17', '2025-02-17'],
    ['DateTime2', undefined, '2025-02-17 00:00:00.0000000', '2025-02-17'],
    ['DateTimeN', 8, '2025-02-17 00:00:00.000', '2025-02-17'],
    ['DateTimeN', 8, '2025-02-17 10:20:30.120', '2025-02-17 10:20:30.12'],
    ['DateTime2', undefined, '9999-12-31 23:59:50.0000000', '9999-12-31 23:59:50'],
  ])('%s (%s): delivers %s as %s', (type, length, text, value) => {
    expect(reading(type, length).deliver(text)).toBe(value);
  });

  it.each(['DateTimeOffset', 'Time', 'VarBinary', 'Binary', 'Image', 'Xml', 'Variant', 'UDT', 'Null', 'TVP'])(
    'is not %s, which has no form of its own',
    (name) => {
      expect(mssqlReading({ type: { name }, dataLength: undefined })).toBeUndefined();
    },
  );
});

describe('what SQL Server says', () => {
  it('is told by its first number that is known, else by its severity', () => {
    const error = new Error('a value: Xyzzy');
    const says = (...messages: (readonly [number, number])[]): string =>
      mssqlFailure(
        error,
        messages.map(([number, severity]) => ({ number, class: severity })),
        true,
      ).failure;
    expect(says([4_060, 11], [18_456, 14])).toBe('SOURCE_MISSING');
    expect(says([99_999, 16], [208, 16])).toBe('SOURCE_TABLE_MISSING');
    expect(says([8_115, 16])).toBe('SOURCE_QUERY_FAILED');
    expect(says([1_105, 17])).toBe('SOURCE_UNREADABLE');
    expect(says([99_999, 20])).toBe('SOURCE_CONNECTION_LOST');
    expect(says()).toBe('SOURCE_CONNECTION_LOST');
    expect(mssqlFailure(error, [{ number: 99_999, class: 14 }], false)).toEqual({
      failure: 'SOURCE_LOGIN_REFUSED',
      code: '99999',
    });
  });
});

describe('a query within parentheses', () => {
  it.each([
    'SELECT a, (SELECT MAX(b) FROM c) AS b FROM d WHERE e IN (1, 2);',
    `SELECT ')' AS a, "(" AS b, [c]]); d] AS e FROM t -- all of it )`,
    "SELECT 'it''s ; (' AS a /* ) /* ( */ ; ) */ FROM t",
    'SELECT 1 AS id\r\n  FROM t\t;\n;',
    `SELECT 'OPENQUERY' AS word, [OPENROWSET] FROM t`,
  ])('stays: %s', (query) => {
    expect(queryProblem(query)).toBeUndefined();
  });

  it.each([
    'SELECT 1 AS id) x; DELETE FROM people; --',
    'SELECT 1 AS id) AS x DELETE FROM people SELECT (1',
    'SELECT 1; DELETE FROM people',
    'SELECT 1 AS id FROM (t',
    "SELECT 'never closed",
    'SELECT [never closed',
    'SELECT 1 /* never closed /* */',
    "SELECT '''",
    'SELECT [a]]',
    // What ends a comment for one and not for the other.
    'SELECT 1 -- \r) x; DELETE FROM people --',
    'SELECT 1 -- \u2028) x; DELETE FROM people --',
    'SELECT 1 -- \u0085) x DELETE FROM people --',
    'SELECT 1\0) x DELETE FROM people',
  ])('leaves: %j', (query) => {
    expect(queryProblem(query)).toBe('leaves');
  });

  it.each([
    `SELECT * FROM OPENQUERY(other, 'DELETE FROM people')`,
    `select * from openrowset('x', 'y', 'z')`,
    `SELECT * FROM OpenDataSource('x', 'y').a.b.c`,
  ])('hands something on: %s', (query) => {
    expect(queryProblem(query)).toBe('sends');
  });
});
