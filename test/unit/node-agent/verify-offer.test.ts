import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { REFUSAL_CODES } from '../../../core/private-join/index.js';
import type { RefusalCode } from '../../../core/private-join/index.js';
import { createCatalogue, NO_FLOORS } from '../../../core/templates/index.js';
import type { Floors, RunOffer } from '../../../core/templates/index.js';
import { configSchema } from '../../../node-agent/config.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { OfferGrounds } from '../../../node-agent/offers/verify-offer.js';
import { DENY_ALL } from '../../../node-agent/policy/policy.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import {
  allowAll,
  catalogue,
  envelopeOf,
  offer,
  prosecutions,
  roster,
  runId,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';

const grounds: OfferGrounds = {
  self: 'police',
  roster,
  catalogue,
  policy: allowAll,
  snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
  clock: { now: () => new Date('2026-04-02T12:00:00Z') },
};

function refusalOf(changedOffer: Partial<RunOffer>, changedGrounds: Partial<OfferGrounds> = {}): Refusal {
  try {
    verifyOffer({ ...offer, ...changedOffer }, { ...grounds, ...changedGrounds });
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('the offer was accepted');
}

function withPolicy(policy: Partial<Policy>): Partial<OfferGrounds> {
  return { policy: { ...allowAll, ...policy } };
}

function at(now: string): Partial<OfferGrounds> {
  return { clock: { now: () => new Date(now) } };
}

const [police, charity, cps] = offer.participants;
if (police === undefined || charity === undefined || cps === undefined) throw new Error('three participants');

describe('verifyOffer', () => {
  it('gives all that is needed to take part', () => {
    const { bound, parameters, plan, snapshots, templateDigest } = verifyOffer(offer, grounds);
    expect(bound.template).toEqual(template);
    expect(parameters.values.get('quarters')).toEqual(['2025-Q1']);
    expect(plan.runId).toBe(runId);
    expect(plan.mixers).toEqual(['police', 'charity', 'cps']);
    expect(plan.lists.map(({ id }) => id)).toEqual([
      'police.victim-crimes/police',
      'third-sector.support/charity',
      'cps.prosecutions/cps',
    ]);
    expect(plan.minimumTally).toBe(10);
    expect(templateDigest).toMatch(/^[0-9a-f]{64}$/);
    expect([...snapshots]).toEqual([[crimes.dataset, snapshotIdOf(crimes.dataset)]]);
  });

  it('does not mind the order in which a participant’s datasets are named', () => {
    const both = { ...prosecutions, dataset: 'cps.charges' };
    const changed = envelopeOf({
      links: [...template.links, { dataset: both.dataset, on: 'case', keep: 'not-linked', take: 'latest', where: [] }],
    });
    const datasets = [both, prosecutions].map(({ dataset }) => ({ dataset, snapshot: snapshotIdOf(dataset) }));
    const { plan } = verifyOffer(
      { ...offer, envelope: changed, participants: [police, charity, { ...cps, datasets }] },
      { ...grounds, catalogue: createCatalogue([...catalogue.values(), both]) },
    );
    expect(plan.lists).toHaveLength(4);
  });

  const stranger = generateKeyPairSync('ed25519').privateKey;
  const altered = (): Uint8Array => {
    const envelope = JSON.parse(Buffer.from(envelopeOf()).toString()) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"threshold":10', '"threshold":11');
    return Buffer.from(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
  };

  type Case = readonly [code: RefusalCode, what: string, offer: Partial<RunOffer>, grounds?: Partial<OfferGrounds>];
  const refused: readonly Case[] = [
    ['TEMPLATE_NOT_APPROVED', 'an envelope that is none', { envelope: Buffer.from('{}') }],
    ['TEMPLATE_NOT_APPROVED', 'a template signed by a stranger', { envelope: envelopeOf({}, stranger) }],
    ['TEMPLATE_NOT_APPROVED', 'a template that was altered after signing', { envelope: altered() }],
    [
      'TEMPLATE_NOT_APPROVED',
      'too few signatures',
      {},
      { roster: { ...roster, governance: { ...roster.governance, threshold: 2 } } },
    ],
    ['TEMPLATE_EXPIRED', 'a template the day after its last', {}, at('2027-01-01T00:00:00Z')],
    ['PROTOCOL_VIOLATION', 'another purpose than the template’s', { purpose: 'marketing' }],
    ['NOT_ALLOWED_HERE', 'anything, without a policy', {}, { policy: DENY_ALL }],
    ['NOT_ALLOWED_HERE', 'a template that is not on the list', {}, withPolicy({ allow: [{ template: 'other' }] })],
    [
      'NOT_ALLOWED_HERE',
      'another version than the one allowed',
      {},
      withPolicy({ allow: [{ template: template.template, version: 2 }] }),
    ],
    ['NOT_ALLOWED_HERE', 'a dataset of which there is no definition', {}, { catalogue: createCatalogue([crimes]) }],
    ['PARAMETER_OUT_OF_BOUNDS', 'a value outside the list', { parameters: { quarters: ['2025-Q3'] } }],
    ['PARAMETER_OUT_OF_BOUNDS', 'an unknown parameter', { parameters: { quarters: ['2025-Q1'], sex: ['F'] } }],
    ['PARAMETER_OUT_OF_BOUNDS', 'a missing parameter', { parameters: {} }],
    ['PROTOCOL_VIOLATION', 'an agency left out', { participants: [police, cps] }],
    ['PROTOCOL_VIOLATION', 'no participants', { participants: [] }],
    ['PROTOCOL_VIOLATION', 'another order than the roster’s', { participants: [charity, police, cps] }],
    ['PROTOCOL_VIOLATION', 'an agency twice', { participants: [police, police, charity, cps] }],
    [
      'PROTOCOL_VIOLATION',
      'a stranger',
      { participants: [police, charity, cps, { agency: 'stranger', datasets: [], floors: NO_FLOORS }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'an agency of the roster that offers nothing of this',
      { participants: [police, charity, cps, { agency: 'prison', datasets: [], floors: NO_FLOORS }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'an agency with another’s dataset',
      { participants: [police, { ...charity, datasets: [...charity.datasets, ...police.datasets] }, cps] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'a dataset twice',
      { participants: [police, charity, { ...cps, datasets: [...cps.datasets, ...cps.datasets] }] },
    ],
    ['PROTOCOL_VIOLATION', 'a run that this node has no part in', {}, { self: 'prison' }],
    ['TOO_FEW_PARTICIPANTS', 'fewer agencies than this agency’s floor', {}, withPolicy({ minimumParticipants: 4 })],
    ['SNAPSHOT_MISSING', 'a snapshot of a dataset that has none', {}, { snapshots: new Map() }],
    [
      'SNAPSHOT_STALE',
      'a snapshot that has been replaced',
      {},
      { snapshots: new Map([[crimes.dataset, 'f'.repeat(64)]]) },
    ],
    ['PROTOCOL_VIOLATION', 'a run id that is none', { runId: 'run 1' }],
  ];

  it.each(refused.map(([code, what, asked, held]) => ({ code, what, asked, held })))(
    'refuses with $code $what',
    ({ code, asked, held }) => {
      expect(refusalOf(asked, held).code).toBe(code);
    },
  );

  it('has a test for every refusal code but those of the run host and its accounts', () => {
    const elsewhere = ['BUSY', 'BUDGET_SPENT', 'DIFFERENCING'];
    expect(new Set([...refused.map(([code]) => code), ...elsewhere])).toEqual(new Set(REFUSAL_CODES));
  });

  it('answers on the last day, at the floors, and any version where none is named', () => {
    expect(() => verifyOffer(offer, { ...grounds, ...at('2026-12-31T23:59:59Z') })).not.toThrow();
    const policy = { ...allowAll, allow: [{ template: template.template, version: 3 }], minimumParticipants: 3 };
    expect(() => verifyOffer(offer, { ...grounds, policy })).not.toThrow();
  });

  const floors: Floors = { threshold: 20, roundTo: 5, epsilon: 1 };
  const demanding = withPolicy({ minimumThreshold: 20, minimumRounding: 5, maximumEpsilon: 1 });
  const demanded = (ours: Floors, theirs = NO_FLOORS): Partial<RunOffer> => ({
    participants: [{ ...police, floors: ours }, { ...charity, floors: theirs }, cps],
  });

  it('takes its own floors and everybody’s into the terms, the plan and the cost', () => {
    const { terms, plan, cost } = verifyOffer({ ...offer, ...demanded(floors) }, { ...grounds, ...demanding });
    expect(terms).toMatchObject({ threshold: 20, roundTo: 5, epsilon: 1, overlapEpsilon: 1 });
    expect(plan.minimumTally).toBe(20);
    expect(plan.noise).not.toBeNull();
    expect(cost).toEqual({ counts: 1, overlaps: 1, measures: [], total: 2 });
    const theirs = verifyOffer({ ...offer, ...demanded(NO_FLOORS, { ...floors, threshold: 30 }) }, grounds);
    expect(theirs.terms.threshold).toBe(30);
    expect(theirs.plan.noise).not.toBeNull();
  });

  it('costs nothing and has no noise where nobody asks for any', () => {
    const { terms, plan, cost } = verifyOffer(offer, grounds);
    expect(terms).toMatchObject({ threshold: 10, roundTo: 5, epsilon: null });
    expect(plan.noise).toBeNull();
    expect(cost.total).toBe(0);
  });

  it.each([
    ['none', NO_FLOORS],
    ['a lower threshold', { ...floors, threshold: 19 }],
    ['a higher threshold', { ...floors, threshold: 21 }],
    ['finer rounding', { ...floors, roundTo: 0 }],
    ['more epsilon', { ...floors, epsilon: 1.5 }],
    ['no epsilon', { ...floors, epsilon: null }],
  ])('refuses an offer that has for it %s', (_, ours) => {
    const refusal = refusalOf(demanded(ours), demanding);
    expect(refusal.code).toBe('PROTOCOL_VIOLATION');
    expect(refusal.message).toContain('floors');
  });

  it('refuses fewer than two agencies whatever the policy says', () => {
    const alone = {
      ...roster,
      agencies: roster.agencies.slice(0, 1).map((agency) => ({ ...agency, datasets: [...catalogue.keys()] })),
    };
    const datasets = [...catalogue.keys()].map((dataset) => ({ dataset, snapshot: snapshotIdOf(dataset) }));
    const lonely = { participants: [{ agency: 'police', datasets, floors: NO_FLOORS }] };
    expect(refusalOf(lonely, { roster: alone, ...withPolicy({ minimumParticipants: 0 }) }).code).toBe(
      'TOO_FEW_PARTICIPANTS',
    );
  });

  it('says nothing about snapshots or parameters to who may not ask', () => {
    const missing = { snapshots: new Map<string, string>(), policy: DENY_ALL };
    expect(refusalOf({ parameters: {} }, missing).code).toBe('NOT_ALLOWED_HERE');
  });

  it('never repeats a value that was asked for', () => {
    expect(refusalOf({ parameters: { quarters: ['Quillfeather'] } }).message).not.toContain('Quillfeather');
  });

  it('denies by default: a configuration without a policy is DENY_ALL', () => {
    expect(configSchema.shape.policy.parse(undefined)).toEqual(DENY_ALL);
    expect(configSchema.shape.policy.parse({})).toEqual(DENY_ALL);
  });
});
