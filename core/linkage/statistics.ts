import type { KeySet } from './key-set.js';

/**
 * What an agency says of the people in one snapshot, for one scheme: what the coordinator needs to tell people who agree
 * from people who are one, and what analysts are told of how well they could be linked. Every number has the agency's
 * own noise in it, keyed to the snapshot, so that it is made once and paid for once.
 */
export interface LinkageStatistics {
  readonly scheme: string;
  readonly schemeVersion: number;
  readonly normaliser: number;
  /** Different people, duplicates taken together. Not below 0, like all numbers here but where it is said. */
  readonly people: number;
  /** Records that were found to be of somebody who has another, at most COUNTED_DUPLICATES of one person. */
  readonly duplicates: number;
  /** By identifier: how many people it is missing or unusable for. */
  readonly missing: Readonly<Record<string, number>>;
  /** By place in the scheme. */
  readonly keys: readonly KeyStatistics[];
  readonly nonMatches: NonMatches;
}

export interface KeyStatistics {
  readonly name: string;
  /** People who have the key. */
  readonly keyed: number;
  /** Of them, people whose every value of it (as many as have a column) somebody else there has too. */
  readonly withdrawn: number;
}

/** How often two different people of one agency share exactly a set of keys that nobody else there has. */
export interface NonMatches {
  /** Pairs of people there are: people·(people − 1)/2, of the noisy number. */
  readonly pairs: number;
  /** By the key's place in the scheme: pairs that share it and no other key. May be below 0. */
  readonly alone: readonly number[];
  /** Pairs that share exactly the set, of two keys or more. Only numbers that are large enough to be told from noise. */
  readonly sets: ReadonlyMap<KeySet, number>;
  /** Pairs that share two keys or more, whatever they are. May be below 0. */
  readonly several: number;
  /** Standard deviations of the noise in each; 0 where there is none. */
  readonly deviation: { readonly alone: number; readonly sets: number; readonly several: number };
}
