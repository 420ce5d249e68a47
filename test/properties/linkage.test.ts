import { describe, expect, it } from 'vitest';

import { finish } from '../../core/base/index.js';
import { AGREEMENTS, schemes } from '../../core/linkage/index.js';
import type { LinkageReport, Scheme } from '../../core/linkage/index.js';
import type { Places } from '../../core/private-join/places.js';
import { TabulationHash } from '../../core/private-join/element-index.js';
import { match } from '../../core/private-join/match.js';
import type { Matches } from '../../core/private-join/match.js';
import { NOWHERE } from '../../core/private-join/record-store.js';
import type { PooledCounts, PooledLinks } from '../../examples/bold/truth/index.js';
import { blindedLists } from '../support/blinded-lists.js';
import { linkageWorld } from '../support/linkage-world.js';
import type { LinkageWorld, LinkageWorldOptions } from '../support/linkage-world.js';
import { naiveCounts, naiveLinks } from '../support/naive-join.js';
import { seededDice } from '../support/seeded-dice.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';

/*
 * Who is linked with whom when agencies' records are faulty: by parties that show each other nothing, and by somebody who
 * has it all (examples/bold/truth/pooled-linker.ts). Several agencies offer each dataset, with duplicates in them,
 * aliases and gaps; both sides have the agencies' own statistics, as they are or with noise.
 */

const IDS = ['strict', 'light', 'standard', 'thorough', 'initials', 'exact', 'case'];
const UNITS = ['person', 'record'] as const;

type Sought = Pick<LinkageWorldOptions, 'unit' | 'epsilon'> & { readonly id: string };
const everything: readonly Sought[] = IDS.flatMap((id) =>
  UNITS.flatMap((unit) => (['none', 8] as const).map((epsilon) => ({ id, unit, epsilon }))),
);

function schemeOf(id: string): Scheme {
  const scheme = schemes.get(id);
  if (scheme === undefined) throw new RangeError(`no scheme ${id}`);
  return scheme;
}

/** The same for one scheme, unit and epsilon whichever tests run. */
function seedOf(...sought: readonly unknown[]): number {
  return seededDice(['linkage', testSeed, ...sought].join(' ')).below(2 ** 31);
}

/** A line for each base record and link: what is linked to what, and in what they agree. */
function linksOf({ plan }: LinkageWorld, { base, linked, agreements }: Matches): string[] {
  const named = ({ lists, rows }: Places, at: number): string => {
    const row = rows[at] ?? NOWHERE;
    return row === NOWHERE ? '-' : `${plan.lists[lists[at] ?? NOWHERE]?.id ?? '?'} ${row}`;
  };
  return Array.from(base.rows, (_, at) => {
    const to = linked.map((places, edge) => {
      const agreement = agreements[edge]?.[at] ?? 0;
      return `${named(places, at)} ${agreement === 0 ? '-' : (AGREEMENTS[agreement - 1] ?? '?')}`;
    });
    return [named(base, at), ...to].join(' > ');
  });
}

function pooledLinksOf({ base, linked }: PooledLinks): string[] {
  return base.map(({ list, row }, at) => {
    const to = linked.map((places) => {
      const link = places[at] ?? null;
      return link === null ? '- -' : `${link.list} ${link.row} ${link.agreement ?? '-'}`;
    });
    return [`${list} ${row}`, ...to].join(' > ');
  });
}

/** Those numbers of a report that both sides have; estimates to nine places, for they are sums in another order. */
function countsOf({ dataset, people, keys, at }: PooledCounts | LinkageReport): PooledCounts {
  const rounded = (share: number | null): number | null => (share === null ? null : Math.round(share * 1e9) / 1e9);
  return { dataset, people, keys, at: at.map((each) => ({ ...each, precision: rounded(each.precision) })) };
}

const hash = new TabulationHash(seededRng(`linkage ${testSeed}`));

describe(`links of faulty records (seed ${testSeed})`, () => {
  const PEOPLE = 700;
  it.each(everything)('$id, unit $unit, epsilon $epsilon: blinded as in the clear', ({ id, unit, epsilon }) => {
    const seed = seedOf(id, unit, epsilon);
    const world = linkageWorld({
      scheme: schemeOf(id),
      unit,
      people: PEOPLE,
      level: 'hard',
      epsilon,
      seed,
      isTold: false,
    });
    const { plan, lists, evidence } = world;
    const found = finish(match(plan, blindedLists(plan, lists), hash, { nonMatches: evidence }));
    const pooled = naiveLinks(plan, lists, evidence);
    expect(linksOf(world, found)).toEqual(pooledLinksOf(pooled));
    expect(found.linkage.map(countsOf)).toEqual(pooled.counts.map(countsOf));
    expect(pooled.linked.flat().filter((link) => link !== null).length).toBeGreaterThan(PEOPLE / 10);
  });

  it.each(everything.filter(({ id }) => id !== 'case'))(
    '$id, unit $unit, epsilon $epsilon, with opt-outs: blinded as in the clear',
    ({ id, unit, epsilon }) => {
      const seed = seedOf('opt-outs', id, unit, epsilon);
      const options = { scheme: schemeOf(id), unit, people: PEOPLE, level: 'hard', epsilon, seed } as const;
      const world = linkageWorld({ ...options, isTold: false, optOuts: true });
      const { plan, lists, evidence } = world;
      const found = finish(match(plan, blindedLists(plan, lists), hash, { nonMatches: evidence }));
      const pooled = naiveLinks(plan, lists, evidence);
      expect(linksOf(world, found)).toEqual(pooledLinksOf(pooled));
      expect(found.linkage.map(countsOf)).toEqual(pooled.counts.map(countsOf));
      expect(found.leftOut).toBe(pooled.leftOut);
      expect(pooled.leftOut).toBeGreaterThan(0);
    },
  );

  it.each(UNITS)('are not easy to find, unit %s: statistics, aliases and agreements change who is linked', (unit) => {
    const seed = seedOf('not easy', unit);
    const scheme = schemeOf('thorough');
    // Without noise chance may explain nothing among so few; with it sets of one key have to stand some doubt.
    const world = linkageWorld({ scheme, unit, people: PEOPLE, level: 'hard', epsilon: 8, seed, isTold: false });
    const { plan, lists, evidence } = world;
    const pooled = pooledLinksOf(naiveLinks(plan, lists, evidence));
    expect(pooledLinksOf(naiveLinks(plan, lists))).not.toEqual(pooled);
    const firstOnly = new Map(
      plan.lists.map((list) => [
        list.id,
        (lists.get(list.id) ?? []).map((record) => ({
          ...record,
          keys: record.keys.map((key, column) =>
            list.keys.findIndex(({ name }) => name === list.keys[column]?.name) === column ? key : null,
          ),
        })),
      ]),
    );
    expect(pooledLinksOf(naiveLinks(plan, firstOnly, evidence))).not.toEqual(pooled);
    for (const agreement of AGREEMENTS) expect(pooled.join()).toContain(` ${agreement} `);
    expect(
      pooled.length <
        [...lists].reduce((sum, [id, records]) => sum + (id.startsWith('victims') ? records.length : 0), 0),
    ).toBe(unit === 'person');
  });
});

describe(`links of faulty records, by real parties (seed ${testSeed})`, () => {
  /** So few that every record of a dataset has a label of its own: then the cells say who is linked with whom. */
  const PEOPLE = 9;

  it.each(
    everything.flatMap((sought) =>
      // Statistics are no matter of opt-outs.
      (sought.id === 'case' || sought.epsilon !== 'none' ? [false] : [false, true]).map((optOuts) => ({
        ...sought,
        optOuts,
      })),
    ),
  )('$id, unit $unit, epsilon $epsilon, opt-outs $optOuts: the cells are those of the pooled links', async (sought) => {
    const { id, unit, epsilon, optOuts } = sought;
    const seed = seedOf(id, unit, epsilon, optOuts);
    const world = linkageWorld({
      scheme: schemeOf(id),
      unit,
      people: PEOPLE,
      level: 'realistic',
      epsilon,
      seed,
      isTold: true,
      optOuts,
    });
    const { plan, lists, statistics, evidence } = world;
    const outcome = await runWorld(plan, lists, { seed, statistics });
    expect(new Set(Object.values(outcome.ends))).toEqual(new Set(['finished']));
    expect(outcome.counts).toEqual(naiveCounts(plan, lists, evidence));
    expect(outcome.linkage.map(countsOf)).toEqual(naiveLinks(plan, lists, evidence).counts.map(countsOf));
  });
});
