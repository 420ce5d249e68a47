import type { PartyId, TransferHeader, TransferSubject } from '../core/private-join/index.js';
import { TransportError } from './errors.js';

/** Who may send what to whom, and how often, in one run. The same over gRPC and in memory. */
export class TransferRules {
  readonly #isParty: (party: PartyId) => boolean;
  readonly #opened = new Set<string>();

  constructor(isParty: (party: PartyId) => boolean) {
    this.#isParty = isParty;
  }

  /**
   * Lets one transfer begin, once.
   * Thrown when `caller` may not send it: TransportError NOT_A_PARTY, WRONG_SENDER, WRONG_RECEIVER or DUPLICATE_LIST.
   */
  admit(caller: PartyId, { subject, hop, from, to }: Pick<TransferHeader, 'subject' | 'hop' | 'from' | 'to'>): void {
    if (!this.#isParty(caller)) throw new TransportError('NOT_A_PARTY', `${caller} takes no part in this run`);
    if (from !== caller) throw new TransportError('WRONG_SENDER', 'header.from: is not the party that sends');
    if (to === caller || !this.#isParty(to)) {
      throw new TransportError('WRONG_RECEIVER', 'header.to: is not another party of this run');
    }
    const key = transferKey(subject, hop);
    if (this.#opened.has(key)) {
      throw new TransportError('DUPLICATE_LIST', 'this list has passed, or is passing, this hop in this run');
    }
    this.#opened.add(key);
  }
}

/** Names a transfer within its run. */
export function transferKey(subject: TransferSubject, hop: number): string {
  return `${hop} ${subject}`;
}
