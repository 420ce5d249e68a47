import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { finish, STEP_ITEMS, uniformBelow } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import type { NonMatches } from '../../../core/linkage/index.js';
import type { ElementHash } from '../../../core/private-join/element-index.js';
import { match } from '../../../core/private-join/match.js';
import type { JoinPlan, ListPlan } from '../../../core/private-join/plan.js';
import { decoyPatterns } from '../../../core/templates/decoy-patterns.js';
import type { PooledCounts } from '../../../examples/bold/truth/index.js';
import { worldsOf } from '../../support/arbitrary-world.js';
import { blindedLists } from '../../support/blinded-lists.js';
import { naiveLinks } from '../../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../../support/naive-join.js';
import { list } from '../../support/plans.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';
import { support, secondCharity, plan, readable, naively, hash, matched, twoValues } from './match-fixtures.js';
import type { Found } from './match-fixtures.js';

const RANDOM_WORLDS = 1_000;
/** Each has many more records. */
const WORLDS_WITH_DECOYS = 300;

describe(`random worlds (seed ${testSeed})`, () => {
  /** Four hashes for all elements: whatever depends on elements that meet is met. */
  const weak: ElementHash = { of: (elements, at) => (elements[at] ?? 0) & 3 };

  it.each([
    ['small, with all the collisions there can be', { offers: 2, records: 6, levels: 2, values: 5 }, hash],
    ['several lists a dataset and three levels', { offers: 4, records: 14, levels: 3, values: 12 }, hash],
    ['a hash that hardly tells elements apart', { offers: 4, records: 14, levels: 3, values: 12 }, weak],
  ])('match as the naive join does: %s', (_, bounds, by) => {
    fc.assert(
      fc.property(worldsOf(bounds), ({ plan: world, lists }) => {
        expect(matched(world, lists, by)).toEqual(naively(world, lists));
      }),
      { ...propertyOptions, numRuns: RANDOM_WORLDS },
    );
  });

  it('match as the naive join does with what agencies say, and tell the same of it', () => {
    fc.assert(
      fc.property(
        worldsOf({ offers: 3, records: 14, levels: 3, values: 12 }),
        fc.array(fc.option(arbitraryNonMatches, { nil: null }), { minLength: 12, maxLength: 12 }),
        fc.constantFrom(0.5, 0.9),
        fc.boolean(),
        ({ plan: drawn, lists }, said, threshold, twice) => {
          const names = drawn.linkage === null ? drawn : renamed(drawn, twice);
          const world = { ...names, linkage: names.linkage === null ? null : { ...names.linkage, threshold } };
          const nonMatches = new Map(
            world.lists.flatMap(({ id }, index) => {
              const own = said[index] ?? null;
              return own === null ? [] : [[id, ofKeys(own, names.linkage?.keys.length ?? 0)] as const];
            }),
          );
          const matches = finish(match(world, blindedLists(world, lists), hash, { nonMatches }));
          expect(readable(matches)).toEqual(naively(world, lists, nonMatches));
          const told = naiveLinks(world, lists, nonMatches).counts.map(toldOf);
          expect(matches.linkage.map(toldOf)).toEqual(told);
        },
      ),
      { ...propertyOptions, numRuns: RANDOM_WORLDS },
    );
  });

  it('match as the naive join does that is told what was counted, where decoys tip what is admitted', () => {
    let tipped = 0;
    fc.assert(
      fc.property(
        worldsOf({ offers: 3, records: 14, levels: 3, values: 12 }),
        fc.array(fc.option(arbitraryNonMatches, { nil: null }), { minLength: 12, maxLength: 12 }),
        fc.integer(),
        ({ plan: drawn, lists }, said, seed) => {
          const law = { alpha: 0.5, bound: 1 };
          const world = { ...drawn, decoys: { law, patterns: decoyPatterns(drawn.lists) } };
          const nonMatches = new Map(
            world.lists.flatMap(({ id }, index) => {
              const own = said[index] ?? null;
              return own === null ? [] : [[id, ofKeys(own, world.linkage?.keys.length ?? 0)] as const];
            }),
          );
          const joined = new Map(
            world.lists.map((own) => [own.id, [...(lists.get(own.id) ?? []), ...decoysOf(world, own, seed)]]),
          );
          const matches = finish(match(world, blindedLists(world, joined), hash, { nonMatches }));
          const found = withoutDecoys(readable(matches), world, lists);
          const told = matches.comparisons.map(({ people, observed, links }) => ({
            people,
            sets: [...observed.keys()].map((set) => ({ set, observed: observed[set] ?? 0, links: links[set] ?? 0 })),
          }));
          expect(found).toEqual(naively(world, lists, nonMatches, told));
          if (!isDeepStrictEqual(found, naively(world, lists, nonMatches))) tipped += 1;
        },
      ),
      { ...propertyOptions, numRuns: WORLDS_WITH_DECOYS },
    );
    // Else it would be no test of what is told.
    expect(tipped).toBeGreaterThan(WORLDS_WITH_DECOYS / 100);
  });

  /** As many groups of each pattern from each mixer as its noise has it: none to twice the bound. */
  function decoysOf({ mixers, decoys }: JoinPlan, own: ListPlan, seed: number): PlainRecord[] {
    return (decoys?.patterns ?? []).flatMap((pattern, number) =>
      mixers.flatMap((mixer) => {
        const groups = uniformBelow(seededRng(`${seed}/${mixer}/${number}`), 1 + 2 * (decoys?.law.bound ?? 0));
        return Array.from({ length: groups }, (_, group) =>
          pattern
            .filter(({ list: id }) => id === own.id)
            .map(({ shared }) => ({ keys: keysOfDecoy(own, shared, `${mixer}/${number}/${group}`), label: 1 })),
        ).flat();
      }),
    );
  }

  function keysOfDecoy({ id, keys }: ListPlan, shared: readonly string[], group: string): string[] {
    return keys.map(({ name }, column) => {
      const isFirst = keys.findIndex((key) => key.name === name) === column;
      return isFirst && shared.includes(name) ? `decoy ${group} ${name}` : `decoy ${group} ${id} ${column}`;
    });
  }

  function withoutDecoys({ base, linked }: Found, { lists: plans }: JoinPlan, lists: PlainLists): Found {
    const isReal = base.map((name) => {
      const [place, row] = name.split('-').map(Number);
      return (row ?? 0) < (lists.get(plans[place ?? 0]?.id ?? '')?.length ?? 0);
    });
    return {
      base: base.filter((_, index) => isReal[index]),
      linked: linked.map((found) => found.filter((_, index) => isReal[index])),
    };
  }

  /** What both say of a link; precision to nine digits, for they add up in other orders. */
  function toldOf({ dataset, people, keys, at }: PooledCounts): PooledCounts {
    const rounded = (precision: number | null): number | null =>
      precision === null ? null : Number(precision.toFixed(9));
    return { dataset, people, keys, at: at.map((one) => ({ ...one, precision: rounded(one.precision) })) };
  }

  /** The third key a second value of the first. */
  function renamed(drawn: JoinPlan, twice: boolean): JoinPlan {
    if (!twice || drawn.linkage === null) return drawn;
    const name = (own: string): string => (own === 'exact.3' ? 'exact.1' : own);
    return {
      ...drawn,
      lists: drawn.lists.map((own) => ({ ...own, keys: own.keys.map((key) => ({ ...key, name: name(key.name) })) })),
      linkage: { ...drawn.linkage, keys: drawn.linkage.keys.filter((own) => own !== 'exact.3') },
    };
  }

  const deviation = fc.constantFrom(0, 0.5, 4);

  /** Of three keys. */
  const arbitraryNonMatches: fc.Arbitrary<NonMatches> = fc
    .record({
      people: fc.integer({ min: 0, max: 20 }),
      alone: fc.array(fc.integer({ min: -5, max: 20 }), { minLength: 3, maxLength: 3 }),
      sets: fc.array(fc.tuple(fc.constantFrom(3, 5, 6, 7), fc.integer({ min: 1, max: 9 })), { maxLength: 3 }),
      several: fc.integer({ min: -5, max: 20 }),
      deviation: fc.record({ alone: deviation, sets: deviation, several: deviation }),
    })
    .map(({ people, sets, ...rest }) => ({ ...rest, pairs: (people * (people - 1)) / 2, sets: new Map(sets) }));

  /** The same of the first so many. */
  function ofKeys(said: NonMatches, keys: number): NonMatches {
    const sets = new Map([...said.sets].filter(([set]) => set < 2 ** keys));
    return { ...said, alone: said.alone.slice(0, keys), sets };
  }

  it('link the same people in whatever order the records stand', () => {
    const rng = seededRng(`${testSeed}/order`);
    const count = 40;
    const others = (dataset: string, role: ListPlan['role']): ListPlan[] =>
      ['one', 'two'].map((provider) => list(dataset, provider, role, twoValues, 1, 1));
    const world = plan([...others('victims', 'base'), ...others('support', 'linked')], {
      base: { dataset: 'victims', unit: 'person' },
    });
    for (let run = 0; run < 50; run += 1) {
      // In a list every key is somebody's alone, so nobody has two records of which one has to stand.
      const lists = world.lists.map(({ id }) => {
        const values = shuffled(rng, 2 * count);
        const records = shuffled(rng, count).map((second, row) => ({
          keys: [`v${values[row] ?? ''}`, `v${values[count + row] ?? ''}`, `w${second}`],
          label: 1,
        }));
        return { id, records };
      });
      const orders = lists.map(() => shuffled(rng, count));
      const turned = lists.map(({ id, records }, index) => ({
        id,
        records: (orders[index] ?? []).flatMap((row) => records[row] ?? []),
      }));
      const plainly = matched(world, new Map(lists.map(({ id, records }) => [id, records])));
      const before = matched(world, new Map(turned.map(({ id, records }) => [id, records])));
      const back = (name: string | null): string | null => {
        const [own = '', row = ''] = name?.split('-') ?? [];
        return name === null ? null : `${own}-${orders[Number(own)]?.[Number(row)] ?? ''}`;
      };
      const pairs = ({ base, linked }: Found, name: (of: string | null) => string | null): string[] =>
        base.map((own, index) => `${name(own) ?? ''} ${name(linked[0]?.[index] ?? null) ?? ''}`).toSorted();
      expect(pairs(before, back)).toEqual(pairs(plainly, (own) => own));
    }
  });

  /** 0..count-1 in random order. */
  function shuffled(rng: Rng, count: number): number[] {
    const rows = Array.from({ length: count }, (_, row) => row);
    for (let last = count - 1; last > 0; last -= 1) {
      const other = uniformBelow(rng, last + 1);
      [rows[last], rows[other]] = [rows[other] ?? 0, rows[last] ?? 0];
    }
    return rows;
  }

  it.each(['person', 'record'] as const)('match as the naive join does, over many steps: %s', (unit) => {
    const rng = seededRng(`${testSeed}/${unit}`);
    const people = 3 * STEP_ITEMS;
    const key = (): string | null => (uniformBelow(rng, 8) === 0 ? null : `v${uniformBelow(rng, people)}`);
    const cases = [list('cases', 'c', 'linked', ['case'], 1, 4)];
    const world = plan(
      [
        list('victims', 'a', 'base', ['exact.1', 'exact.2', 'case'], 1, 1),
        list('victims', 'b', 'base', ['exact.1', 'exact.2', 'case'], 1, 1),
        ...support,
        secondCharity,
        ...cases,
      ],
      {
        base: { dataset: 'victims', unit },
        links: [
          { dataset: 'support', on: 'person', keep: 'all' },
          { dataset: 'cases', on: 'case', keep: unit === 'person' ? 'all' : 'linked' },
        ],
      },
    );
    const counts = [STEP_ITEMS + 1, STEP_ITEMS, STEP_ITEMS - 1, 1, 2 * STEP_ITEMS + 1];
    const lists = new Map(
      world.lists.map(({ id, keys }, index) => [
        id,
        Array.from({ length: counts[index] ?? 0 }, () => ({ keys: keys.map(key), label: 1 })),
      ]),
    );
    expect(matched(world, lists)).toEqual(naively(world, lists));
  });
});
