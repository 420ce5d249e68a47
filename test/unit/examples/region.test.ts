import { describe, expect, it } from 'vitest';

import { postcodeOf } from '../../../examples/bold/people.js';
import { SeededRandom } from '../../../examples/bold/random.js';
import { regionOf } from '../../../examples/bold/region.js';

describe('regionOf', () => {
  it.each([
    ['NS1 1AA', 'city'],
    ['NS10 9ZZ', 'city'],
    ['NS11 1AA', 'towns'],
    ['NS19 1AA', 'towns'],
    ['NS20 1AA', 'coast'],
    ['NS24 1AA', 'coast'],
    ['NS25 1AA', 'country'],
    ['NS30 1AA', 'country'],
  ])('%s is in the %s', (postcode, region) => {
    expect(regionOf(postcode)).toBe(region);
  });

  it('needs no more than the district', () => {
    expect(regionOf('NS2')).toBe('city');
    expect(regionOf('NS25')).toBe('country');
  });

  it.each([
    null,
    '',
    'NFA',
    'No fixed abode',
    'ZZ99 3VZ',
    'NS0 1AA',
    'NS31 1AA',
    'NS99',
    'NS',
    'NS123 1AA',
    'XNS1 1AA',
  ])('does not know where %j is', (postcode) => {
    expect(regionOf(postcode)).toBeNull();
  });

  it('knows every address of the county, and all of its regions are lived in', () => {
    const random = new SeededRandom(1, 1);
    const regions = Array.from({ length: 2_000 }, () => regionOf(postcodeOf(random)));
    expect(new Set(regions)).toEqual(new Set(['city', 'towns', 'coast', 'country']));
  });
});
