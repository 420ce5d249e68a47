import type { KeySet } from './key-set.js';

/**
 * In what two linked people agree, as far as three keys of a scheme tell, each of which leaves one thing out: on name and
 * birth date, on birth date and place, on name and place. How often each alone is shared says how often place, name and
 * birth date fail to agree, and so how many pairs were not found at all (docs/linkage.md).
 */
export const AGREEMENTS = ['all', 'not-place', 'not-name', 'not-date', 'other'] as const;
export type Agreement = (typeof AGREEMENTS)[number];

/** Places in the scheme of the three keys; null where the scheme has no such three. */
export interface CaptureKeys {
  readonly nameAndDate: number;
  readonly dateAndPlace: number;
  readonly nameAndPlace: number;
}

/** Two of the three shared, or all, is agreement in everything; none is `other`. */
export function agreementOf(set: KeySet, { nameAndDate, dateAndPlace, nameAndPlace }: CaptureKeys): Agreement {
  const shared = [nameAndDate, dateAndPlace, nameAndPlace].filter((place) => ((set >> place) & 1) === 1);
  if (shared.length >= 2) return 'all';
  if (shared[0] === nameAndDate) return 'not-place';
  if (shared[0] === dateAndPlace) return 'not-name';
  return shared[0] === nameAndPlace ? 'not-date' : 'other';
}

/**
 * For each pair that would fail to agree in several of place, name and birth date if failures came independently, so
 * many do: they come together in the same records. On data whose truth is known it was 1.4 to 2.2 (docs/linkage.md).
 */
export const SEVERAL_PER_INDEPENDENT = { least: 1.4, likely: 1.8, most: 2.2 } as const;

/** What can't be seen, with the limits that measurements give it. */
export interface Guess {
  readonly least: number;
  readonly likely: number;
  readonly most: number;
}

/**
 * How many pairs fail to agree in several of place, name and birth date, found or not. With a pairs that agree in
 * everything and b, c, d that fail in one thing each, a (1 + b/a) (1 + c/a) (1 + d/a) would be all of them if failures came
 * independently.
 * @param all a, above 0
 * @param butOne b, c, d
 */
export function severalFailures(all: number, butOne: readonly [number, number, number]): Guess {
  const product = butOne.reduce((pairs, count) => pairs * (1 + count / all), all);
  const independent = product - all - butOne.reduce((sum, count) => sum + count, 0);
  const { least, likely, most } = SEVERAL_PER_INDEPENDENT;
  return { least: least * independent, likely: likely * independent, most: most * independent };
}
