import { append, EMPTY_FRONTIER, frontierRoot, leafHash } from '../audit/index.js';
import { toHex } from '../base/index.js';
import { GovernanceError } from './errors.js';

/** How far a register has got: nothing in it can be changed, left out or put in between that doesn't change the root. */
export interface RegisterHead {
  /** Entries. */
  readonly size: number;
  /** Of the tree over them (RFC 9162 section 2.1.1, SHA-256), 64 hexadecimal digits. */
  readonly root: string;
}

export function registerHead(entries: readonly Uint8Array[]): RegisterHead {
  let frontier = EMPTY_FRONTIER;
  for (const entry of entries) frontier = append(frontier, leafHash(entry)).frontier;
  return { size: frontier.size, root: toHex(frontierRoot(frontier)) };
}

/** A head, and when a registrar saw it. */
export interface StatedHead extends RegisterHead {
  /** UTC, to the second. */
  readonly issued: string;
}

/**
 * Whether these entries begin with all that the registrar had seen; they may go on.
 * Thrown when some of it is missing: GovernanceError REGISTER_STALE; when they say something else: LOG_INCONSISTENT.
 */
export function assertStated(entries: readonly Uint8Array[], { size, root, issued }: StatedHead): void {
  if (entries.length < size) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `The register had ${size} entries on ${issued}, and here are ${entries.length}: fetch the rest.`,
    );
  }
  if (registerHead(entries.slice(0, size)).root === root) return;
  throw new GovernanceError(
    'LOG_INCONSISTENT',
    `The first ${size} entries are not those that a registrar saw on ${issued}: one of the two was changed.`,
  );
}
