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
import type { PooledComparison, PooledCounts, PooledQuestion } from './pooled-question.js';

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

/**
 * Who of one side is who of the other, nobody twice.
 * @param told what a coordinator counted of this comparison; null where what is found is counted
 */
export function linkPeople(
  as: readonly Person[],
  bs: readonly Person[],
  { keys, threshold, captures }: NonNullable<PooledQuestion['linkage']>,
  evidence: readonly NonMatches[],
  told: PooledComparison | null,
): LinkedPeople {
  const pairs = pairsOf(as, bs, keys);
  const { people, observed } =
    told === null ? { people: { base: as.length, linked: bs.length }, observed: tally(pairs) } : counted(told);
  const inside = sumUp(evidence, ({ pairs: own }) => own);
  const isEstimable = inside > 0;
  const chances = chancesOf(observed, isEstimable ? evidence : [], keys.length);
  const chanceOf = (set: KeySet): Chance => chances.get(set) ?? { likely: 0, atMost: 0 };
  // The fewer strangers for each pair that was seen, the earlier.
  const rank = (set: KeySet): number => {
    if (!isEstimable) return 0;
    const seen = observed.get(set) ?? 0;
    return seen > 0 ? chanceOf(set).likely / seen : Number.POSITIVE_INFINITY;
  };
  const order = [...new Set(pairs.map(({ set }) => set))].toSorted(
    (one, other) => compareNumbers(rank(one), rank(other)) || keysIn(other) - keysIn(one) || one - other,
  );
  const found = linkSetBySet(pairs, order);
  const linked = told === null ? tally(found) : counted(told).linked;

  // Who has been linked to themselves can't be linked to a stranger: of both sides only a share is free for that.
  const all = isEstimable ? (people.base * people.linked) / inside : 0;
  let free = 1;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const scale = all * free;
    const right = sumUp([...linked], ([set, links]) => Math.max(0, links - chanceOf(set).likely * scale));
    free = (1 - shareOf(right, people.base)) * (1 - shareOf(right, people.linked));
  }
  const wrongOf = (set: KeySet): number => Math.min(linked.get(set) ?? 0, chanceOf(set).likely * all * free);
  // Families and namesakes, whatever keys they share: where noise hides them there are as many as is usual.
  const alike = sumUp(isEstimable ? evidence : [], ({ pairs: own, deviation }) =>
    deviation.several > 0 ? (ALIKE_PAIRS_PER_PERSON * (1 + Math.sqrt(1 + 8 * own))) / 2 : 0,
  );
  const certainty = (set: KeySet): number => {
    const strangers = chanceOf(set).atMost * all * free;
    const links = linked.get(set) ?? 0;
    if (links <= 0) return strangers > 0 ? 0 : 1;
    return 1 - Math.min(1, strangers / links);
  };

  const isAt = (set: KeySet, least: number): boolean => !isEstimable || certainty(set) >= least;
  const admitted = found.filter(({ set }) => isAt(set, threshold));
  return {
    admitted: admitted.map(({ a, b, set }) => ({
      a,
      b,
      agreement: captures === null ? 'other' : agreementOf(set, captures),
    })),
    counts: {
      people,
      keys: keys.map((name, place) => ({
        name,
        links: sumUp([...linked], ([set, links]) =>
          links > 0 && strictestOf(set) === place && isAt(set, threshold) ? links : 0,
        ),
      })),
      at: [...new Set([threshold, ...REPORTED_THRESHOLDS])]
        .toSorted((one, other) => one - other)
        .map((least): LinksAt => {
          const sure = [...linked.keys()].filter((set) => (linked.get(set) ?? 0) > 0 && isAt(set, least));
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

interface Counted {
  readonly people: PooledComparison['people'];
  /** Pairs that share exactly the set. */
  readonly observed: ReadonlyMap<KeySet, number>;
  readonly linked: ReadonlyMap<KeySet, number>;
}

/** What a coordinator counted. Sets of which decoys leave nothing were not seen. */
function counted({ people, sets }: PooledComparison): Counted {
  return {
    people,
    observed: new Map(sets.filter(({ observed }) => observed > 0).map(({ set, observed }) => [set, observed])),
    linked: new Map(sets.map(({ set, links }) => [set, links])),
  };
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

/** Infinity is no larger than itself. */
function compareNumbers(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
