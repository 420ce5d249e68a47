import { keysIn } from '../../../core/linkage/index.js';
import type { KeySet, NonMatches } from '../../../core/linkage/index.js';
import { sumUp } from './collections.js';

/** Of one key so many deviations of noise are added for doubt. */
const ONE_KEY_DEVIATIONS = 2;

/** What is left of the sets of several keys counts where it is more than so many deviations of its noise. */
const LEFT_DEVIATIONS = 3;

/** How many of the pairs inside the agencies, all of different people, share exactly a set of keys. */
export interface Chance {
  readonly likely: number;
  /** Where little is known, not more than this. */
  readonly atMost: number;
}

/** Of every set that was seen or is known. */
export function chancesOf(
  observed: ReadonlyMap<KeySet, number>,
  evidence: readonly NonMatches[],
  keys: number,
): Map<KeySet, Chance> {
  return new Map([...chancesOfOne(evidence, keys), ...chancesOfSeveral(observed, evidence, keys)]);
}

/** One key alone: what the agencies count of it, and for doubt some of the noise that is in the sum. */
function chancesOfOne(evidence: readonly NonMatches[], keys: number): (readonly [KeySet, Chance])[] {
  const noise = Math.hypot(...evidence.map(({ deviation }) => deviation.alone));
  return Array.from({ length: keys }, (_, place) => {
    const counted = sumUp(evidence, ({ alone }) => alone[place] ?? 0);
    const likely = counted > 0 ? counted : 0;
    return [2 ** place, { likely, atMost: likely + ONE_KEY_DEVIATIONS * noise }];
  });
}

/**
 * A set is known where agencies count it so often together that noise doesn't. What the known ones leave of all pairs that
 * share several keys goes in equal parts to the others that were seen.
 */
function chancesOfSeveral(
  observed: ReadonlyMap<KeySet, number>,
  evidence: readonly NonMatches[],
  keys: number,
): (readonly [KeySet, Chance])[] {
  const pairsOfKeys = (keys * (keys - 1)) / 2;
  const equallyLarge = (set: KeySet): number => (keysIn(set) === 2 ? pairsOfKeys : 2 ** keys - 1 - keys - pairsOfKeys);
  const named = new Set(evidence.flatMap(({ sets }) => [...sets.keys()]));
  const known = [...named].flatMap((set) => {
    const telling = evidence.filter(({ sets }) => sets.has(set));
    const count = sumUp(telling, ({ sets }) => sets.get(set) ?? 0);
    const noise = Math.hypot(...telling.map(({ deviation }) => deviation.sets));
    return (count / noise) * Math.SQRT2 > Math.log(5 * equallyLarge(set)) ? [{ set, count, noise }] : [];
  });
  const isKnown = new Set(known.map(({ set }) => set));
  const others = [...observed.keys()].filter((set) => keysIn(set) > 1 && !isKnown.has(set));
  const left = sumUp(evidence, ({ several }) => several) - sumUp(known, ({ count }) => count);
  const noise = Math.hypot(...evidence.map(({ deviation }) => deviation.several), ...known.map((one) => one.noise));
  const share = left > LEFT_DEVIATIONS * noise ? left / others.length : 0;
  return [
    ...known.map(({ set, count }) => [set, { likely: count, atMost: count }] as const),
    ...others.map((set) => [set, { likely: share, atMost: share }] as const),
  ];
}
