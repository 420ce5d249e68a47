import { createHash } from 'node:crypto';

import { ELEMENT_WORDS, wordsOf } from '../../core/private-join/element-index.js';
import type { JoinPlan, ListPlan } from '../../core/private-join/index.js';
import type { BlindedList } from '../../core/private-join/match.js';
import type { PlainLists, PlainRecord } from './naive-join.js';

/** What the coordinator would see of these records: pseudonyms that are equal where keys are, and no others. */
export function blindedLists(plan: JoinPlan, lists: PlainLists): BlindedList[] {
  return plan.lists.map((list) => blindedList(list, lists.get(list.id) ?? []));
}

function blindedList(plan: ListPlan, records: readonly PlainRecord[]): BlindedList {
  const columns = plan.keys.map(({ name }, column) => {
    const pseudonyms = records.map(({ keys }, row) => {
      const key = keys[column] ?? null;
      return pseudonymOf(key === null ? `nobody else: ${plan.id}/${column}/${row}` : `${name}/${key}`);
    });
    return wordsOf(new Uint8Array(Buffer.concat(pseudonyms)));
  });
  return {
    plan,
    count: records.length,
    pseudonyms: (column, from, to) =>
      columns[column]?.slice(from * ELEMENT_WORDS, to * ELEMENT_WORDS) ?? new Uint32Array(0),
  };
}

export function pseudonymOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
