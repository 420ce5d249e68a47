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
 * Then, opt-out list by opt-out list, it alone and with each of these sets, all sharing all the keys they have: who is
 * in two opt-out lists, or there with less than all keys, has no pattern.
 * Empty for more lists than MAX_LISTS_WITH_DECOYS: the caller asks `tooManyPatterns` first. Six lists joined by keys of
 * ten identifiers have 4,793, and each opt-out list adds 64.
 */
export function decoyPatterns(lists: readonly DecoyList[]): DecoyPattern[] {
  if (tooManyPatterns(lists)) return [];
  const sets = setsOf(joinedOf(lists));
  const optOuts = lists.filter(({ role }) => role === 'opt-out');
  return [
    ...sets.flatMap(patternsOf),
    ...optOuts.flatMap((list) => [aloneIn(list), ...sets.flatMap((set) => wholePatterns([...set, list]))]),
  ];
}

/** Whether more lists are joined than MAX_LISTS_WITH_DECOYS: with each there are about four times as many patterns. */
export function tooManyPatterns(lists: readonly DecoyList[]): boolean {
  return joinedOf(lists).length > MAX_LISTS_WITH_DECOYS;
}

function joinedOf(lists: readonly DecoyList[]): readonly DecoyList[] {
  return lists.filter(({ role }) => role !== 'opt-out');
}

/** All but the empty one. */
function setsOf(lists: readonly DecoyList[]): (readonly DecoyList[])[] {
  return Array.from({ length: 2 ** lists.length - 1 }, (_, set) =>
    lists.filter((__, index) => Math.floor((set + 1) / 2 ** index) % 2 === 1),
  );
}

function aloneIn({ id }: DecoyList): DecoyPattern {
  return [{ list: id, shared: [] }];
}

function patternsOf(set: readonly DecoyList[]): DecoyPattern[] {
  const [only, ...others] = set;
  if (only !== undefined && others.length === 0) return [aloneIn(only)];
  return groupsOf(set, personShares(onPersonOf(set)));
}

/** One group in which every list shares all that another has too; none where that doesn't join them all. */
function wholePatterns(set: readonly DecoyList[]): DecoyPattern[] {
  const onPerson = onPersonOf(set);
  const names = onPerson.map((list) => namesOf(list, 'person'));
  return groupsOf(set, [new Map(onPerson.map((list, index) => [list, heldTwice(names[index] ?? [], names)]))]);
}

/** The patterns that these shares make of the set, each once. */
function groupsOf(set: readonly DecoyList[], everybodysShares: readonly Shares[]): DecoyPattern[] {
  const onCase = casePartners(set, onPersonOf(set));
  const alike = new Map<string, DecoyPattern>();
  for (const shares of everybodysShares) {
    const pattern = set.map((list): DecoyMember => {
      const person = shares.get(list) ?? [];
      const shared = new Set([...person, ...(onCase.includes(list) ? namesOf(list, 'case') : [])]);
      return { list: list.id, shared: namesOf(list).filter((name) => shared.has(name)) };
    });
    if (isOneGroup(pattern)) alike.set(JSON.stringify(pattern), alike.get(JSON.stringify(pattern)) ?? pattern);
  }
  return [...alike.values()];
}

function onPersonOf(set: readonly DecoyList[]): readonly DecoyList[] {
  return set.filter((list) => hasKey(list, 'person'));
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
