import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  FIRST_BIRTH_YEAR,
  LAST_BIRTH_YEAR,
  MAX_IDENTIFIER_LENGTH,
  normaliseBirthDate,
  normaliseDate,
  normaliseName,
  normalisePostcode,
  normaliseSex,
  normaliseUrn,
} from '../../../core/linkage/index.js';

describe('names', () => {
  it.each([
    ['Zoë', 'ZOE'],
    ['Zoe\u0308', 'ZOE'],
    ['O’Brien-Smith', 'OBRIENSMITH'],
    ["o'brien smith", 'OBRIENSMITH'],
    ['  Anne Marie ', 'ANNEMARIE'],
    ['Müller', 'MULLER'],
    ['Groß', 'GROSS'],
    ['Łukasz', 'ŁUKASZ'],
    ['ﬁona', 'FIONA'],
    ['Ｓｍｉｔｈ', 'SMITH'],
    ['Smith 3rd', 'SMITHRD'],
    ['王', '王'],
    ['\u1fb3', '\u0391'],
    ['Oo', 'OO'],
    ['J', 'J'],
  ])('brings %s to %s', (raw, normalised) => {
    expect(normaliseName(raw)).toBe(normalised);
  });

  it.each([null, undefined, '', '  ', '--', '123', 'UNKNOWN', 'Not known', 'not-stated', 'XX', 'xxx', 'N.F.A.'])(
    'takes %j as missing',
    (raw) => {
      expect(normaliseName(raw)).toBeNull();
    },
  );

  it('takes the longest value, and nothing longer', () => {
    const longest = 'AB'.repeat(MAX_IDENTIFIER_LENGTH / 2);
    expect(normaliseName(longest)).toBe(longest);
    expect(normaliseName(`${longest}A`)).toBeNull();
    expect(normaliseName(`${longest.slice(1)}ß`)).toBeNull();
  });
});

describe('dates', () => {
  it.each(['2000-02-29', '1987-12-31', '0001-01-01', ' 1987-01-01 '])('keeps the real day %s', (raw) => {
    expect(normaliseDate(raw)).toBe(raw.trim());
  });

  it.each([null, '', '1900-02-29', '2023-04-31', '2023-13-01', '2023-00-10', '2023-01-00', '01/02/1990', '1990-1-2'])(
    'takes %j as missing',
    (raw) => {
      expect(normaliseDate(raw)).toBeNull();
    },
  );

  it('takes years in which nobody was born as missing', () => {
    expect(normaliseBirthDate(`${FIRST_BIRTH_YEAR}-01-01`)).toBe(`${FIRST_BIRTH_YEAR}-01-01`);
    expect(normaliseBirthDate(`${FIRST_BIRTH_YEAR - 1}-12-31`)).toBeNull();
    expect(normaliseBirthDate(`${LAST_BIRTH_YEAR}-12-31`)).toBe(`${LAST_BIRTH_YEAR}-12-31`);
    expect(normaliseBirthDate(`${LAST_BIRTH_YEAR + 1}-01-01`)).toBeNull();
    expect(normaliseBirthDate('1990-02-30')).toBeNull();
  });
});

describe('postcodes', () => {
  it.each([
    ['m1 1aa', 'M11AA'],
    ['M60 1NW', 'M601NW'],
    ['cr2 6xh', 'CR26XH'],
    ['DN55 1PT', 'DN551PT'],
    ['W1A 1HQ', 'W1A1HQ'],
    ['EC1A1BB', 'EC1A1BB'],
    [' e c1a\t1bb ', 'EC1A1BB'],
  ])('brings %s to %s', (raw, normalised) => {
    expect(normalisePostcode(raw)).toBe(normalised);
  });

  it.each([null, '', 'NFA', 'UNKNOWN', 'ZZ99 3VZ', 'ZZ99 4QZ', 'EC1A', 'M1 1CA', 'MM1 1A', '1AA M11', 'M1-1AA'])(
    'takes %j as missing',
    (raw) => {
      expect(normalisePostcode(raw)).toBeNull();
    },
  );
});

it('knows two sex codes', () => {
  expect(['M', ' f ', 'm', 'Male', 'X', '', null].map(normaliseSex)).toEqual(['M', 'F', 'M', null, null, null, null]);
});

describe('unique reference numbers', () => {
  it('keeps letters and digits', () => {
    expect(normaliseUrn(' 01-aa/0012345 24 ')).toBe('01AA001234524');
  });

  it.each([null, '', ' / ', '0000000', 'unknown', 'TBC', 'not available'])('takes %j as missing', (raw) => {
    expect(normaliseUrn(raw)).toBeNull();
  });
});

describe('every normaliser', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('A', 'z', '0', '9', ' ', '-', 'é', 'ß', 'ŉ', 'ǆ', 'ΐ', 'İ', 'ſ', 'ª') }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    fc.stringMatching(/^[A-Z]{1,2}[0-9]{1,2} ?[0-9][A-Z]{2}$/),
  );

  it.each([
    ['name', normaliseName],
    ['date', normaliseDate],
    ['birth date', normaliseBirthDate],
    ['postcode', normalisePostcode],
    ['sex', normaliseSex],
    ['urn', normaliseUrn],
  ])('leaves what it has normalised alone: %s', (_, normalise) => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const once = normalise(raw);
        expect(normalise(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets the separator of a key through', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        for (const normalise of [normaliseName, normaliseBirthDate, normalisePostcode, normaliseSex, normaliseUrn]) {
          expect(normalise(raw) ?? '').not.toContain('|');
        }
      }),
    );
  });
});
