import type { Agreement, KeySet, LinksAt, NonMatches } from '../../../core/linkage/index.js';
import type { BasePlan, LinkagePlan, LinkPlan } from '../../../core/private-join/index.js';

/** One record that an agency puts into the question. All records of one person have the person's keys. */
export interface PooledRecord {
  /** By key name, `case` among them, all values that the person has; what the agency withdrew is not there. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

export interface PooledList {
  readonly id: string;
  readonly dataset: string;
  /** Who is in an `opt-out` list is in none of the others. */
  readonly role: 'base' | 'linked' | 'opt-out';
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
  /**
   * What a coordinator counted of each comparison of people, in the order in which they are made. Where it is given it
   * decides in which order sets link and which of them are admitted, as there, for decoys leave noise in it that tips a set
   * of few pairs over the threshold or back; who is who is found all the same. Where it isn't, what is found is counted.
   */
  readonly comparisons?: readonly PooledComparison[];
}

/** A coordinator's counts of people on two sides, decoys taken off as far as they can be expected. */
export interface PooledComparison {
  readonly people: { readonly base: number; readonly linked: number };
  /** Sets that some pair shares exactly: how many pairs do, and how many of them linked. */
  readonly sets: readonly { readonly set: KeySet; readonly observed: number; readonly links: number }[];
}

export interface PooledLinks {
  /** What is counted, in the order of lists and records, before a link's `keep` drops any. */
  readonly base: readonly PooledPlace[];
  /** For each link of the question, for each of those, what it is linked to; null where to nothing. */
  readonly linked: readonly (readonly (PooledLink | null)[])[];
  /** One for each step in which lists of the population were merged, then one for each link on the person. */
  readonly counts: readonly PooledCounts[];
  /** Of the population, who are left out for an opt-out list: people, or records where those are counted. */
  readonly leftOut: number;
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
