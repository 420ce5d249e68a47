import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { admission, chancePairs, estimateRecall, linkingOrder, linksAt, linksByKey } from '../linkage/index.js';
import type { Admission, KeySet, LinkageReport, NonMatches, Sides } from '../linkage/index.js';
import type { KeyHolders } from './key-holders.js';
import { OneToOneLinker } from './one-to-one.js';
import { pairTable } from './pair-table.js';
import type { PairTable } from './pair-table.js';
import type { LinkagePlan } from './plan.js';
import { NOWHERE } from './record-store.js';

/** What is counted of two sides that are compared. Arrays are by KeySet. */
export interface Tallies {
  readonly people: Sides;
  /** Pairs that share exactly the set. */
  readonly observed: Float64Array;
  /** Of these, those that linked, one to one, admitted or not. */
  readonly links: Float64Array;
}

/** People of two sides, linked. */
export interface Comparison {
  readonly pairs: PairTable;
  /** For each person of the base the pair that links it, or NOWHERE. */
  readonly pairOf: Uint32Array;
  /** Decoys among them. */
  readonly tallies: Tallies;
  /** Decoys off, as far as they can be expected. */
  readonly expected: Tallies;
  readonly admission: Admission;
}

export interface Compared {
  readonly base: KeyHolders;
  readonly linked: KeyHolders;
  /** By key its place in the scheme. */
  readonly places: Uint8Array;
  readonly linkage: LinkagePlan;
  /** Of the agencies whose lists are compared. */
  readonly evidence: readonly NonMatches[];
  /** What all mixers' decoys make of this comparison, without their noise; null where there are none. */
  readonly decoys: Tallies | null;
}

/** Round 3: candidates, one to one, admission. Linear in the pairs; memory is that of PairTable and OneToOneLinker. */
export function* compare({ base, linked, places, linkage, evidence, decoys }: Compared): Steps<Comparison> {
  const sets = 2 ** linkage.keys.length;
  const pairs = yield* pairTable(base, linked, places);
  const observed = new Float64Array(sets);
  yield* inSteps(pairs.count, (pair) => addTo(observed, pairs.sets[pair] ?? 0, 1));
  const people = { base: base.count, linked: linked.count };
  const before = withoutDecoys({ people, observed, links: new Float64Array(sets) }, decoys);
  const chance = chancePairs(before.observed, evidence);
  const seen: KeySet[] = [];
  observed.forEach((count, set) => {
    if (count > 0) seen.push(set);
  });
  const linker = new OneToOneLinker(pairs, { left: base.count, right: linked.count }, sets);
  const { pairOf, links } = yield* linker.link(linkingOrder(seen, before.observed, chance));
  const tallies = { people, observed, links };
  const expected = withoutDecoys(tallies, decoys);
  const admitted = admission(expected.links, expected.people, chance);
  yield* inSteps(pairOf.length, (person) => {
    const pair = pairOf[person] ?? NOWHERE;
    if (pair === NOWHERE) return;
    if ((admitted.certainty[pairs.sets[pair] ?? 0] ?? 0) < linkage.threshold) pairOf[person] = NOWHERE;
  });
  return { pairs, pairOf, tallies, expected, admission: admitted };
}

function addTo(numbers: Float64Array, at: number, count: number): void {
  numbers[at] = (numbers[at] ?? 0) + count;
}

function withoutDecoys({ people, observed, links }: Tallies, decoys: Tallies | null): Tallies {
  if (decoys === null) return { people, observed, links };
  return {
    people: {
      base: Math.max(0, people.base - decoys.people.base),
      linked: Math.max(0, people.linked - decoys.people.linked),
    },
    observed: observed.map((count, set) => count - (decoys.observed[set] ?? 0)),
    links: links.map((count, set) => count - (decoys.links[set] ?? 0)),
  };
}

/** What an analyst is told of it. */
export function reportOf(dataset: string, linkage: LinkagePlan, comparison: Comparison): LinkageReport {
  const { scheme, schemeVersion, normaliser, threshold, captures } = linkage;
  const linked = { links: comparison.expected.links, admission: comparison.admission };
  const links = linksByKey(linked, threshold, linkage.keys.length);
  const { recall, reason } = estimateRecall(linked, captures, threshold);
  return {
    dataset,
    scheme,
    schemeVersion,
    normaliser,
    threshold,
    people: comparison.expected.people,
    keys: linkage.keys.map((name, place) => ({ name, links: links[place] ?? 0 })),
    at: linksAt(linked, threshold),
    recall,
    recallReason: reason,
  };
}
