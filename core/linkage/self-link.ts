import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { candidatePairs } from './candidate-pairs.js';
import { Clusters } from './clusters.js';
import { holdersOf } from './holders.js';
import { keysIn } from './key-set.js';
import { nameFrequency } from './name-frequency.js';
import { PairColumn } from './pair-column.js';
import { admission } from './self-link-admission.js';
import type { Profiles } from './profiles.js';
import { confirmedBy, isDated, SHARED_ID, Verdict, verdictOn } from './self-link-rules.js';
import type { Evidence } from './self-link-rules.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** Whose the records of one agency are. */
export interface SelfLink {
  /** By record, its person: 0, 1, … in the order of their first records. */
  readonly personOf: Uint32Array;
  readonly people: number;
}

/**
 * Tells which records of one agency are of one person, from the numbers of their match keys alone. Which pairs are one
 * person is said by fixed rules (`verdictOn`), but for those who agree in name and birth date only: there it is counted
 * how many such pairs strangers make among as common names, and they are one where few are strangers. Pairs that agree
 * most are joined first, and none whose other records contradict.
 *
 * Linear in the number of keys. While it works it takes four bytes a key that self-linking knows and that several
 * records have, and some twenty a record.
 * @param names of the keys, by their places in the lists
 */
export function* selfLink(profiles: Profiles, names: readonly string[]): Steps<SelfLink> {
  const bitsOf = Uint32Array.from(names, confirmedBy);
  const { lists } = profiles;
  const holders = yield* holdersOf(lists, bitsOf);
  const frequency = yield* nameFrequency(lists, holders, names);
  const has = (item: number): Evidence => lists.present(item, bitsOf);
  const pairs = new PairColumn();
  let namesakes = 0;
  yield* candidatePairs(lists, holders, bitsOf, (one, other, shared) => {
    const verdict = verdictOn(shared, has(one), has(other));
    if (verdict === Verdict.namesakes) namesakes += 1;
    if (verdict >= Verdict.same) pairs.push(one, other, verdict, strength(shared));
  });
  const admitted = yield* admission({ pairs, profiles, frequency, namesakes, has });
  const clusters = new Clusters(lists.items, (a, b) =>
    opinionOf(verdictOn(lists.shared(a, b, bitsOf), has(a), has(b))),
  );
  yield* pairs.strongestFirst((one, other, verdict) => {
    if (verdict !== Verdict.undated && admitted(one, other, verdict)) clusters.join(one, other);
  });
  if (admitted(0, 0, Verdict.undated)) yield* joinUndated(pairs, clusters, has);
  return yield* peopleOf(profiles, clusters, (profile) => {
    const own = has(profile);
    return admitted(profile, profile, verdictOn(own, own, own));
  });
}

/** Who has no birth date is joined to people of the same name and place where that can be one person only. */
function* joinUndated(pairs: PairColumn, clusters: Clusters, has: (item: number) => Evidence): Steps<void> {
  const SEVERAL = -1;
  const whose = new Map<number, number>();
  yield* pairs.each((one, other, verdict) => {
    if (verdict !== Verdict.undated) return;
    for (const [item, partner] of [
      [one, other],
      [other, one],
    ] as const) {
      if (isDated(has(item))) continue;
      const cluster = clusters.find(partner);
      whose.set(item, (whose.get(item) ?? cluster) === cluster ? cluster : SEVERAL);
    }
  });
  yield* pairs.strongestFirst((one, other, verdict) => {
    if (verdict !== Verdict.undated || whose.get(one) === SEVERAL || whose.get(other) === SEVERAL) return;
    clusters.join(one, other);
  });
}

function strength(shared: Evidence): number {
  return keysIn(shared) + ((shared & SHARED_ID) === 0 ? 0 : 32);
}

function opinionOf(verdict: Verdict): number {
  if (verdict < Verdict.open) return -1;
  return verdict === Verdict.open ? 0 : 1;
}

/** Numbers the people. Records of one profile are one person only where so much alone would make two records one. */
function* peopleOf(
  { of, several }: Profiles,
  clusters: Clusters,
  isOne: (profile: number) => boolean,
): Steps<SelfLink> {
  const personOf = new Uint32Array(of.length);
  /** By cluster, its person plus one. */
  const persons = new Uint32Array(several.length);
  const apart = new Uint8Array(several.length);
  let people = 0;
  yield* inSteps(
    of.length,
    (record) => {
      const profile = of[record] ?? 0;
      const cluster = clusters.find(profile);
      if (persons[cluster] !== 0 && apart[profile] === 0) {
        personOf[record] = (persons[cluster] ?? 1) - 1;
      } else {
        personOf[record] = people;
        people += 1;
        if (persons[cluster] === 0) persons[cluster] = people;
      }
      // The first record of a profile is in its cluster; the others too, unless such records may be anybody's.
      if (several[profile] === 1 && apart[profile] === 0 && !isOne(profile)) apart[profile] = 1;
    },
    HEAVY_STEP_ITEMS * 4,
  );
  return { personOf, people };
}
