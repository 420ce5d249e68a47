import { describe, expect, it } from 'vitest';

import { areaOf, placeOf } from '../../../core/linkage/place.js';
import { postcodeOf } from '../../../core/linkage/postcode.js';

describe('postcodes', () => {
  it.each([
    ['m1 1aa', 'M1', '1AA'],
    ['M60 1NW', 'M60', '1NW'],
    ['cr2 6xh', 'CR2', '6XH'],
    ['DN55 1PT', 'DN55', '1PT'],
    ['W1A 1HQ', 'W1A', '1HQ'],
    ['EC1A1BB', 'EC1A', '1BB'],
    [' e c1a\t1bb ', 'EC1A', '1BB'],
    ['M1-1AA', 'M1', '1AA'],
    ['ＥＣ１Ａ　１ＢＢ', 'EC1A', '1BB'],
    ['BF1 2AX', 'BF1', '2AX'],
    ['JE2 3AB', 'JE2', '3AB'],
    ['NS1 1AA', 'NS1', '1AA'],
  ])('brings %s into one form', (raw, outward, inward) => {
    expect(postcodeOf(raw)).toEqual({ unit: `${outward}${inward}`, outward });
  });

  it.each([
    ['0X1 1AA', 'OX11AA'],
    ['OX1 IAA', 'OX11AA'],
    ['OX1 OAA', 'OX10AA'],
    ['SE1O 1AA', 'SE101AA'],
    ['MI 1AA', 'M11AA'],
    ['1P1 1AA', 'IP11AA'],
    ['W1O 1AA', 'W101AA'],
    ['S015 1AA', 'SO151AA'],
    ['S01 1AA', 'SO11AA'],
    ['M01 1AA', 'M11AA'],
    ['CR02 6XH', 'CR26XH'],
  ])('tells letters from digits by where they stand: %s', (raw, unit) => {
    expect(postcodeOf(raw)?.unit).toBe(unit);
  });

  it.each([
    ['M1', 'M1'],
    ['ns12', 'NS12'],
    ['EC1A', 'EC1A'],
    ['SE1O', 'SE10'],
  ])('knows the outward part alone: %s', (raw, outward) => {
    expect(postcodeOf(raw)).toEqual({ unit: null, outward });
  });

  it('knows forces and territories, whose one code is no address', () => {
    expect(postcodeOf('BFPO 12')).toEqual({ unit: 'BFPO12', outward: 'BFPO' });
    expect(postcodeOf('FIQQ 1ZZ')).toEqual({ unit: null, outward: 'FIQQ' });
    expect(postcodeOf('GX11 1AA')).toEqual({ unit: null, outward: 'GX11' });
    expect(postcodeOf('GX11 1AB')?.unit).toBe('GX111AB');
  });

  it.each([
    null,
    '',
    'NFA',
    'UNKNOWN',
    'ZZ99 3VZ',
    'ZZ99 4QZ',
    'ZZ99',
    'ZZ9',
    'ZZ9 0AA',
    'xx90aa',
    'XX99 9XX',
    'AA1 1AA',
    'AAI IAA',
    'GIR 0AA',
    'M1 1CA',
    'MM1 1A',
    '1AA M11',
    'M00 1AA',
    'Q01 1AA 1',
    'M1 1AA 1',
    'N1B 1A0',
    '123456',
    'LONDON',
    'M',
    '1',
  ])('takes %j as missing', (raw) => {
    expect(postcodeOf(raw)).toBeNull();
  });
});

describe('places', () => {
  it.each([
    ['12 Stanley Street', '12STANLEYST'],
    ['12, stanley st.', '12STANLEYST'],
    ['Saint Mary’s Rd', 'STMARYSRD'],
    ['St Marys Road', 'STMARYSRD'],
    ['Flat 2, Park Ave', 'APT2PKAVE'],
    ['winston hills', 'WINSTONHILLS'],
    ['Łódź', 'LODZ'],
    ['4223', '4223'],
    ['Ae', 'AE'],
  ])('brings %s to %s', (raw, place) => {
    expect(placeOf(raw)).toBe(place);
  });

  it.each([null, '', '-', '4', 'NFA', 'No fixed abode', 'of no fixed abode', 'Address unknown', '0000', 'xxxx', 'N/K'])(
    'takes %j as missing',
    (raw) => {
      expect(placeOf(raw)).toBeNull();
    },
  );

  it.each([
    ['London Borough of Camden', 'CAMDEN'],
    ['LB Camden', 'CAMDEN'],
    ['Camden Council', 'CAMDEN'],
    ['City of London', 'CITYOFLONDON'],
    ['Durham', 'DURHAM'],
  ])('knows the district %s as %s', (raw, area) => {
    expect(areaOf(raw)).toBe(area);
  });
});
