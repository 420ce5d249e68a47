import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { finish, STEP_ITEMS, uniformBelow } from '../../../core/base/index.js';
import { ELEMENT_WORDS } from '../../../core/private-join/element-index.js';
import type { ElementHash } from '../../../core/private-join/element-index.js';
import { withRows } from '../../../core/private-join/blinded-list.js';
import { match } from '../../../core/private-join/match.js';
import type { JoinPlan, ListPlan } from '../../../core/private-join/plan.js';
import { decoyPatterns } from '../../../core/templates/decoy-patterns.js';
import { worldsOf } from '../../support/arbitrary-world.js';
import { blindedLists } from '../../support/blinded-lists.js';
import { naiveLinks } from '../../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../../support/naive-join.js';
import { list, optOutList } from '../../support/plans.js';
import type { PlanChanges } from '../../support/plans.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';
import { runWorld } from '../../support/world.js';
import { hash, matched, naively, plan, readable, support, twoValues, victims, written } from './match-fixtures.js';
import type { Written } from './match-fixtures.js';

const PERSON = ['exact.1', 'exact.2'];
const charitys = optOutList('charity', PERSON);
const polices = optOutList('police', PERSON);
const [supported = victims] = support;

function leftOutOf(world: JoinPlan, lists: PlainLists, by: ElementHash = hash): number | null {
  return finish(match(world, blindedLists(world, lists), by)).leftOut;
}

/** What is counted and linked, and how many are left out. */
function outcome(lists: readonly Written[], changes: PlanChanges = {}) {
  const world = plan(
    lists.map((item) => item.plan),
    changes,
  );
  const records = new Map(lists.map((item) => [item.plan.id, item.records]));
  expect(matched(world, records)).toEqual(naively(world, records));
  expect(leftOutOf(world, records)).toBe(naiveLinks(world, records).leftOut);
  return { ...matched(world, records), leftOut: leftOutOf(world, records) };
}

describe('who is in an opt-out list', () => {
  it('is left out of the population and of what is linked, by any key, whoever’s list it is', () => {
    const { base, linked, leftOut } = outcome([
      written(victims, ['a A', 'b B', 'c C', 'd D']),
      written(supported, ['a A', 'b B', 'c C', 'd D']),
      written(charitys, ['a A']),
      written(polices, ['x B', 'c y']),
    ]);
    expect({ base, linked, leftOut }).toEqual({ base: ['0-3'], linked: [['1-3']], leftOut: 3 });
  });

  it('leaves an agency whole, with the records that share no key with the list', () => {
    // The second shares B with the first, and the third C with the second: one person there.
    const { base, leftOut } = outcome([
      written(victims, ['a B', 'c B', 'c C', 'd D']),
      written(supported, ['d D']),
      written(charitys, ['a -']),
    ]);
    expect({ base, leftOut }).toEqual({ base: ['0-3'], leftOut: 3 });
  });

  it('may leave one agency and stay in another that knows other keys of them', () => {
    const { base, linked, leftOut } = outcome([
      written(victims, ['a B']),
      written(supported, ['x B']),
      written(charitys, ['a y']),
    ]);
    expect({ base, linked, leftOut }).toEqual({ base: [], linked: [[]], leftOut: 1 });
  });

  it('brings nobody together: two who each share a key with one entry are two, and strangers are not linked by it', () => {
    const lists = [
      written(victims, ['a A', 'z Z']),
      written(list('victims', 'charity', 'base', PERSON, 1, 1), ['b B']),
      written(supported, ['z Z']),
      written(charitys, ['a B']),
    ];
    expect(outcome(lists, { base: { dataset: 'victims', unit: 'person' } })).toMatchObject({
      base: ['0-1'],
      linked: [['2-0']],
      leftOut: 2,
    });
  });

  it('counts once where people are counted and two agencies hold them, and as often as there are records elsewhere', () => {
    const lists = [
      written(victims, ['a A', 'a A', 'b B']),
      written(list('victims', 'charity', 'base', PERSON, 1, 1), ['x A', 'c C']),
      written(supported, []),
      written(charitys, ['a A']),
    ];
    expect(outcome(lists, { base: { dataset: 'victims', unit: 'person' } }).leftOut).toBe(1);
    expect(outcome(lists).leftOut).toBe(3);
  });

  it('is not found by keys that nobody has, or that were withdrawn, nor by the case', () => {
    const courts = list('courts', 'cps', 'linked', ['case'], 1, 4);
    const base = list('victims', 'police', 'base', [...PERSON, 'case'], 1, 1);
    const lists = [
      written(base, ['- - u1', 'b B u2']),
      written(supported, []),
      written(courts, ['u1', 'u2']),
      written(charitys, ['- -', 'u1 u2']),
    ];
    const links = [
      { dataset: 'support', on: 'person', keep: 'all' },
      { dataset: 'courts', on: 'case', keep: 'all' },
    ] as const;
    expect(outcome(lists, { links })).toMatchObject({
      base: ['0-0', '0-1'],
      linked: [
        [null, null],
        ['2-0', '2-1'],
      ],
      leftOut: 0,
    });
  });

  it('is counted as null where nobody brings a list', () => {
    const world = plan([victims, supported]);
    expect(leftOutOf(world, new Map([[victims.id, []]]))).toBeNull();
  });
});

describe(`random worlds with opt-out lists (seed ${testSeed})`, () => {
  const RANDOM_WORLDS = 1_000;
  const WORLDS_WITH_DECOYS = 200;
  const weak: ElementHash = { of: (elements, at) => (elements[at] ?? 0) & 3 };

  it.each([
    ['small', { offers: 2, records: 6, levels: 2, values: 8, optOuts: 2 }, hash, false],
    ['several lists a dataset', { offers: 4, records: 14, levels: 3, values: 30, optOuts: 4 }, hash, false],
    ['several columns of one key', { offers: 4, records: 14, levels: 3, values: 30, optOuts: 4 }, hash, true],
    ['a weak hash', { offers: 4, records: 14, levels: 3, values: 30, optOuts: 4 }, weak, true],
  ])('are matched, and left out, as the naive join does: %s', (_, bounds, by, twice) => {
    const all: number[] = [];
    fc.assert(
      fc.property(worldsOf(bounds), ({ plan: drawn, lists }) => {
        const world = twice ? withCopies(drawn) : drawn;
        expect(matched(world, lists, by)).toEqual(naively(world, lists));
        const leftOut = leftOutOf(world, lists, by);
        expect(leftOut ?? 0).toBe(naiveLinks(world, lists).leftOut);
        all.push(leftOut ?? 0);
      }),
      { ...propertyOptions, numRuns: RANDOM_WORLDS },
    );
    // Else it would be no test.
    expect(all.filter((leftOut) => leftOut > 0).length).toBeGreaterThan(RANDOM_WORLDS / 10);
  });

  /** The third key a second value of the first. */
  function withCopies(drawn: JoinPlan): JoinPlan {
    if (drawn.linkage === null) return drawn;
    const name = (own: string): string => (own === 'exact.3' ? 'exact.1' : own);
    return {
      ...drawn,
      lists: drawn.lists.map((own) => ({ ...own, keys: own.keys.map((key) => ({ ...key, name: name(key.name) })) })),
      linkage: { ...drawn.linkage, keys: drawn.linkage.keys.filter((own) => own !== 'exact.3') },
    };
  }

  it('leave out the same with decoys, whose expectation is off, and keep none that met an opt-out', () => {
    let met = 0;
    fc.assert(
      fc.property(worldsOf({ offers: 2, records: 8, levels: 2, values: 16, optOuts: 3 }), ({ plan: drawn, lists }) => {
        const law = { alpha: 0.5, bound: 2 };
        const world = { ...drawn, decoys: { law, patterns: decoyPatterns(drawn.lists) } };
        const among = new Map(
          world.lists.map((own) => [own.id, [...(lists.get(own.id) ?? []), ...meanDecoys(world, own)]]),
        );
        const matches = finish(match(world, blindedLists(world, among), hash));
        const isOptOut = new Set(world.lists.filter(({ role }) => role === 'opt-out').map(({ id }) => id));
        expect(matches.leftOut ?? 0).toBe(naiveLinks(world, lists).leftOut);
        // The naive join knows nothing of decoys: to it they are records like others.
        expect(readable(matches)).toEqual(naively(world, among));
        const dropped = world.decoys.patterns.flatMap((pattern, number) =>
          pattern.some((member) => isOptOut.has(member.list)) && pattern.length > 1 ? [number] : [],
        );
        met += dropped.length;
        const kept = readable(matches).base.map((name) => name.split('-').map(Number));
        for (const [place = 0, row = 0] of kept) {
          const key = among.get(world.lists[place]?.id ?? '')?.[row]?.keys[0] ?? '';
          const number = Number(/^decoy [a-d]\/(\d+)\//.exec(key)?.[1] ?? Number.NaN);
          expect(dropped).not.toContain(number);
        }
      }),
      { ...propertyOptions, numRuns: WORLDS_WITH_DECOYS },
    );
    expect(met).toBeGreaterThan(WORLDS_WITH_DECOYS);
  });

  /** As many groups of each pattern from each mixer as there are without noise. */
  function meanDecoys({ mixers, decoys }: JoinPlan, own: ListPlan): PlainRecord[] {
    return (decoys?.patterns ?? []).flatMap((pattern, number) =>
      mixers.flatMap((mixer) =>
        Array.from({ length: decoys?.law.bound ?? 0 }, (_, group) =>
          pattern
            .filter(({ list: id }) => id === own.id)
            .map(({ shared }) => ({
              keys: own.keys.map(({ name }) =>
                shared.includes(name)
                  ? `decoy ${mixer}/${number}/${group} ${name}`
                  : `decoy ${mixer}/${number}/${group} ${own.id} ${name}`,
              ),
              label: Math.min(1, own.labels),
            })),
        ).flat(),
      ),
    );
  }
});

describe('many records', () => {
  it('are left out over many steps, those that stay lying far apart', () => {
    const rng = seededRng(`${testSeed}/opt-outs`);
    const people = 2 * STEP_ITEMS + 1;
    const key = (): string => `v${uniformBelow(rng, 32 * people)}`;
    const copied = list('victims', 'police', 'base', twoValues, 1, 1);
    const world = plan([copied, list('support', 'a', 'linked', twoValues, 1, 2), optOutList('charity', twoValues)]);
    const lists = new Map(
      world.lists.map(({ id, keys }) => [
        id,
        Array.from({ length: people }, () => ({ keys: keys.map(key), label: 1 })),
      ]),
    );
    const leftOut = leftOutOf(world, lists) ?? 0;
    expect(matched(world, lists)).toEqual(naively(world, lists));
    expect(leftOut).toBeGreaterThan(STEP_ITEMS / 8);
    expect(leftOut).toBeLessThan(STEP_ITEMS);
  });

  it('are read in windows of a step, however few stay', () => {
    const asked: number[] = [];
    const rows = Uint32Array.of(0, 1, 5 * STEP_ITEMS, 5 * STEP_ITEMS + 1, 9 * STEP_ITEMS);
    const few = withRows(
      {
        plan: victims,
        count: 10 * STEP_ITEMS,
        pseudonyms: (_, from, to) => {
          asked.push(to - from);
          return Uint32Array.from(
            { length: (to - from) * ELEMENT_WORDS },
            (__, at) => from + Math.floor(at / ELEMENT_WORDS),
          );
        },
      },
      rows,
    );
    expect(few.count).toBe(rows.length);
    const read = few.pseudonyms(0, 1, 5);
    expect([...read].filter((_, at) => at % ELEMENT_WORDS === 0)).toEqual([...rows.slice(1)]);
    expect(asked).toEqual([STEP_ITEMS, STEP_ITEMS, 1]);
  });
});

describe('a run with opt-out lists', () => {
  const world = (minimumTally: number): JoinPlan =>
    plan([victims, supported, polices], { minimumTally, mixers: ['police', 'a'] });
  const people = Array.from({ length: 6 }, (_, index) => ({ keys: [`p${index}`, `q${index}`], label: 1 }));
  const lists = new Map([
    [victims.id, people],
    [polices.id, people.slice(0, 2).map(({ keys }) => ({ keys, label: 0 }))],
  ]);

  it('ends with POPULATION_TOO_SMALL at every party when too few are left, though no node can see that', async () => {
    const atLimit = await runWorld(world(4), lists);
    expect(new Set(Object.values(atLimit.ends))).toEqual(new Set(['finished']));
    const below = await runWorld(world(5), lists);
    expect(new Set(Object.values(below.ends))).toEqual(new Set(['POPULATION_TOO_SMALL']));
    expect(new Set(Object.values(below.blamed))).toEqual(new Set(['coordinator']));
  });
});
