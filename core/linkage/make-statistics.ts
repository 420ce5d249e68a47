import { createHash } from 'node:crypto';

import { inSteps, lengthPrefixed, uint32Bytes, utf8Bytes } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { geometricLaw, MAXIMUM_EPSILON, MINIMUM_EPSILON, noiseVariance } from '../noise/index.js';
import type { NoiseLaw, NoiseSource } from '../noise/index.js';
import { IDENTIFIERS } from './identifiers.js';
import type { IdentifierName } from './identifiers.js';
import { keysIn, MAX_SCHEME_KEYS } from './key-set.js';
import type { KeySet } from './key-set.js';
import { countedKeys, countPairs, eachCountedValue, holdersIn } from './non-matches.js';
import type { CountedPairs } from './non-matches.js';
import type { People } from './people.js';
import type { KeyStatistics, LinkageStatistics } from './statistics.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** Duplicates of one person that count: somebody with a thousand records would change the number by a thousand. */
export const COUNTED_DUPLICATES = 3;

/**
 * Shares of a snapshot's epsilon. `alone` is what admission lives on: almost all false links share one key. `people`
 * stands in every estimate, squared, and costs next to nothing, for one person changes it by one.
 */
const SHARES = { alone: 5 / 16, sets: 5 / 16, several: 1 / 8, people: 1 / 16, rest: 3 / 16 } as const;

/** The least epsilon that leaves each share what noise can be made of. */
export const MINIMUM_LINKAGE_EPSILON = MINIMUM_EPSILON / SHARES.people;

/**
 * Standard deviations above which the number of a set of several keys is told. Most sets never occur: told with their
 * noise alone, they would be taken for non-matches where they hide none, and thousands of numbers be sent that say
 * nothing. Those left out are in `several` still.
 */
export const TOLD_ABOVE_DEVIATIONS = 2;

/** Sets that are told at most, the most frequent: noise alone lifts one in thirty above, and a scheme may have 65,535. */
export const MAX_TOLD_SETS = 4_096;

const DOMAIN = 'tallystick-v1/linkage-statistics';

/** Of which people what is counted. */
export interface StatisticsTopic {
  readonly scheme: string;
  readonly version: number;
  readonly normaliser: number;
  /** Names of the scheme's keys in its order, 1..MAX_SCHEME_KEYS; those that the dataset can't make stay empty. */
  readonly keys: readonly string[];
  /** Those that the dataset holds. */
  readonly identifiers: readonly IdentifierName[];
}

/** The numbers as they are. They never leave the agency unless its dataset says that they need no noise. */
export interface CountedStatistics {
  readonly topic: StatisticsTopic;
  readonly people: number;
  readonly duplicates: number;
  readonly missing: Readonly<Record<string, number>>;
  readonly keys: readonly KeyStatistics[];
  readonly pairs: CountedPairs;
  /** Values of the scheme's keys with which one person may count. */
  readonly values: number;
}

/** What the noise is keyed to: any change of it is other noise, for what law it has depends on epsilon. */
export interface LinkageRequest {
  /** The snapshot's id. */
  readonly snapshot: string;
  readonly scheme: string;
  readonly version: number;
  readonly normaliser: number;
  readonly epsilon: number;
}

/** For keyedNoise, in the place of a run's request: NOISE_KEY_BYTES. */
export function linkageRequest({ snapshot, scheme, version, normaliser, epsilon }: LinkageRequest): Uint8Array {
  const parts = [DOMAIN, snapshot, scheme].map(utf8Bytes);
  const numbers = [uint32Bytes(version), uint32Bytes(normaliser), utf8Bytes(String(epsilon))];
  return new Uint8Array(
    createHash('sha256')
      .update(lengthPrefixed(...parts, ...numbers))
      .digest(),
  );
}

/** Counts what is told of people for one scheme. Thrown when the scheme has no key, or too many: RangeError. */
export function* countStatistics(people: People, topic: StatisticsTopic): Steps<CountedStatistics> {
  if (topic.keys.length < 1 || topic.keys.length > MAX_SCHEME_KEYS) throw new RangeError('not a scheme');
  const counted = countedKeys(people, topic.keys);
  const holders = yield* holdersIn(people, counted);
  const pairs = yield* countPairs(people, holders, counted, topic.keys.length);
  const [keyed, withdrawn] = [new Uint32Array(topic.keys.length), new Uint32Array(topic.keys.length)];
  const missing = new Uint32Array(IDENTIFIERS.length);
  let duplicates = 0;
  /** Of the scheme's keys, those of which a person has a value, and a value that nobody else has. */
  let [has, keeps] = [0, 0];
  yield* inSteps(
    people.count,
    (person) => {
      [has, keeps] = [0, 0];
      eachCountedValue(people, person, counted, (place, value) => {
        has |= 1 << place;
        if (!holders.isShared(value)) keeps |= 1 << place;
      });
      addBits(keyed, has);
      addBits(withdrawn, has & ~keeps);
      addBits(missing, people.missingOf(person));
      duplicates += Math.min(people.recordsOf(person).length - 1, COUNTED_DUPLICATES);
    },
    HEAVY_STEP_ITEMS * 4,
  );
  return {
    topic,
    people: people.count,
    duplicates,
    missing: byName(topic.identifiers, (name) => missing[IDENTIFIERS.indexOf(name)] ?? 0),
    keys: topic.keys.map((name, place) => ({ name, keyed: keyed[place] ?? 0, withdrawn: withdrawn[place] ?? 0 })),
    pairs,
    values: counted.most,
  };
}

export interface StatisticsNoise {
  /** Privacy loss of all the numbers together, MINIMUM_LINKAGE_EPSILON..MAXIMUM_EPSILON; none: as they are. */
  readonly epsilon: number | 'none';
  /** Keyed to `linkageRequest`; not read without epsilon. */
  readonly noise: NoiseSource;
}

/**
 * The numbers as they leave the agency. Neighbours are two snapshots that differ in the identifiers of one person, as
 * self-linking tells people apart, or in there being that person. (That somebody's identifiers could also change which
 * records of others are taken for one person is not counted.) One person counts with at most K' values of the
 * scheme's K keys: one for each column, and no more than `further` beyond the first of each key (CountedKeys). So the
 * identifiers changing loses at most K' values and gains at most K'.
 *
 * - `sets`, 4K': losing a value changes one pair at most, whose set is smaller by that key then: the person's and the
 *   one other who has it, if one does; of those two who are left, if two do, the set is larger by it. So does gaining one.
 *   Each of 2K' such changes leaves one set's number and enters another's.
 * - `alone`, 2K': a set that grows or shrinks by a key is of one key before or after, never both.
 * - `several`, K' + K'/2: pairs of others change one way by lost values, by which they only grow, and the other way by
 *   gained ones, K' at most; of the person's own pairs each takes two values, so there are at most K'/2 before and after.
 * - `people`, 1.
 * - the rest: `duplicates` COUNTED_DUPLICATES, `missing` one for each identifier, `keyed` K, `withdrawn` K for the
 *   person and 2K' for the one other whom each value lost or gained may concern.
 *
 * Each of the five has its share of epsilon (SHARES), and every number two-sided geometric noise (geometricLaw): each
 * of a scheme's 2^K - 1 - K sets of several keys too, before it is asked which are large enough to be told.
 * Thrown when epsilon is outside its limits: RangeError.
 */
export function* noisyStatistics(
  counted: CountedStatistics,
  { epsilon, noise }: StatisticsNoise,
): Steps<LinkageStatistics> {
  if (epsilon !== 'none' && !(epsilon >= MINIMUM_LINKAGE_EPSILON && epsilon <= MAXIMUM_EPSILON)) {
    throw new RangeError('epsilon is outside its limits');
  }
  const { topic, pairs } = counted;
  const values = Math.max(1, counted.values);
  const others = COUNTED_DUPLICATES + topic.identifiers.length + 2 * topic.keys.length + 2 * values;
  const law = (share: number, sensitivity: number): NoiseLaw | null =>
    epsilon === 'none' ? null : geometricLaw({ epsilon: epsilon * share, sensitivity });
  const laws = {
    alone: law(SHARES.alone, 2 * values),
    sets: law(SHARES.sets, 4 * values),
    several: law(SHARES.several, values + Math.floor(values / 2)),
    people: law(SHARES.people, 1),
    rest: law(SHARES.rest, others),
  };
  const noisy = (part: keyof typeof laws, of: string, place: number, number: number): number => {
    const its = laws[part];
    return its === null ? number : number + noise.draw(its, { kind: 'linkage', of, place });
  };
  const atLeast0 = (...told: Parameters<typeof noisy>): number => Math.max(0, noisy(...told));
  const deviation = {
    alone: deviationOf(laws.alone),
    sets: deviationOf(laws.sets),
    several: deviationOf(laws.several),
  };
  const sets = new Map<KeySet, number>();
  yield* inSteps(
    pairs.sets.length,
    (set) => {
      if (keysIn(set) < 2) return;
      const told = noisy('sets', 'sets', set, pairs.sets[set] ?? 0);
      if (told > TOLD_ABOVE_DEVIATIONS * deviation.sets) sets.set(set, told);
    },
    HEAVY_STEP_ITEMS,
  );
  const people = atLeast0('people', 'people', 0, counted.people);
  return {
    scheme: topic.scheme,
    schemeVersion: topic.version,
    normaliser: topic.normaliser,
    people,
    duplicates: atLeast0('rest', 'duplicates', 0, counted.duplicates),
    missing: byName(topic.identifiers, (name) =>
      atLeast0('rest', 'missing', IDENTIFIERS.indexOf(name), counted.missing[name] ?? 0),
    ),
    keys: counted.keys.map(({ name, keyed, withdrawn }, place) => ({
      name,
      keyed: atLeast0('rest', 'keyed', place, keyed),
      withdrawn: atLeast0('rest', 'withdrawn', place, withdrawn),
    })),
    nonMatches: {
      pairs: (people * Math.max(0, people - 1)) / 2,
      alone: topic.keys.map((_, place) => noisy('alone', 'alone', place, pairs.sets[1 << place] ?? 0)),
      sets: mostFrequent(sets),
      several: noisy('several', 'several', 0, pairs.several),
      deviation,
    },
  };
}

/** At most MAX_TOLD_SETS of them, in the order of their numbers; of two as frequent the smaller. */
function mostFrequent(sets: ReadonlyMap<KeySet, number>): ReadonlyMap<KeySet, number> {
  if (sets.size <= MAX_TOLD_SETS) return sets;
  const kept = [...sets].sort(([a, one], [b, other]) => other - one || a - b).slice(0, MAX_TOLD_SETS);
  return new Map(kept.sort(([a], [b]) => a - b));
}

function deviationOf(law: NoiseLaw | null): number {
  return law === null ? 0 : Math.sqrt(noiseVariance(law));
}

function addBits(counts: Uint32Array, bits: number): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const place = 31 - Math.clz32(rest & -rest);
    counts[place] = (counts[place] ?? 0) + 1;
  }
}

function byName(names: readonly IdentifierName[], of: (name: IdentifierName) => number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}
