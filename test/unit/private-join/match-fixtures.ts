import { finish } from '../../../core/base/index.js';
import { TabulationHash } from '../../../core/private-join/element-index.js';
import type { ElementHash } from '../../../core/private-join/element-index.js';
import { match } from '../../../core/private-join/match.js';
import type { Evidence, Matches, Places } from '../../../core/private-join/match.js';
import type { JoinPlan, ListPlan } from '../../../core/private-join/plan.js';
import { NOWHERE } from '../../../core/private-join/record-store.js';
import type { PooledComparison } from '../../../examples/bold/truth/index.js';
import { blindedLists } from '../../support/blinded-lists.js';
import { naiveMatches } from '../../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../../support/naive-join.js';
import { list, threePartyPlan } from '../../support/plans.js';
import type { PlanChanges } from '../../support/plans.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

export const support = [list('support', 'a', 'linked', ['exact.1', 'exact.2'], 1, 2)];
export const secondCharity = list('support', 'b', 'linked', ['exact.1', 'exact.2'], 1, 2);
export const victims = list('victims', 'police', 'base', ['exact.1', 'exact.2'], 1, 1);

/** Records are written as their keys; `-` is a record without that key. */
export interface Written {
  readonly plan: ListPlan;
  readonly records: readonly PlainRecord[];
}

export function written(plan: ListPlan, records: readonly string[]): Written {
  return {
    plan,
    records: records.map((record) => ({ keys: record.split(' ').map((key) => (key === '-' ? null : key)), label: 1 })),
  };
}

export function plan(lists: readonly ListPlan[], changes: PlanChanges = {}): JoinPlan {
  return threePartyPlan({
    lists,
    links: [{ dataset: 'support', on: 'person', keep: 'all' }],
    cells: 8,
    minimumTally: 0,
    ...changes,
  });
}

/** How `match` and `naiveMatches` say what they found: `0-1` is record 1 of list 0. */
export interface Found {
  readonly base: readonly string[];
  readonly linked: readonly (readonly (string | null)[])[];
}

export function readable({ base, linked }: Matches): Found {
  const names = ({ lists, rows }: Places): (string | null)[] =>
    [...rows].map((row, index) => (row === NOWHERE ? null : `${lists[index] ?? ''}-${row}`));
  return { base: names(base).map((name) => name ?? 'nowhere'), linked: linked.map(names) };
}

/** @param comparisons told where decoys have a part in them */
export function naively(
  plan: JoinPlan,
  lists: PlainLists,
  evidence?: Evidence['nonMatches'],
  comparisons?: readonly PooledComparison[],
): Found {
  const kept = naiveMatches(plan, lists, evidence, comparisons).map((items) =>
    items.map((item) => (item === null ? null : `${plan.lists.indexOf(item.list)}-${item.row}`)),
  );
  return {
    base: kept.map(([base]) => base ?? 'nowhere'),
    linked: plan.links.map((_, edge) => kept.map((items) => items[edge + 1] ?? null)),
  };
}

export const hash = new TabulationHash(seededRng(testSeed));

export function matched(plan: JoinPlan, lists: PlainLists, by: ElementHash = hash): Found {
  return readable(finish(match(plan, blindedLists(plan, lists), by)));
}

export function found(lists: readonly Written[], changes: PlanChanges = {}): Found {
  return matched(
    plan(
      lists.map((item) => item.plan),
      changes,
    ),
    new Map(lists.map((item) => [item.plan.id, item.records])),
  );
}

export function linkedOf(lists: readonly Written[], changes: PlanChanges = {}): readonly (string | null)[] | undefined {
  return found(lists, changes).linked[0];
}

/** Lists by what their people have: `k1` twice, for somebody with two values of an identifier. */
export const twoValues = ['k1', 'k1', 'k2'];
export const held = list('victims', 'police', 'base', twoValues, 1, 1);
export const given = list('support', 'a', 'linked', twoValues, 1, 2);
