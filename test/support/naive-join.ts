import type { JoinPlan, LinkPlan, ListPlan } from '../../core/private-join/index.js';

/** A record before it is blinded: its normalised match keys in column order, null where absent, its label and numbers. */
export interface PlainRecord {
  readonly keys: readonly (string | null)[];
  readonly label: number;
  /** One for each of the plan's columns of sums of the list's dataset; none: all 0. */
  readonly numbers?: readonly number[];
}

export type PlainLists = ReadonlyMap<string, readonly PlainRecord[]>;

/**
 * What the join must count, found the slow way: everybody's records in the clear, every record compared with every
 * other, no table of any kind. It shares no code with core/private-join/match.ts.
 */
export function naiveCounts(plan: JoinPlan, lists: PlainLists): number[] {
  const counts = Array.from({ length: plan.cells }, () => 0);
  for (const items of naiveMatches(plan, lists)) {
    const cell = items.reduce((sum, item) => sum + (item === null ? 0 : item.record.label * item.list.stride), 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/** For each of the plan's columns of sums the sum in each cell. */
export function naiveSums(plan: JoinPlan, lists: PlainLists): number[][] {
  return plan.sums.map(({ dataset }, column) => {
    const own = plan.sums.slice(0, column).filter((other) => other.dataset === dataset).length;
    const sums = Array.from({ length: plan.cells }, () => 0);
    for (const items of naiveMatches(plan, lists)) {
      const cell = items.reduce((sum, item) => sum + (item === null ? 0 : item.record.label * item.list.stride), 0);
      const number = items.find((item) => item?.list.dataset === dataset)?.record.numbers?.[own] ?? 0;
      sums[cell] = (sums[cell] ?? 0) + number;
    }
    return sums;
  });
}

/** For each base record that counts, in the order of lists and records: itself, then what it linked to by each link. */
export function naiveMatches(plan: JoinPlan, lists: PlainLists): (Item | null)[][] {
  const base = baseRecords(plan, lists);
  const links = plan.links.map((link) => linksOf(plan, lists, link, base));
  return base
    .map((item, index) => [item, ...links.map((found) => found[index] ?? null)])
    .filter(([, ...found]) =>
      plan.links.every(({ keep }, edge) => keep === 'all' || (keep === 'linked') === (found[edge] !== null)),
    );
}

export interface Item {
  readonly list: ListPlan;
  readonly record: PlainRecord;
  /** Of the list's records, from 0. */
  readonly row: number;
}

function itemsOf(plan: JoinPlan, lists: PlainLists, wanted: (list: ListPlan) => boolean): Item[] {
  return plan.lists
    .filter(wanted)
    .flatMap((list) => (lists.get(list.id) ?? []).map((record, row) => ({ list, record, row })));
}

function keyOf({ list, record }: Item, name: string): string | null {
  return record.keys[list.keys.findIndex((key) => key.name === name)] ?? null;
}

function baseRecords(plan: JoinPlan, lists: PlainLists): Item[] {
  const all = itemsOf(plan, lists, ({ role }) => role === 'base');
  if (plan.base.unit === 'record') return all;
  const kept: Item[] = [];
  for (const item of all) {
    const known = kept.some(
      (other) =>
        other.list !== item.list &&
        item.list.keys.some(
          ({ name, on }) => on === 'person' && keyOf(item, name) !== null && keyOf(item, name) === keyOf(other, name),
        ),
    );
    if (!known) kept.push(item);
  }
  return kept;
}

function linksOf(plan: JoinPlan, lists: PlainLists, link: LinkPlan, base: readonly Item[]): (Item | null)[] {
  const linked = itemsOf(plan, lists, ({ role, dataset }) => role === 'linked' && dataset === link.dataset);
  const names = (linked[0]?.list.keys ?? []).filter(({ on }) => on === link.on).map(({ name }) => name);
  const result: (Item | null)[] = base.map(() => null);
  const used = new Set<Item>();
  for (const name of names) {
    const usedNow: Item[] = [];
    base.forEach((item, index) => {
      const key = keyOf(item, name);
      if (result[index] !== null || key === null) return;
      const same = linked.filter((other) => keyOf(other, name) === key && !used.has(other));
      const alone = same.find((other) => same.filter(({ list }) => list === other.list).length === 1);
      if (alone === undefined) return;
      result[index] = alone;
      if (link.on === 'person') usedNow.push(alone);
    });
    for (const item of usedNow) used.add(item);
  }
  return result;
}
