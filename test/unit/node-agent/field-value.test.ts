import { describe, expect, it } from 'vitest';

import { fieldCheck, KNOWN_VALUES_MAX } from '../../../node-agent/source/field-value.js';
import type { SourceValue } from '../../../node-agent/source/source.js';
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
    expect(result).toEqual({
      invalid: { kind: 'unmapped-code', text: expect.not.stringContaining('Quillfeather') as string },
    });
  });
});

describe('why a value is not one of its field', () => {
  it.each<[FieldName, SourceValue, string]>([
    ['offence-group', 'arson', 'unmapped-code'],
    ['report-date', '2025-02-29', 'impossible-date'],
    ['report-date', '2025-13-01', 'impossible-date'],
    ['report-date', '17/02/2025', 'not-a-date'],
    ['reported-quarter', '2025-02-30', 'impossible-date'],
    ['reported-quarter', '2026-01-01', 'out-of-range'],
    ['reported-quarter', '2024-Q4', 'out-of-range'],
    ['reported-quarter', '2025-Q5', 'not-a-quarter'],
    ['days-to-charge', -1, 'out-of-range'],
    ['days-to-charge', '99999999999999999', 'not-a-number'],
    ['days-to-charge', 'n/a', 'not-a-number'],
    ['days-to-charge', new Uint8Array(1), 'binary'],
    ['offence-group', 'rap\uFFFD', 'bad-encoding'],
    ['offence-group', 'rape\0', 'unmapped-code'],
    ['offence-group', 'rape\u202e', 'unmapped-code'],
  ])('is, for %s %j, %s', (field, value, kind) => {
    const result = fieldCheck(fieldsOf[field])(value);
    expect('invalid' in result ? result.invalid.kind : result).toBe(kind);
  });
});

describe('the agency’s own codes', () => {
  const codes = new Map([
    ['10', 'rape'],
    ['11', 'rape'],
    ['', null],
    ['99', null],
  ]);
  const check = fieldCheck(fieldsOf['offence-group'], codes);

  it('mean what the mapping says, as text or number, and nothing recorded where it says so', () => {
    for (const value of ['10', 10, 11n]) expect(check(value)).toEqual({ value: 'rape' });
    for (const value of ['', '99', 99, null]) expect(check(value)).toEqual({ value: null });
  });

  it('are not guessed: neither a blank, a zero before it, nor a code of the dataset that isn’t mapped', () => {
    for (const value of ['10 ', '010', '12', 'rape', 'toString']) {
      expect(check(value)).toEqual({
        invalid: { kind: 'unmapped-code', text: expect.not.stringContaining(value) as string },
      });
    }
  });
});

describe('what a field check remembers', () => {
  const day = (index: number): string => new Date(Date.UTC(1990, 0, 1 + index)).toISOString().slice(0, 10);

  it('is the valid values, up to its limit; it judges the others each time', () => {
    const check = fieldCheck(fieldsOf['report-date']);
    for (let index = 0; index < KNOWN_VALUES_MAX - 1; index += 1) check(day(index));
    expect(check('1990-02-30')).toEqual({ invalid: expect.any(Object) as object });
    const [last, beyond] = [day(KNOWN_VALUES_MAX - 1), day(KNOWN_VALUES_MAX)];
    expect(check(last)).toBe(check(last));
    expect(check(beyond)).not.toBe(check(beyond));
    for (const known of [day(0), last, beyond]) expect(check(known)).toEqual({ value: known });
    expect(check('1990-02-30')).toEqual({ invalid: expect.any(Object) as object });
  });

  it('keeps a number apart from its text', () => {
    const check = fieldCheck(fieldsOf['days-to-charge']);
    expect([91, '91', 91, '091', 91.5].map((value) => check(value))).toEqual([
      { value: 91 },
      { value: 91 },
      { value: 91 },
      { invalid: expect.any(Object) as object },
      { invalid: expect.any(Object) as object },
    ]);
  });
});
