import type { JoinPlan, LinkPlan, ListPlan } from '../../core/private-join/index.js';

/** A record before it is blinded: its normalised match keys in column order, null where absent, and its label. */
export interface PlainRecord {
  readonly keys: readonly (string | null)[];
  readonly label: number;
}

export type PlainLists = ReadonlyMap<string, readonly PlainRecord[]>;

/**
 * What the join must count, found the slow way: everybody's records in the clear, every record compared with every
 * other, no table of any kind. It shares no code with core/private-join/match.ts.
 */
export function naiveCounts(plan: JoinPlan, lists: PlainLists): number[] {
  const counts = Array.from({ length: plan.cells }, () => 0);
  const base = baseRecords(plan, lists);
  const links = plan.links.map((link) => linksOf(plan, lists, link, base));
  base.forEach((item, index) => {
    let cell = item.record.label * item.list.stride;
    for (const [edge, link] of plan.links.entries()) {
      const linked = links[edge]?.[index] ?? null;
      if ((link.keep === 'linked' && linked === null) || (link.keep === 'not-linked' && linked !== null)) return;
      if (linked !== null) cell += linked.record.label * linked.list.stride;
    }
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return counts;
}

interface Item {
  readonly list: ListPlan;
  readonly record: PlainRecord;
}

function itemsOf(plan: JoinPlan, lists: PlainLists, wanted: (list: ListPlan) => boolean): Item[] {
  return plan.lists.filter(wanted).flatMap((list) => (lists.get(list.id) ?? []).map((record) => ({ list, record })));
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
  let used: Item[] = [];
  for (const name of names) {
    const usedNow: Item[] = [];
    base.forEach((item, index) => {
      const key = keyOf(item, name);
      if (result[index] !== null || key === null) return;
      const same = linked.filter((other) => keyOf(other, name) === key && !used.includes(other));
      const alone = same.find((other) => same.filter(({ list }) => list === other.list).length === 1);
      if (alone === undefined) return;
      result[index] = alone;
      if (link.on === 'person') usedNow.push(alone);
    });
    used = [...used, ...usedNow];
  }
  return result;
}
