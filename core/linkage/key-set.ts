/** Which of a scheme's match keys two people share: bit i is the scheme's i-th key, 1..2^MAX_SCHEME_KEYS - 1. */
export type KeySet = number;

/** Match keys of one scheme: more lower precision, and a set of them fits 16 bits. */
export const MAX_SCHEME_KEYS = 16;

export function keysIn(set: KeySet): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The place in the scheme of the strictest key of the set. Thrown when the set is empty: RangeError. */
export function strictestOf(set: KeySet): number {
  if (set === 0) throw new RangeError('an empty set of keys');
  return 31 - Math.clz32(set & -set);
}
