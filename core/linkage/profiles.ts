import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { KeyLists } from './record-keys.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** Records whose keys are all the same are told apart from others, never from each other: one profile stands for them. */
export interface Profiles {
  readonly lists: KeyLists;
  /** By record, its profile: numbered 0, 1, … in the order of their first records. */
  readonly of: Uint32Array;
  /** By profile: 1 where several records have it. */
  readonly several: Uint8Array;
}

/** Finds out which records have all the same keys. */
export function* profilesOf(records: KeyLists): Steps<Profiles> {
  const of = new Uint32Array(records.items);
  const firsts = new Uint32Array(records.items);
  const several = new Uint8Array(records.items);
  const lists = new KeyLists();
  // Open addressing, at most half of the slots taken; a slot holds a profile's number plus one.
  const slots = new Uint32Array(2 ** (2 + Math.ceil(Math.log2(records.items + 1))));
  const find = (record: number): number => {
    let slot = hashOf(records, record) & (slots.length - 1);
    for (;;) {
      const taken = slots[slot] ?? 0;
      if (taken === 0) {
        slots[slot] = lists.items + 1;
        return lists.items;
      }
      if (records.same(firsts[taken - 1] ?? 0, record)) return taken - 1;
      slot = (slot + 1) & (slots.length - 1);
    }
  };
  yield* inSteps(
    records.items,
    (record) => {
      // Who has no keys has nothing in common with anybody.
      const profile = records.start(record) === records.end(record) ? lists.items : find(record);
      of[record] = profile;
      if (profile < lists.items) {
        several[profile] = 1;
        return;
      }
      firsts[profile] = record;
      for (let at = records.start(record); at < records.end(record); at += 1) {
        lists.push(records.key(at), records.value(at));
      }
      lists.endItem();
    },
    HEAVY_STEP_ITEMS * 4,
  );
  return { lists, of, several };
}

/** Of the values' numbers, which are dense and say nothing: spread by Murmur's multipliers. */
function hashOf(records: KeyLists, record: number): number {
  let hash = 0;
  for (let at = records.start(record); at < records.end(record); at += 1) {
    hash = Math.imul(hash ^ records.value(at), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  }
  return hash ^ (hash >>> 16);
}
