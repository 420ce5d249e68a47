import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { STRATA } from './name-frequency.js';
import type { NameFrequency } from './name-frequency.js';
import type { PairColumn } from './pair-column.js';
import type { Profiles } from './profiles.js';
import { isDated, isPlaced, Verdict, verdictOn } from './self-link-rules.js';
import type { Evidence } from './self-link-rules.js';

/**
 * Share of pairs of a kind that may be of two people, for all of the kind to be taken for one person each. The first
 * kind is a fifth of all duplicates where people move house, the others are a few in a hundred.
 */
export const STRANGERS_MAX = { byNameAndDate: 0.05, byNearNameAndDate: 0.1, undated: 0.1 } as const;
/** Strangers whose names sound or begin alike and who have one birth date, for each two whose names are the same. */
export const NEAR_NAMES = 3;

/** Whether two profiles of which this was said may be joined; of one twice, whether its records may. */
export type Admitted = (one: number, other: number, verdict: Verdict) => boolean;

export interface AdmissionInput {
  readonly pairs: PairColumn;
  readonly profiles: Profiles;
  readonly frequency: NameFrequency;
  /** Pairs of one name and place with two birth dates. */
  readonly namesakes: number;
  readonly has: (item: number) => Evidence;
}

/**
 * Says which kinds of pairs that aren't certain may be joined: where strangers are expected to make few of them, beside
 * as many as there are. Two of one name and birth date may be strangers, the sooner the commoner the name; one without a
 * birth date may be the parent or the child of who has the same name and place, as often as such two are found where
 * both have theirs.
 */
export function* admission({ pairs, profiles, frequency, namesakes, has }: AdmissionInput): Steps<Admitted> {
  const { lists, several } = profiles;
  const { stratum, expected } = frequency;
  const [byName, byNearName] = [new Float64Array(STRATA), new Float64Array(STRATA)];
  let [undated, undatedPlaced, placed] = [0, 0, 0];
  const count = (one: number, other: number, verdict: Verdict): void => {
    if (verdict === Verdict.undated) undated += 1;
    if (verdict !== Verdict.byNameAndDate && verdict !== Verdict.byNearNameAndDate) return;
    const counts = verdict === Verdict.byNameAndDate ? byName : byNearName;
    const place = stratum(one, other);
    if (place !== null) counts[place] = (counts[place] ?? 0) + 1;
  };
  yield* pairs.each(count);
  yield* inSteps(lists.items, (item) => {
    const evidence = has(item);
    // Records that have the same keys are a pair as well, however many they are.
    if (several[item] === 1) count(item, item, verdictOn(evidence, evidence, evidence));
    if (!isPlaced(evidence)) return;
    placed += 1;
    if (!isDated(evidence)) undatedPlaced += 1;
  });
  const few = (counts: Float64Array, each: number, most: number): boolean[] =>
    Array.from(counts, (number, place) => (expected[place] ?? 0) * each <= most * number);
  const admitted = {
    [Verdict.byNameAndDate]: few(byName, 1, STRANGERS_MAX.byNameAndDate),
    [Verdict.byNearNameAndDate]: few(byNearName, NEAR_NAMES, STRANGERS_MAX.byNearNameAndDate),
  };
  // Of two namesakes either may have lost the date.
  const strangersUndated = placed === 0 ? 0 : (2 * namesakes * undatedPlaced) / placed;
  const undatedAdmitted = strangersUndated <= STRANGERS_MAX.undated * undated;
  return (one, other, verdict) => {
    switch (verdict) {
      case Verdict.same:
        return true;
      case Verdict.byNameAndDate:
      case Verdict.byNearNameAndDate:
        return admitted[verdict][stratum(one, other) ?? STRATA] ?? false;
      case Verdict.undated:
        return undatedAdmitted;
      default:
        return false;
    }
  };
}
