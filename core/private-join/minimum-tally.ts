import { meanDummies } from './dummies.js';
import { ELEMENT_WORDS } from './element-index.js';
import type { ElementHash } from './element-index.js';
import { match } from './match.js';
import type { BlindedList } from './match.js';
import type { DecoyPattern, JoinPlan, ListPlan, PartyId } from './plan.js';

/**
 * Records in the tally that comes to this mixer that are nobody's, as far as anybody can know: the dummies of the mixers
 * before it and the decoys that matching kept, without the noise in their numbers.
 */
export function expectedFillers(plan: JoinPlan, self: PartyId): number {
  const before = plan.mixers.indexOf(self);
  const decoys = plan.decoys === null ? 0 : plan.mixers.length * plan.decoys.law.bound * keptDecoys(plan);
  return before * meanDummies(plan) + decoys;
}

/** Base records that matching keeps, of one group of every pattern: found by matching them. */
export function keptDecoys(plan: JoinPlan): number {
  const patterns = plan.decoys?.patterns ?? [];
  const matching = match(
    plan,
    plan.lists.map((list, number) => decoyList(list, number, patterns)),
    smallHash,
  );
  for (;;) {
    const step = matching.next();
    if (step.done === true) return step.value.base.rows.length;
  }
}

/** One record for each pattern that has the list in it: equal to others of the pattern where that shares a column. */
function decoyList(plan: ListPlan, number: number, patterns: readonly DecoyPattern[]): BlindedList {
  const records = patterns.flatMap((members, pattern) =>
    members.filter(({ list }) => list === plan.id).map(({ shared }) => ({ pattern, shared })),
  );
  return {
    plan,
    count: records.length,
    pseudonyms(column, from, to) {
      const name = plan.keys[column]?.name ?? '';
      const words = new Uint32Array((to - from) * ELEMENT_WORDS);
      records.slice(from, to).forEach(({ pattern, shared }, index) => {
        words[index * ELEMENT_WORDS] = pattern;
        words[index * ELEMENT_WORDS + 1] = shared.includes(name) ? 0 : 1 + number;
      });
      return words;
    },
  };
}

/** Of the two words that `decoyList` sets: Knuth's multiplicative hash. */
const smallHash: ElementHash = {
  of: (elements, at) => Math.imul((elements[at] ?? 0) * 64 + (elements[at + 1] ?? 0), 0x9e37_79b1),
};
