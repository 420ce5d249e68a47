import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { LinkageReport } from '../linkage/index.js';
import { listsOf } from './blinded-list.js';
import type { BlindedList, NumberedList } from './blinded-list.js';
import { linkCases } from './case-link.js';
import type { Tallies } from './comparison.js';
import { MAX_INDEXED } from './element-index.js';
import type { ElementHash } from './element-index.js';
import { JoinError } from './errors.js';
import { expectedDecoys } from './expected-decoys.js';
import { joinPeople } from './people-join.js';
import type { Evidence, JoinedPeople } from './people-join.js';
import { asTheyCame, peopleLists } from './people-lists.js';
import type { PeopleLists } from './people-lists.js';
import { copyPlace, firstOf, nowhere } from './places.js';
import type { Places } from './places.js';
import { COORDINATOR, optOutLists } from './plan.js';
import type { JoinPlan, LinkPlan } from './plan.js';
import type { Population } from './population.js';
import { NOWHERE } from './record-store.js';

export type { BlindedList } from './blinded-list.js';
export type { Evidence } from './people-join.js';
export type { Places } from './places.js';

export interface Matches {
  /** Base records that the tally counts, in the order of lists and records. */
  readonly base: Places;
  /** For each link of the plan, for each of those base records, what it linked to. */
  readonly linked: readonly Places[];
  /** The same, for links on the person: 0 where it did not link, else 1 + the place in AGREEMENTS of what they agree in. */
  readonly agreements: readonly Uint8Array[];
  /** How well people could be linked: for each merging of base lists, then for each person link. */
  readonly linkage: readonly LinkageReport[];
  /** Of each comparison of people, in the order in which they were made: what decided who was linked. */
  readonly comparisons: readonly Tallies[];
  /**
   * How many of the population were left out because they are in an opt-out list: people, or records where those are
   * counted. Decoys are off as far as they can be expected, so with decoys it may be negative. Null without such lists.
   */
  readonly leftOut: number | null;
}

/** Bound of all base lists together: the cases of those that count have to fit one index. */
export const MAX_BASE_RECORDS = MAX_INDEXED;

/**
 * Round 3: which records belong together (SPEC, Round 3). Linear in records and candidate pairs; the result doesn't depend
 * on the hash. Memory: for each record 4 bytes a person key column, as much again for the keys that somebody else has too,
 * and 40; for each candidate pair 14; and, while one key name is worked on, at most 68 for each record.
 * Thrown when base lists together are longer than MAX_BASE_RECORDS, or key columns of one name than MAX_PSEUDONYMS:
 * JoinError BAD_COUNT.
 */
export function* match(
  plan: JoinPlan,
  lists: readonly BlindedList[],
  hash: ElementHash,
  evidence: Evidence = { nonMatches: new Map() },
): Steps<Matches> {
  if (listsOf(lists).reduce((sum, { list }) => sum + list.count, 0) > MAX_BASE_RECORDS) {
    const message = `the lists of the population are longer than ${MAX_BASE_RECORDS} records together`;
    throw new JoinError('BAD_COUNT', COORDINATOR, message);
  }
  const { left, people, leftOut } = yield* joined(plan, lists, hash, evidence);
  const bases = listsOf(left.lists);
  const { base, personOf } = yield* counted(plan, bases, people?.base ?? null);
  const linked: Places[] = [];
  const agreements: Uint8Array[] = [];
  for (const [edge, link] of plan.links.entries()) {
    const found = people?.links[edge] ?? null;
    if (link.on === 'case') {
      linked.push(yield* linkCases(bases, base, listsOf(left.lists, link.dataset), hash));
      agreements.push(new Uint8Array(base.rows.length));
    } else {
      if (found === null || personOf === null) throw new RangeError('a link on the person in a plan without a scheme');
      const places = nowhere(base.rows.length);
      const agreed = new Uint8Array(base.rows.length);
      yield* inSteps(base.rows.length, (position) => {
        const person = personOf[position] ?? 0;
        copyPlace(found.places, person, places, position);
        agreed[position] = found.agreements[person] ?? 0;
      });
      linked.push(places);
      agreements.push(agreed);
    }
  }
  const { reports: linkage, expected: comparisons } = people ?? { reports: [], expected: [] };
  const matches = yield* keepRecords(plan.links, { base, linked, agreements, linkage, comparisons, leftOut });
  for (const places of [matches.base, ...matches.linked]) yield* asTheyCame(left, places);
  return matches;
}

interface Joined {
  /** The lists without those who opted out. */
  readonly left: Pick<PeopleLists, 'lists' | 'rows'>;
  /** Null where nothing is joined on the person. */
  readonly people: JoinedPeople | null;
  readonly leftOut: number | null;
}

function* joined(plan: JoinPlan, lists: readonly BlindedList[], hash: ElementHash, evidence: Evidence): Steps<Joined> {
  if (plan.linkage === null) return { left: { lists, rows: [] }, people: null, leftOut: null };
  const decoys = yield* expectedDecoys(plan, plan.linkage);
  const left = yield* peopleLists(plan, plan.linkage, lists, hash);
  const people = yield* joinPeople(plan, plan.linkage, left, evidence, decoys.tallies);
  return { left, people, leftOut: optOutLists(plan).length === 0 ? null : left.leftOut - decoys.leftOut };
}

interface CountedRecords {
  readonly base: Places;
  /** For each the number of its person; null where nothing is joined on the person. */
  readonly personOf: Uint32Array | null;
}

/** Where records are counted, all; where people are, the one that stands for each. */
function* counted(
  plan: JoinPlan,
  bases: readonly NumberedList[],
  population: Population | null,
): Steps<CountedRecords> {
  if (population !== null && plan.base.unit === 'person') {
    const { lists, rows } = population.standing;
    const personOf = new Uint32Array(rows.length);
    yield* inSteps(rows.length, (person) => (personOf[person] = person));
    return { base: { lists, rows }, personOf };
  }
  const total = bases.reduce((sum, { list }) => sum + list.count, 0);
  const base = { lists: new Uint32Array(total), rows: new Uint32Array(total) };
  const personOf = population === null ? null : new Uint32Array(total);
  let start = 0;
  for (const [index, { list, number }] of bases.entries()) {
    base.lists.fill(number, start, start + list.count);
    const persons = population?.personOf[index];
    yield* inSteps(list.count, (row) => {
      base.rows[start + row] = row;
      if (personOf !== null) personOf[start + row] = persons?.[row] ?? 0;
    });
    start += list.count;
  }
  return { base, personOf };
}

/** In place: the base records that every link keeps. */
function* keepRecords(links: readonly LinkPlan[], { base, linked, agreements, ...found }: Matches): Steps<Matches> {
  let kept = 0;
  yield* inSteps(base.rows.length, (position) => {
    const keeps = links.every(({ keep }, edge) => {
      return keep === 'all' || (keep === 'linked') === (linked[edge]?.rows[position] !== NOWHERE);
    });
    if (!keeps) return;
    copyPlace(base, position, base, kept);
    for (const places of linked) copyPlace(places, position, places, kept);
    for (const agreed of agreements) agreed[kept] = agreed[position] ?? 0;
    kept += 1;
  });
  return {
    base: firstOf(base, kept),
    linked: linked.map((places) => firstOf(places, kept)),
    agreements: agreements.map((agreed) => agreed.subarray(0, kept)),
    ...found,
  };
}
