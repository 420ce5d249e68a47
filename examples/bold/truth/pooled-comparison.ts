import {
  agreementOf,
  ALIKE_PAIRS_PER_PERSON,
  keysIn,
  REPORTED_THRESHOLDS,
  strictestOf,
} from '../../../core/linkage/index.js';
import type { Agreement, KeySet, LinksAt, NonMatches } from '../../../core/linkage/index.js';
import { sumUp } from './collections.js';
import { chancesOf } from './pooled-chances.js';
import type { Chance } from './pooled-chances.js';
import { linkSetBySet, pairsOf, tally } from './pooled-pairs.js';
import type { Person } from './pooled-person.js';
import type { PooledCounts, PooledQuestion } from './pooled-question.js';

/** How often the share of people who are linked, and with it what chance links, is worked out anew. */
const PASSES = 8;

export interface AdmittedPair {
  readonly a: Person;
  readonly b: Person;
  readonly agreement: Agreement;
}

export interface LinkedPeople {
  readonly admitted: readonly AdmittedPair[];
  readonly counts: Omit<PooledCounts, 'dataset'>;
}

/** Who of one side is who of the other, nobody twice. */
export function linkPeople(
  as: readonly Person[],
  bs: readonly Person[],
  { keys, threshold, captures }: NonNullable<PooledQuestion['linkage']>,
  evidence: readonly NonMatches[],
): LinkedPeople {
  const pairs = pairsOf(as, bs, keys);
  const observed = tally(pairs);
  const inside = sumUp(evidence, ({ pairs: own }) => own);
  const isEstimable = inside > 0;
  const chances = chancesOf(observed, isEstimable ? evidence : [], keys.length);
  const chanceOf = (set: KeySet): Chance => chances.get(set) ?? { likely: 0, atMost: 0 };
  // The fewer strangers for each pair that was seen, the earlier.
  const rank = (set: KeySet): number => chanceOf(set).likely / (observed.get(set) ?? 0);
  const order = [...observed.keys()].toSorted(
    (one, other) => rank(one) - rank(other) || keysIn(other) - keysIn(one) || one - other,
  );
  const found = linkSetBySet(pairs, order);
  const linked = tally(found);

  // Who has been linked to themselves can't be linked to a stranger: of both sides only a share is free for that.
  const all = isEstimable ? (as.length * bs.length) / inside : 0;
  let free = 1;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const scale = all * free;
    const right = sumUp([...linked], ([set, links]) => Math.max(0, links - chanceOf(set).likely * scale));
    free = (1 - Math.min(1, right / as.length)) * (1 - Math.min(1, right / bs.length));
  }
  const wrongOf = (set: KeySet): number => Math.min(linked.get(set) ?? 0, chanceOf(set).likely * all * free);
  // Families and namesakes, whatever keys they share: where noise hides them there are as many as is usual.
  const alike = sumUp(isEstimable ? evidence : [], ({ pairs: own, deviation }) =>
    deviation.several > 0 ? (ALIKE_PAIRS_PER_PERSON * (1 + Math.sqrt(1 + 8 * own))) / 2 : 0,
  );
  const certainty = (set: KeySet): number =>
    1 - Math.min(1, (chanceOf(set).atMost * all * free) / (linked.get(set) ?? 0));

  const isAt = (set: KeySet, least: number): boolean => !isEstimable || certainty(set) >= least;
  const admitted = found.filter(({ set }) => isAt(set, threshold));
  return {
    admitted: admitted.map(({ a, b, set }) => ({
      a,
      b,
      agreement: captures === null ? 'other' : agreementOf(set, captures),
    })),
    counts: {
      people: { base: as.length, linked: bs.length },
      keys: keys.map((name, place) => ({
        name,
        links: admitted.filter(({ set }) => strictestOf(set) === place).length,
      })),
      at: [...new Set([threshold, ...REPORTED_THRESHOLDS])]
        .toSorted((one, other) => one - other)
        .map((least): LinksAt => {
          const sure = [...linked.keys()].filter((set) => isAt(set, least));
          const links = sumUp(sure, (set) => linked.get(set) ?? 0);
          const strangers = sumUp(sure, (set) => (keysIn(set) === 1 ? wrongOf(set) : 0));
          const kin = Math.max(
            alike * all * free,
            sumUp(sure, (set) => (keysIn(set) > 1 ? wrongOf(set) : 0)),
          );
          return {
            threshold: least,
            links,
            precision: isEstimable && links > 0 ? 1 - Math.min(1, (strangers + kin) / links) : null,
          };
        }),
    },
  };
}
