import { describe, expect, it } from 'vitest';

import { match } from '../../../core/private-join/match.js';
import type { BlindedList, Matches } from '../../../core/private-join/match.js';
import type { JoinPlan, ListPlan } from '../../../core/private-join/plan.js';
import { list } from '../../support/plans.js';

const support = [list('support', 'a', 'linked', ['exact.1', 'exact.2'], 1, 2)];
const secondCharity = list('support', 'b', 'linked', ['exact.1', 'exact.2'], 1, 2);
const victims = list('victims', 'police', 'base', ['exact.1', 'exact.2'], 1, 1);

/** Records are written as their pseudonyms; `-` is a record without that key (a pseudonym nobody else has). */
function blinded(plan: ListPlan, records: readonly string[]): BlindedList {
  const columns = plan.keys.map((_, column) =>
    records.map((record, index) => {
      const pseudonym = record.split(' ')[column] ?? '-';
      return pseudonym === '-' ? `${plan.id}/${column}/${index}` : pseudonym;
    }),
  );
  return { plan, count: records.length, columns };
}

function plan(lists: readonly ListPlan[], changes: Partial<JoinPlan> = {}): JoinPlan {
  return {
    runId: 'run',
    context: new Uint8Array(32),
    mixers: [],
    lists,
    base: { dataset: 'victims', unit: 'record' },
    links: [{ dataset: 'support', on: 'person', keep: 'all' }],
    cells: 8,
    minimumTally: 0,
    ...changes,
  };
}

/** `0-1`: list 0, record 1. */
function readable(matches: Matches): { base: string[]; linked: (string | null)[][] } {
  const name = (ref: { list: number; record: number } | null): string | null =>
    ref === null ? null : `${ref.list}-${ref.record}`;
  return { base: matches.base.map((ref) => name(ref) ?? ''), linked: matches.linked.map((refs) => refs.map(name)) };
}

function linkedOf(lists: readonly BlindedList[], changes: Partial<JoinPlan> = {}): (string | null)[] | undefined {
  return readable(
    match(
      plan(
        lists.map((item) => item.plan),
        changes,
      ),
      lists,
    ),
  ).linked[0];
}

describe('person links', () => {
  it('take the strictest key first, then the next', () => {
    const lists = [
      blinded(victims, ['A1 A2', '- B2', 'C1 C2', 'D1 D2']),
      blinded(support[0] ?? victims, ['- B2', 'A1 A2', 'X1 C2']),
    ];
    expect(linkedOf(lists)).toEqual(['1-1', '1-0', '1-2', null]);
  });

  it('let a linked record be used by one person only', () => {
    // Both share a key with the one linked record: the strict key wins, the other finds it used.
    const lists = [blinded(victims, ['- A2', 'A1 -']), blinded(support[0] ?? victims, ['A1 A2'])];
    expect(linkedOf(lists)).toEqual([null, '1-0']);
  });

  it('link every base record of the same person', () => {
    const lists = [blinded(victims, ['A1 A2', 'A1 A2']), blinded(support[0] ?? victims, ['A1 A2'])];
    expect(linkedOf(lists)).toEqual(['1-0', '1-0']);
  });

  it('leave what is ambiguous at a level for the next', () => {
    const lists = [blinded(victims, ['A1 A2']), blinded(support[0] ?? victims, ['A1 X2', 'A1 A2'])];
    expect(linkedOf(lists)).toEqual(['1-1']);
  });

  it('take the earliest of several lists, level by level', () => {
    const lists = [
      blinded(victims, ['A1 A2', 'B1 B2', 'C1 C2']),
      blinded(support[0] ?? victims, ['A1 A2', '- B2']),
      blinded(secondCharity, ['A1 A2', 'B1 B2', 'C1 C2']),
    ];
    expect(linkedOf(lists)).toEqual(['1-0', '2-1', '2-2']);
  });

  it('find nothing in empty lists', () => {
    expect(linkedOf([blinded(victims, ['A1 A2']), blinded(support[0] ?? victims, [])])).toEqual([null]);
    expect(linkedOf([blinded(victims, []), blinded(support[0] ?? victims, ['A1 A2'])])).toEqual([]);
  });
});

describe('case links', () => {
  const base = list('victims', 'police', 'base', ['case'], 1, 1);
  const courts = list('cases', 'courts', 'linked', ['case'], 1, 2);
  const links = [{ dataset: 'cases', on: 'case', keep: 'all' }] as const;

  it('are many to one, and nothing when the case is missing or stands there twice', () => {
    const lists = [blinded(base, ['U1', 'U1', 'U2', '-', 'U3']), blinded(courts, ['U3', 'U1', 'U3'])];
    expect(linkedOf(lists, { links })).toEqual(['1-1', '1-1', null, null, null]);
  });

  it('take the earliest list that has the case', () => {
    const second = list('cases', 'more-courts', 'linked', ['case'], 1, 2);
    const lists = [blinded(base, ['U1', 'U2']), blinded(courts, ['U1']), blinded(second, ['U2', 'U1'])];
    expect(linkedOf(lists, { links })).toEqual(['1-0', '2-0']);
  });
});

describe('the base', () => {
  const otherForce = list('victims', 'other-police', 'base', ['exact.1', 'exact.2'], 1, 1);
  const lists = [blinded(victims, ['A1 A2', 'B1 B2']), blinded(otherForce, ['X1 B2', '- A2', 'C1 C2', 'C1 C2'])];
  const plans = lists.map((item) => item.plan);

  it('keeps every record where records are counted', () => {
    const { base } = readable(match(plan(plans, { links: [] }), lists));
    expect(base).toEqual(['0-0', '0-1', '1-0', '1-1', '1-2', '1-3']);
  });

  it('keeps the earlier list where people are, whatever key tells; a list alone is never thinned', () => {
    const people = plan(plans, { links: [], base: { dataset: 'victims', unit: 'person' } });
    expect(readable(match(people, lists)).base).toEqual(['0-0', '0-1', '1-2', '1-3']);
  });

  it('is compared with what was kept, not with what was dropped', () => {
    const third = list('victims', 'third', 'base', ['exact.1', 'exact.2'], 1, 1);
    // B is dropped because of A; C shares a key with B alone, so it stays.
    const chain = [blinded(victims, ['A1 -']), blinded(otherForce, ['A1 B2']), blinded(third, ['C1 B2'])];
    const people = plan(
      chain.map((item) => item.plan),
      { links: [], base: { dataset: 'victims', unit: 'person' } },
    );
    expect(readable(match(people, chain)).base).toEqual(['0-0', '2-0']);
  });
});

describe('keep', () => {
  const lists = [blinded(victims, ['A1 A2', 'B1 B2']), blinded(support[0] ?? victims, ['A1 A2'])];

  it.each([
    ['all', ['0-0', '0-1'], ['1-0', null]],
    ['linked', ['0-0'], ['1-0']],
    ['not-linked', ['0-1'], [null]],
  ] as const)('%s', (keep, base, linked) => {
    const matched = match(
      plan(
        lists.map((item) => item.plan),
        { links: [{ dataset: 'support', on: 'person', keep }] },
      ),
      lists,
    );
    expect(readable(matched)).toEqual({ base, linked: [linked] });
  });
});
