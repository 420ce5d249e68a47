import type { PartyId } from '../../core/private-join/index.js';
import { MAX_CONSISTENCY_PROOFS } from '../../transport/index.js';

/**
 * From which sizes of the log each agency may want it proved that the log goes on: the one that it said last, and those that
 * it was sent since and has not answered for. An agency that has verified a checkpoint takes proofs from that one only,
 * and what it says of it may still be on its way when the next offer leaves.
 */
export class SeenSizes {
  readonly #sizes = new Map<PartyId, readonly number[]>();

  /** A new connection: what was sent on the one before has been taken, or never will be. */
  connected(agency: PartyId, size: number): void {
    this.#sizes.set(agency, [size]);
  }

  /** Said on a connection, by a hello or a cosignature: all that is smaller is past. */
  said(agency: PartyId, size: number): void {
    const later = (this.#sizes.get(agency) ?? []).filter((sent) => sent > size);
    this.#sizes.set(agency, [size, ...later]);
  }

  sent(agency: PartyId, size: number): void {
    // The oldest of those that were sent may go: so many offers unanswered are no race any more.
    const [said = 0, ...sent] = this.#sizes.get(agency) ?? [];
    this.#sizes.set(agency, [said, ...sent.slice(2 - MAX_CONSISTENCY_PROOFS), size]);
  }

  /** Ascending, each once; at most MAX_CONSISTENCY_PROOFS. */
  of(agency: PartyId): readonly number[] {
    return [...new Set(this.#sizes.get(agency) ?? [])];
  }
}
