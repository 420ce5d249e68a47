import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { birthDateOf } from '../../../core/linkage/dates.js';
import { FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR } from '../../../core/linkage/index.js';
import { propertyOptions } from '../../support/seeded-rng.js';

const FIFTH_OF_JUNE = {
  stated: '1987-06-05',
  date: '1987-06-05',
  eitherOrder: '1987-05-06',
  dayAndMonth: '06-05',
  yearAndMonth: '1987-06',
  yearAndDay: '1987--05',
  year: '1987',
};
const NOTHING = {
  stated: null,
  date: null,
  eitherOrder: null,
  dayAndMonth: null,
  yearAndMonth: null,
  yearAndDay: null,
};

describe('a date of birth', () => {
  it.each([
    '1987-06-05',
    ' 1987-06-05 ',
    '1987-6-5',
    '1987/06/05',
    '1987-06-05T00:00:00Z',
    '1987-06-05 00:00:00.000',
    '1987-06-05T00:00:00+01:00',
    '19870605',
    '05061987',
    '05/06/1987',
    '5/6/1987',
    '05.06.1987',
    '5-6-1987',
    '05/06/1987 00:00',
    '5 Jun 1987',
    '05-JUN-1987',
    '5th June 1987',
    'June 5, 1987',
  ])('is read from %j', (raw) => {
    expect(birthDateOf(raw)).toEqual(FIFTH_OF_JUNE);
  });

  it.each(['25/12/1987', '12/25/1987', '1987-12-25', '1987-25-12', '25 Dec 1987'])(
    'has its month where it can be one: %s',
    (raw) => {
      expect(birthDateOf(raw)).toMatchObject({ date: '1987-12-25', eitherOrder: '1987-12-25' });
    },
  );

  it('is one either way round where day and month could have changed places', () => {
    expect(birthDateOf('1987-06-05')?.eitherOrder).toBe(birthDateOf('1987-05-06')?.eitherOrder);
    expect(birthDateOf('1987-06-05')?.date).not.toBe(birthDateOf('1987-05-06')?.date);
  });

  it.each([
    ['1987', {}],
    ['1987-00-00', {}],
    ['00/00/1987', {}],
    ['1987-06', { yearAndMonth: '1987-06' }],
    ['1987-06-00', { yearAndMonth: '1987-06' }],
    ['06/1987', { yearAndMonth: '1987-06' }],
    ['June 1987', { yearAndMonth: '1987-06' }],
    ['1987-00-05', { yearAndDay: '1987--05' }],
  ])('may be known in part: %s', (raw, known) => {
    expect(birthDateOf(raw)).toEqual({ ...NOTHING, year: '1987', ...known });
  });

  it.each([
    ['1987-02-30', { yearAndMonth: '1987-02', yearAndDay: '1987--30' }],
    ['1987-04-31', { yearAndMonth: '1987-04', yearAndDay: '1987--31' }],
    ['1987-04-32', { yearAndMonth: '1987-04' }],
    ['1987-13-32', {}],
    ['1987-13-13', { yearAndDay: '1987--13' }],
  ])('that can’t be stands only where one of its parts is left out: %s', (raw, known) => {
    expect(birthDateOf(raw)).toEqual({ ...NOTHING, year: '1987', ...known });
  });

  it('on 1 January stands for its year alone, but as it is stated', () => {
    expect(birthDateOf('1987-01-01')).toEqual({ ...NOTHING, stated: '1987-01-01', year: '1987' });
    expect(birthDateOf('1987-01-02')?.date).toBe('1987-01-02');
    expect(birthDateOf('1986-12-31')?.date).toBe('1986-12-31');
  });

  it.each([
    null,
    '',
    'unknown',
    '5/6/87',
    '050687',
    '87-06-05',
    'Ju 1987',
    '5 Foo 1987',
    '32nd of May',
    '1900-01-01',
    '1970-01-01',
    '1/1/1970',
    '1911-11-11',
    '9999-12-31',
    '1753-01-01',
    '1987-06-05 and more',
    '1987-06-05x',
    '198706051',
  ])('is missing in %j', (raw) => {
    expect(birthDateOf(raw)).toBeNull();
  });

  it('lies within the years in which somebody alive may have been born', () => {
    expect(birthDateOf(`${FIRST_BIRTH_YEAR}-06-05`)?.date).toBe(`${FIRST_BIRTH_YEAR}-06-05`);
    expect(birthDateOf(`${FIRST_BIRTH_YEAR - 1}-06-05`)).toBeNull();
    expect(birthDateOf(`${LAST_BIRTH_YEAR}-06-05`)?.date).toBe(`${LAST_BIRTH_YEAR}-06-05`);
    expect(birthDateOf(`${LAST_BIRTH_YEAR + 1}-06-05`)).toBeNull();
  });

  it('is the same however it is written, and real', () => {
    const days = fc.date({ min: new Date('1901-01-02'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const iso = day.toISOString().slice(0, 10);
        const [year, month, date] = iso.split('-') as [string, string, string];
        for (const raw of [
          `${year}${month}${date}`,
          `${date}${month}${year}`,
          `${Number(date)}.${Number(month)}.${year}`,
        ]) {
          expect(birthDateOf(raw)).toEqual(birthDateOf(iso));
        }
        if (birthDateOf(iso) !== null) expect(birthDateOf(iso)?.stated).toBe(iso);
      }),
      propertyOptions,
    );
  });
});
