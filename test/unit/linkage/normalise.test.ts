import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { birthDateOf } from '../../../core/linkage/dates.js';
import { MAX_IDENTIFIER_LENGTH, normaliseDate, normaliseUrn } from '../../../core/linkage/index.js';
import { forenamesOf } from '../../../core/linkage/names/forename.js';
import { surnamesOf } from '../../../core/linkage/names/surname.js';
import { normaliseSex } from '../../../core/linkage/normalise.js';
import { areaOf, placeOf } from '../../../core/linkage/place.js';
import { postcodeOf } from '../../../core/linkage/postcode.js';
import { croOf, nhsNumberOf, pncOf } from '../../../core/linkage/shared-ids.js';
import { propertyOptions } from '../../support/seeded-rng.js';

describe('dates of fields', () => {
  it.each(['2000-02-29', '1987-12-31', '0001-01-01', ' 1987-01-01 '])('keeps the real day %s', (raw) => {
    expect(normaliseDate(raw)).toBe(raw.trim());
  });

  it.each([null, '', '1900-02-29', '2023-04-31', '2023-13-01', '2023-00-10', '2023-01-00', '01/02/1990', '1990-1-2'])(
    'takes %j as missing',
    (raw) => {
      expect(normaliseDate(raw)).toBeNull();
    },
  );
});

it.each([
  ['M', ['M', 'm', ' Male ', 'MAN', '1', '01', 'boy']],
  ['F', ['F', 'f', 'female', 'Woman', '2', '02', 'girl']],
  [null, ['', 'X', 'U', 'I', '0', '3', '9', 'other', 'not known', 'MF', null, undefined]],
] as const)('knows the codes of sex %s', (sex, codes) => {
  for (const code of codes) expect(normaliseSex(code), String(code)).toBe(sex);
});

describe('unique reference numbers', () => {
  it('keeps letters and digits', () => {
    expect(normaliseUrn(' 01-aa/0012345 24 ')).toBe('01AA001234524');
  });

  it.each([null, '', ' / ', '0000000', 'unknown', 'TBC', 'not available'])('takes %j as missing', (raw) => {
    expect(normaliseUrn(raw)).toBeNull();
  });
});

/** What each normaliser makes of a value, as text; null where nothing. */
const normalisers: readonly (readonly [string, (raw: string | null) => string | null])[] = [
  ['forename', (raw) => forenamesOf(raw)[0]?.written ?? null],
  ['forename, nicknames resolved', (raw) => forenamesOf(raw)[0]?.name ?? null],
  ['initial of a forename', (raw) => forenamesOf(raw)[0]?.initial ?? null],
  ['surname', (raw) => surnamesOf(raw)[0]?.name ?? null],
  ['date', normaliseDate],
  ['birth date', (raw) => birthDateOf(raw)?.stated ?? null],
  ['postcode', (raw) => postcodeOf(raw)?.unit ?? null],
  ['outward part', (raw) => postcodeOf(raw)?.outward ?? null],
  ['place', placeOf],
  ['area', areaOf],
  ['sex', normaliseSex],
  ['urn', normaliseUrn],
  ['NHS number', nhsNumberOf],
  ['PNC number', pncOf],
  ['CRO number', croOf],
];

describe('every normaliser', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom('A', 'z', '0', '9', ' ', '-', 'é', 'ß', 'ŉ', 'ǆ', 'ΐ', 'İ', 'ſ', 'ª', "'", '(', ')'),
    }),
    fc
      .array(
        fc.constantFrom(
          'mac',
          'donald',
          'van',
          'mr',
          'kaur',
          'singh',
          'de',
          'al',
          'abdul',
          'xiao',
          'st',
          'nee',
          'o',
          'ii',
        ),
        {
          maxLength: 4,
        },
      )
      .map((words) => words.join(' ')),
    fc
      .array(fc.constantFrom('محمد', 'ольга', '王', '김', 'कौर', 'ス', 'ב', 'ა', 'Ꭰ', ' '), { maxLength: 4 })
      .map((all) => all.join('')),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    fc.stringMatching(/^[A-Z0-9]{1,2}[0-9OI]{1,2}[A-Z]? ?[0-9OI][A-Z]{2}$/),
    fc.stringMatching(/^(?:19|20)?[0-9]{2}\/[0-9]{1,7}[A-Z]$/),
    fc.stringMatching(/^[0-9]{10}$/),
  );

  it.each(normalisers)('leaves what it has normalised alone: %s', (_, normalise) => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const once = normalise(raw);
        // A name of one letter in another script is an initial in Latin.
        if (once?.length !== 1 || /\p{Script=Latin}/u.test(raw)) expect(normalise(once)).toBe(once);
      }),
      { ...propertyOptions, numRuns: 2000 },
    );
  });

  it.each(normalisers)('never lets a separator of keys through, nor a text that is too long: %s', (_, normalise) => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const text = normalise(raw) ?? '';
        expect(text).toMatch(/^[A-Z0-9/-]*$/);
        expect(text.length).toBeLessThanOrEqual(MAX_IDENTIFIER_LENGTH);
        expect(normalise('A'.repeat(MAX_IDENTIFIER_LENGTH + 1))).toBeNull();
      }),
      propertyOptions,
    );
  });

  it.each(normalisers)('takes nothing as missing: %s', (_, normalise) => {
    expect([null, '', ' ', '-', '--', '?'].map(normalise)).toEqual([null, null, null, null, null, null]);
  });
});
