import { describe, expect, it } from 'vitest';

import { fieldCheck, KNOWN_VALUES_MAX } from '../../../node-agent/source/field-value.js';
import type { SourceValue } from '../../../node-agent/source/source.js';
import { EXAMPLE_ROWS_MAX, InvalidValues } from '../../../node-agent/source/invalid-values.js';
import { NodeError } from '../../../node-agent/errors.js';
import { fieldsOf } from './fixtures.js';

type FieldName = keyof typeof fieldsOf;

function checked(field: FieldName, value: SourceValue): unknown {
  const result = fieldCheck(fieldsOf[field])(value);
  return 'value' in result ? result.value : 'invalid';
}

describe('fieldCheck', () => {
  it('takes null for not recorded, whatever the type', () => {
    for (const field of Object.keys(fieldsOf) as FieldName[]) expect(checked(field, null)).toBeNull();
  });

  it.each<[FieldName, SourceValue, string | number]>([
    ['report-date', '2024-02-29', '2024-02-29'],
    ['reported-quarter', '2025-Q4', '2025-Q4'],
    ['reported-quarter', '2025-01-01', '2025-Q1'],
    ['reported-quarter', '2025-12-31', '2025-Q4'],
    ['offence-group', 'stalking', 'stalking'],
    ['days-to-charge', 0, 0],
    ['days-to-charge', 3_650, 3_650],
    ['days-to-charge', '91', 91],
  ])('reads %s %j as %j', (field, value, expected) => {
    expect(checked(field, value)).toBe(expected);
  });

  it('reads large integers of drivers that give them as such', () => {
    expect(checked('days-to-charge', 91n)).toBe(91);
    expect(checked('days-to-charge', 2n ** 63n)).toBe('invalid');
  });

  it.each<[FieldName, SourceValue]>([
    ['report-date', '2025-02-29'],
    ['report-date', '2025-2-9'],
    ['report-date', ' 2025-02-09'],
    ['report-date', '2025-02-09T00:00:00'],
    ['report-date', 20_250_209],
    ['report-date', ''],
    ['reported-quarter', '2024-Q4'],
    ['reported-quarter', '2026-01-01'],
    ['reported-quarter', '2025-Q5'],
    ['reported-quarter', '2025-02-30'],
    ['offence-group', 'Rape'],
    ['offence-group', ''],
    ['offence-group', 'toString'],
    ['offence-group', 1],
    ['days-to-charge', -1],
    ['days-to-charge', 3_651],
    ['days-to-charge', 1.5],
    ['days-to-charge', '1e3'],
    ['days-to-charge', '007'],
    ['days-to-charge', ''],
    ['days-to-charge', Number.NaN],
    ['offence-group', new TextEncoder().encode('rape')],
    ['report-date', 'rap\uFFFD'],
  ])('finds %s %j invalid', (field, value) => {
    expect(checked(field, value)).toBe('invalid');
  });

  it('says why without repeating the value', () => {
    const result = fieldCheck(fieldsOf['offence-group'])('Quillfeather');
    expect(result).toEqual({ invalid: expect.not.stringContaining('Quillfeather') as string });
  });
});

describe('what a field check remembers', () => {
  const day = (index: number): string => new Date(Date.UTC(1990, 0, 1 + index)).toISOString().slice(0, 10);

  it('is the valid values, up to its limit; it judges the others each time', () => {
    const check = fieldCheck(fieldsOf['report-date']);
    for (let index = 0; index < KNOWN_VALUES_MAX - 1; index += 1) check(day(index));
    expect(check('1990-02-30')).toEqual({ invalid: expect.any(String) as string });
    const [last, beyond] = [day(KNOWN_VALUES_MAX - 1), day(KNOWN_VALUES_MAX)];
    expect(check(last)).toBe(check(last));
    expect(check(beyond)).not.toBe(check(beyond));
    for (const known of [day(0), last, beyond]) expect(check(known)).toEqual({ value: known });
    expect(check('1990-02-30')).toEqual({ invalid: expect.any(String) as string });
  });

  it('keeps a number apart from its text', () => {
    const check = fieldCheck(fieldsOf['days-to-charge']);
    expect([91, '91', 91, '091', 91.5].map((value) => check(value))).toEqual([
      { value: 91 },
      { value: 91 },
      { value: 91 },
      { invalid: expect.any(String) as string },
      { invalid: expect.any(String) as string },
    ]);
  });
});

describe('InvalidValues', () => {
  function thrown(count: number): NodeError {
    const invalid = new InvalidValues();
    for (let row = 1; row <= count; row += 1) invalid.add('fields.sex', 'sex', row * 10, 'not a code');
    try {
      invalid.throwIfAny('police.victim-crimes');
    } catch (error) {
      if (error instanceof NodeError) return error;
    }
    throw new Error('nothing was thrown');
  }

  it('throws nothing when nothing was invalid', () => {
    expect(() => new InvalidValues().throwIfAny('police.victim-crimes')).not.toThrow();
  });

  it('names field, count and the first few rows', () => {
    const [problem] = thrown(EXAMPLE_ROWS_MAX).problems;
    expect(problem).toEqual({
      path: 'fields.sex',
      message: 'column sex: 5 values are not a code (row 10, 20, 30, 40, 50)',
    });
    expect(thrown(EXAMPLE_ROWS_MAX + 1).problems[0]?.message).toBe(
      'column sex: 6 values are not a code (row 10, 20, 30, 40, 50, …)',
    );
    expect(thrown(1).code).toBe('SOURCE_INVALID');
  });

  it('keeps fields and reasons apart', () => {
    const invalid = new InvalidValues();
    invalid.add('fields.a', 'a', 1, 'binary');
    invalid.add('fields.a', 'a', 2, 'not a code');
    invalid.add('fields.b', 'b', 3, 'binary');
    try {
      invalid.throwIfAny('d.e');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NodeError);
      expect((error as NodeError).problems.map(({ path }) => path)).toEqual(['fields.a', 'fields.a', 'fields.b']);
    }
  });
});
