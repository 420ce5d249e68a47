import type { BlindedList } from './blinded-list.js';
import { ELEMENT_WORDS } from './element-index.js';
import type { ElementHash } from './element-index.js';
import type { DecoyPattern, JoinPlan, ListPlan } from './plan.js';

/** Lists of nothing but one group of decoys of each pattern, as the coordinator would see them. */
export function decoyLists(plan: JoinPlan): BlindedList[] {
  const patterns = plan.decoys?.patterns ?? [];
  return plan.lists.map((list, number) => decoyList(list, number, patterns));
}

/** One record for each pattern that has the list in it: equal to others of the pattern in one column of what it shares. */
function decoyList(plan: ListPlan, number: number, patterns: readonly DecoyPattern[]): BlindedList {
  const records = patterns.flatMap((members, pattern) =>
    members.filter(({ list }) => list === plan.id).map(({ shared }) => ({ pattern, shared })),
  );
  return {
    plan,
    count: records.length,
    pseudonyms(column, from, to) {
      const name = plan.keys[column]?.name ?? '';
      const first = plan.keys.findIndex((key) => key.name === name) === column;
      const words = new Uint32Array((to - from) * ELEMENT_WORDS);
      records.slice(from, to).forEach(({ pattern, shared }, index) => {
        words[index * ELEMENT_WORDS] = pattern;
        words[index * ELEMENT_WORDS + 1] = first && shared.includes(name) ? 0 : 1 + number;
      });
      return words;
    },
  };
}

/** Of the two words that a decoy's pseudonym has here: Knuth's multiplicative hash. */
export const smallHash: ElementHash = {
  of: (elements, at) => Math.imul((elements[at] ?? 0) * 64 + (elements[at + 1] ?? 0), 0x9e37_79b1),
};
