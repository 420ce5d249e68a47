import type { PartyId } from '../../core/private-join/index.js';
import type { ShownNumber } from './shown-number.js';

/** How people were linked, and how well, as far as that can be told: what goes with every table that people were linked for. */
export interface ReleasedLinkage {
  /** The list of match keys that the template names, and its version. */
  readonly scheme: string;
  readonly schemeVersion: number;
  /** Version of the rules that make names, dates and places comparable. */
  readonly normaliser: number;
  /** Posterior from which on a link was admitted, 0..1. */
  readonly threshold: number;
  /** First the merges of the population's lists, then the links, each in the order of the plan. */
  readonly links: readonly ReleasedLink[];
  /** In the order of the plan: what each agency says of the people in its snapshot. */
  readonly lists: readonly ReleasedList[];
}

export interface ReleasedLink {
  /** `merge`: agencies that offer the population were brought together; `link`: people were looked for in a dataset. */
  readonly kind: 'merge' | 'link';
  readonly dataset: string;
  readonly title: string;
  /** On the population's side, and in the lists that were linked to it. */
  readonly people: { readonly base: ShownNumber; readonly linked: ShownNumber };
  /** In the order of the scheme: links of which this is the strictest key that both sides share. */
  readonly keys: readonly { readonly name: string; readonly links: ShownNumber }[];
  /** Ascending; the threshold in force is among them. */
  readonly at: readonly ReleasedLinksAt[];
  /** Estimated share of true pairs that were linked. */
  readonly recall: ShownNumber;
  /** Why it can't be estimated, in words; null where it can, or isn't shown. */
  readonly recallReason: string | null;
  readonly headline: LinkageHeadline | null;
}

export interface ReleasedLinksAt {
  readonly threshold: number;
  readonly links: ShownNumber;
  /** Of the population; of a merge, of the people in the list that was added. */
  readonly share: ShownNumber;
  /** Estimated share of these links that are right. */
  readonly precision: ShownNumber;
}

/** Whether the share of the population that is linked depends on how sure one wants to be. */
export interface LinkageHeadline {
  readonly verdict: 'stands' | 'changes' | 'unknown';
  /** In plain words. */
  readonly sentence: string;
}

export interface ReleasedList {
  readonly agency: PartyId;
  readonly agencyName: string;
  readonly dataset: string;
  /** Null where the agency gave none for this snapshot and scheme. */
  readonly statistics: ReleasedStatistics | null;
}

/** Of the whole snapshot, whatever a run selects from it. */
export interface ReleasedStatistics {
  /** Whether the agency put noise in before it gave them. */
  readonly noisy: boolean;
  /** Different people. */
  readonly people: ShownNumber;
  /** Records of somebody who has another there. */
  readonly duplicates: ShownNumber;
  /** Share of people for whom it is missing, or can't be used. */
  readonly missing: readonly { readonly identifier: string; readonly share: ShownNumber }[];
  /** Shares of people who have the key, and who lost it because somebody else there has it too. */
  readonly keys: readonly { readonly name: string; readonly keyed: ShownNumber; readonly withdrawn: ShownNumber }[];
}
