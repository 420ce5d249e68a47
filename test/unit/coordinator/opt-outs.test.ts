import { describe, expect, it } from 'vitest';

import { makeOptOuts, releaseNotes, type Release } from '../../../coordinator/index.js';
import { noiseVariance } from '../../../core/noise/index.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import { OPT_OUTS, runTerms, type RunTerms, type Template } from '../../../core/templates/index.js';
import type { PlainRecord } from '../../support/naive-join.js';
import { list, LITTLE_NOISE, noisyPlan, optOutList, threePartyPlan } from '../../support/plans.js';
import { approved, lists, NOISY, REQUEST, Rig, type RigOptions } from './fixtures.js';

const records = (from: number, to: number): PlainRecord[] =>
  Array.from({ length: to - from }, (_, index) => ({
    keys: [`first ${from + index}`, `second ${from + index}`],
    label: 0,
  }));

/** Agencies that have opt-outs, with how many of the first people of the police. */
function rigOf(optOuts: Readonly<Record<string, number>>, options: RigOptions = {}): Rig {
  const own = new Map([
    ...lists,
    ...Object.entries(optOuts).map(([name, count]) => [`${OPT_OUTS}/${name}`, records(0, count)] as const),
  ]);
  const rig = new Rig({ lists: own, online: [], ...options });
  for (const { id, datasets } of rig.registry.list().map(({ id, datasets }) => ({ id, datasets }))) {
    rig.connect(id, [...datasets.map(({ dataset }) => dataset), ...(id in optOuts ? [OPT_OUTS] : [])]);
  }
  return rig;
}

async function released(rig: Rig): Promise<Release> {
  const { id } = rig.service.submit(REQUEST);
  expect(await rig.ended(id)).toBe('finished');
  const { release } = rig.service.get(id);
  if (release === undefined) throw new RangeError('no release');
  return release;
}

const total = ({ table }: Release): number => table.cells.reduce((sum, { value }) => sum + (value ?? 0), 0);

const ofTheList = { dataset: OPT_OUTS, asAt: '2026-10-31', rejectedPercent: 0 };

describe('a run with opt-outs', () => {
  it('leaves out who is on any agency’s list, and says how many, of whose lists and of which day', async () => {
    const without = await released(new Rig());
    const rig = rigOf({ 'charity-a': 12, 'charity-b': 10 });
    const release = await released(rig);
    // Of 13, 13 and 26 in the cells 3, 3 and 6 are on the longer list; each is rounded to fives.
    expect([total(without), total(release)]).toEqual([15 + 15 + 25, 10 + 10 + 20]);
    expect(release.optOuts).toEqual({
      lists: [
        { agency: 'charity-a', agencyName: 'The charity-a', ...ofTheList },
        { agency: 'charity-b', agencyName: 'The charity-b', ...ofTheList },
      ],
      unit: 'person',
      leftOut: { value: 10, status: 'ok' },
      standardDeviation: 0,
    });
    expect(release.notes).toContain(
      'People left out because they opted out: 10. Whoever is in the opt-out list of one agency is left out of what every ' +
        'agency holds; lists came from The charity-a (as at 2026-10-31), The charity-b (as at 2026-10-31).',
    );
    expect(release.sources).toEqual(without.sources);
    expect(without.optOuts).toBeNull();
    expect(without.notes.join()).not.toContain('opted out');
  });

  it('says no number that is small', async () => {
    const release = await released(rigOf({ 'charity-a': 9 }));
    expect(release.optOuts?.leftOut).toEqual({ value: null, status: 'few' });
    expect(release.notes.find((note) => note.includes('opted out'))).toContain('opted out: fewer than 10.');
    expect((await released(rigOf({ 'charity-a': 0 }))).optOuts?.leftOut).toEqual({ value: null, status: 'few' });
  });

  it('is asked anew when somebody’s opt-outs are others, and answered again when they are not', async () => {
    const rig = rigOf({ 'charity-a': 20 });
    const ask = async (): Promise<string> => {
      const { id } = rig.service.submit(REQUEST);
      await rig.ended(id);
      return rig.service.get(id).run.requestDigest ?? '';
    };
    const [first, again] = [await ask(), await ask()];
    expect(again).toBe(first);
    expect(rig.offers).toHaveLength(3);
    const { hello } = rig.connection('charity-a', ['charities.support', OPT_OUTS]);
    const snapshots = hello.snapshots.map((held) =>
      held.dataset === OPT_OUTS ? { ...held, snapshot: 'ef'.repeat(32) } : held,
    );
    rig.handlers.received('charity-a', { kind: 'hello', hello: { ...hello, snapshots } });
    expect(await ask()).not.toBe(first);
    expect(rig.offers).toHaveLength(6);
  });

  it('takes nothing from a budget of opt-outs, for they have none', async () => {
    const rig = rigOf({ 'charity-a': 20 }, { templates: [approved(NOISY)] });
    const { hello } = rig.connection('charity-a', ['charities.support', OPT_OUTS]);
    const snapshots = hello.snapshots.map((held) => (held.dataset === OPT_OUTS ? { ...held, epsilonLeft: 0 } : held));
    rig.handlers.received('charity-a', { kind: 'hello', hello: { ...hello, snapshots } });
    const release = await released(rig);
    expect(release.optOuts?.standardDeviation).toBeGreaterThan(0);
    expect(release.notes.find((note) => note.includes('opted out'))).toContain(
      'as far as random noise lets it be told',
    );
  });
});

describe('how many were left out', () => {
  const source = { agency: 'police', agencyName: 'The police', ...ofTheList };
  const plan: JoinPlan = threePartyPlan({
    lists: [
      list('victims', 'police', 'base', ['exact.1', 'exact.2'], 2, 1),
      list('victims', 'cps', 'base', ['exact.1', 'exact.2'], 2, 1),
      list('support', 'charity', 'linked', ['exact.1', 'exact.2'], 3, 3),
      optOutList('charity', ['exact.1', 'exact.2']),
    ],
  });
  const termsOf = (disclosure: Partial<Template['disclosure']> = {}): RunTerms =>
    runTerms(approved({ disclosure: { threshold: 10, roundTo: 5, epsilon: 'none', ...disclosure } }).bound, []);
  const made = (leftOut: number | null, terms = termsOf(), of = plan) =>
    makeOptOuts({ plan: of, terms, lists: [source], leftOut });

  it.each([
    [-3, { value: null, status: 'few' }],
    [9, { value: null, status: 'few' }],
    [10, { value: 10, status: 'ok' }],
    [12, { value: 10, status: 'ok' }],
    [13, { value: 15, status: 'ok' }],
  ])('%i is shown as any count is', (leftOut, shown) => {
    expect(made(leftOut)?.leftOut).toEqual(shown);
    expect(made(leftOut, termsOf({ epsilon: 1 }))?.leftOut).toEqual(shown);
  });

  it('is not shown where it would be the one exact number, and not told where there are no lists', () => {
    const withheld = made(50, termsOf({ epsilon: 1, overlapEpsilon: 'none' }));
    expect(withheld?.leftOut).toEqual({ value: null, status: 'withheld' });
    expect(made(null)).toBeNull();
  });

  it('has the noise of every group of decoys that is left out', () => {
    const noisy = noisyPlan(plan);
    const variance = noiseVariance(LITTLE_NOISE);
    // Of the seven sets of three lists that the opt-outs meet those with a base list: one with both of them, and so on.
    const withBase = [1, 1, 2, 0, 1, 1, 2];
    const records = withBase.reduce((sum, bases) => sum + bases ** 2, 0);
    const people = withBase.filter((bases) => bases > 0).length;
    const deviation = (squares: number): number => Number(Math.sqrt(3 * squares * variance).toFixed(1));
    expect(made(50, termsOf({ epsilon: 1 }), noisy)?.standardDeviation).toBe(deviation(records));
    const ofPeople = { ...noisy, base: { ...noisy.base, unit: 'person' as const } };
    expect(made(50, termsOf({ epsilon: 1 }), ofPeople)?.standardDeviation).toBe(deviation(people));
    expect(made(50)?.standardDeviation).toBe(0);
  });

  it('is said in words', () => {
    const { bound } = approved();
    const terms = termsOf();
    const said = (leftOut: number, of: JoinPlan, its = terms): string | undefined =>
      releaseNotes({
        ...{ bound, participants: [], terms: its, roster: { agencies: [] } as never, linkage: null, sources: [] },
        table: { cells: [], totals: [], noise: null } as never,
        optOuts: made(leftOut, its, of),
      }).find((note) => note.includes('opted out'));
    expect(said(23, plan)).toMatch(/^Records left out because the people they are of opted out: 25\. /);
    expect(said(3, noisyPlan(plan), termsOf({ epsilon: 1 }))).toContain(
      'opted out: fewer than 10, as far as random noise lets it be told (standard deviation ',
    );
    expect(said(23, plan, termsOf({ epsilon: 1, overlapEpsilon: 'none' }))).toContain(
      'opted out: not shown, for it has no noise in it and the counts have. ',
    );
  });
});
