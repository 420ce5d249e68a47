import { append, EMPTY_FRONTIER, frontierRoot, leafHash } from '../audit/index.js';
import { toHex } from '../base/index.js';
import type { RegisterHead } from '../templates/index.js';
import { GovernanceError } from './errors.js';

export type { RegisterHead } from '../templates/index.js';

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
