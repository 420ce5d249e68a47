import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { uniformBelow } from '../../../core/base/index.js';
import { ELEMENT_WORDS, TabulationHash } from '../../../core/private-join/element-index.js';
import type { ElementHash } from '../../../core/private-join/element-index.js';
import type { JoinError } from '../../../core/private-join/errors.js';
import { match, MAX_BASE_RECORDS } from '../../../core/private-join/match.js';
import type { BlindedList, Matches, Places } from '../../../core/private-join/match.js';
import { MAX_LIST_RECORDS } from '../../../core/private-join/plan.js';
import type { JoinPlan, ListPlan } from '../../../core/private-join/plan.js';
import { NOWHERE } from '../../../core/private-join/record-store.js';
import { STEP_ITEMS } from '../../../core/private-join/steps.js';
import type { Steps } from '../../../core/private-join/steps.js';
import { worldsOf } from '../../support/arbitrary-world.js';
import { blindedLists } from '../../support/blinded-lists.js';
import { naiveMatches } from '../../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../../support/naive-join.js';
import { list, threePartyPlan } from '../../support/plans.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

const RANDOM_WORLDS = 1_000;

const support = [list('support', 'a', 'linked', ['exact.1', 'exact.2'], 1, 2)];
const secondCharity = list('support', 'b', 'linked', ['exact.1', 'exact.2'], 1, 2);
const victims = list('victims', 'police', 'base', ['exact.1', 'exact.2'], 1, 1);

/** Records are written as their keys; `-` is a record without that key. */
interface Written {
  readonly plan: ListPlan;
  readonly records: readonly PlainRecord[];
}

function written(plan: ListPlan, records: readonly string[]): Written {
  return {
    plan,
    records: records.map((record) => ({ keys: record.split(' ').map((key) => (key === '-' ? null : key)), label: 1 })),
  };
}

function plan(lists: readonly ListPlan[], changes: Partial<JoinPlan> = {}): JoinPlan {
  return threePartyPlan({
    lists,
    links: [{ dataset: 'support', on: 'person', keep: 'all' }],
    cells: 8,
    minimumTally: 0,
    ...changes,
  });
}

/** How `match` and `naiveMatches` say what they found: `0-1` is record 1 of list 0. */
interface Found {
  readonly base: readonly string[];
  readonly linked: readonly (readonly (string | null)[])[];
}

function readable({ base, linked }: Matches): Found {
  const names = ({ lists, rows }: Places): (string | null)[] =>
    [...rows].map((row, index) => (row === NOWHERE ? null : `${lists[index] ?? ''}-${row}`));
  return { base: names(base).map((name) => name ?? 'nowhere'), linked: linked.map(names) };
}

function naively(plan: JoinPlan, lists: PlainLists): Found {
  const kept = naiveMatches(plan, lists).map((items) =>
    items.map((item) => (item === null ? null : `${plan.lists.indexOf(item.list)}-${item.row}`)),
  );
  return {
    base: kept.map(([base]) => base ?? 'nowhere'),
    linked: plan.links.map((_, edge) => kept.map((items) => items[edge + 1] ?? null)),
  };
}

function allSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const hash = new TabulationHash(seededRng(testSeed));

function matched(plan: JoinPlan, lists: PlainLists, by: ElementHash = hash): Found {
  return readable(allSteps(match(plan, blindedLists(plan, lists), by)));
}

function found(lists: readonly Written[], changes: Partial<JoinPlan> = {}): Found {
  return matched(
    plan(
      lists.map((item) => item.plan),
      changes,
    ),
    new Map(lists.map((item) => [item.plan.id, item.records])),
  );
}

function linkedOf(lists: readonly Written[], changes: Partial<JoinPlan> = {}): readonly (string | null)[] | undefined {
  return found(lists, changes).linked[0];
}

describe('person links', () => {
  it('take the strictest key first, then the next', () => {
    const lists = [
      written(victims, ['A1 A2', '- B2', 'C1 C2', 'D1 D2']),
      written(support[0] ?? victims, ['- B2', 'A1 A2', 'X1 C2']),
    ];
    expect(linkedOf(lists)).toEqual(['1-1', '1-0', '1-2', null]);
  });

  it('let a linked record be used by one person only', () => {
    // Both share a key with the one linked record: the strict key wins, the other finds it used.
    const lists = [written(victims, ['- A2', 'A1 -']), written(support[0] ?? victims, ['A1 A2'])];
    expect(linkedOf(lists)).toEqual([null, '1-0']);
  });

  it('link every base record of the same person', () => {
    const lists = [written(victims, ['A1 A2', 'A1 A2']), written(support[0] ?? victims, ['A1 A2'])];
    expect(linkedOf(lists)).toEqual(['1-0', '1-0']);
  });

  it('leave what is ambiguous at a level for the next', () => {
    const lists = [written(victims, ['A1 A2']), written(support[0] ?? victims, ['A1 X2', 'A1 A2'])];
    expect(linkedOf(lists)).toEqual(['1-1']);
  });

  it('take the earliest of several lists, level by level', () => {
    const lists = [
      written(victims, ['A1 A2', 'B1 B2', 'C1 C2']),
      written(support[0] ?? victims, ['A1 A2', '- B2']),
      written(secondCharity, ['A1 A2', 'B1 B2', 'C1 C2']),
    ];
    expect(linkedOf(lists)).toEqual(['1-0', '2-1', '2-2']);
  });

  it('find nothing in empty lists', () => {
    expect(linkedOf([written(victims, ['A1 A2']), written(support[0] ?? victims, [])])).toEqual([null]);
    expect(linkedOf([written(victims, []), written(support[0] ?? victims, ['A1 A2'])])).toEqual([]);
  });
});

describe('case links', () => {
  const base = list('victims', 'police', 'base', ['case'], 1, 1);
  const courts = list('cases', 'courts', 'linked', ['case'], 1, 2);
  const links = [{ dataset: 'cases', on: 'case', keep: 'all' }] as const;

  it('are many to one, and nothing when the case is missing or stands there twice', () => {
    const lists = [written(base, ['U1', 'U1', 'U2', '-', 'U3']), written(courts, ['U3', 'U1', 'U3'])];
    expect(linkedOf(lists, { links })).toEqual(['1-1', '1-1', null, null, null]);
  });

  it('never use up a case, whichever column it is found by', () => {
    const twoColumns = (plan: ListPlan): ListPlan => ({
      ...plan,
      keys: ['case.1', 'case.2'].map((name) => ({ name, on: 'case' })),
    });
    const lists = [written(twoColumns(base), ['U1 -', '- V1']), written(twoColumns(courts), ['U1 V1'])];
    expect(linkedOf(lists, { links })).toEqual(['1-0', '1-0']);
  });

  it('take the earliest list that has the case', () => {
    const second = list('cases', 'more-courts', 'linked', ['case'], 1, 2);
    const lists = [written(base, ['U1', 'U2']), written(courts, ['U1']), written(second, ['U2', 'U1'])];
    expect(linkedOf(lists, { links })).toEqual(['1-0', '2-0']);
  });
});

describe('the base', () => {
  const otherForce = list('victims', 'other-police', 'base', ['exact.1', 'exact.2'], 1, 1);
  const lists = [written(victims, ['A1 A2', 'B1 B2']), written(otherForce, ['X1 B2', '- A2', 'C1 C2', 'C1 C2'])];

  const people: Partial<JoinPlan> = { links: [], base: { dataset: 'victims', unit: 'person' } };

  it('keeps every record where records are counted', () => {
    expect(found(lists, { links: [] }).base).toEqual(['0-0', '0-1', '1-0', '1-1', '1-2', '1-3']);
  });

  it('keeps the earlier list where people are, whatever key tells; a list alone is never thinned', () => {
    expect(found(lists, people).base).toEqual(['0-0', '0-1', '1-2', '1-3']);
  });

  it('is compared with what was kept, not with what was dropped', () => {
    const third = list('victims', 'third', 'base', ['exact.1', 'exact.2'], 1, 1);
    // B is dropped because of A; C shares a key with B alone, so it stays.
    const chain = [written(victims, ['A1 -']), written(otherForce, ['A1 B2']), written(third, ['C1 B2'])];
    expect(found(chain, people).base).toEqual(['0-0', '2-0']);
  });
});

describe('keep', () => {
  const lists = [written(victims, ['A1 A2', 'B1 B2']), written(support[0] ?? victims, ['A1 A2'])];

  it.each([
    ['all', ['0-0', '0-1'], ['1-0', null]],
    ['linked', ['0-0'], ['1-0']],
    ['not-linked', ['0-1'], [null]],
  ] as const)('%s', (keep, base, linked) => {
    const links = [{ dataset: 'support', on: 'person', keep }] as const;
    expect(found(lists, { links })).toEqual({ base, linked: [linked] });
  });
});

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

describe('sizes', () => {
  it.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])('%i base records and %i linked ones match', (base, linked) => {
    const lists = [
      written(victims, ['A1 A2'].slice(0, base)),
      written(support[0] ?? victims, ['A1 A2'].slice(0, linked)),
    ];
    const expected = base === 0 ? [] : [linked === 0 ? null : '1-0'];
    expect(found(lists)).toEqual({ base: ['0-0'].slice(0, base), linked: [expected] });
  });

  /** A list of records that are all different from each other, and from those of other lists by `first`. */
  function long(plan: ListPlan, count: number, first: number): BlindedList {
    return {
      plan,
      count,
      pseudonyms: (column, from, to) => {
        const elements = new Uint32Array((to - from) * ELEMENT_WORDS);
        for (let row = from; row < to; row += 1) {
          elements[(row - from) * ELEMENT_WORDS] = first + row;
          elements[(row - from) * ELEMENT_WORDS + 1] = column;
        }
        return elements;
      },
    };
  }

  it(`links to the last record of a list of ${MAX_LIST_RECORDS}`, () => {
    const charity = list('support', 'a', 'linked', ['exact.1'], 1, 2);
    const world = plan([victims, charity]);
    // The base is the last record and one that would be the next.
    const lists = [long(victims, 2, MAX_LIST_RECORDS - 1), long(charity, MAX_LIST_RECORDS, 0)];
    expect(readable(allSteps(match(world, lists, hash))).linked).toEqual([[`1-${MAX_LIST_RECORDS - 1}`, null]]);
  });

  it(`refuses more than ${MAX_BASE_RECORDS} records in all base lists together, before it reads any`, () => {
    const unread = (count: number): BlindedList => ({
      plan: victims,
      count,
      pseudonyms: () => {
        throw new RangeError('read');
      },
    });
    const full = Array.from({ length: MAX_BASE_RECORDS / MAX_LIST_RECORDS }, () => unread(MAX_LIST_RECORDS));
    const world = plan([], { links: [] });
    expect(match(world, full, hash).next().done).toBe(false);
    const tooMany = match(world, [...full, unread(1)], hash);
    expect(() => tooMany.next()).toThrow(expect.objectContaining({ code: 'BAD_COUNT' }) as JoinError);
  });

  it('takes a step for every few thousand records, so that nobody waits long', () => {
    const charity = list('support', 'a', 'linked', ['exact.1'], 1, 2);
    const world = plan([victims, charity], { base: { dataset: 'victims', unit: 'person' } });
    let steps = 0;
    let most = 0;
    let read = 0;
    const counted = (inner: BlindedList): BlindedList => ({
      ...inner,
      pseudonyms: (column, from, to) => {
        read += to - from;
        return inner.pseudonyms(column, from, to);
      },
    });
    const matching = match(world, [counted(long(victims, 50_000, 0)), counted(long(charity, 50_000, 25_000))], hash);
    for (;;) {
      read = 0;
      const step = matching.next();
      most = Math.max(most, read);
      steps += 1;
      if (step.done === true) break;
    }
    expect(most).toBe(STEP_ITEMS);
    // Naming, grouping and looking for candidates, linking, keeping: five passes.
    expect(steps).toBeGreaterThan((5 * 50_000) / STEP_ITEMS);
  });
});
