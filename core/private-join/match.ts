import type { JoinPlan, LinkPlan, ListPlan } from './plan.js';

/** A list that has come round the ring, as the coordinator sees it: pseudonyms of this run and nothing else. */
export interface BlindedList {
  readonly plan: ListPlan;
  readonly count: number;
  /** For each key column of the plan the pseudonym of each record. */
  readonly columns: readonly (readonly string[])[];
}

/** A record of the lists in hand: `list` counts lists in plan order, `record` counts records from 0. */
export interface RecordRef {
  readonly list: number;
  readonly record: number;
}

export interface Matches {
  /** Base records that the tally counts. */
  readonly base: readonly RecordRef[];
  /** For each link of the plan, for each of those base records, what it linked to. */
  readonly linked: readonly (readonly (RecordRef | null)[])[];
}

/** Round 3: which records belong together (SPEC, Round 3). Linear in the number of records. */
export function match(plan: JoinPlan, lists: readonly BlindedList[]): Matches {
  const base = plan.base.unit === 'person' ? distinctPeople(lists) : allRecords(lists);
  const found = plan.links.map((link) => (link.on === 'case' ? linkCases : linkPeople)(link, lists, base));
  const kept = base
    .map((_, index) => index)
    .filter((index) => plan.links.every((link, edge) => keeps(link, found[edge]?.[index] ?? null)));
  return {
    base: pick(base, kept),
    linked: found.map((records) => pick(records, kept)),
  };
}

function keeps({ keep }: LinkPlan, linked: RecordRef | null): boolean {
  return keep === 'all' || (keep === 'linked') === (linked !== null);
}

function pick<Item>(items: readonly Item[], indexes: readonly number[]): Item[] {
  return indexes.flatMap((index) => items.slice(index, index + 1));
}

function baseLists(lists: readonly BlindedList[]): { readonly list: BlindedList; readonly index: number }[] {
  return lists.map((list, index) => ({ list, index })).filter(({ list }) => list.plan.role === 'base');
}

function allRecords(lists: readonly BlindedList[]): RecordRef[] {
  return baseLists(lists).flatMap(({ list, index }) =>
    Array.from({ length: list.count }, (_, record) => ({ list: index, record })),
  );
}

/** Where people are counted, somebody whom two agencies hold is one unit: the record of the earlier list is kept. */
function distinctPeople(lists: readonly BlindedList[]): RecordRef[] {
  const seen = new Set<string>();
  return baseLists(lists).flatMap(({ list, index }) => {
    const columns = columnsOn(list, 'person');
    const kept: RecordRef[] = [];
    for (let record = 0; record < list.count; record += 1) {
      if (!columns.some(({ pseudonyms }) => seen.has(pseudonyms[record] ?? ''))) kept.push({ list: index, record });
    }
    // Added after the whole list: a list's own records are people apart, as its provider has made sure.
    for (const { record } of kept) {
      for (const { pseudonyms } of columns) seen.add(pseudonyms[record] ?? '');
    }
    return kept;
  });
}

function columnsOn(
  list: BlindedList,
  on: LinkPlan['on'],
): { readonly name: string; readonly pseudonyms: readonly string[] }[] {
  return list.plan.keys
    .map((key, column) => ({ key, pseudonyms: list.columns[column] ?? [] }))
    .filter(({ key }) => key.on === on)
    .map(({ key, pseudonyms }) => ({ name: key.name, pseudonyms }));
}

/**
 * The waterfall: strictest key first. At each level a base record that hasn't linked yet links to the linked record
 * that shares its key, if exactly one unused record of a list does; of several lists the earliest such. All base
 * records with that key are one person's, so all of them link; then the linked record is used.
 */
function linkPeople(link: LinkPlan, lists: readonly BlindedList[], base: readonly RecordRef[]): (RecordRef | null)[] {
  const found: (RecordRef | null)[] = base.map(() => null);
  const used = lists.map(() => new Set<number>());
  for (const level of levels(link, lists)) {
    const candidates = candidatesAt(link, lists, level, used);
    base.forEach((ref, index) => {
      if (found[index] !== null) return;
      const candidate = candidates.get(pseudonymAt(lists, ref, level));
      if (candidate !== undefined) found[index] = candidate;
    });
    for (const ref of found) if (ref !== null) used[ref.list]?.add(ref.record);
  }
  return found;
}

/** Many base records may link to one case; of several lists with the case the earliest stands. */
function linkCases(link: LinkPlan, lists: readonly BlindedList[], base: readonly RecordRef[]): (RecordRef | null)[] {
  const found: (RecordRef | null)[] = base.map(() => null);
  for (const level of levels(link, lists)) {
    const candidates = candidatesAt(link, lists, level, []);
    base.forEach((ref, index) => {
      found[index] ??= candidates.get(pseudonymAt(lists, ref, level)) ?? null;
    });
  }
  return found;
}

/** Names of the link's key columns, strictest first; all lists of a dataset have the same. */
function levels(link: LinkPlan, lists: readonly BlindedList[]): string[] {
  const first = lists.find(({ plan }) => plan.role === 'linked' && plan.dataset === link.dataset);
  return first === undefined ? [] : columnsOn(first, link.on).map(({ name }) => name);
}

function candidatesAt(
  link: LinkPlan,
  lists: readonly BlindedList[],
  level: string,
  used: readonly ReadonlySet<number>[],
): Map<string, RecordRef> {
  const candidates = new Map<string, RecordRef>();
  lists.forEach((list, index) => {
    if (list.plan.role !== 'linked' || list.plan.dataset !== link.dataset) return;
    for (const [pseudonym, record] of uniqueIn(list, level, used[index])) {
      if (!candidates.has(pseudonym)) candidates.set(pseudonym, { list: index, record });
    }
  });
  return candidates;
}

/** Pseudonyms that exactly one unused record of the list has. */
function uniqueIn(list: BlindedList, level: string, used: ReadonlySet<number> | undefined): Map<string, number> {
  const pseudonyms = columnNamed(list, level);
  const unique = new Map<string, number>();
  const ambiguous = new Set<string>();
  pseudonyms.forEach((pseudonym, record) => {
    if (used?.has(record) === true) return;
    if (unique.has(pseudonym)) ambiguous.add(pseudonym);
    else unique.set(pseudonym, record);
  });
  for (const pseudonym of ambiguous) unique.delete(pseudonym);
  return unique;
}

function columnNamed(list: BlindedList, name: string): readonly string[] {
  const column = list.plan.keys.findIndex((key) => key.name === name);
  return list.columns[column] ?? [];
}

function pseudonymAt(lists: readonly BlindedList[], ref: RecordRef, level: string): string {
  const list = lists[ref.list];
  return list === undefined ? '' : (columnNamed(list, level)[ref.record] ?? '');
}
