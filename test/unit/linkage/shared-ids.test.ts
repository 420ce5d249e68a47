import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { croOf, nhsNumberOf, pncOf } from '../../../core/linkage/shared-ids.js';
import { propertyOptions } from '../../support/seeded-rng.js';

describe('NHS numbers', () => {
  it.each(['943 476 5919', '943-476-5919', '9434765919', 'NHS 9434765919'])('are read from %s', (raw) => {
    expect(nhsNumberOf(raw)).toBe('9434765919');
  });

  it.each(['9434765918', '943476591', '94347659190', '1111111111', '0000000000', '9999999999', 'unknown', '', null])(
    'are not what %j is',
    (raw) => {
      expect(nhsNumberOf(raw)).toBeNull();
    },
  );

  it('are not those of whose digits one is another, or two neighbours have changed places', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(digits, fc.nat(9), fc.integer({ min: 1, max: 9 }), fc.nat(8), (nine, place, more, swap) => {
        const sum = nine.reduce((total, digit, index) => total + digit * (10 - index), 0);
        const number = [...nine, (11 - (sum % 11)) % 11];
        fc.pre(number[9] !== 10 && new Set(number).size > 1);
        expect(nhsNumberOf(number.join(''))).toBe(number.join(''));
        const mistyped = number.map((digit, index) => (index === place ? (digit + more) % 10 : digit));
        expect(nhsNumberOf(mistyped.join(''))).toBeNull();
        const [one = 0, other = 0] = [number[swap], number[swap + 1]];
        const swapped = number.map((digit, index) => (index === swap ? other : index === swap + 1 ? one : digit));
        if (one !== other) expect(nhsNumberOf(swapped.join(''))).toBeNull();
      }),
      propertyOptions,
    );
  });
});

describe('PNC numbers', () => {
  it.each([
    ['2003/0062845E', '20030062845E'],
    ['20030011985X', '20030011985X'],
    ['2008/0056560z', '20080056560Z'],
    ['PNC 2003/0062845E', '20030062845E'],
    ['81/34U', '19810000034U'],
    ['02/73319Z', '20020073319Z'],
    ['0273319Z', '20020073319Z'],
    ['79163001B', '19790163001B'],
    ['033Y', '20030000003Y'],
    ['1979/163001B', '19790163001B'],
  ])('%s is %s', (raw, pnc) => {
    expect(pncOf(raw)).toBe(pnc);
  });

  it('have the century in which the number was given', () => {
    expect(pncOf(withLetter('39/', '0000001', '390000001'))?.slice(0, 4)).toBe('2039');
    expect(pncOf(withLetter('40/', '0000001', '400000001'))?.slice(0, 4)).toBe('1940');
  });

  it.each([
    '20030011985Z',
    '2001/0171310S',
    '2001/0171310',
    '2001/01713100W',
    '1801/0171310W',
    '00/0000000Z',
    'NK',
    '',
    null,
  ])('are not what %j is', (raw) => {
    expect(pncOf(raw)).toBeNull();
  });
});

describe('CRO numbers', () => {
  it.each([
    ['265416/21G', '265416/21G'],
    ['65656/91H', '065656/91H'],
    ['065656/91h', '065656/91H'],
    ['CRO 265416/21G', '265416/21G'],
    ['265416/2021G', '265416/21G'],
    ['SF05/482703J', 'SF05/482703J'],
    ['SF83/50058Z', 'SF83/50058Z'],
  ])('%s is %s', (raw, cro) => {
    expect(croOf(raw)).toBe(cro);
  });

  it.each(['85227/65G', '265416/21H', '265416 21G', '000000/00Z', 'SF00/000000Z', '2654160/21G', '', null])(
    'are not what %j is',
    (raw) => {
      expect(croOf(raw)).toBeNull();
    },
  );
});

it('are not those of which a digit is another, in nearly all cases', () => {
  fc.assert(
    fc.property(
      fc.nat(99),
      fc.integer({ min: 1, max: 999_999 }),
      fc.integer({ min: 1, max: 22 }),
      (year, serial, off) => {
        const yy = String(year).padStart(2, '0');
        const digits = String(serial).padStart(6, '0');
        const number = withLetter(`${yy}/`, `0${digits}`, `${yy}0${digits}`);
        expect(pncOf(number)).toMatch(new RegExp(`^(?:19|20)${yy}0${digits}[A-Z]$`));
        const wrong = LETTERS.charAt((LETTERS.indexOf(number.slice(-1)) + off) % LETTERS.length);
        expect(pncOf(`${number.slice(0, -1)}${wrong}`)).toBeNull();
      },
    ),
    propertyOptions,
  );
});

const LETTERS = 'ZABCDEFGHJKLMNPQRTUVWXY';

function withLetter(head: string, serial: string, digits: string): string {
  return `${head}${serial}${LETTERS.charAt(Number(digits) % 23)}`;
}
