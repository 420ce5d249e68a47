import { allKeys, IDENTIFIERS, schemes } from '../linkage/index.js';
import type { IdentifierName } from '../linkage/index.js';
import { MAX_LISTS_WITH_DECOYS } from '../private-join/index.js';
import type { DecoyMember, DecoyPattern, LinkOn, ListPlan } from '../private-join/index.js';

/** What of a list decides which decoys it takes part in. */
export type DecoyList = Pick<ListPlan, 'id' | 'role' | 'keys'>;

/**
 * Every way in which records of the lists can be seen to belong together, so that decoys can be added to each: what the
 * coordinator sees of lists is which pseudonyms are in which of them.
 *
 * Each list alone, with nothing shared. Then every set of two or more lists whose records can be joined into one group.
 * On person keys a list shares all it has, or all but those that use one identifier: one agency may lack the postcode
 * that others have, or have another. Which identifier it is differs from pattern to pattern, which lists are without it
 * from list to list. On the case, lists that have it share it where one of them is linked on it, or where nothing else
 * could join them. Sets that fall apart into groups that share nothing need no pattern of their own.
 *
 * Sets are in the order of the binary numbers whose bits say which lists are in them, the first list being the lowest
 * bit; within a set, patterns are in the order of IDENTIFIERS, for each of these list by list, with it before without
 * it. Patterns that come out alike are one, at its first place.
 * Empty for more lists than MAX_LISTS_WITH_DECOYS: the caller asks `tooManyPatterns` first. Six lists joined by keys of
 * ten identifiers have 4,793.
 */
export function decoyPatterns(lists: readonly DecoyList[]): DecoyPattern[] {
  if (tooManyPatterns(lists)) return [];
  const patterns: DecoyPattern[] = [];
  for (let bits = 1; bits < 2 ** lists.length; bits += 1) {
    patterns.push(...patternsOf(lists.filter((_, index) => Math.floor(bits / 2 ** index) % 2 === 1)));
  }
  return patterns;
}

/** Whether there are more lists than MAX_LISTS_WITH_DECOYS: with each there are about four times as many patterns. */
export function tooManyPatterns(lists: readonly DecoyList[]): boolean {
  return lists.length > MAX_LISTS_WITH_DECOYS;
}

function patternsOf(set: readonly DecoyList[]): DecoyPattern[] {
  if (set.length === 1) return [set.map(({ id }) => ({ list: id, shared: [] }))];

  const onPerson = set.filter((list) => hasKey(list, 'person'));
  const onCase = casePartners(set, onPerson);
  const alike = new Map<string, DecoyPattern>();
  for (const shares of personShares(onPerson)) {
    const pattern = set.map((list): DecoyMember => {
      const person = shares.get(list) ?? [];
      const shared = new Set([...person, ...(onCase.includes(list) ? namesOf(list, 'case') : [])]);
      return { list: list.id, shared: namesOf(list).filter((name) => shared.has(name)) };
    });
    if (isOneGroup(pattern)) alike.set(JSON.stringify(pattern), alike.get(JSON.stringify(pattern)) ?? pattern);
  }
  return [...alike.values()];
}

/** For each list the names of the person keys it shares. */
type Shares = ReadonlyMap<DecoyList, readonly string[]>;

/** Every combination of lists that share all their person keys with lists that lack one identifier. */
function personShares(onPerson: readonly DecoyList[]): Shares[] {
  // One alone shares them with nobody.
  if (onPerson.length < 2) return [new Map()];
  return IDENTIFIERS.flatMap((identifier) => {
    const options = onPerson.map((list) => [namesOf(list, 'person'), namesWithout(list, identifier)] as const);
    return combinations(options)
      .filter((shares) => !isAloneWith(identifier, shares))
      .map((shares) => new Map(onPerson.map((list, index) => [list, heldTwice(shares[index] ?? [], shares)])));
  });
}

/** All the choices of one option for each list; without an identifier that none or all keys use there is but one. */
function combinations(
  options: readonly (readonly [all: readonly string[], without: readonly string[]])[],
): (readonly string[])[][] {
  return options.reduce<(readonly string[])[][]>(
    (chosen, [all, without]) => {
      const choices = without.length === 0 || without.length === all.length ? [all] : [all, without];
      return chosen.flatMap((others) => choices.map((choice) => [...others, choice]));
    },
    [[]],
  );
}

/** Whether one list alone has keys that use the identifier: it would share them with nobody. */
function isAloneWith(identifier: IdentifierName, shares: readonly (readonly string[])[]): boolean {
  return shares.filter((names) => names.some((name) => uses(name, identifier))).length === 1;
}

function heldTwice(names: readonly string[], shares: readonly (readonly string[])[]): string[] {
  return names.filter((name) => shares.filter((others) => others.includes(name)).length >= 2);
}

function namesWithout(list: DecoyList, identifier: IdentifierName): string[] {
  return namesOf(list, 'person').filter((name) => !uses(name, identifier));
}

function uses(name: string, identifier: IdentifierName): boolean {
  return identifiersOf.get(name)?.includes(identifier) === true;
}

/** By the name of a key, which may be in several schemes. */
const identifiersOf: ReadonlyMap<string, readonly IdentifierName[]> = new Map(
  allKeys([...schemes.values()]).map(({ name, identifiers }) => [name, identifiers] as const),
);

/** Those that share the case; none, or two and more. */
function casePartners(set: readonly DecoyList[], onPerson: readonly DecoyList[]): readonly DecoyList[] {
  const withCase = set.filter((list) => hasKey(list, 'case'));
  const isLinkedOnCase = withCase.some(({ role }) => role === 'linked');
  return withCase.length >= 2 && (isLinkedOnCase || onPerson.length < 2) ? withCase : [];
}

/** Whether every list shares something, and all are joined by what they share. */
function isOneGroup(pattern: DecoyPattern): boolean {
  const reached = pattern.slice(0, 1);
  for (const { shared } of reached) {
    reached.push(
      ...pattern.filter((other) => !reached.includes(other) && other.shared.some((name) => shared.includes(name))),
    );
  }
  return reached.length === pattern.length;
}

function hasKey({ keys }: DecoyList, on: LinkOn): boolean {
  return keys.some((key) => key.on === on);
}

/** Each name once, however many columns it has. */
function namesOf({ keys }: DecoyList, on?: LinkOn): string[] {
  return [...new Set(keys.filter((key) => on === undefined || key.on === on).map(({ name }) => name))];
}

/** In how many of the patterns the list is that is in most. */
export function mostPatternsOfAList(patterns: readonly DecoyPattern[]): number {
  const inPatterns = new Map<string, number>();
  for (const { list } of patterns.flat()) inPatterns.set(list, (inPatterns.get(list) ?? 0) + 1);
  return Math.max(0, ...inPatterns.values());
}
