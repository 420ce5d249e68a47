import { ELEMENT_WORDS, ElementIndex, MAX_INDEXED } from './element-index.js';
import type { ElementHash } from './element-index.js';
import { JoinError } from './errors.js';
import { COORDINATOR } from './plan.js';
import type { JoinPlan, LinkOn, LinkPlan, ListPlan } from './plan.js';
import { NOWHERE } from './record-store.js';
import { inSteps, STEP_ITEMS } from './steps.js';
import type { Steps } from './steps.js';

/** A list that has come round the ring, as the coordinator sees it: pseudonyms of this run and nothing else. */
export interface BlindedList {
  readonly plan: ListPlan;
  readonly count: number;
  /** What records from..to-1 have in one key column of the plan: (to - from) pseudonyms of ELEMENT_WORDS words. */
  pseudonyms(column: number, from: number, to: number): Uint32Array;
}

/** Records of the lists in hand, in two columns, because an object for each would cost more than the record. */
export interface Places {
  /** Lists in plan order, from 0. */
  readonly lists: Uint32Array;
  /** Records of that list, from 0; NOWHERE where there is none, whatever `lists` says then. */
  readonly rows: Uint32Array;
}

export interface Matches {
  /** Base records that the tally counts, in the order of lists and records. */
  readonly base: Places;
  /** For each link of the plan, for each of those base records, what it linked to. */
  readonly linked: readonly Places[];
}

/** Bound of all base lists together: their pseudonyms in one column have to fit one index. */
export const MAX_BASE_RECORDS = MAX_INDEXED;

/**
 * Round 3: which records belong together (SPEC, Round 3). Linear in the number of records. Of the base one key column
 * at a time is in memory, of the linked lists no more than a step's records. That takes at most 84 bytes for each base
 * record, 8 more for each link, 5 more for each person key where people are counted, and 1 for each linked record.
 * Thrown when the base lists together are longer than MAX_BASE_RECORDS: JoinError BAD_COUNT.
 */
export function* match(plan: JoinPlan, lists: readonly BlindedList[], hash: ElementHash): Steps<Matches> {
  const everybody = yield* allRecords(lists);
  // One for all columns, one after the other: the memory of a second would be free only when it pleases the collector.
  const index = new ElementIndex(hash, everybody.rows.length);
  try {
    const base = plan.base.unit === 'person' ? yield* distinctPeople(lists, everybody, index) : everybody;
    const linked: Places[] = [];
    for (const link of plan.links) linked.push(yield* linkRecords(link, lists, base, index));
    return yield* keepRecords(plan.links, base, linked);
  } finally {
    index.wipe();
  }
}

interface NumberedList {
  readonly list: BlindedList;
  /** Of the lists in plan order, from 0. */
  readonly number: number;
}

function baseLists(lists: readonly BlindedList[]): NumberedList[] {
  return lists.map((list, number) => ({ list, number })).filter(({ list }) => list.plan.role === 'base');
}

function linkedLists(link: LinkPlan, lists: readonly BlindedList[]): NumberedList[] {
  return lists
    .map((list, number) => ({ list, number }))
    .filter(({ list }) => list.plan.role === 'linked' && list.plan.dataset === link.dataset);
}

function columnNames({ plan }: BlindedList, on: LinkOn): string[] {
  return plan.keys.filter((key) => key.on === on).map(({ name }) => name);
}

function nowhere(count: number): Places {
  return { lists: new Uint32Array(count).fill(NOWHERE), rows: new Uint32Array(count).fill(NOWHERE) };
}

function firstOf({ lists, rows }: Places, count: number): Places {
  return { lists: lists.subarray(0, count), rows: rows.subarray(0, count) };
}

function copyPlace(from: Places, index: number, to: Places, target: number): void {
  to.lists[target] = from.lists[index] ?? NOWHERE;
  to.rows[target] = from.rows[index] ?? NOWHERE;
}

function* allRecords(lists: readonly BlindedList[]): Steps<Places> {
  const bases = baseLists(lists);
  const total = bases.reduce((sum, { list }) => sum + list.count, 0);
  if (total > MAX_BASE_RECORDS) {
    const message = `the lists of the population are longer than ${MAX_BASE_RECORDS} records together`;
    throw new JoinError('BAD_COUNT', COORDINATOR, message);
  }
  const places = { lists: new Uint32Array(total), rows: new Uint32Array(total) };
  let start = 0;
  for (const { list, number } of bases) {
    places.lists.fill(number, start, start + list.count);
    yield* inSteps(list.count, (row) => (places.rows[start + row] = row));
    start += list.count;
  }
  return places;
}

/** One call of `work` for each record of the list, whose pseudonym begins at word `at`; none if it lacks the column. */
function* eachPseudonym(
  list: BlindedList,
  name: string,
  work: (row: number, elements: Uint32Array, at: number) => void,
): Steps<void> {
  const column = list.plan.keys.findIndex((key) => key.name === name);
  if (column === -1) return;
  for (let from = 0; from < list.count; from += STEP_ITEMS) {
    const to = Math.min(from + STEP_ITEMS, list.count);
    const elements = list.pseudonyms(column, from, to);
    for (let row = from; row < to; row += 1) work(row, elements, (row - from) * ELEMENT_WORDS);
    yield;
  }
}

/** Where people are counted, somebody whom two agencies hold is one unit: the record of the earlier list is kept. */
function* distinctPeople(lists: readonly BlindedList[], everybody: Places, index: ElementIndex): Steps<Places> {
  const bases = baseLists(lists);
  if (bases.length < 2) return everybody;
  const columns: GroupedColumn[] = [];
  for (const name of new Set(bases.flatMap(({ list }) => columnNames(list, 'person')))) {
    columns.push(yield* groupColumn(bases, name, everybody.rows.length, index));
  }
  let start = 0;
  let kept = 0;
  for (const { list } of bases) {
    const keptBefore = kept;
    yield* inSteps(list.count, (row) => {
      if (columns.some(({ groups, seen }) => seen[groups[start + row] ?? NOWHERE] === 1)) return;
      copyPlace(everybody, start + row, everybody, kept);
      kept += 1;
    });
    // Only after the whole list: a list's own records are people apart, as its provider has made sure.
    yield* inSteps(kept - keptBefore, (offset) => {
      const position = start + (everybody.rows[keptBefore + offset] ?? 0);
      for (const { groups, seen } of columns) {
        const group = groups[position] ?? NOWHERE;
        if (group !== NOWHERE) seen[group] = 1;
      }
    });
    start += list.count;
  }
  return firstOf(everybody, kept);
}

interface GroupedColumn {
  /** For each record of all base lists the number of its pseudonym; NOWHERE in a list without that column. */
  readonly groups: Uint32Array;
  /** By that number: 1 when a record that was kept has the pseudonym. */
  readonly seen: Uint8Array;
}

function* groupColumn(
  bases: readonly NumberedList[],
  name: string,
  total: number,
  index: ElementIndex,
): Steps<GroupedColumn> {
  const groups = new Uint32Array(total).fill(NOWHERE);
  let start = 0;
  for (const { list } of bases) {
    yield* eachPseudonym(list, name, (row, elements, at) => {
      groups[start + row] = index.add(elements, at);
    });
    start += list.count;
  }
  const seen = new Uint8Array(index.size);
  index.wipe();
  return { groups, seen };
}

/**
 * The waterfall: strictest key first. At each level a base record that hasn't linked yet links to the linked record
 * that shares its key, if exactly one unused record of a list does; of several lists the earliest such. All base
 * records with that key are one person's, so all of them link; then the linked record is used. A case is never used:
 * many may link to it, each by itself.
 */
function* linkRecords(link: LinkPlan, lists: readonly BlindedList[], base: Places, index: ElementIndex): Steps<Places> {
  const offered = linkedLists(link, lists);
  const found = nowhere(base.rows.length);
  const used: UsedRecords = new Map(
    link.on === 'person' ? offered.map(({ list, number }) => [number, new Uint8Array(list.count)]) : [],
  );
  // All lists of a dataset have the same key columns.
  for (const name of offered.slice(0, 1).flatMap(({ list }) => columnNames(list, link.on))) {
    const groups = yield* groupUnlinked(lists, base, found, name, index);
    const candidates = yield* candidatesAt(offered, name, index, used);
    index.wipe();
    yield* inSteps(groups.length, (position) => {
      const group = groups[position] ?? NOWHERE;
      const row = group === NOWHERE ? NOWHERE : (candidates.rows[group] ?? NOWHERE);
      if (row === NOWHERE) return;
      copyPlace(candidates, group, found, position);
      const usedThere = used.get(candidates.lists[group] ?? NOWHERE);
      if (usedThere !== undefined) usedThere[row] = 1;
    });
  }
  return found;
}

/** By list, for each of its records: 1 when somebody has linked to it and nobody else may. */
type UsedRecords = ReadonlyMap<number, Uint8Array>;

/** For each base record that hasn't linked the number of its pseudonym; NOWHERE for the others. */
function* groupUnlinked(
  lists: readonly BlindedList[],
  base: Places,
  found: Places,
  name: string,
  index: ElementIndex,
): Steps<Uint32Array> {
  const groups = new Uint32Array(base.rows.length).fill(NOWHERE);
  let position = 0;
  for (const { list, number } of baseLists(lists)) {
    yield* eachPseudonym(list, name, (row, elements, at) => {
      // Both in the order of lists and records; where people are counted, some records have been dropped.
      if (base.lists[position] !== number || base.rows[position] !== row) return;
      if (found.rows[position] === NOWHERE) groups[position] = index.add(elements, at);
      position += 1;
    });
    // Those of a list without that column.
    while (base.lists[position] === number) position += 1;
  }
  return groups;
}

/** For each number of the index the linked record that base records with that pseudonym link to. */
function* candidatesAt(
  offered: readonly NumberedList[],
  name: string,
  index: ElementIndex,
  used: UsedRecords,
): Steps<Places> {
  const candidates = nowhere(index.size);
  if (index.size === 0) return candidates;
  for (const { list, number } of offered) {
    const usedHere = used.get(number);
    yield* eachPseudonym(list, name, (row, elements, at) => {
      if (usedHere?.[row] === 1) return;
      const group = index.find(elements, at);
      if (group === NOWHERE) return;
      if (candidates.lists[group] === number) {
        // The second in this list: ambiguous here, so a later list may still have its say.
        candidates.rows[group] = NOWHERE;
      } else if (candidates.rows[group] === NOWHERE) {
        candidates.lists[group] = number;
        candidates.rows[group] = row;
      }
    });
  }
  return candidates;
}

function* keepRecords(links: readonly LinkPlan[], base: Places, linked: readonly Places[]): Steps<Matches> {
  let kept = 0;
  yield* inSteps(base.rows.length, (position) => {
    const keeps = links.every(({ keep }, edge) => {
      return keep === 'all' || (keep === 'linked') === (linked[edge]?.rows[position] !== NOWHERE);
    });
    if (!keeps) return;
    copyPlace(base, position, base, kept);
    for (const places of linked) copyPlace(places, position, places, kept);
    kept += 1;
  });
  return { base: firstOf(base, kept), linked: linked.map((places) => firstOf(places, kept)) };
}
