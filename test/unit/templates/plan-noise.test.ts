import { describe, expect, it } from 'vitest';
import { geometricLaw } from '../../../core/noise/index.js';
import { assertNoiseFits, MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/index.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  NO_FLOORS,
  parseDataset,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Floors, Roster, RunOffer } from '../../../core/templates/index.js';
import { bind, codeOf, errorOf, FULL_BODY, MEASURES, NOISY, template } from './fixtures.js';
import { key, roster, participant, north, cps, haven, south, bound, plan } from './plan-fixtures.js';

describe('the noise of a run', () => {
  const noisy = bind(FULL_BODY + MEASURES, NOISY);
  const floored = (floors: Partial<Floors>): Partial<RunOffer> => ({
    participants: [north, { ...cps, floors: { ...NO_FLOORS, ...floors } }, haven, south],
  });

  it('is that of the template', () => {
    const found = plan({}, { bound: noisy });
    const law = geometricLaw({ epsilon: 1, sensitivity: 2 });
    expect(found.noise).toEqual(law);
    expect(found.decoys?.law).toEqual(law);
    expect(found.sums).toEqual([
      { dataset: 'police.crimes', magnitude: 21, noise: geometricLaw({ epsilon: 0.5, sensitivity: 2 * 21 }) },
      { dataset: 'police.crimes', magnitude: 1, noise: geometricLaw({ epsilon: 0.5, sensitivity: 2 }) },
      { dataset: 'cps.charges', magnitude: 365, noise: geometricLaw({ epsilon: 1, sensitivity: 2 * 365 }) },
      { dataset: 'cps.charges', magnitude: 1, noise: geometricLaw({ epsilon: 1, sensitivity: 2 }) },
      { dataset: 'cps.charges', magnitude: 365 ** 2, noise: geometricLaw({ epsilon: 1, sensitivity: 2 * 365 ** 2 }) },
    ]);
    expect(found.lists.map(({ id, sums }) => [id, sums])).toEqual([
      ['police.crimes/north', 2],
      ['police.crimes/south', 2],
      ['cps.charges/cps', 3],
      ['charities.support/haven', 0],
      ['charities.support/south', 0],
    ]);
  });

  it('has decoys in the lists of the run, by their ids', () => {
    const patterns = plan({}, { bound: noisy }).decoys?.patterns ?? [];
    const lists = plan({}, { bound: noisy }).lists.map(({ id }) => id);
    expect(new Set(patterns.flat().map(({ list }) => list))).toEqual(new Set(lists));
    expect(patterns).toContainEqual([
      { list: 'police.crimes/north', shared: ['exact.2', 'case'] },
      { list: 'cps.charges/cps', shared: ['case'] },
      { list: 'charities.support/south', shared: ['exact.2'] },
    ]);
  });

  it('grows with the records that one person may have, in all lists of the population', () => {
    const several = bind(
      FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 3') + MEASURES,
      NOISY,
    );
    // North and South both hold crimes.
    const two = plan({}, { bound: several });
    expect(two.noise).toEqual(geometricLaw({ epsilon: 1, sensitivity: 12 }));
    expect(two.decoys?.law).toEqual(geometricLaw({ epsilon: 1, sensitivity: 12 }));
    expect(two.sums[0]?.noise).toEqual(geometricLaw({ epsilon: 0.5, sensitivity: 12 * 21 }));
    const one = plan({ participants: [north, cps, haven] }, { bound: several });
    expect(one.noise).toEqual(geometricLaw({ epsilon: 1, sensitivity: 6 }));
    expect(one.decoys?.law).toEqual(geometricLaw({ epsilon: 1, sensitivity: 6 }));
    expect(one.sums[0]?.noise).toEqual(geometricLaw({ epsilon: 0.5, sensitivity: 6 * 21 }));
  });

  it('is what the strictest agency demands, also of a template that has none', () => {
    for (const template of [noisy, bound]) {
      const found = plan(floored({ epsilon: 0.5 }), { bound: template });
      expect(found.noise).toEqual(geometricLaw({ epsilon: 0.5, sensitivity: 2 }));
      expect(found.decoys?.law).toEqual(geometricLaw({ epsilon: 0.5, sensitivity: 2 }));
    }
    expect(plan(floored({ threshold: 40 })).minimumTally).toBe(40);
    expect(plan(floored({ roundTo: 50 })).minimumTally).toBe(50);
  });

  it('is one that the protocol can carry', () => {
    expect(() => {
      assertNoiseFits(plan({}, { bound: noisy }));
    }).not.toThrow();
  });

  const limited = (limit: number): BoundTemplate =>
    bind(FULL_BODY.replace('unit: person', `unit: victim-case\ncontributionLimit: ${limit}`));

  it.each<[string, BoundTemplate, Partial<Floors>, RegExp]>([
    ['dummies', limited(100), { epsilon: 0.02 }, /more noise in 30 cells/],
    [
      'decoys',
      bind(
        FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 100'),
        'disclosure: { threshold: 10, roundTo: 5, epsilon: none, overlapEpsilon: 0.1 }\n',
      ),
      {},
      /more decoys/,
    ],
    ['sums that are too small a share', bind(FULL_BODY + MEASURES), { epsilon: 0.02 }, /each needs 0.01/],
  ])('is refused where it would make too many %s', (_, template, floors, message) => {
    const error = errorOf(() => plan(floored(floors), { bound: template }));
    expect(error.code).toBe('BAD_OFFER');
    expect(error.message).toMatch(message);
    if (floors.epsilon !== undefined) expect(plan(floored({}), { bound: template }).lists).toHaveLength(5);
  });

  it('hides the overlaps of so many lists, and not of one more', () => {
    const agencies = Array.from({ length: MAX_LISTS_WITH_DECOYS }, (_, index) => ({
      id: `force-${index}`,
      name: 'F',
      identityKey: key(index + 10),
      datasets: ['police.crimes'],
    }));
    const large: Roster = { ...roster, agencies: [...agencies, ...roster.agencies.slice(1, 2)] };
    const linking = bind(
      `unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: linked }]
dimensions: [{ field: police.crimes.offence }]
`,
      NOISY,
    );
    const ask = (forces: number): JoinPlan =>
      plan(
        {
          parameters: {},
          participants: [...agencies.slice(0, forces).map(({ id }) => participant(id, ['police.crimes', '1'])), cps],
        },
        { bound: linking, roster: large, parameters: bindParameters(linking, {}) },
      );
    expect(ask(MAX_LISTS_WITH_DECOYS - 1).decoys?.patterns.length).toBeGreaterThan(0);
    expect(codeOf(() => ask(MAX_LISTS_WITH_DECOYS))).toBe('BAD_OFFER');
  });

  /** Everybody's records of a number as large as there may be, each person in as many as there may be. */
  function wide(forces: number, epsilon: number): JoinPlan {
    const dataset = parseDataset(`dataset: a.b
version: 1
title: t
description: d
unit: thing
keys: [case]
order: number
purposes: [research-statistics]
fields: { number: { type: integer, min: -1048576, max: 1048576, meaning: m, category: services } }
`);
    const body = `unit: thing
contributionLimit: 100
population: { dataset: a.b }
dimensions: [{ field: a.b.number, bands: [0] }]
measures: [{ sum: a.b.number, range: [-1048576, 1048576], epsilon: ${epsilon} }]
`;
    const measured = bindTemplate(template(body), createCatalogue([dataset]));
    const agencies = Array.from({ length: forces }, (_, index) => {
      return { id: `force-${index}`, name: 'F', identityKey: key(index), datasets: ['a.b'] };
    });
    const participants = agencies.map(({ id }) => participant(id, ['a.b', '1']));
    return plan(
      { parameters: {}, participants },
      { bound: measured, roster: { ...roster, agencies }, parameters: bindParameters(measured, {}) },
    );
  }

  it('never makes sums too large: for whole numbers to be exact, or to be opened', () => {
    // 2 * 100 records of each force * 2^20 is more than 2^32 for 21 forces.
    expect(wide(20, 10).sums).toHaveLength(2);
    expect(codeOf(() => wide(21, 10))).toBe('BAD_OFFER');
    // The noise of 20 forces at 0.05 for each column: 20 * 1.7e12.
    expect(errorOf(() => wide(20, 0.1)).message).toMatch(/too large to be opened/);
    expect(wide(2, 0.1).sums[0]?.noise?.bound).toBeGreaterThan(1e11);
  });

  it.each<[string, Partial<Floors>]>([
    ['a threshold beyond what a table may have', { threshold: 1001 }],
    ['half a threshold', { threshold: 10.5 }],
    ['a negative threshold', { threshold: -1 }],
    ['rounding beyond it', { roundTo: 1001 }],
    ['half a rounding', { roundTo: 5.5 }],
    ['an epsilon that drowns everything', { epsilon: 0.009 }],
    ['an epsilon that is no floor', { epsilon: 10.1 }],
    ['an epsilon that is no number', { epsilon: Number.NaN }],
  ])('is never for an agency that demands %s', (_, floors) => {
    expect(codeOf(() => plan(floored(floors)))).toBe('BAD_OFFER');
  });

  it('takes floors at their ends', () => {
    expect(plan(floored({ threshold: 1000, roundTo: 1000, epsilon: 10 })).minimumTally).toBe(1000);
    expect(plan(floored({ epsilon: 0.01 })).noise).toEqual(geometricLaw({ epsilon: 0.01, sensitivity: 2 }));
  });
});
