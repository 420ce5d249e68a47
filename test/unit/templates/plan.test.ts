import { describe, expect, it } from 'vitest';

import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  MINIMUM_PARTICIPANTS,
  planRun,
} from '../../../core/templates/index.js';
import type { Participant, PlanInput, Roster, RunOffer } from '../../../core/templates/index.js';
import { MAX_REQUESTER_LENGTH } from '../../../core/templates/plan.js';
import { catalogue, codeOf, FULL_BODY, template } from './fixtures.js';

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

const north: Participant = { agency: 'north', datasets: [{ dataset: 'police.crimes', snapshot: snapshot('1') }] };
const cps: Participant = { agency: 'cps', datasets: [{ dataset: 'cps.charges', snapshot: snapshot('2') }] };
const haven: Participant = { agency: 'haven', datasets: [{ dataset: 'charities.support', snapshot: snapshot('3') }] };
const south: Participant = {
  agency: 'south',
  datasets: [
    { dataset: 'police.crimes', snapshot: snapshot('4') },
    { dataset: 'charities.support', snapshot: snapshot('5') },
  ],
};

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
      minimumTally: 10,
    });
    expect(plan().context).toHaveLength(32);
  });

  it('lets an agency mix that has nothing to offer', () => {
    const { mixers, lists } = plan({ participants: [north, cps, haven, south, { agency: 'courts', datasets: [] }] });
    expect(mixers).toContain('courts');
    expect(lists.map(({ provider }) => provider)).not.toContain('courts');
  });

  const base = Buffer.from(plan().context).toString('hex');
  const contextOf = (change: Partial<RunOffer>, rest: Partial<PlanInput> = {}): string =>
    Buffer.from(plan(change, rest).context).toString('hex');

  it('is the same for the same question, whatever the order of its words', () => {
    const [first, second] = south.datasets;
    const swapped: Participant = { agency: 'south', datasets: first && second ? [second, first] : [] };
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
        participants: [
          north,
          cps,
          haven,
          south,
          { agency: 'courts', datasets: [{ dataset: 'courts.hearings', snapshot: snapshot('6') }] },
        ],
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
    const southAlone = { agency: 'south', datasets: south.datasets.slice(0, 1) };
    expect(MINIMUM_PARTICIPANTS).toBe(2);
    expect(ask([north, southAlone]).lists).toHaveLength(2);
    expect(codeOf(() => ask([north]))).toBe('TOO_FEW_PARTICIPANTS');
  });
});
