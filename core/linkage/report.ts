/** How well people of two sides of a link could be told to be one: what an analyst is told with the table. */
export interface LinkageReport {
  /** Of the linked lists; the population's own where its lists were merged. */
  readonly dataset: string;
  readonly scheme: string;
  readonly schemeVersion: number;
  readonly normaliser: number;
  /** Posterior from which on a link was admitted, 0..1. */
  readonly threshold: number;
  /** People on the population's side and on the other, decoys taken off; not exact where there are any. */
  readonly people: { readonly base: number; readonly linked: number };
  /** In the order of the scheme: admitted links of which this is the strictest key shared. */
  readonly keys: readonly { readonly name: string; readonly links: number }[];
  /** At the threshold in force and at REPORTED_THRESHOLDS, ascending. */
  readonly at: readonly LinksAt[];
  /** Share of true pairs that were linked; null where it can't be estimated. */
  readonly recall: number | null;
  /** Why it can't be, in plain words; null where it can. */
  readonly recallReason: string | null;
}

export interface LinksAt {
  readonly threshold: number;
  readonly links: number;
  /** Expected share of links that are right; null where no agency's statistics are known. */
  readonly precision: number | null;
}

/** Thresholds that every report shows beside its own. */
export const REPORTED_THRESHOLDS: readonly number[] = [0.5, 0.9, 0.95];

/** Posterior from which on links are admitted where a template says nothing. */
export const DEFAULT_LINK_THRESHOLD = 0.5;
