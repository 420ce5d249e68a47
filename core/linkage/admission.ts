import { keysIn } from './key-set.js';
import type { KeySet } from './key-set.js';
import type { NonMatches } from './statistics.js';

/**
 * How likely two people who share a set of match keys are one person, without a single label: in one agency all people
 * are different, so what its people share with each other says what different people share by chance (SPEC, Round 3).
 * Arrays are by KeySet.
 */

/** People on the two sides of a link. */
export interface Sides {
  readonly base: number;
  readonly linked: number;
}

/** How often two different people share exactly a set of keys, among the agencies' own pairs of people. */
export interface ChancePairs {
  /** Pairs of people that were looked at. */
  readonly inside: number;
  /** Of these, how many share exactly the set, as far as is known. */
  readonly likely: Float64Array;
  /** Not more than this, with some certainty: what a set has to stand before its links are admitted. */
  readonly atMost: Float64Array;
  /** Pairs that share two keys or more, as many as are to be expected where noise hides them. */
  readonly alike: number;
}

/**
 * Pairs that share two keys or more for each of an agency's people, where its noise hides how many there are: twins,
 * families, namesakes. As counted in the example's agencies of 100,000 people, as far as such pairs come to be linked;
 * elsewhere it may be half or twice as many. Precision is estimated with it, for none would be said too easily; which
 * links are admitted doesn't depend on it.
 */
export const ALIKE_PAIRS_PER_PERSON = 0.001;

/**
 * One in this many times the noise alone makes at least one set of so many keys known: with N such sets a number that is
 * there by noise has to pass ln(N·CERTAINTY / 2)/√2 deviations.
 */
const CERTAINTY = 10;

/** What is left of the sets of several keys has to pass so many deviations, or noise would make false links of nothing. */
const LEFTOVER_DEVIATIONS = 3;

/**
 * Deviations that are added to what is said of a set of one key, for what it has to stand: almost all false links share
 * one key, and with little in common noise would else admit hundreds of them.
 */
const DOUBT_DEVIATIONS = 2;

/**
 * From what the agencies say, one or several; null where none says anything.
 * @param observed candidate pairs that share exactly the set, 2^keys numbers
 */
export function chancePairs(observed: Float64Array, evidence: readonly NonMatches[]): ChancePairs | null {
  const inside = sumOf(evidence, ({ pairs }) => pairs);
  if (inside <= 0) return null;
  const chance = {
    inside,
    likely: new Float64Array(observed.length),
    atMost: new Float64Array(observed.length),
    alike: alikePairs(evidence),
  };
  addSingles(chance, evidence);
  addSeveral(chance, observed, evidence);
  return chance;
}

function addSingles({ likely, atMost }: ChancePairs, evidence: readonly NonMatches[]): void {
  const deviation = Math.sqrt(sumOf(evidence, (one) => one.deviation.alone ** 2));
  for (let place = 0; 1 << place < likely.length; place += 1) {
    const count = Math.max(
      0,
      sumOf(evidence, ({ alone }) => alone[place] ?? 0),
    );
    likely[1 << place] = count;
    atMost[1 << place] = count + DOUBT_DEVIATIONS * deviation;
  }
}

/** Known sets as they are; what is left of all, where it stands out of its noise, shared by the others that were seen. */
function addSeveral({ likely, atMost }: ChancePairs, observed: Float64Array, evidence: readonly NonMatches[]): void {
  const known = knownSets(observed.length, evidence);
  const knows = new Set(known.map(({ set }) => set));
  const unknown: KeySet[] = [];
  for (let set = 1; set < observed.length; set += 1) {
    if (keysIn(set) > 1 && (observed[set] ?? 0) > 0 && !knows.has(set)) unknown.push(set);
  }
  const left = sumOf(evidence, ({ several }) => several) - sumOf(known, ({ count }) => count);
  const variance = sumOf(evidence, ({ deviation }) => deviation.several ** 2) + sumOf(known, (one) => one.variance);
  const share = left > LEFTOVER_DEVIATIONS * Math.sqrt(variance) ? left / unknown.length : 0;
  for (const { set, count } of known) likely[set] = atMost[set] = count;
  for (const set of unknown) likely[set] = atMost[set] = share;
}

interface KnownSet {
  readonly set: KeySet;
  readonly count: number;
  readonly variance: number;
}

/** Sets of several keys that the agencies count together so often that noise can't have made it. */
function knownSets(size: number, evidence: readonly NonMatches[]): KnownSet[] {
  const keys = Math.log2(size);
  const twos = (keys * (keys - 1)) / 2;
  const more = size - 1 - keys - twos;
  const sets = new Map<KeySet, KnownSet>();
  for (const { sets: counts, deviation } of evidence) {
    for (const [set, own] of counts) {
      const { count, variance } = sets.get(set) ?? { count: 0, variance: 0 };
      sets.set(set, { set, count: count + own, variance: variance + deviation.sets ** 2 });
    }
  }
  return [...sets.values()].filter(({ set, count, variance }) => {
    const deviations = Math.log(((keysIn(set) === 2 ? twos : more) * CERTAINTY) / 2) / Math.SQRT2;
    return count > deviations * Math.sqrt(variance);
  });
}

function alikePairs(evidence: readonly NonMatches[]): number {
  const noisy = evidence.filter(({ deviation }) => deviation.several > 0);
  return sumOf(noisy, ({ pairs }) => ALIKE_PAIRS_PER_PERSON * peopleOf(pairs));
}

/** How many people there are so many pairs of. */
function peopleOf(pairs: number): number {
  return (1 + Math.sqrt(1 + 8 * pairs)) / 2;
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/**
 * The order in which sets link: the least likely to be chance first, then more keys, then the smaller number. Those that
 * nothing was observed of, once decoys are taken off, come last. With no statistics the number of keys decides.
 * @param sets those that pairs have
 */
export function linkingOrder(sets: readonly KeySet[], observed: Float64Array, chance: ChancePairs | null): KeySet[] {
  const ratio = (set: KeySet): number => {
    if (chance === null) return 0;
    const count = observed[set] ?? 0;
    return count > 0 ? (chance.likely[set] ?? 0) / count : Number.POSITIVE_INFINITY;
  };
  const ranked = sets.map((set) => ({ set, ratio: ratio(set), keys: keysIn(set) }));
  ranked.sort((a, b) => (a.ratio === b.ratio ? b.keys - a.keys || a.set - b.set : a.ratio - b.ratio));
  return ranked.map(({ set }) => set);
}

/** What is to be thought of the links that were made. */
export interface Admission {
  /** Links that are false, as far as is known; null where no agency says anything. */
  readonly expected: Float64Array | null;
  /** Posterior that a link is right, 0..1, or less where little is known: admitted from the threshold on. */
  readonly certainty: Float64Array;
  /** How many more of them noise may hide; of sets of which there is no telling, 0. */
  readonly doubt: Float64Array;
  /** Links of people who share two keys or more that are to be expected to be false where noise hides them. */
  readonly alike: number;
  /** Share of all pairs of people of whom neither has been found on the other side, 0..1. */
  readonly free: number;
}

/** Passes over the share of people who are free: each is much closer than the one before. */
const FREE_PASSES = 8;

/**
 * Different people can only link where both are left over from links that are right: of both sides only a share is.
 * @param links by set how many pairs linked, decoys off
 */
export function admission(links: Float64Array, { base, linked }: Sides, chance: ChancePairs | null): Admission {
  const none = new Float64Array(links.length);
  if (chance === null) return { expected: null, certainty: none.map(() => 1), doubt: none, alike: 0, free: 1 };
  const scale = (base * linked) / chance.inside;
  let free = 1;
  for (let pass = 0; pass < FREE_PASSES; pass += 1) {
    let right = 0;
    links.forEach((count, set) => (right += Math.max(0, count - (chance.likely[set] ?? 0) * scale * free)));
    free = (1 - shareOf(right, base)) * (1 - shareOf(right, linked));
  }
  const expected = links.map((count, set) => Math.min(Math.max(0, count), (chance.likely[set] ?? 0) * scale * free));
  const certainty = links.map((count, set) => {
    const chances = (chance.atMost[set] ?? 0) * scale * free;
    return 1 - (count > 0 ? Math.min(1, chances / count) : chances > 0 ? 1 : 0);
  });
  const doubt = none.map((_, set) => ((chance.atMost[set] ?? 0) - (chance.likely[set] ?? 0)) * scale * free);
  return { expected, certainty, doubt, alike: chance.alike * scale * free, free };
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}
