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
  /** Pairs that share two keys or more of which the noise doesn't let it be told which sets they share. */
  readonly unseen: number;
}

/**
 * Pairs that share two keys or more for each of an agency's people, where its noise hides how many there are: twins,
 * families, namesakes. As counted in the example's agencies of 100,000 people, as far as such pairs come to be linked;
 * elsewhere it may be half or twice as many. Precision is estimated with it, for none would be said too easily; which
 * links are admitted doesn't depend on it.
 */
export const ALIKE_PAIRS_PER_PERSON = 0.001;

/**
 * One in this many times the noise alone makes at least one set of a class known: with N sets a number that is there
 * by noise has to pass ln(N·CERTAINTY / 2)/√2 deviations.
 */
const CERTAINTY = 10;

/**
 * What is left of a class has to pass so many deviations, or noise would make false links out of nothing. That of one
 * key, from which almost all false links come, needs not: its sets have to stand what may be left at most.
 */
const LEFTOVER_DEVIATIONS = [0, 3, 3] as const;

/** Deviations that are added to what is left of a class, for what may be left at most; null where that is not asked. */
const DOUBT_DEVIATIONS = [1, null, null] as const;

/** Classes of sets by how many keys: one, two, more. */
const CLASSES = [0, 1, 2] as const;
type Class = (typeof CLASSES)[number];

function classOf(set: KeySet): Class {
  const keys = keysIn(set);
  return keys === 1 ? 0 : keys === 2 ? 1 : 2;
}

function setsIn(kind: Class, keys: number): number {
  const pairs = (keys * (keys - 1)) / 2;
  return [keys, pairs, 2 ** keys - 1 - keys - pairs][kind] ?? 0;
}

/**
 * From what the agencies say, one or several; null where none says anything.
 * @param observed candidate pairs that share exactly the set, 2^keys numbers
 */
export function chancePairs(observed: Float64Array, evidence: readonly NonMatches[]): ChancePairs | null {
  const inside = evidence.reduce((sum, { pairs }) => sum + pairs, 0);
  if (inside <= 0) return null;
  const likely = new Float64Array(observed.length);
  const known = knownSets(observed.length, evidence);
  for (const { set, count } of known) likely[set] = count;
  const atMost = likely.slice();
  const knows = new Set(known.map(({ set }) => set));
  const unknown: KeySet[][] = CLASSES.map(() => []);
  for (let set = 1; set < observed.length; set += 1) {
    if ((observed[set] ?? 0) > 0 && !knows.has(set)) unknown[classOf(set)]?.push(set);
  }
  for (const kind of CLASSES) {
    const sets = unknown[kind] ?? [];
    const { count, deviation } = leftOf(kind, known, evidence);
    const share = count > LEFTOVER_DEVIATIONS[kind] * deviation ? count / sets.length : 0;
    const doubt = DOUBT_DEVIATIONS[kind];
    const most = doubt === null ? 0 : Math.max(0, count) + doubt * deviation;
    const all = sets.reduce((sum, set) => sum + (observed[set] ?? 0), 0);
    for (const set of sets) {
      likely[set] = share;
      atMost[set] = Math.max(share, (most * (observed[set] ?? 0)) / all);
    }
  }
  return { inside, likely, atMost, unseen: unseenPairs(evidence, likely) };
}

interface KnownSet {
  readonly set: KeySet;
  readonly count: number;
  readonly variance: number;
}

/** Sets that the agencies count together so often that noise can't have made it. */
function knownSets(size: number, evidence: readonly NonMatches[]): KnownSet[] {
  const keys = Math.log2(size);
  const sets = new Map<KeySet, KnownSet>();
  for (const { sets: counts, deviation } of evidence) {
    for (const [set, own] of counts) {
      const { count, variance } = sets.get(set) ?? { count: 0, variance: 0 };
      sets.set(set, { set, count: count + own, variance: variance + deviation.sets ** 2 });
    }
  }
  return [...sets.values()].filter(({ set, count, variance }) => {
    const deviations = Math.log((setsIn(classOf(set), keys) * CERTAINTY) / 2) / Math.SQRT2;
    return count > deviations * Math.sqrt(variance);
  });
}

/** Of pairs that share two keys or more, as many as are to be expected beside those whose sets are known. */
function unseenPairs(evidence: readonly NonMatches[], likely: Float64Array): number {
  const noisy = evidence.filter(({ deviation }) => deviation.byKeys > 0);
  const expected = noisy.reduce((sum, { pairs }) => sum + ALIKE_PAIRS_PER_PERSON * peopleOf(pairs), 0);
  const told = likely.reduce((sum, count, set) => (keysIn(set) < 2 ? sum : sum + count), 0);
  return Math.max(0, expected - told);
}

/** How many people there are so many pairs of. */
function peopleOf(pairs: number): number {
  return (1 + Math.sqrt(1 + 8 * pairs)) / 2;
}

/** What a class has beside its known sets, and the deviation of that. */
function leftOf(
  kind: Class,
  known: readonly KnownSet[],
  evidence: readonly NonMatches[],
): { count: number; deviation: number } {
  let count = 0;
  let variance = 0;
  for (const { byKeys, deviation } of evidence) {
    count += byKeys[kind];
    variance += deviation.byKeys ** 2;
  }
  for (const one of known) {
    if (classOf(one.set) !== kind) continue;
    count -= one.count;
    variance += one.variance;
  }
  return { count, deviation: Math.sqrt(variance) };
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
  /** Links that are false beside those, of sets that can't be named. */
  readonly unseen: number;
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
  if (chance === null) return { expected: null, certainty: new Float64Array(links.length).fill(1), unseen: 0, free: 1 };
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
  return { expected, certainty, unseen: chance.unseen * scale * free, free };
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}
