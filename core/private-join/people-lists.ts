import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { listsOf, withRows } from './blinded-list.js';
import type { BlindedList, NumberedList } from './blinded-list.js';
import type { ElementHash } from './element-index.js';
import { eachKey, holdersAt } from './key-holders.js';
import type { KeyHolders } from './key-holders.js';
import { numberKeys } from './key-numbers.js';
import type { KeyNumbers } from './key-numbers.js';
import { personsOf } from './persons.js';
import type { Places } from './places.js';
import type { JoinPlan, LinkagePlan } from './plan.js';
import { NOWHERE } from './record-store.js';

/** The lists whose records are joined on the person, without the people who opted out. */
export interface PeopleLists {
  /** Every list of the plan, in its order; those that are joined on the person without whom they leave out. */
  readonly lists: readonly BlindedList[];
  /** Those that are joined on the person: the population's, then each link's. */
  readonly joined: readonly NumberedList[];
  /** Of the records of those. */
  readonly numbers: KeyNumbers;
  /** By list of the plan which of its records are left, ascending; null where all are. */
  readonly rows: readonly (Uint32Array | null)[];
  /** How many of the population are left out: people, or records where those are counted. Decoys among them. */
  readonly leftOut: number;
}

/**
 * Numbers match keys and takes out whoever shares one with anybody in an opt-out list, with all records of one list that
 * are the same person's (SPEC, Round 3). Nothing of an opt-out list goes further. Linear in the records; memory is that of
 * `numberKeys`, and, where somebody is left out, 9 bytes for each record and 1 for each key.
 * Thrown as `numberKeys` says.
 */
export function* peopleLists(
  plan: Pick<JoinPlan, 'base' | 'links'>,
  linkage: LinkagePlan,
  lists: readonly BlindedList[],
  hash: ElementHash,
): Steps<PeopleLists> {
  const bases = listsOf(lists);
  const linked = plan.links.flatMap(({ dataset, on }) => (on === 'person' ? listsOf(lists, dataset) : []));
  const joined = [...bases, ...linked];
  const optOuts = lists.filter((list) => list.plan.role === 'opt-out');
  const numbers = yield* numberKeys([...joined.map(({ list }) => list), ...optOuts], linkage.keys, hash);
  const rows: (Uint32Array | null)[] = lists.map(() => null);
  if (optOuts.length === 0) return { lists, joined, numbers, rows, leftOut: 0 };

  const refused = new Uint8Array(numbers.count);
  for (const own of numbers.records.slice(joined.length)) yield* eachKey(own, (_, key) => (refused[key] = 1));
  const records: KeyHolders[] = [];
  const left: KeyHolders[] = [];
  for (const [index, { number }] of joined.entries()) {
    const own = numbers.records[index] ?? NOBODY;
    const isOut = yield* optedOut(own, refused);
    const kept = isOut === null ? null : yield* rowsWhere(isOut, 0);
    rows[number] = kept;
    records.push(kept === null ? own : yield* holdersAt(own, kept));
    if (isOut !== null && index < bases.length) left.push(yield* holdersAt(own, yield* rowsWhere(isOut, 1)));
  }
  const remaining = lists.map((list, number) => withRows(list, rows[number] ?? null));
  return {
    lists: remaining,
    joined: joined.map(({ list, number }) => ({ list: remaining[number] ?? list, number })),
    numbers: { ...numbers, records },
    rows,
    leftOut: yield* countLeft(left, plan, numbers.count),
  };
}

/** In place: records by their places in the lists as they came, instead of among those that are left. */
export function* asTheyCame({ rows }: Pick<PeopleLists, 'rows'>, places: Places): Steps<void> {
  if (rows.every((kept) => kept === null)) return;
  yield* inSteps(places.rows.length, (position) => {
    const row = places.rows[position] ?? NOWHERE;
    const kept = rows[places.lists[position] ?? NOWHERE] ?? null;
    if (row !== NOWHERE && kept !== null) places.rows[position] = kept[row] ?? NOWHERE;
  });
}

const NOBODY: KeyHolders = { count: 0, starts: new Uint32Array(1), keys: new Uint32Array(0) };

/** For each record 1 where it is of somebody who opted out; null where none is. @param refused by key, 1 where it is theirs */
function* optedOut(records: KeyHolders, refused: Uint8Array): Steps<Uint8Array | null> {
  let met = 0;
  yield* eachKey(records, (_, key) => (met += refused[key] ?? 0));
  if (met === 0) return null;
  const { count, personOf } = yield* personsOf(records, refused.length);
  const persons = new Uint8Array(count);
  yield* eachKey(records, (row, key) => {
    if (refused[key] === 1) persons[personOf[row] ?? 0] = 1;
  });
  const isOut = new Uint8Array(records.count);
  yield* inSteps(records.count, (row) => (isOut[row] = persons[personOf[row] ?? 0] ?? 0));
  return isOut;
}

/** The places at which it says so, ascending. */
function* rowsWhere(isOut: Uint8Array, wanted: 0 | 1): Steps<Uint32Array> {
  const rows = new Uint32Array(isOut.length);
  let count = 0;
  yield* inSteps(isOut.length, (row) => {
    if (isOut[row] !== wanted) return;
    rows[count] = row;
    count += 1;
  });
  return rows.slice(0, count);
}

/** Records; or people, being those whose records share a key, in whatever lists. */
function* countLeft(left: readonly KeyHolders[], { base }: Pick<JoinPlan, 'base'>, keys: number): Steps<number> {
  const count = left.reduce((sum, records) => sum + records.count, 0);
  if (base.unit === 'record') return count;
  const together: KeyHolders = {
    count,
    starts: new Uint32Array(count + 1),
    keys: new Uint32Array(left.reduce((sum, records) => sum + records.keys.length, 0)),
  };
  let [record, key] = [0, 0];
  for (const records of left) {
    together.starts.set(
      records.starts.map((start) => key + start),
      record,
    );
    together.keys.set(records.keys, key);
    record += records.count;
    key += records.keys.length;
  }
  return (yield* personsOf(together, keys)).count;
}
