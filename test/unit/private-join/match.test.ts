import { describe, expect, it } from 'vitest';

import { finish, STEP_ITEMS } from '../../../core/base/index.js';
import { ELEMENT_WORDS } from '../../../core/private-join/element-index.js';
import type { JoinError } from '../../../core/private-join/errors.js';
import { MAX_PSEUDONYMS, numberKeys } from '../../../core/private-join/key-numbers.js';
import { match, MAX_BASE_RECORDS } from '../../../core/private-join/match.js';
import type { BlindedList } from '../../../core/private-join/match.js';
import { MAX_LIST_RECORDS } from '../../../core/private-join/plan.js';
import type { ListPlan } from '../../../core/private-join/plan.js';
import { list } from '../../support/plans.js';
import type { PlanChanges } from '../../support/plans.js';
import {
  support,
  secondCharity,
  victims,
  written,
  plan,
  readable,
  hash,
  found,
  linkedOf,
  held,
  given,
} from './match-fixtures.js';

describe('person links', () => {
  it('take the pair that shares more keys first, of as many the strictest', () => {
    const lists = [
      written(victims, ['A1 A2', '- B2', 'C1 C2', 'D1 D2', 'E1 -', 'F1 F2']),
      written(support[0] ?? victims, ['- B2', 'A1 A2', 'X1 C2', 'E1 F2', 'F1 -']),
    ];
    // F shares its first key with the last record and its second with E's, which E has by then.
    expect(linkedOf(lists)).toEqual(['1-1', '1-0', '1-2', null, '1-3', '1-4']);
  });

  it('let a linked record be used by one person only', () => {
    // Both share a key with the one linked record: the one with more keys wins, the other finds it used.
    const lists = [written(victims, ['- A2', 'A1 -']), written(support[0] ?? victims, ['A1 A2'])];
    expect(linkedOf(lists)).toEqual([null, '1-0']);
  });

  it('link every record of one person, also where they share no key themselves', () => {
    const lists = [written(victims, ['A1 A2', 'A1 B2', '- B2']), written(support[0] ?? victims, ['A1 -'])];
    expect(linkedOf(lists)).toEqual(['1-0', '1-0', '1-0']);
  });

  it('link to the first record of somebody who has several', () => {
    const lists = [written(victims, ['- A2']), written(support[0] ?? victims, ['X1 Y2', 'A1 B2', 'A1 A2'])];
    expect(linkedOf(lists)).toEqual(['1-1']);
  });

  it('let any value of a key meet any', () => {
    const lists = [written(held, ['a b -', 'c - -']), written(given, ['d a -', 'e c -'])];
    expect(linkedOf(lists)).toEqual(['1-0', '1-1']);
  });

  it('leave what is ambiguous for a later set of keys', () => {
    // By the first key it could be either; by the second it is a third.
    const lists = [written(held, ['a b m']), written(given, ['a - -', 'b - -', '- - m'])];
    expect(linkedOf(lists)).toEqual(['1-2']);
    expect(linkedOf([written(held, ['a b -']), written(given, ['a - -', 'b - -'])])).toEqual([null]);
  });

  it('leave what is ambiguous from the other side too', () => {
    expect(linkedOf([written(held, ['a - -', 'b - -']), written(given, ['a b -'])])).toEqual([null, null]);
  });

  it('join the lists of a dataset first, and link to the record of the earliest', () => {
    const lists = [
      written(victims, ['A1 A2', 'B1 -', 'C1 C2']),
      written(support[0] ?? victims, ['A1 A2', '- B2']),
      written(secondCharity, ['A1 A2', 'B1 B2', 'C1 C2']),
    ];
    // B has one key with the second charity, and that charity's record has the other with the first's.
    expect(linkedOf(lists)).toEqual(['1-0', '1-1', '2-2']);
  });

  it('find nothing in empty lists', () => {
    expect(linkedOf([written(victims, ['A1 A2']), written(support[0] ?? victims, [])])).toEqual([null]);
    expect(linkedOf([written(victims, []), written(support[0] ?? victims, ['A1 A2'])])).toEqual([]);
  });

  it('can not be in a plan without a scheme', () => {
    const lists = [written(victims, ['A1 A2']), written(support[0] ?? victims, [])];
    expect(() => linkedOf(lists, { linkage: null })).toThrow(RangeError);
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

  const people: PlanChanges = { links: [], base: { dataset: 'victims', unit: 'person' } };

  it('keeps every record where records are counted', () => {
    expect(found(lists, { links: [] }).base).toEqual(['0-0', '0-1', '1-0', '1-1', '1-2', '1-3']);
  });

  it('keeps the first record of the earliest list where people are, whatever key tells', () => {
    expect(found(lists, people).base).toEqual(['0-0', '0-1', '1-2']);
  });

  it('is of one person where a list between tells so', () => {
    const third = list('victims', 'third', 'base', ['exact.1', 'exact.2'], 1, 1);
    // The first and the last share nothing, but each shares a key with the second.
    const chain = [written(victims, ['A1 -']), written(otherForce, ['A1 B2']), written(third, ['C1 B2'])];
    expect(found(chain, people).base).toEqual(['0-0']);
  });

  it('links all records of one person to what it links to, in whichever list they are', () => {
    const charity = written(support[0] ?? victims, ['Y1 A2']);
    const both = [written(victims, ['A1 -', 'B1 B2']), written(otherForce, ['A1 A2', 'Z1 Z2']), charity];
    expect(found(both, {}).linked).toEqual([['2-0', null, '2-0', null]]);
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
    const base = list('victims', 'police', 'base', ['case'], 1, 1);
    const courts = list('cases', 'courts', 'linked', ['case'], 1, 2);
    const world = plan([base, courts], { links: [{ dataset: 'cases', on: 'case', keep: 'all' }] });
    // The base is the last record and one that would be the next.
    const lists = [long(base, 2, MAX_LIST_RECORDS - 1), long(courts, MAX_LIST_RECORDS, 0)];
    expect(readable(finish(match(world, lists, hash))).linked).toEqual([[`1-${MAX_LIST_RECORDS - 1}`, null]]);
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

  it(`refuses more than ${MAX_PSEUDONYMS} match keys of one name in all lists together, before it reads any`, () => {
    const copies = list('support', 'a', 'linked', ['exact.1', 'exact.1', 'exact.1', 'exact.1'], 1, 2);
    const unread = (own: ListPlan, count: number): BlindedList => ({
      plan: own,
      count,
      pseudonyms: () => {
        throw new RangeError('read');
      },
    });
    const world = plan([victims, copies]);
    const tooMany = [unread(victims, 1), unread(copies, MAX_PSEUDONYMS / 4)];
    expect(() => finish(match(world, tooMany, hash))).toThrow(
      expect.objectContaining({ code: 'BAD_COUNT' }) as JoinError,
    );
    expect(() => finish(numberKeys([unread(copies, 0)], ['exact.1'], hash))).not.toThrow();
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
