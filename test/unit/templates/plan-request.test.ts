import { describe, expect, it } from 'vitest';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  NO_FLOORS,
  requestDigest,
} from '../../../core/templates/index.js';
import type { PlanInput, RunOffer } from '../../../core/templates/index.js';
import { catalogue, FULL_BODY, template } from './fixtures.js';
import { key, snapshot, roster, participant, north, cps, haven, south, offer, bound, plan } from './plan-fixtures.js';

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
    ['requester', { requester: 'another@research-office' }, {}],
    ['register', { register: { size: 8, root: snapshot('e') } }, {}],
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
    ['template', { templateDigest: snapshot('b') }, {}],
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
