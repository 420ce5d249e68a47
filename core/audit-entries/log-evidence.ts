import { leafHash, verifyInclusion } from '../audit/index.js';
import type { TreeHead } from '../audit/index.js';
import type { RunOffer } from '../templates/index.js';
import { offerEntryBytes } from './offer-entry.js';
import type { LoggedTemplate } from './offer-entry.js';

/** What comes with an offer, so that a node need not believe that it is in the log. */
export interface LogEvidence {
  /** A signed note, with the log's signature alone. */
  readonly checkpoint: string;
  /** From 0. */
  readonly index: number;
  readonly logged: LoggedTemplate;
  /** That the entry of this index is in the log of the checkpoint. */
  readonly inclusion: readonly Uint8Array[];
  /** That the log of the checkpoint continues what the node may have seen last. */
  readonly consistency: readonly ConsistencyProof[];
}

export interface ConsistencyProof {
  /** Size that it begins at. */
  readonly first: number;
  readonly hashes: readonly Uint8Array[];
}

/** Whether the log with this head has an entry of exactly this offer. Nothing is thrown for what another party sent. */
export function isLogged(offer: RunOffer, { logged, index, inclusion }: LogEvidence, head: TreeHead): boolean {
  let entry: Uint8Array;
  try {
    entry = offerEntryBytes(offer, logged);
  } catch {
    return false;
  }
  return verifyInclusion(leafHash(entry), index, head, inclusion);
}
