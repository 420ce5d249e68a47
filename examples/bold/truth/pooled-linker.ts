import { CASE_KEY } from '../../../core/linkage/index.js';
import { grouped } from './collections.js';
import { linkPeople } from './pooled-comparison.js';
import type { LinkedPeople } from './pooled-comparison.js';
import { leftOutOf } from './pooled-opt-outs.js';
import type { LeftOut } from './pooled-opt-outs.js';
import { oneOf, peopleOf, standing } from './pooled-person.js';
import type { Person } from './pooled-person.js';
import type {
  PooledComparison,
  PooledCounts,
  PooledLink,
  PooledLinks,
  PooledList,
  PooledPlace,
  PooledQuestion,
  PooledRecord,
} from './pooled-question.js';

/*
 * Who is whom, found by somebody who holds all agencies' lists in the clear: the rules of SPEC, Round 3, over key strings
 * and plain maps. It shares no code with core/private-join on purpose, so that it can contradict it. Only tests and the
 * demo may do this.
 */

/** Links a hundred thousand records in seconds. */
export function linkPooled({ lists, base, links, linkage, comparisons }: PooledQuestion): PooledLinks {
  const counts: PooledCounts[] = [];
  const out = leftOutOf(lists, linkage?.keys ?? []);
  const comparer = linkage === null ? null : new Comparer(linkage, comparisons ?? null, out);
  const population = lists.filter(({ role }) => role === 'base');
  const people = comparer === null ? [] : mergeLists(population, comparer, (step) => counts.push(step));
  const counted = linkage === null || base.unit === 'record' ? recordsOf(population, out) : people.map(standing);
  const order = new Map(population.map(({ id }, place) => [id, place]));
  const places = counted.toSorted((a, b) => placeOf(order, a) - placeOf(order, b) || a.row - b.row);

  const linked = links.map(({ dataset, on }) => {
    const offered = lists.filter((list) => list.role === 'linked' && list.dataset === dataset);
    if (on === 'case') return linkOnCase(places, population, offered, out);
    if (comparer === null) throw new RangeError('a link on the person needs a scheme');
    const others = mergeLists(offered, comparer, () => undefined);
    const found = comparer.link(people, others, [...population, ...offered]);
    counts.push({ dataset, ...found.counts });
    const byRecord = new Map<string, PooledLink>();
    for (const { a, b, agreement } of found.admitted) {
      for (const record of a.records) byRecord.set(named(record), { ...standing(b), agreement });
    }
    return places.map((place) => byRecord.get(named(place)) ?? null);
  });
  return { base: places, linked, counts, leftOut: out.count(population, base.unit) };
}

function named({ list, row }: PooledPlace): string {
  return `${list} ${row}`;
}

function placeOf(order: ReadonlyMap<string, number>, { list }: PooledPlace): number {
  return order.get(list) ?? order.size;
}

function recordsOf(lists: readonly PooledList[], out: LeftOut): PooledPlace[] {
  return lists
    .flatMap(({ id, records }) => records.map((_, row) => ({ list: id, row })))
    .filter((place) => !out.has(place));
}

/** Makes one comparison after the other, by what is told of each if anything is. */
class Comparer {
  readonly #linkage: NonNullable<PooledQuestion['linkage']>;
  readonly #told: Iterator<PooledComparison> | null;
  readonly #out: LeftOut;

  constructor(linkage: NonNullable<PooledQuestion['linkage']>, told: readonly PooledComparison[] | null, out: LeftOut) {
    this.#linkage = linkage;
    this.#told = told === null ? null : told.values();
    this.#out = out;
  }

  /** Who is left in a list of those who opted out nowhere. */
  peopleOf(list: PooledList): Person[] {
    return peopleOf(list, this.#linkage.keys).filter((person) => !this.#out.has(standing(person)));
  }

  /** @param between the lists whose people they are */
  link(as: readonly Person[], bs: readonly Person[], between: readonly PooledList[]): LinkedPeople {
    const evidence = between.flatMap(({ nonMatches }) => (nonMatches === null ? [] : [nonMatches]));
    return linkPeople(as, bs, this.#linkage, evidence, this.#nextTold());
  }

  #nextTold(): PooledComparison | null {
    if (this.#told === null) return null;
    const next = this.#told.next();
    if (next.done === true) throw new RangeError('nothing is told of a comparison');
    return next.value;
  }
}

/** Everybody in the lists of one dataset, agency after agency: who is linked with somebody known already is that person. */
function mergeLists(
  lists: readonly PooledList[],
  comparer: Comparer,
  onStep: (counts: PooledCounts) => void,
): Person[] {
  let people: Person[] = [];
  lists.forEach((list, place) => {
    const arriving = comparer.peopleOf(list);
    if (place === 0) {
      people = arriving;
      return;
    }
    const { admitted, counts } = comparer.link(people, arriving, lists.slice(0, place + 1));
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

/** Each record on its own: to that of the earliest agency of which exactly one record has the case. */
function linkOnCase(
  places: readonly PooledPlace[],
  population: readonly PooledList[],
  offered: readonly PooledList[],
  out: LeftOut,
): (PooledLink | null)[] {
  const caseOf = (record: PooledRecord | undefined): string | undefined => record?.keys.get(CASE_KEY)?.[0];
  const byCase = offered.map(({ id, records }) => ({
    id,
    rows: grouped(
      [...records.keys()].filter((row) => !out.has({ list: id, row })),
      (row) => caseOf(records[row]),
    ),
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
