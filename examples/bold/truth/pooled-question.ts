import type { Agreement, LinksAt, NonMatches } from '../../../core/linkage/index.js';
import type { BasePlan, LinkagePlan, LinkPlan } from '../../../core/private-join/index.js';

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
