import { COORDINATOR } from '../../core/private-join/index.js';
import type { OperationCosts, OperationName } from '../kernel/operation.js';
import type { StudyList } from './study.js';

/** How many elements (of ciphertexts: pairs of elements) a party has to put through each operation. */
export type OperationCounts = Readonly<Partial<Record<OperationName, number>>>;

/** For each party the kernel operations that SPEC.md has it do; nothing that doesn't grow with the records. */
export function requiredOperations(lists: readonly StudyList[]): ReadonlyMap<string, OperationCounts> {
  const base = lists.find(({ role }) => role === 'base')?.records ?? 0;
  const records = total(lists, () => 1);
  const elements = total(lists, ({ keyColumns }) => keyColumns + 2);
  const keys = total(lists, ({ keyColumns }) => keyColumns);
  const parties = new Map<string, OperationCounts>([
    [
      COORDINATOR,
      {
        // Round 3, check: every key and both halves of every ciphertext.
        check: elements,
        // Round 3, combine: both halves, for each link; the template keeps every base record.
        add: 2 * base * lists.filter(({ role }) => role === 'linked').length,
        rerandomise: base,
        // Round 4, open.
        'remove-share': base,
      },
    ],
  ]);
  for (const { agency } of lists) {
    const own = total(
      lists.filter((list) => list.agency === agency),
      () => 1,
    );
    // Rounds 1, 2 and 4.
    parties.set(agency, { multiply: keys, encrypt: own, rerandomise: records - own, tally: base });
  }
  return parties;
}

/** Seconds of processor time for so many operations at these costs. */
export function secondsFor(counts: OperationCounts, costs: OperationCosts): number {
  const microseconds = Object.entries(counts).reduce((sum, [name, count]) => {
    const cost = costs[name as OperationName];
    if (cost === undefined) throw new RangeError(`the cost of ${name} was not measured`);
    return sum + count * cost;
  }, 0);
  return microseconds / 1_000_000;
}

/** Bytes of the largest list that is under way from one party to another: 32 for each key, 64 for the label. */
export function largestListBytes(lists: readonly StudyList[]): number {
  return Math.max(...lists.map(({ records, keyColumns }) => records * (32 * keyColumns + 64)));
}

function total(lists: readonly StudyList[], perRecord: (list: StudyList) => number): number {
  return lists.reduce((sum, list) => sum + list.records * perRecord(list), 0);
}
