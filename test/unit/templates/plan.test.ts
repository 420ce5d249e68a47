import { describe, expect, it } from 'vitest';
import { keyCopies, schemes } from '../../../core/linkage/index.js';
import { assertNoiseFits, MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/index.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  datasetDigest,
  MINIMUM_PARTICIPANTS,
  NO_FLOORS,
  OPT_OUTS,
  OPT_OUTS_DEFINITION,
  participantsNeeded,
  requestDigest,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Participant, PlanInput, RunOffer } from '../../../core/templates/index.js';
import { MAX_REQUESTER_LENGTH } from '../../../core/templates/plan.js';
import { datasetDigests } from '../../../core/templates/request.js';
import { bind, catalogue, codeOf, FULL_BODY, NOISY, template } from './fixtures.js';
import {
  key,
  snapshot,
  roster,
  participant,
  north,
  cps,
  haven,
  south,
  offer,
  bound,
  inputWith,
  plan,
} from './plan-fixtures.js';

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
    expect(contextOf({ register: { size: 8, root: snapshot('e') } })).toBe(base);
  });

  it.each<[string, Partial<RunOffer>, Partial<PlanInput>]>([
    ['the run', { runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5d' }, {}],
    ['the template', { templateDigest: snapshot('b') }, {}],
    ['a parameter', { parameters: { quarters: ['2025-Q2'] } }, {}],
    ['the requester', { requester: 'another@research-office' }, {}],
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

  it('needs as many agencies as the template says', () => {
    const asking = (minimumParticipants: number): BoundTemplate =>
      bindTemplate({ ...template(FULL_BODY), minimumParticipants }, catalogue);
    const { length } = offer.participants;
    expect(plan({}, { bound: asking(length) }).mixers).toHaveLength(length);
    expect(codeOf(() => plan({}, { bound: asking(length + 1) }))).toBe('TOO_FEW_PARTICIPANTS');
    expect(participantsNeeded(bound)).toBe(MINIMUM_PARTICIPANTS);
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

describe('opt-outs', () => {
  const withOptOuts = (one: Participant, digit: string): Participant => ({
    ...one,
    datasets: [...one.datasets, { dataset: OPT_OUTS, snapshot: snapshot(digit) }],
  });
  const brought = { participants: [withOptOuts(north, '6'), withOptOuts(cps, '7'), haven, south] };

  it('come after all lists that are asked, in roster order, with the keys of the scheme and nothing else', () => {
    const { lists } = plan(brought);
    expect(lists.slice(0, -2)).toEqual(plan().lists);
    const keys = ['exact.1', 'exact.2', 'exact.1', 'exact.2', 'exact.1', 'exact.2', 'exact.1', 'exact.2'];
    const { linkage } = OPT_OUTS_DEFINITION;
    const exact = schemes.get('exact');
    if (linkage === null || exact === undefined) throw new Error('no such scheme');
    const columns = keyCopies(exact.keys, linkage.identifiers).reduce((sum, copies) => sum + copies, 0);
    expect(
      lists.slice(-2).map(({ id, provider, role, labels, stride, sums }) => [id, provider, role, labels, stride, sums]),
    ).toEqual([
      ['opt-outs/north', 'north', 'opt-out', 0, 0, null],
      ['opt-outs/cps', 'cps', 'opt-out', 0, 0, null],
    ]);
    for (const list of lists.slice(-2)) {
      expect(list.keys.map(({ name }) => name).slice(0, columns)).toEqual(expect.arrayContaining(keys.slice(0, 2)));
      expect(list.keys).toHaveLength(columns);
      expect(list.keys.every(({ on }) => on === 'person')).toBe(true);
    }
    expect(plan(brought).tableCells).toEqual(plan().tableCells);
  });

  it('are what is asked of: another list is another request and context', () => {
    const others = { participants: [withOptOuts(north, '8'), withOptOuts(cps, '7'), haven, south] };
    const texts = [{}, brought, others].map((change) => {
      const { context, request } = plan(change);
      return [context, request].map((digest) => Buffer.from(digest).toString('hex'));
    });
    expect(new Set(texts.flat()).size).toBe(6);
    expect(
      Buffer.from(
        requestDigest({
          ...inputWith(brought),
          templateDigest: offer.templateDigest,
          participants: brought.participants,
        }),
      ).toString('hex'),
    ).toBe(texts[1]?.[1]);
  });

  it('change the request with their definition, which all must mean alike', () => {
    const digests = datasetDigests(bound, brought.participants);
    expect(digests.map(({ dataset }) => dataset)).toEqual([
      ...datasetDigests(bound, offer.participants).map(({ dataset }) => dataset),
      OPT_OUTS,
    ]);
    expect(digests.at(-1)?.digest).toEqual(datasetDigest(OPT_OUTS_DEFINITION));
  });

  it('need no word of the roster, and are brought to no run that joins nobody', () => {
    expect(roster.agencies.flatMap(({ datasets }) => datasets)).not.toContain(OPT_OUTS);
    const cases = bindTemplate(
      template(
        'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.offence }]\n',
      ),
      catalogue,
    );
    const ask = (participants: readonly Participant[]): JoinPlan =>
      plan({ participants, parameters: {} }, { bound: cases, parameters: bindParameters(cases, {}) });
    const southAlone = { ...south, datasets: south.datasets.slice(0, 1) };
    expect(ask([north, southAlone]).linkage).toBeNull();
    expect(codeOf(() => ask([withOptOuts(north, '6'), southAlone]))).toBe('BAD_OFFER');
  });

  it('have decoys, and do not count among the lists there may be', () => {
    const noisy = bind(FULL_BODY, NOISY);
    const found = plan(brought, { bound: noisy });
    const own = found.decoys?.patterns.filter((pattern) => pattern.some(({ list }) => list.startsWith(OPT_OUTS))) ?? [];
    const without = plan({}, { bound: noisy }).decoys?.patterns ?? [];
    expect(own).not.toEqual([]);
    expect(found.decoys?.patterns).toHaveLength(without.length + own.length);
    expect(found.lists).toHaveLength(MAX_LISTS_WITH_DECOYS + 1);
    expect(() => {
      assertNoiseFits(found);
    }).not.toThrow();
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
