import { describe, expect, it } from 'vitest';

import type { RefusalCode } from '../../../core/private-join/index.js';
import { createCatalogue, NO_FLOORS, OPT_OUTS } from '../../../core/templates/index.js';
import type { Floors, RunOffer } from '../../../core/templates/index.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { OfferGrounds } from '../../../node-agent/offers/verify-offer.js';
import {
  allowAll,
  catalogue,
  governanceOf,
  noConsentNeeded,
  offer,
  prosecutions,
  question,
  runId,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import { logged } from './offer-log-fixtures.js';
import { charity, cps, grounds, opted, police, refusalOf, verified, withPolicy } from './verify-offer-fixtures.js';

function at(now: string): Partial<OfferGrounds> {
  return { clock: { now: () => new Date(now) } };
}

describe('verifyOffer', () => {
  it('gives all that is needed to take part', () => {
    const { bound, parameters, plan, snapshots, templateDigest, log } = verifyOffer(offer, grounds);
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
    expect(log).toEqual(logged.head);
    expect([...snapshots]).toEqual([[crimes.dataset, snapshotIdOf(crimes.dataset)]]);
  });

  it.each([{ template: 'another' }, { version: 4 }])('refuses an offer whose entry in the log names %o', (other) => {
    const refusal = refusalOf({}, { logged: { ...logged, template: { ...logged.template, ...other } } });
    expect([refusal.code, refusal.message]).toEqual([
      'LOG_INCONSISTENT',
      'the audit log names another template for this offer than support-by-offence version 3, which it asks',
    ]);
  });

  it('does not mind the order in which a participant’s datasets are named', () => {
    const both = { ...prosecutions, dataset: 'cps.charges' };
    const about = question({
      links: [...template.links, { dataset: both.dataset, on: 'case', keep: 'not-linked', take: 'latest', where: [] }],
    });
    const datasets = [both, prosecutions].map(({ dataset }) => ({ dataset, snapshot: snapshotIdOf(dataset) }));
    const { plan } = verified(
      { ...offer, ...about, participants: [police, charity, { ...cps, datasets }] },
      { ...grounds, catalogue: createCatalogue([...catalogue.values(), both]) },
    );
    expect(plan.lists).toHaveLength(4);
  });

  it('answers at the floors, and any version where none is named', () => {
    const allow = [{ template: template.template, version: 3, mode: 'live' as const }];
    expect(() => verifyOffer(offer, { ...grounds, ...withPolicy({ allow, minimumParticipants: 3 }) })).not.toThrow();
  });

  it('answers from an opt-in dataset where people were asked for the purpose', () => {
    const consent = { ...noConsentNeeded, purposes: new Map([[crimes.dataset, [template.purpose]]]) };
    expect(() => verifyOffer(offer, { ...grounds, catalogue: opted, consent })).not.toThrow();
  });

  describe('with opt-out lists', () => {
    const digest = 'a'.repeat(64);
    const lists = (appliedTo: string | null, readAt = '2026-04-02T12:00:00.000Z'): Partial<OfferGrounds> => ({
      consent: {
        ...noConsentNeeded,
        optOuts: {
          maximumAgeMs: 24 * 3_600_000,
          inForce: { digest, readAt, lines: 3 },
          appliedTo: new Map([[crimes.dataset, appliedTo]]),
        },
      },
    });
    /** Joins on the case alone: nobody's keys go into the run. */
    const onCase: Partial<RunOffer> = {
      ...question({
        scheme: 'case',
        links: [{ dataset: prosecutions.dataset, on: 'case', keep: 'linked', take: 'latest', where: [] }],
        dimensions: [{ field: 'police.victim-crimes.offence-group' }],
      }),
      participants: [police, cps],
    };

    it('answers when they were read exactly as long ago as may be, and refuses one second later', () => {
      const held = lists(digest, '2026-04-02T12:00:00.000Z');
      const accepted = { ...grounds, ...held, ...at('2026-04-03T12:00:00.000Z') };
      expect(() => verifyOffer(offer, accepted)).not.toThrow();
      const refusal = refusalOf({}, { ...held, ...at('2026-04-03T12:00:01.000Z') });
      expect(refusal.code).toBe('OPT_OUTS_STALE');
      expect(refusal.message).toContain('tally node opt-outs');
    });

    it('refuses when they were read later than it is, unless by a clock that has just been set right', () => {
      const held = lists(digest, '2026-04-02T12:01:00.000Z');
      expect(() => verifyOffer(offer, { ...grounds, ...held, ...at('2026-04-02T12:00:00.000Z') })).not.toThrow();
      const refusal = refusalOf({}, { ...held, ...at('2026-04-02T11:59:59.999Z') });
      expect([refusal.code, refusal.message]).toEqual(['OPT_OUTS_STALE', expect.stringContaining('clock')]);
    });

    it.each([
      ['by older lists', 'b'.repeat(64)],
      ['by none', null],
    ])('answers from a snapshot made %s where people are joined, and refuses where they are not', (_, appliedTo) => {
      expect(() => verifyOffer(offer, { ...grounds, ...lists(appliedTo) })).not.toThrow();
      const refusal = refusalOf(onCase, lists(appliedTo));
      expect([refusal.code, refusal.message]).toEqual([
        'OPT_OUTS_STALE',
        expect.stringContaining('tally node prepare'),
      ]);
      expect(() => verified({ ...offer, ...onCase }, { ...grounds, ...lists(digest) })).not.toThrow();
    });

    it('answers from a dataset that holds nobody, whatever lists it was made by', () => {
      const ours = { self: 'cps', snapshots: new Map([[prosecutions.dataset, snapshotIdOf(prosecutions.dataset)]]) };
      expect(() => verified({ ...offer, ...onCase }, { ...grounds, ...lists(null), ...ours })).not.toThrow();
    });

    it('says nothing of them to who may not ask', () => {
      expect(refusalOf({}, { ...lists(null, '2020-01-01T00:00:00Z'), policy: { ...allowAll, allow: [] } }).code).toBe(
        'NOT_ALLOWED_HERE',
      );
    });
  });

  const floors: Floors = { threshold: 20, roundTo: 5, epsilon: 1 };
  const demanding = withPolicy({ minimumThreshold: 20, minimumRounding: 5, maximumEpsilon: 1 });
  const demanded = (ours: Floors, theirs = NO_FLOORS): Partial<RunOffer> => ({
    participants: [{ ...police, floors: ours }, { ...charity, floors: theirs }, cps],
  });

  it('takes its own floors and everybody’s into the terms, the plan and the cost', () => {
    const { terms, plan, cost } = verified({ ...offer, ...demanded(floors) }, { ...grounds, ...demanding });
    expect(terms).toMatchObject({ threshold: 20, roundTo: 5, epsilon: 1, overlapEpsilon: 1 });
    expect(plan.minimumTally).toBe(20);
    expect(plan.noise).not.toBeNull();
    expect(cost).toEqual({ counts: 1, overlaps: 1, measures: [], total: 2 });
    const theirs = verified({ ...offer, ...demanded(NO_FLOORS, { ...floors, threshold: 30 }) }, grounds);
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

  it('takes as many agencies as the template asks for', () => {
    const asked = { ...offer, ...question({ minimumParticipants: 3 }) };
    expect(verified(asked, grounds).plan.mixers).toHaveLength(3);
  });

  it('refuses fewer than two agencies whatever the policy says', () => {
    const known = governanceOf(offer);
    const agencies = known.roster.agencies
      .slice(0, 1)
      .map((agency) => ({ ...agency, datasets: [...catalogue.keys()] }));
    const alone = { ...known, roster: { ...known.roster, agencies } };
    const datasets = [...catalogue.keys()].map((dataset) => ({ dataset, snapshot: snapshotIdOf(dataset) }));
    const lonely = { participants: [{ agency: 'police', datasets, floors: NO_FLOORS }] };
    expect(refusalOf(lonely, { governance: alone, ...withPolicy({ minimumParticipants: 0 }) }).code).toBe(
      'TOO_FEW_PARTICIPANTS',
    );
  });

  it('says nothing about snapshots or parameters to who may not ask', () => {
    const missing = { snapshots: new Map<string, string>(), ...withPolicy({ allow: [] }) };
    expect(refusalOf({ parameters: {} }, missing).code).toBe('NOT_ALLOWED_HERE');
  });

  describe('and opt-outs', () => {
    const optOuts = (digit: string) => ({ dataset: OPT_OUTS, snapshot: digit.repeat(64) });
    const bringing = (agency: string, digit: string): Partial<RunOffer> => ({
      participants: offer.participants.map((one) =>
        one.agency === agency ? { ...one, datasets: [...one.datasets, optOuts(digit)] } : one,
      ),
    });
    const holding: Partial<OfferGrounds> = { snapshots: new Map([...grounds.snapshots, [OPT_OUTS, 'a'.repeat(64)]]) };

    it('takes its own from the offer, and those of others as they come', () => {
      const own = verified({ ...offer, ...bringing('police', 'a') }, { ...grounds, ...holding });
      expect(own.optOuts).toBe('a'.repeat(64));
      // Nothing is counted from them, so they are none of those that pay.
      expect([...own.snapshots.keys()]).toEqual([crimes.dataset]);
      expect(own.plan.lists.at(-1)?.id).toBe('opt-outs/police');
      const others = verified({ ...offer, ...bringing('cps', 'b') }, grounds);
      expect(others.optOuts).toBeNull();
      expect(others.plan.lists.at(-1)?.id).toBe('opt-outs/cps');
    });

    it.each<[RefusalCode, string, Partial<RunOffer>, Partial<OfferGrounds>]>([
      ['PROTOCOL_VIOLATION', 'leaves out its own', {}, holding],
      ['PROTOCOL_VIOLATION', 'has another’s and leaves out its own', bringing('charity', 'a'), holding],
      ['SNAPSHOT_MISSING', 'names some where it has none', bringing('police', 'a'), {}],
      ['SNAPSHOT_STALE', 'names those it had before', bringing('police', 'b'), holding],
      [
        'PROTOCOL_VIOLATION',
        'has an agency for its opt-outs alone',
        {
          participants: [...offer.participants, { agency: 'prison', datasets: [optOuts('c')], floors: NO_FLOORS }],
        },
        {},
      ],
    ])('refuses with %s an offer that %s', (code, _, asked, held) => {
      expect(refusalOf(asked, held).code).toBe(code);
    });

    it('are brought to no run that joins nobody', () => {
      const about = question({
        links: template.links.filter(({ on }) => on === 'case'),
        dimensions: [{ field: 'police.victim-crimes.offence-group' }],
      });
      const [ours, , theirs] = offer.participants;
      const participants = [ours, theirs].flatMap((one) => one ?? []);
      const { optOuts: none, plan } = verified({ ...offer, ...about, participants }, { ...grounds, ...holding });
      expect([none, plan.linkage]).toEqual([null, null]);
      const brought = participants.map((one) => ({ ...one, datasets: [...one.datasets, optOuts('a')] }));
      expect(refusalOf({ ...about, participants: brought }, holding).code).toBe('PROTOCOL_VIOLATION');
    });
  });

  it('never repeats a value that was asked for', () => {
    expect(refusalOf({ parameters: { quarters: ['Quillfeather'] } }).message).not.toContain('Quillfeather');
  });

  it('says how far the policy lets it go', () => {
    const allow = [{ template: template.template, mode: 'shadow' as const }];
    expect(verifyOffer(offer, grounds).mode).toBe('live');
    expect(verifyOffer(offer, { ...grounds, ...withPolicy({ allow }) }).mode).toBe('shadow');
  });
});
