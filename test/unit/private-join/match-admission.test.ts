import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import { AGREEMENTS } from '../../../core/linkage/index.js';
import type { NonMatches } from '../../../core/linkage/index.js';
import { match } from '../../../core/private-join/match.js';
import type { Evidence, Matches } from '../../../core/private-join/match.js';
import type { LinkagePlan } from '../../../core/private-join/plan.js';
import { NOWHERE } from '../../../core/private-join/record-store.js';
import { blindedLists } from '../../support/blinded-lists.js';
import { list } from '../../support/plans.js';
import type { PlanChanges } from '../../support/plans.js';
import { support, victims, written, plan, hash } from './match-fixtures.js';
import type { Written } from './match-fixtures.js';

describe('what agencies say of chance', () => {
  /** Ten who share the first key alone with one of the others, ten who share both, and twenty who share nothing. */
  const people = Array.from({ length: 40 }, (_, index) => {
    if (index < 20) return index < 10 ? `p${index} -` : `p${index} q${index}`;
    return `alone${index} -`;
  });
  const others = people.map((keys, index) => (index < 20 ? keys : `other${index} -`));
  const lists = [written(victims, people), written(support[0] ?? victims, others)];
  const sides = ['victims/police', 'support/a'];

  /** Both agencies have 780 pairs of people; `first` of them share the first key alone. */
  function saying(first: number): Evidence {
    const nonMatches: NonMatches = {
      pairs: 780,
      alone: [first, 0],
      sets: new Map(),
      several: 0,
      deviation: { alone: 0, sets: 0, several: 0 },
    };
    return { nonMatches: new Map(sides.map((id) => [id, nonMatches])) };
  }

  it('admits what is more likely right than the threshold says, and nothing else', () => {
    expect(linkedNumber(saying(1))).toBe(20);
    // 80 of 1,560 pairs are 82 of 1,600; where a quarter of people on each side are linked, 46 of 900.
    expect(linkedNumber(saying(40))).toBe(10);
    expect(linkedNumber({ nonMatches: new Map() })).toBe(20);
  });

  it('is counted of every list that says anything', () => {
    const { nonMatches } = saying(40);
    expect(linkedNumber({ nonMatches: new Map([...nonMatches].slice(0, 1)) })).toBe(10);
  });

  it('is told with the number of links and their precision', () => {
    const report = matchedBy(saying(1)).linkage[0];
    expect(report).toMatchObject({
      dataset: 'support',
      scheme: 'exact',
      threshold: 0.5,
      people: { base: 40, linked: 40 },
      keys: [
        { name: 'exact.1', links: 20 },
        { name: 'exact.2', links: 0 },
      ],
      recall: null,
    });
    expect(report?.at.map(({ threshold, links }) => [threshold, links])).toEqual([
      [0.5, 20],
      [0.9, 20],
      [0.95, 10],
    ]);
    // 2 of 1,560 pairs are 2 of 1,600; of 20 left over on each side, half of it.
    expect(report?.at[0]?.precision).toBeCloseTo(1 - 0.5 / 20, 2);
    expect(matchedBy({ nonMatches: new Map() }).linkage[0]?.at[0]?.precision).toBeNull();
  });

  it('is asked of base lists too, where they are joined', () => {
    const other = list('victims', 'other', 'base', ['exact.1', 'exact.2'], 1, 1);
    const two = [written(victims, people), written(other, others)];
    const world = plan([victims, other], { links: [], base: { dataset: 'victims', unit: 'person' } });
    const records = new Map(two.map((item) => [item.plan.id, item.records]));
    const nonMatches = new Map([...saying(40).nonMatches].map(([, own]) => ['victims/police', own]));
    const { base, linkage } = finish(match(world, blindedLists(world, records), hash, { nonMatches }));
    expect(base.rows).toHaveLength(70);
    expect(linkage.map(({ dataset, at }) => [dataset, at[0]?.links])).toEqual([['victims', 10]]);
  });

  it('says in what linked people agree', () => {
    const captures = { nameAndDate: 0, dateAndPlace: 1, nameAndPlace: 1 };
    const { agreements } = matchedBy({ nonMatches: new Map() }, { captures });
    expect([...(agreements[0] ?? [])].map((place) => AGREEMENTS[place - 1])).toEqual(
      people.map((_, index) => (index < 20 ? (index < 10 ? 'not-place' : 'all') : undefined)),
    );
  });

  it('takes the decoys that all mixers add off, as far as they can be expected', () => {
    const law = { alpha: 0.5, bound: 3 };
    const both = sides.map((id) => ({ list: id, shared: ['exact.1'] }));
    const decoys = { law, patterns: [both, [{ list: sides[0] ?? '', shared: [] }]] };
    // Three mixers' three groups of each pattern.
    const nobody = (prefix: string): string[] => Array.from({ length: 9 }, (_, index) => `${prefix}.${index} -`);
    const withDecoys = [
      written(victims, [...people, ...nobody('d'), ...nobody('alone')]),
      written(support[0] ?? victims, [...others, ...nobody('d')]),
    ];
    const { linkage } = matchedBy(saying(1), {}, withDecoys, { decoys });
    expect(linkage[0]).toEqual(matchedBy(saying(1)).linkage[0]);
  });

  function matchedBy(
    evidence: Evidence,
    linkage: Partial<LinkagePlan> = {},
    of: readonly Written[] = lists,
    changes: PlanChanges = {},
  ): Matches {
    const plain = plan(
      of.map((item) => item.plan),
      changes,
    );
    const world = { ...plain, linkage: plain.linkage === null ? null : { ...plain.linkage, ...linkage } };
    const records = new Map(of.map((item) => [item.plan.id, item.records]));
    return finish(match(world, blindedLists(world, records), hash, evidence));
  }

  function linkedNumber(evidence: Evidence): number {
    return [...(matchedBy(evidence).linked[0]?.rows ?? [])].filter((row) => row !== NOWHERE).length;
  }
});
