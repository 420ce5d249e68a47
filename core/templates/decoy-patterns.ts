import type { DecoyMember, DecoyPattern, LinkOn, ListPlan } from '../private-join/index.js';

/** What of a list decides which decoys it takes part in. */
export type DecoyList = Pick<ListPlan, 'id' | 'role' | 'keys'>;

/**
 * Every way in which records of the lists can be seen to belong together, so that decoys can be added to each: what the
 * coordinator sees of lists is which pseudonyms are in which of them.
 *
 * Each list alone, with nothing shared. Then every set of two or more lists whose records can be joined into one group.
 * On person keys, a list shares a key and all that are less strict, for who agrees in a strict key agrees in its parts;
 * at which key that begins may differ from list to list, for one agency may lack the postcode that others have. On the
 * case, lists that have it share it where one of them is linked on it, or where nothing else could join them. Sets that
 * fall apart into groups that share nothing need no pattern of their own.
 *
 * Sets are in the order of the binary numbers whose bits say which lists are in them, the first list being the lowest
 * bit; within a set, patterns are in the order of the keys at which lists begin, list by list, the strictest first.
 * Empty where there would be more than MAX_DECOY_PATTERNS: the caller asks `tooManyPatterns` first.
 */
export function decoyPatterns(lists: readonly DecoyList[]): DecoyPattern[] {
  if (tooManyPatterns(lists)) return [];
  const patterns: DecoyPattern[] = [];
  for (let bits = 1; bits < 2 ** lists.length; bits += 1) {
    patterns.push(...patternsOf(lists.filter((_, index) => Math.floor(bits / 2 ** index) % 2 === 1)));
  }
  return patterns;
}

/** More would make most of every list decoys. */
export const MAX_DECOY_PATTERNS = 4_096;

/** Whether these lists might have more than MAX_DECOY_PATTERNS: every list is out of a set, or in it from some key on. */
export function tooManyPatterns(lists: readonly DecoyList[]): boolean {
  const most = lists.reduce((product, list) => product * (1 + Math.max(1, namesOf(list, 'person').length)), 1);
  return most > MAX_DECOY_PATTERNS;
}

function patternsOf(set: readonly DecoyList[]): DecoyPattern[] {
  if (set.length === 1) return [set.map(({ id }) => ({ list: id, shared: [] }))];

  const onPerson = set.filter((list) => hasKey(list, 'person'));
  const onCase = casePartners(set, onPerson);
  if (!isOneGroup(set, onPerson, onCase)) return [];

  return beginnings(onPerson).map((from) =>
    set.map((list): DecoyMember => ({
      list: list.id,
      shared: list.keys
        .filter(({ name, on }) =>
          on === 'person' ? namesOf(list, 'person').indexOf(name) >= from(list) : onCase.includes(list),
        )
        .map(({ name }) => name),
    })),
  );
}

/** The place among its person keys from which on a list shares them. */
type Beginning = (list: DecoyList) => number;

/**
 * Every combination of the keys at which lists may begin to share, in which at least two begin at the strictest: one that
 * began there alone would share that key with nobody. Where fewer than two lists have such keys, none is shared.
 */
function beginnings(onPerson: readonly DecoyList[]): Beginning[] {
  if (onPerson.length < 2) return [() => Number.POSITIVE_INFINITY];
  const combinations = onPerson.reduce<number[][]>(
    (prefixes, list) => prefixes.flatMap((prefix) => namesOf(list, 'person').map((_, level) => [...prefix, level])),
    [[]],
  );
  return combinations
    .filter((levels) => levels.filter((level) => level === Math.min(...levels)).length >= 2)
    .map((levels) => (list) => levels[onPerson.indexOf(list)] ?? Number.POSITIVE_INFINITY);
}

/** Those that share the case; none, or two and more. */
function casePartners(set: readonly DecoyList[], onPerson: readonly DecoyList[]): readonly DecoyList[] {
  const withCase = set.filter((list) => hasKey(list, 'case'));
  const isLinkedOnCase = withCase.some(({ role }) => role === 'linked');
  return withCase.length >= 2 && (isLinkedOnCase || onPerson.length < 2) ? withCase : [];
}

/** Two groups, those on the person and those on the case, are one where a list is in both. */
function isOneGroup(set: readonly DecoyList[], onPerson: readonly DecoyList[], onCase: readonly DecoyList[]): boolean {
  const people = onPerson.length >= 2 ? onPerson : [];
  const together = new Set([...people, ...onCase]);
  if (together.size < set.length) return false;
  return people.length === 0 || onCase.length === 0 || people.some((list) => onCase.includes(list));
}

function hasKey({ keys }: DecoyList, on: LinkOn): boolean {
  return keys.some((key) => key.on === on);
}

function namesOf({ keys }: DecoyList, on: LinkOn): string[] {
  return keys.filter((key) => key.on === on).map(({ name }) => name);
}

/** In how many of the patterns the list is that is in most. */
export function mostPatternsOfAList(patterns: readonly DecoyPattern[]): number {
  const inPatterns = new Map<string, number>();
  for (const { list } of patterns.flat()) inPatterns.set(list, (inPatterns.get(list) ?? 0) + 1);
  return Math.max(0, ...inPatterns.values());
}
