import { STEP_ITEMS } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { ELEMENT_WORDS } from './element-index.js';
import type { ListPlan } from './plan.js';

/** A list that has come round the ring, as the coordinator sees it: pseudonyms of this run and nothing else. */
export interface BlindedList {
  readonly plan: ListPlan;
  readonly count: number;
  /** What records from..to-1 have in one key column of the plan: (to - from) pseudonyms of ELEMENT_WORDS words. */
  pseudonyms(column: number, from: number, to: number): Uint32Array;
}

export interface NumberedList {
  readonly list: BlindedList;
  /** Of the lists in plan order, from 0. */
  readonly number: number;
}

/** Those of the population where no dataset is named, else those that are linked of that dataset; in plan order. */
export function listsOf(lists: readonly BlindedList[], linked?: string): NumberedList[] {
  return lists
    .map((list, number) => ({ list, number }))
    .filter(({ list: { plan } }) =>
      linked === undefined ? plan.role === 'base' : plan.role === 'linked' && plan.dataset === linked,
    );
}

/** The list as if it had no records but those at `rows`, ascending; the list itself where they are null. */
export function withRows(list: BlindedList, rows: Uint32Array | null): BlindedList {
  if (rows === null) return list;
  return {
    plan: list.plan,
    count: rows.length,
    pseudonyms(column, from, to) {
      const words = new Uint32Array((to - from) * ELEMENT_WORDS);
      // What is left may lie far apart, and nobody holds all that lies between.
      for (let next = from; next < to;) {
        const start = rows[next] ?? 0;
        const end = Math.min(start + STEP_ITEMS, (rows[to - 1] ?? 0) + 1);
        const read = list.pseudonyms(column, start, end);
        for (; next < to && (rows[next] ?? end) < end; next += 1) {
          const at = ((rows[next] ?? 0) - start) * ELEMENT_WORDS;
          words.set(read.subarray(at, at + ELEMENT_WORDS), (next - from) * ELEMENT_WORDS);
        }
      }
      return words;
    },
  };
}

/** One call of `work` for each record of the list, whose pseudonym in the column begins at word `at`. */
export function* eachPseudonym(
  list: BlindedList,
  column: number,
  work: (row: number, elements: Uint32Array, at: number) => void,
): Steps<void> {
  for (let from = 0; from < list.count; from += STEP_ITEMS) {
    const to = Math.min(from + STEP_ITEMS, list.count);
    const elements = list.pseudonyms(column, from, to);
    for (let row = from; row < to; row += 1) work(row, elements, (row - from) * ELEMENT_WORDS);
    yield;
  }
}
