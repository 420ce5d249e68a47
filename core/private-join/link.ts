import type { ProtocolMessage, TransferHeader } from './messages.js';
import type { PartyId } from './plan.js';

/**
 * How one party of one run reaches the others. It carries; it doesn't understand. The form in memory lets tests alter
 * bytes on the way, the form over gRPC relays through the coordinator.
 */
export interface Link {
  /** Delivers in the order of sending. Rejects when the other party can't be reached. */
  send(to: PartyId, message: ProtocolMessage): Promise<void>;
  /**
   * Streams sealed chunks to `header.to`. A chunk is asked of `chunks` only when there is room for it on the way
   * (back-pressure); resolves when the receiver has taken the last one.
   */
  transfer(header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** What a link hands to the party it ends at. */
export interface LinkReceiver {
  message(from: PartyId, message: ProtocolMessage): void;
  /**
   * Resolves when every chunk has been taken; rejects when the transfer is refused. `from` is whom the link takes the
   * transfer to be from; whose it is, the header's signature decides.
   */
  transfer(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}
