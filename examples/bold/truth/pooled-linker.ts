import {
  agreementOf,
  ALIKE_PAIRS_PER_PERSON,
  CASE_KEY,
  keysIn,
  REPORTED_THRESHOLDS,
  strictestOf,
} from '../../../core/linkage/index.js';
import type { Agreement, KeySet, LinksAt, NonMatches } from '../../../core/linkage/index.js';
import type { BasePlan, LinkagePlan, LinkPlan } from '../../../core/private-join/index.js';

/*
 * Who is whom, found by somebody who holds all agencies' lists in the clear: the rules of SPEC, Round 3, over key strings
 * and plain maps. It shares no code with core/private-join on purpose, so that it can contradict it. Only tests and the
 * demo may do this.
 */

/** One record that an agency puts into the question. All records of one person have the person's keys. */
export interface PooledRecord {
  /** By key name, `case` among them, all values that the person has; what the agency withdrew is not there. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

export interface PooledList {
  readonly id: string;
  readonly dataset: string;
  readonly role: 'base' | 'linked';
  readonly records: readonly PooledRecord[];
  /** How often the agency's own people share keys, as it says; null where it says nothing. */
  readonly nonMatches: NonMatches | null;
}

/** The facts of a plan that decide who is linked with whom. */
export interface PooledQuestion {
  /** In plan order: where two agencies hold a person, the earlier list stands. */
  readonly lists: readonly PooledList[];
  readonly base: BasePlan;
  readonly links: readonly Pick<LinkPlan, 'dataset' | 'on'>[];
  /** Null where nothing is linked on the person. */
  readonly linkage: Pick<LinkagePlan, 'keys' | 'threshold' | 'captures'> | null;
}

export interface PooledLinks {
  /** What is counted, in the order of lists and records, before a link's `keep` drops any. */
  readonly base: readonly PooledPlace[];
  /** For each link of the question, for each of those, what it is linked to; null where to nothing. */
  readonly linked: readonly (readonly (PooledLink | null)[])[];
  /** One for each step in which lists of the population were merged, then one for each link on the person. */
  readonly counts: readonly PooledCounts[];
}

/** A record: its list, and its place there, from 0. */
export interface PooledPlace {
  readonly list: string;
  readonly row: number;
}

export interface PooledLink extends PooledPlace {
  /** `other` where the scheme has no keys that tell; null where it is linked on the case. */
  readonly agreement: Agreement | null;
}

/** Those numbers of a LinkageReport that follow from the links. */
export interface PooledCounts {
  readonly dataset: string;
  readonly people: { readonly base: number; readonly linked: number };
  readonly keys: readonly { readonly name: string; readonly links: number }[];
  readonly at: readonly LinksAt[];
}

/** How often the share of people who are linked, and with it what chance links, is worked out anew. */
const PASSES = 8;

/** What is left of a class of sets of two keys or more counts where it is more than so many deviations of its noise. */
const LEFT_DEVIATIONS = 3;

/** Links a hundred thousand records in seconds. */
export function linkPooled({ lists, base, links, linkage }: PooledQuestion): PooledLinks {
  const counts: PooledCounts[] = [];
  const population = lists.filter(({ role }) => role === 'base');
  const people = linkage === null ? [] : mergeLists(population, linkage, (step) => counts.push(step));
  const counted = linkage === null || base.unit === 'record' ? recordsOf(population) : people.map(standing);
  const order = new Map(population.map(({ id }, place) => [id, place]));
  const places = counted.toSorted((a, b) => placeOf(order, a) - placeOf(order, b) || a.row - b.row);

  const linked = links.map(({ dataset, on }) => {
    const offered = lists.filter((list) => list.role === 'linked' && list.dataset === dataset);
    if (on === 'case') return linkOnCase(places, population, offered);
    if (linkage === null) throw new RangeError('a link on the person needs a scheme');
    const others = mergeLists(offered, linkage, () => undefined);
    const found = linkPeople(people, others, linkage, evidenceOf([...population, ...offered]));
    counts.push({ dataset, ...found.counts });
    const byRecord = new Map<string, PooledLink>();
    for (const { a, b, agreement } of found.admitted) {
      for (const record of a.records) byRecord.set(named(record), { ...standing(b), agreement });
    }
    return places.map((place) => byRecord.get(named(place)) ?? null);
  });
  return { base: places, linked, counts };
}

/** Somebody, as far as lists have been put together. */
interface Person {
  /** The earliest first. */
  readonly records: readonly PooledPlace[];
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
}

function standing({ records: [first] }: Person): PooledPlace {
  if (first === undefined) throw new RangeError('a person without a record');
  return first;
}

function named({ list, row }: PooledPlace): string {
  return `${list} ${row}`;
}

function placeOf(order: ReadonlyMap<string, number>, { list }: PooledPlace): number {
  return order.get(list) ?? order.size;
}

function recordsOf(lists: readonly PooledList[]): PooledPlace[] {
  return lists.flatMap(({ id, records }) => records.map((_, row) => ({ list: id, row })));
}

function evidenceOf(lists: readonly PooledList[]): NonMatches[] {
  return lists.flatMap(({ nonMatches }) => (nonMatches === null ? [] : [nonMatches]));
}

/** Everybody in the lists of one dataset, agency after agency: who is linked with somebody known already is that person. */
function mergeLists(
  lists: readonly PooledList[],
  linkage: NonNullable<PooledQuestion['linkage']>,
  onStep: (counts: PooledCounts) => void,
): Person[] {
  let people: Person[] = [];
  lists.forEach((list, place) => {
    const arriving = peopleOf(list, linkage.keys);
    if (place === 0) {
      people = arriving;
      return;
    }
    const { admitted, counts } = linkPeople(people, arriving, linkage, evidenceOf(lists.slice(0, place + 1)));
    onStep({ dataset: list.dataset, ...counts });
    const partners = new Map(admitted.map(({ a, b }) => [a, b]));
    const known = new Set(partners.values());
    people = [
      ...people.map((person) => {
        const partner = partners.get(person);
        return partner === undefined ? person : oneOf([person, partner]);
      }),
      ...arriving.filter((person) => !known.has(person)),
    ];
  });
  return people;
}

/** Records of one list that have a key in common, directly or by way of others, are one person's. */
function peopleOf({ id, records }: PooledList, names: readonly string[]): Person[] {
  const alone = records.map(({ keys }, row): Person => ({
    records: [{ list: id, row }],
    keys: new Map(names.map((name) => [name, new Set(keys.get(name))])),
  }));
  const holders = holdersOf(alone, names);
  const people: Person[] = [];
  const done = new Set<Person>();
  for (const first of alone) {
    if (done.has(first)) continue;
    done.add(first);
    const members = [first];
    for (const member of members) {
      for (const key of keyStrings(member, names)) {
        for (const other of holders.get(key) ?? []) {
          if (done.has(other)) continue;
          done.add(other);
          members.push(other);
        }
      }
    }
    const inOrder = members.toSorted((a, b) => standing(a).row - standing(b).row);
    people.push(oneOf(inOrder));
  }
  return people;
}

/** The first of them stands for all. */
function oneOf(people: readonly Person[]): Person {
  const keys = new Map<string, Set<string>>();
  for (const person of people) {
    for (const [name, values] of person.keys) keys.set(name, new Set([...(keys.get(name) ?? []), ...values]));
  }
  return { records: people.flatMap(({ records }) => records), keys };
}

function keyStrings({ keys }: Person, names: readonly string[]): string[] {
  return names.flatMap((name) => [...(keys.get(name) ?? [])].map((value) => `${name} ${value}`));
}

function holdersOf(people: readonly Person[], names: readonly string[]): Map<string, Person[]> {
  const holdings = people.flatMap((person) => keyStrings(person, names).map((key) => ({ key, person })));
  const byKey = grouped(holdings, ({ key }) => key);
  return new Map([...byKey].map(([key, held]) => [key, held.map(({ person }) => person)]));
}

/** Somebody of one side and somebody of the other who have keys in common: bit i for the i-th key. */
interface Pair {
  readonly a: Person;
  readonly b: Person;
  set: KeySet;
}

interface AdmittedPair {
  readonly a: Person;
  readonly b: Person;
  readonly agreement: Agreement;
}

interface LinkedPeople {
  readonly admitted: readonly AdmittedPair[];
  readonly counts: Omit<PooledCounts, 'dataset'>;
}

/** Who of one side is who of the other, nobody twice. */
function linkPeople(
  as: readonly Person[],
  bs: readonly Person[],
  { keys, threshold, captures }: NonNullable<PooledQuestion['linkage']>,
  evidence: readonly NonMatches[],
): LinkedPeople {
  const pairs = pairsOf(as, bs, keys);
  const observed = tally(pairs);
  const inside = sumUp(evidence, ({ pairs: own }) => own);
  const isEstimable = inside > 0;
  const chances = chancesOf(observed, isEstimable ? evidence : [], keys.length);
  const chanceOf = (set: KeySet): Chance => chances.get(set) ?? { likely: 0, atMost: 0 };
  // The fewer strangers for each pair that was seen, the earlier.
  const rank = (set: KeySet): number => chanceOf(set).likely / (observed.get(set) ?? 0);
  const order = [...observed.keys()].toSorted(
    (one, other) => rank(one) - rank(other) || keysIn(other) - keysIn(one) || one - other,
  );
  const found = linkSetBySet(pairs, order);
  const linked = tally(found);

  // Who has been linked to themselves can't be linked to a stranger: of both sides only a share is free for that.
  const all = isEstimable ? (as.length * bs.length) / inside : 0;
  let free = 1;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const scale = all * free;
    const right = sumUp([...linked], ([set, links]) => Math.max(0, links - chanceOf(set).likely * scale));
    free = (1 - Math.min(1, right / as.length)) * (1 - Math.min(1, right / bs.length));
  }
  // Families and namesakes that the noise doesn't let be told from nobody, whatever keys they share.
  const told = sumUp([...chances], ([set, { likely }]) => (keysIn(set) >= 2 ? likely : 0));
  const alike = sumUp(isEstimable ? evidence : [], ({ pairs: own, deviation }) =>
    deviation.byKeys > 0 ? (ALIKE_PAIRS_PER_PERSON * (1 + Math.sqrt(1 + 8 * own))) / 2 : 0,
  );
  const unseen = Math.max(0, alike - told) * all * free;
  const wrongOf = (set: KeySet): number => Math.min(linked.get(set) ?? 0, chanceOf(set).likely * all * free);
  const certainty = (set: KeySet): number =>
    1 - Math.min(1, (chanceOf(set).atMost * all * free) / (linked.get(set) ?? 0));

  const isAt = (set: KeySet, least: number): boolean => !isEstimable || certainty(set) >= least;
  const admitted = found.filter(({ set }) => isAt(set, threshold));
  return {
    admitted: admitted.map(({ a, b, set }) => ({
      a,
      b,
      agreement: captures === null ? 'other' : agreementOf(set, captures),
    })),
    counts: {
      people: { base: as.length, linked: bs.length },
      keys: keys.map((name, place) => ({
        name,
        links: admitted.filter(({ set }) => strictestOf(set) === place).length,
      })),
      at: [...new Set([threshold, ...REPORTED_THRESHOLDS])]
        .toSorted((one, other) => one - other)
        .map((least): LinksAt => {
          const links = sumUp([...linked], ([set, number]) => (isAt(set, least) ? number : 0));
          const wrong = sumUp([...linked], ([set]) => (isAt(set, least) ? wrongOf(set) : 0));
          return {
            threshold: least,
            links,
            precision: isEstimable && links > 0 ? 1 - Math.min(1, (wrong + unseen) / links) : null,
          };
        }),
    },
  };
}

/** Every pair that has any key in common. */
function pairsOf(as: readonly Person[], bs: readonly Person[], keys: readonly string[]): Pair[] {
  const holders = holdersOf(bs, keys);
  return as.flatMap((a) => {
    const partners = new Map<Person, Pair>();
    keys.forEach((name, place) => {
      for (const key of keyStrings(a, [name])) {
        for (const b of holders.get(key) ?? []) {
          const pair = partners.get(b) ?? { a, b, set: 0 };
          pair.set |= 1 << place;
          partners.set(b, pair);
        }
      }
    });
    return [...partners.values()];
  });
}

/** Set by set in that order: two who are free, and share exactly the set with nobody else who is, are linked. */
function linkSetBySet(pairs: readonly Pair[], order: readonly KeySet[]): Pair[] {
  const taken = new Set<Person>();
  const bySet = grouped(pairs, ({ set }) => set);
  return order.flatMap((set) => {
    const free = (bySet.get(set) ?? []).filter(({ a, b }) => !taken.has(a) && !taken.has(b));
    const times = new Map<Person, number>();
    for (const person of free.flatMap(({ a, b }) => [a, b])) times.set(person, (times.get(person) ?? 0) + 1);
    const clear = free.filter(({ a, b }) => times.get(a) === 1 && times.get(b) === 1);
    for (const { a, b } of clear) taken.add(a).add(b);
    return clear;
  });
}

/** How many of the pairs inside the agencies, all of different people, share exactly a set of keys. */
interface Chance {
  readonly likely: number;
  /** Where little is known, not more than this. */
  readonly atMost: number;
}

/**
 * Of every set that was seen. A set is known where agencies count it so often together that noise doesn't. What is left of
 * a class (sets of one key, of two, of three and more) the others share; of one key there may be more than is left, so
 * that what is left and once its noise goes to each as often as it was seen.
 */
function chancesOf(
  observed: ReadonlyMap<KeySet, number>,
  evidence: readonly NonMatches[],
  keys: number,
): Map<KeySet, Chance> {
  const chances = new Map<KeySet, Chance>();
  const oneKey = keys;
  const twoKeys = (keys * (keys - 1)) / 2;
  const sizes = [oneKey, twoKeys, 2 ** keys - 1 - oneKey - twoKeys] as const;
  for (const place of [0, 1, 2] as const) {
    const isInClass = (set: KeySet): boolean => Math.min(keysIn(set), 3) === place + 1;
    const named = new Set(evidence.flatMap(({ sets }) => [...sets.keys()]).filter(isInClass));
    const deviations = Math.log(5 * sizes[place]) / Math.SQRT2;
    const known = [...named].flatMap((set) => {
      const telling = evidence.filter(({ sets }) => sets.has(set));
      const count = sumUp(telling, ({ sets }) => sets.get(set) ?? 0);
      const variance = sumUp(telling, ({ deviation }) => deviation.sets ** 2);
      return count > deviations * Math.sqrt(variance) ? [{ set, count, variance }] : [];
    });
    const left = sumUp(evidence, ({ byKeys }) => byKeys[place]) - sumUp(known, ({ count }) => count);
    const noise = Math.sqrt(
      sumUp(evidence, ({ deviation }) => deviation.byKeys ** 2) + sumUp(known, ({ variance }) => variance),
    );
    for (const { set, count } of known) chances.set(set, { likely: count, atMost: count });
    const unknown = [...observed].filter(([set]) => isInClass(set) && !chances.has(set));
    const seen = sumUp(unknown, ([, count]) => count);
    const likely = left > (place === 0 ? 0 : LEFT_DEVIATIONS * noise) ? left / unknown.length : 0;
    for (const [set, count] of unknown) {
      const most = place === 0 ? ((Math.max(0, left) + noise) * count) / seen : 0;
      chances.set(set, { likely, atMost: Math.max(likely, most) });
    }
  }
  return chances;
}

function sumUp<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function tally(pairs: readonly Pair[]): Map<KeySet, number> {
  const counts = new Map<KeySet, number>();
  for (const { set } of pairs) counts.set(set, (counts.get(set) ?? 0) + 1);
  return counts;
}

/** Each record on its own: to that of the earliest agency of which exactly one record has the case. */
function linkOnCase(
  places: readonly PooledPlace[],
  population: readonly PooledList[],
  offered: readonly PooledList[],
): (PooledLink | null)[] {
  const caseOf = (record: PooledRecord | undefined): string | undefined => record?.keys.get(CASE_KEY)?.[0];
  const byCase = offered.map(({ id, records }) => ({
    id,
    rows: grouped([...records.keys()], (row) => caseOf(records[row])),
  }));
  return places.map(({ list, row }) => {
    const urn = caseOf(population.find(({ id }) => id === list)?.records[row]);
    if (urn === undefined) return null;
    for (const { id, rows } of byCase) {
      const [first, ...others] = rows.get(urn) ?? [];
      if (first !== undefined && others.length === 0) return { list: id, row: first, agreement: null };
    }
    return null;
  });
}
