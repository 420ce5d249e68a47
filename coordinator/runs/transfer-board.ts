import {
  COORDINATOR,
  TALLY,
  type JoinPlan,
  type PartyId,
  type TransferSubject,
} from '../../core/private-join/index.js';
import type { RelayedTransfer } from '../../transport/index.js';
import type { RunProgress } from './run-feed.js';

/** Where each list of a run is, from what the relay sees. */
export class TransferBoard {
  readonly #mixers: number;
  /** The party that has to do something with the list next. */
  readonly #holders = new Map<TransferSubject, PartyId>();
  readonly #open = new Map<TransferSubject, RelayedTransfer>();

  constructor(plan: JoinPlan) {
    this.#mixers = plan.mixers.length;
    for (const { id, provider } of plan.lists) this.#holders.set(id, provider);
  }

  opened(transfer: RelayedTransfer): RunProgress {
    this.#holders.set(transfer.subject, transfer.from);
    this.#open.set(transfer.subject, transfer);
    return this.#progress(transfer, transfer.hop);
  }

  closed(transfer: RelayedTransfer): RunProgress {
    this.#holders.set(transfer.subject, transfer.to);
    this.#open.delete(transfer.subject);
    return this.#progress(transfer, transfer.hop + 1);
  }

  /** The coordinator has all it waited for; the relay is about to say so of the last transfers, too late to be told. */
  arrived(): readonly RunProgress[] {
    return [...this.#open.values()].filter(({ to }) => to === COORDINATOR).map((transfer) => this.closed(transfer));
  }

  /** The agencies on which the run waits, each once. */
  awaited(): readonly PartyId[] {
    return [...new Set(this.#holders.values())].filter((holder) => holder !== COORDINATOR);
  }

  #progress({ subject, from, to }: RelayedTransfer, done: number): RunProgress {
    // A list goes from its provider past the other mixers to the coordinator, the tally past all and back.
    return { subject, done, steps: subject === TALLY ? this.#mixers + 1 : this.#mixers, from, to };
  }
}
