import { describe, expect, it } from 'vitest';

import { geometricLaw } from '../../../core/noise/index.js';
import { assertNoiseFits, MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/index.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  MINIMUM_PARTICIPANTS,
  NO_FLOORS,
  parseDataset,
  planRun,
  requestDigest,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Floors, Participant, PlanInput, Roster, RunOffer } from '../../../core/templates/index.js';
import { MAX_REQUESTER_LENGTH } from '../../../core/templates/plan.js';
import { bind, catalogue, codeOf, errorOf, FULL_BODY, MEASURES, NOISY, template } from './fixtures.js';

const key = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const snapshot = (digit: string): string => digit.repeat(64);

const roster: Roster = {
  federation: 'demo',
  version: 1,
  agencies: [
    { id: 'north', name: 'North', identityKey: key(1), datasets: ['police.crimes'] },
    { id: 'cps', name: 'CPS', identityKey: key(2), datasets: ['cps.charges'] },
    { id: 'haven', name: 'Haven', identityKey: key(3), datasets: ['charities.support'] },
    { id: 'south', name: 'South', identityKey: key(4), datasets: ['police.crimes', 'charities.support'] },
    { id: 'courts', name: 'Courts', identityKey: key(5), datasets: ['courts.hearings'] },
  ],
  coordinator: { identityKey: key(9) },
  governance: { threshold: 1, officers: [{ id: 'o', name: 'O', organisation: 'B', publicKey: key(8) }] },
};

const participant = (agency: string, ...datasets: readonly [dataset: string, digit: string][]): Participant => ({
  agency,
  datasets: datasets.map(([dataset, digit]) => ({ dataset, snapshot: snapshot(digit) })),
  floors: NO_FLOORS,
});
const north = participant('north', ['police.crimes', '1']);
const cps = participant('cps', ['cps.charges', '2']);
const haven = participant('haven', ['charities.support', '3']);
const south = participant('south', ['police.crimes', '4'], ['charities.support', '5']);

const offer: RunOffer = {
  runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5c',
  envelope: new Uint8Array(0),
  parameters: { quarters: ['2025-Q1'] },
  requester: 'An analyst',
  purpose: 'research-statistics',
  participants: [north, cps, haven, south],
};

const bound = bindTemplate(template(FULL_BODY), catalogue);

function inputWith(change: Partial<RunOffer>, rest: Partial<PlanInput> = {}): PlanInput {
  const changed = { ...offer, ...change };
  return {
    offer: changed,
    bound,
    parameters: rest.parameters ?? bindParameters(bound, changed.parameters),
    templateDigest: snapshot('a'),
    roster,
    ...rest,
  };
}

function plan(change: Partial<RunOffer> = {}, rest: Partial<PlanInput> = {}): JoinPlan {
  return planRun(inputWith(change, rest));
}

describe('the plan of a run', () => {
  it('has its lists dataset by dataset in template order, within one in roster order', () => {
    expect(
      plan().lists.map(({ id, role, labels, stride, keys }) => [
        id,
        role,
        labels,
        stride,
        keys.map(({ name }) => name),
      ]),
    ).toEqual([
      ['police.crimes/north', 'base', 3, 1, ['exact.1', 'exact.2', 'case']],
      ['police.crimes/south', 'base', 3, 1, ['exact.1', 'exact.2', 'case']],
      ['cps.charges/cps', 'linked', 4, 4, ['case']],
      ['charities.support/haven', 'linked', 1, 20, ['exact.1', 'exact.2']],
      ['charities.support/south', 'linked', 1, 20, ['exact.1', 'exact.2']],
    ]);
  });

  it('says what is counted, how it links and how much there must be', () => {
    expect(plan()).toMatchObject({
      runId: offer.runId,
      mixers: ['north', 'cps', 'haven', 'south'],
      base: { dataset: 'police.crimes', unit: 'person' },
      links: [
        { dataset: 'cps.charges', on: 'case', keep: 'all' },
        { dataset: 'charities.support', on: 'person', keep: 'all' },
      ],
      cells: 40,
      noise: null,
      decoys: null,
      sums: [],
      minimumTally: 10,
    });
    expect(plan().context).toHaveLength(32);
  });

  it('lets an agency mix that has nothing to offer', () => {
    const { mixers, lists } = plan({ participants: [north, cps, haven, south, participant('courts')] });
    expect(mixers).toContain('courts');
    expect(lists.map(({ provider }) => provider)).not.toContain('courts');
  });

  const base = Buffer.from(plan().context).toString('hex');
  const contextOf = (change: Partial<RunOffer>, rest: Partial<PlanInput> = {}): string =>
    Buffer.from(plan(change, rest).context).toString('hex');

  it('is the same for the same question, whatever the order of its words', () => {
    const [first, second] = south.datasets;
    const swapped: Participant = { ...south, datasets: first && second ? [second, first] : [] };
    expect(contextOf({ participants: [north, cps, haven, swapped] })).toBe(base);
    expect(contextOf({ envelope: Uint8Array.of(1) })).toBe(base);
  });

  it.each<[string, Partial<RunOffer>, Partial<PlanInput>]>([
    ['the run', { runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5d' }, {}],
    ['the template', {}, { templateDigest: snapshot('b') }],
    ['a parameter', { parameters: { quarters: ['2025-Q2'] } }, {}],
    ['the requester', { requester: 'Another' }, {}],
    ['the participants', { participants: [north, cps, haven] }, {}],
    [
      'a snapshot',
      {
        participants: [
          { ...north, datasets: [{ dataset: 'police.crimes', snapshot: snapshot('9') }] },
          cps,
          haven,
          south,
        ],
      },
      {},
    ],
    [
      'a key of the roster',
      {},
      { roster: { ...roster, agencies: roster.agencies.map((agency) => ({ ...agency, identityKey: key(7) })) } },
    ],
    [
      "an agency's floors",
      { participants: [{ ...north, floors: { ...NO_FLOORS, threshold: 11 } }, cps, haven, south] },
      {},
    ],
    ["the coordinator's key", {}, { roster: { ...roster, coordinator: { identityKey: key(7) } } }],
  ])('has another context with another value of %s', (_, change, rest) => {
    expect(contextOf(change, rest)).not.toBe(base);
  });

  it('has another context with another version of a dataset definition', () => {
    const newer = createCatalogue(
      [...catalogue.values()].map((definition) => ({ ...definition, version: definition.version + 1 })),
    );
    expect(contextOf({}, { bound: bindTemplate(template(FULL_BODY), newer) })).not.toBe(base);
  });

  it.each<[string, Partial<RunOffer>]>([
    ['a run without a UUID', { runId: 'run-1' }],
    ['nobody who asks', { requester: ' ' }],
    ['another purpose', { purpose: 'service-planning' }],
    ['an agency that is not in the roster', { participants: [north, cps, haven, { ...south, agency: 'west' }] }],
    [
      'an agency that is not in the roster, first of all',
      { participants: [{ ...south, agency: 'west' }, north, cps, haven] },
    ],
    ['the coordinator as a participant', { participants: [north, cps, haven, { ...south, agency: 'coordinator' }] }],
    ['participants out of order', { participants: [cps, north, haven, south] }],
    ['a participant twice', { participants: [north, cps, cps, haven] }],
    [
      'a dataset that the roster does not let the agency offer',
      { participants: [{ ...north, datasets: haven.datasets }, cps, haven, south] },
    ],
    [
      'a dataset that the template does not ask for',
      {
        participants: [north, cps, haven, south, participant('courts', ['courts.hearings', '6'])],
      },
    ],
    ['a dataset twice', { participants: [{ ...north, datasets: [...north.datasets, ...north.datasets] }, cps, haven] }],
    [
      'a snapshot without a digest',
      { participants: [{ ...north, datasets: [{ dataset: 'police.crimes', snapshot: 'x' }] }, cps, haven] },
    ],
  ])('refuses %s', (_, change) => {
    expect(codeOf(() => plan(change))).toBe('BAD_OFFER');
  });

  it('takes a requester of the greatest length, and none longer', () => {
    expect(plan({ requester: 'a'.repeat(MAX_REQUESTER_LENGTH) }).cells).toBe(40);
    expect(codeOf(() => plan({ requester: 'a'.repeat(MAX_REQUESTER_LENGTH + 1) }))).toBe('BAD_OFFER');
  });

  it('needs somebody for each dataset', () => {
    expect(codeOf(() => plan({ participants: [north, haven] }))).toBe('TOO_FEW_PARTICIPANTS');
    expect(codeOf(() => plan({ participants: [cps, haven] }))).toBe('TOO_FEW_PARTICIPANTS');
    expect(codeOf(() => plan({ participants: [] }))).toBe('TOO_FEW_PARTICIPANTS');
  });

  it('needs two agencies, even where one has all the data', () => {
    const alone = bindTemplate(
      template(
        'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.offence }]\n',
      ),
      catalogue,
    );
    const ask = (participants: readonly Participant[]): JoinPlan =>
      plan({ participants, parameters: {} }, { bound: alone, parameters: bindParameters(alone, {}) });
    const southAlone = { ...south, datasets: south.datasets.slice(0, 1) };
    expect(MINIMUM_PARTICIPANTS).toBe(2);
    expect(ask([north, southAlone]).lists).toHaveLength(2);
    expect(codeOf(() => ask([north]))).toBe('TOO_FEW_PARTICIPANTS');
  });
});

describe('the cells of the table', () => {
  it('are those in which a record can be, ascending', () => {
    // 3 labels of the base; 0..4 of the charge; 0..1 of the support.
    const cells = [0, 1].flatMap((support) =>
      [0, 1, 2, 3, 4].flatMap((charge) => [1, 2, 3].map((base) => base + 4 * charge + 20 * support)),
    );
    expect(plan().tableCells).toEqual(cells);
    const kept = bind(
      FULL_BODY.replace('keep: all, take: earliest', 'keep: not-linked').replace(
        '{ linked: charities.support }',
        '{ field: police.crimes.offence }',
      ),
    );
    const tableCells = plan({}, { bound: kept }).tableCells;
    expect(tableCells.every((cell) => cell < kept.cells / 2)).toBe(true);
    expect(tableCells).toHaveLength(12 * 5);
  });
});

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

describe('the request', () => {
  const requestOf = (change: Partial<RunOffer> = {}, rest: Partial<PlanInput> = {}): string =>
    Buffer.from(plan(change, rest).request).toString('hex');
  const same = requestOf();

  it('is 32 bytes, those of its digest', () => {
    expect(plan().request).toHaveLength(32);
    const input = { templateDigest: snapshot('a'), bound, parameters: bindParameters(bound, offer.parameters) };
    expect(plan().request).toEqual(requestDigest({ ...input, participants: offer.participants }));
  });

  it.each<[string, Partial<RunOffer>, Partial<PlanInput>]>([
    ['run', { runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5d' }, {}],
    ['requester', { requester: 'Another' }, {}],
    ['key of the roster', {}, { roster: { ...roster, coordinator: { identityKey: key(7) } } }],
    [
      'order in which an agency names its datasets',
      { participants: [north, cps, haven, { ...south, datasets: south.datasets.toReversed() }] },
      {},
    ],
  ])('is the same whatever the %s', (_, change, rest) => {
    expect(requestOf(change, rest)).toBe(same);
  });

  it.each<[string, Partial<RunOffer>, Partial<PlanInput>]>([
    ['template', {}, { templateDigest: snapshot('b') }],
    ['parameter', { parameters: { quarters: ['2025-Q2'] } }, {}],
    ['participants', { participants: [north, cps, haven] }, {}],
    ['snapshot', { participants: [participant('north', ['police.crimes', '9']), cps, haven, south] }, {}],
    [
      'floor on the threshold',
      { participants: [{ ...north, floors: { ...NO_FLOORS, threshold: 1 } }, cps, haven, south] },
      {},
    ],
    [
      'floor on rounding',
      { participants: [{ ...north, floors: { ...NO_FLOORS, roundTo: 1 } }, cps, haven, south] },
      {},
    ],
    [
      'floor on epsilon',
      { participants: [{ ...north, floors: { ...NO_FLOORS, epsilon: 10 } }, cps, haven, south] },
      {},
    ],
    [
      'definition of a dataset',
      {},
      {
        bound: bindTemplate(
          template(FULL_BODY),
          createCatalogue(
            [...catalogue.values()].map((definition) => ({ ...definition, version: definition.version + 1 })),
          ),
        ),
      },
    ],
  ])('is another with another %s', (_, change, rest) => {
    expect(requestOf(change, rest)).not.toBe(same);
  });
});
