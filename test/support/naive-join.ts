import { AGREEMENTS, CASE_KEY } from '../../core/linkage/index.js';
import type { NonMatches } from '../../core/linkage/index.js';
import type { JoinPlan, ListId, ListPlan } from '../../core/private-join/index.js';
import { linkPooled } from '../../examples/bold/truth/index.js';
import type { PooledComparison, PooledLinks, PooledPlace, PooledRecord } from '../../examples/bold/truth/index.js';

/** A record before it is blinded: its normalised match keys in column order, null where absent, its label and numbers. */
export interface PlainRecord {
  readonly keys: readonly (string | null)[];
  readonly label: number;
  /** One for each of the plan's columns of sums of the list's dataset; none: all 0. */
  readonly numbers?: readonly number[];
}

export type PlainLists = ReadonlyMap<string, readonly PlainRecord[]>;

/** What agencies say of how often their own people share keys. */
export type Evidence = ReadonlyMap<ListId, NonMatches>;

/**
 * What the join must count, found by linking everybody's records in the clear. It shares no code with
 * core/private-join/match.ts.
 */
export function naiveCounts(plan: JoinPlan, lists: PlainLists, evidence?: Evidence): number[] {
  const counts = Array.from({ length: plan.cells }, () => 0);
  for (const { cell } of naiveRecords(plan, lists, evidence)) counts[cell] = (counts[cell] ?? 0) + 1;
  return counts;
}

/** For each of the plan's columns of sums the sum in each cell. */
export function naiveSums(plan: JoinPlan, lists: PlainLists, evidence?: Evidence): number[][] {
  const kept = naiveRecords(plan, lists, evidence);
  return plan.sums.map(({ dataset }, column) => {
    const own = plan.sums.slice(0, column).filter((other) => other.dataset === dataset).length;
    const sums = Array.from({ length: plan.cells }, () => 0);
    for (const { items, cell } of kept) {
      const number = items.find((item) => item?.list.dataset === dataset)?.record.numbers?.[own] ?? 0;
      sums[cell] = (sums[cell] ?? 0) + number;
    }
    return sums;
  });
}

/** For each base record that counts, in the order of lists and records: itself, then what it linked to by each link. */
export function naiveMatches(
  plan: JoinPlan,
  lists: PlainLists,
  evidence?: Evidence,
  comparisons?: readonly PooledComparison[],
): (Item | null)[][] {
  return naiveRecords(plan, lists, evidence, comparisons).map(({ items }) => [...items]);
}

export interface Item {
  readonly list: ListPlan;
  readonly record: PlainRecord;
  /** Of the list's records, from 0. */
  readonly row: number;
}

/** A record that is counted, what it linked to by each link, and the cell that they end in. */
export interface Kept {
  readonly items: readonly (Item | null)[];
  readonly cell: number;
}

export function naiveRecords(
  plan: JoinPlan,
  lists: PlainLists,
  evidence?: Evidence,
  comparisons?: readonly PooledComparison[],
): Kept[] {
  const { base, linked } = naiveLinks(plan, lists, evidence, comparisons);
  const itemAt = ({ list: id, row }: PooledPlace): Item => {
    const list = plan.lists.find((one) => one.id === id);
    const record = lists.get(id)?.[row];
    if (list === undefined || record === undefined) throw new RangeError(`no record ${row} in ${id}`);
    return { list, record, row };
  };
  return base.flatMap((place, index): Kept[] => {
    const links = plan.links.map((_, edge) => linked[edge]?.[index] ?? null);
    const isKept = plan.links.every(
      ({ keep }, edge) => keep === 'all' || (keep === 'linked') === (links[edge] !== null),
    );
    if (!isKept) return [];
    const items = [itemAt(place), ...links.map((link) => (link === null ? null : itemAt(link)))];
    const labels = items.map((item) => (item === null ? 0 : item.record.label * item.list.stride));
    const agreed = plan.links.map(({ agreementStride }, edge) => {
      const agreement = links[edge]?.agreement ?? null;
      return agreement === null ? 0 : (1 + AGREEMENTS.indexOf(agreement)) * (agreementStride ?? 0);
    });
    return [{ items, cell: [...labels, ...agreed].reduce((sum, part) => sum + part, 0) }];
  });
}

/** Who is linked with whom, before any link's `keep` drops records. */
export function naiveLinks(
  plan: JoinPlan,
  lists: PlainLists,
  evidence: Evidence = new Map(),
  comparisons?: readonly PooledComparison[],
): PooledLinks {
  return linkPooled({
    lists: plan.lists.map((list) => ({
      id: list.id,
      dataset: list.dataset,
      role: list.role,
      records: (lists.get(list.id) ?? []).map((record) => pooledRecord(list, record)),
      nonMatches: evidence.get(list.id) ?? null,
    })),
    base: plan.base,
    links: plan.links,
    linkage: plan.linkage,
    ...(comparisons === undefined ? {} : { comparisons }),
  });
}

function pooledRecord({ keys: columns }: ListPlan, { keys: own }: PlainRecord): PooledRecord {
  const keys = new Map<string, string[]>();
  columns.forEach(({ name, on }, column) => {
    const key = own[column] ?? null;
    if (key === null) return;
    const of = on === 'case' ? CASE_KEY : name;
    keys.set(of, [...(keys.get(of) ?? []), key]);
  });
  return { keys };
}
