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
