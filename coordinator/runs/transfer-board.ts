import {
  COORDINATOR,
  TALLY,
  type JoinPlan,
  type PartyId,
  type TransferSubject,
} from '../../core/private-join/index.js';
import type { RelayedTransfer } from '../../transport/index.js';
import type { RunProgress } from './run-feed.js';

/** The subject of the sums of a run's measures, which go from one mixer to the next as messages do. */
export const SUMS = 'sums';

/** Where each list of a run is, from what the relay sees, and where the sums are. */
export class TransferBoard {
  readonly #mixers: readonly PartyId[];
  /** The party that has to do something with the list next. */
  readonly #holders = new Map<TransferSubject, PartyId>();
  readonly #open = new Map<TransferSubject, RelayedTransfer>();

  constructor(plan: JoinPlan) {
    this.#mixers = plan.mixers;
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

  /** The sums are on their way to the first mixer. */
  summing(): RunProgress {
    return this.#sumsAt(0);
  }

  /** A mixer has done its part of the sums. */
  summed(mixer: PartyId): RunProgress | undefined {
    const place = this.#mixers.indexOf(mixer);
    // Whoever answers out of turn is for the join to deal with.
    return place < 0 || this.#holders.get(SUMS) !== mixer ? undefined : this.#sumsAt(place + 1);
  }

  /** The agencies on which the run waits, each once. */
  awaited(): readonly PartyId[] {
    return [...new Set(this.#holders.values())].filter((holder) => holder !== COORDINATOR);
  }

  #sumsAt(place: number): RunProgress {
    const to = this.#mixers[place] ?? COORDINATOR;
    this.#holders.set(SUMS, to);
    return { subject: SUMS, done: place, steps: this.#mixers.length, from: COORDINATOR, to };
  }

  #progress({ subject, from, to }: RelayedTransfer, done: number): RunProgress {
    const mixers = this.#mixers.length;
    // A list goes from its provider past the other mixers to the coordinator, the tally past all and back.
    return { subject, done, steps: subject === TALLY ? mixers + 1 : mixers, from, to };
  }
}
