/**
 * What the ledger of an agency's node says of what it was asked and answered: all that an audit log can bear out or
 * contradict. Whoever reads the ledger has verified its chain of hashes; nobody has signed it.
 */
export interface AgencyLedger {
  readonly federation: string;
  readonly agency: string;
  readonly entries: number;
  /** When the first and the last of its entries were written, by the node's clock; null where it has none. */
  readonly span: { readonly from: Date; readonly until: Date } | null;
  /** In its order. A run may have several: what was refused may have been gone through before. */
  readonly claims: readonly LedgerClaim[];
  readonly ends: readonly LedgerRunEnd[];
}

/** What one entry of a ledger says of an offer. */
export interface LedgerClaim {
  /** Number of the entry, from 1. */
  readonly entry: number;
  /** By the node's clock. */
  readonly at: Date;
  readonly run: string;
  /** The log in which the node had it proved that the offer stands; null where it was not shown, or not looked for yet. */
  readonly head: LogHead | null;
  readonly requester: string;
  /** Null where the offer was refused, and so nothing of it noted. */
  readonly asked: AskedOfAgency | null;
  /** `refusal`: a code, or null where it took part. Null where the node could not answer. */
  readonly answer: { readonly refusal: string | null } | null;
}

/** A log as a node saw it. */
export interface LogHead {
  /** Entries. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly root: string;
}

/** What was asked of an agency, as it understood it. Digests are of 64 hexadecimal digits. */
export interface AskedOfAgency {
  readonly template: string;
  readonly version: number;
  readonly templateDigest: string;
  /** Values in any order. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly purpose: string;
  /** The agency's own, without its opt-outs. */
  readonly snapshots: readonly { readonly dataset: string; readonly snapshot: string }[];
}

/** How a run ended that the agency took part in. */
export interface LedgerRunEnd {
  readonly run: string;
  /** Whether its share of the key may have been used. Every agency's is needed before a count can be known. */
  readonly opened: boolean;
}
