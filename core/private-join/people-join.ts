import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { agreementOf, AGREEMENTS } from '../linkage/index.js';
import type { CaptureKeys, KeySet, LinkageReport, NonMatches } from '../linkage/index.js';
import { listsOf } from './blinded-list.js';
import type { NumberedList } from './blinded-list.js';
import { compare, reportOf } from './comparison.js';
import type { Comparison, Tallies } from './comparison.js';
import type { KeyHolders } from './key-holders.js';
import type { KeyNumbers } from './key-numbers.js';
import type { JoinPlan, LinkagePlan, ListId } from './plan.js';
import type { PeopleLists } from './people-lists.js';
import { nowhere } from './places.js';
import type { Places } from './places.js';
import { gatherPeople } from './population.js';
import type { Population } from './population.js';
import { NOWHERE } from './record-store.js';

/** What is known beside the lists. */
export interface Evidence {
  /** By list what its agency says of how often different people agree; lists of agencies that say nothing are absent. */
  readonly nonMatches: ReadonlyMap<ListId, NonMatches>;
}

/** What one person link found, by people of the base. */
export interface PersonLink {
  /** For each person of the base the record that stands for whom it linked to. */
  readonly places: Places;
  /** For each 0 where it didn't link, else 1 + the place of their agreement in AGREEMENTS. */
  readonly agreements: Uint8Array;
}

export interface JoinedPeople {
  readonly base: Population;
  /** By link of the plan; null for links on the case. */
  readonly links: readonly (PersonLink | null)[];
  /** One for each merging of base lists and each person link, in that order. */
  readonly reports: readonly LinkageReport[];
  /** Of each comparison that was made, in the order in which they were. */
  readonly tallies: readonly Tallies[];
  /** The same, decoys off, as far as they can be expected: what decided who was linked. */
  readonly expected: readonly Tallies[];
}

/**
 * Everything that is joined on the person: the base lists with each other, then with the lists of each linked dataset,
 * which are joined with each other first.
 * @param decoys what all decoys make of each comparison, in the same order; of a plan without any, none
 */
export function* joinPeople(
  plan: JoinPlan,
  linkage: LinkagePlan,
  { lists, joined, numbers }: PeopleLists,
  { nonMatches }: Evidence,
  decoys: readonly Tallies[],
): Steps<JoinedPeople> {
  const bases = listsOf(lists);
  const sides = plan.links.map(({ dataset, on }) => (on === 'person' ? listsOf(lists, dataset) : null));
  const join = new PeopleJoin(linkage, numbers, joined, nonMatches, decoys);
  const reports: LinkageReport[] = [];
  const base = yield* join.gather(bases, (merging) => reports.push(reportOf(plan.base.dataset, linkage, merging)));
  const links: (PersonLink | null)[] = [];
  for (const [edge, side] of sides.entries()) {
    if (side === null) {
      links.push(null);
      continue;
    }
    const linked = yield* join.gather(side);
    const comparison = yield* join.compare(base.people, linked.people, [...bases, ...side]);
    reports.push(reportOf(plan.links[edge]?.dataset ?? '', linkage, comparison));
    links.push(yield* personLink(comparison, linked, linkage.captures));
  }
  return { base, links, reports, tallies: join.tallies, expected: join.expected };
}

/** The comparisons of one run, one after the other. */
class PeopleJoin {
  readonly tallies: Tallies[] = [];
  readonly expected: Tallies[] = [];
  readonly #linkage: LinkagePlan;
  readonly #numbers: KeyNumbers;
  readonly #lists: readonly NumberedList[];
  readonly #nonMatches: ReadonlyMap<ListId, NonMatches>;
  readonly #decoys: readonly Tallies[];

  constructor(
    linkage: LinkagePlan,
    numbers: KeyNumbers,
    lists: readonly NumberedList[],
    nonMatches: ReadonlyMap<ListId, NonMatches>,
    decoys: readonly Tallies[],
  ) {
    this.#linkage = linkage;
    this.#numbers = numbers;
    this.#lists = lists;
    this.#nonMatches = nonMatches;
    this.#decoys = decoys;
  }

  /** @param merged hears of each merging of a list with those before it */
  *gather(
    side: readonly NumberedList[],
    merged: (comparison: Comparison) => void = () => undefined,
  ): Steps<Population> {
    const { records, count } = this.#numbers;
    const own = side.flatMap(({ number }) => records[this.#lists.findIndex((list) => list.number === number)] ?? []);
    const merge = (soFar: KeyHolders, next: KeyHolders, nextList: number): Steps<Uint32Array> =>
      this.#merge(soFar, next, side.slice(0, nextList + 1), merged);
    return yield* gatherPeople(side, own, count, merge);
  }

  *#merge(
    soFar: KeyHolders,
    next: KeyHolders,
    side: readonly NumberedList[],
    merged: (comparison: Comparison) => void,
  ): Steps<Uint32Array> {
    const comparison = yield* this.compare(soFar, next, side);
    merged(comparison);
    const { pairs, pairOf } = comparison;
    const whom = new Uint32Array(next.count).fill(NOWHERE);
    yield* inSteps(pairOf.length, (person) => {
      const pair = pairOf[person] ?? NOWHERE;
      if (pair !== NOWHERE) whom[pairs.right[pair] ?? 0] = person;
    });
    return whom;
  }

  /** @param between the lists whose people they are */
  *compare(base: KeyHolders, linked: KeyHolders, between: readonly NumberedList[]): Steps<Comparison> {
    const comparison = yield* compare({
      base,
      linked,
      places: this.#numbers.places,
      linkage: this.#linkage,
      evidence: between.flatMap(({ list }) => this.#nonMatches.get(list.plan.id) ?? []),
      decoys: this.#decoys[this.tallies.length] ?? null,
    });
    this.tallies.push(comparison.tallies);
    this.expected.push(comparison.expected);
    return comparison;
  }
}

function* personLink(
  { pairs, pairOf }: Comparison,
  { standing }: Population,
  captures: CaptureKeys | null,
): Steps<PersonLink> {
  const places = nowhere(pairOf.length);
  const agreements = new Uint8Array(pairOf.length);
  const bySet = new Map<KeySet, number>();
  yield* inSteps(pairOf.length, (person) => {
    const pair = pairOf[person] ?? NOWHERE;
    if (pair === NOWHERE) return;
    const other = pairs.right[pair] ?? 0;
    places.lists[person] = standing.lists[other] ?? NOWHERE;
    places.rows[person] = standing.rows[other] ?? NOWHERE;
    const set = pairs.sets[pair] ?? 0;
    const known = bySet.get(set);
    const agreement = known ?? 1 + AGREEMENTS.indexOf(captures === null ? 'other' : agreementOf(set, captures));
    if (known === undefined) bySet.set(set, agreement);
    agreements[person] = agreement;
  });
  return { places, agreements };
}
