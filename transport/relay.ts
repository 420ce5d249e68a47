import type { Log } from '../core/base/index.js';
import { COORDINATOR } from '../core/private-join/index.js';
import type {
  FailureCode,
  LinkReceiver,
  PartyId,
  TransferHeader,
  TransferSubject,
} from '../core/private-join/index.js';
import { TransportError } from './errors.js';
import type { RelayedTransfer, RelayObserver } from './federation.js';
import { failureOf, joinErrorOf, transportErrorOf } from './status.js';
import { iterateUntilAborted, pause, sharedAbort, untilAborted } from './streams.js';
import type { Timings } from './timings.js';
import { transferKey, TransferRules } from './transfer-rules.js';

/**
 * Couples the call that sends a list with the call that fetches it: a chunk is asked of the sender when the receiver
 * has room for it. The relay knows who may send what to whom and how often; what is in the chunks it can't read.
 */
export interface RelayRunOptions {
  readonly runId: string;
  readonly agencies: readonly PartyId[];
  /** The coordinator's own end. */
  readonly receiver: LinkReceiver;
  readonly observer: RelayObserver;
  /** Tells a node that a list waits for it. */
  readonly announce: (to: PartyId, runId: string, subject: TransferSubject, hop: number) => Promise<void>;
  readonly timings: Timings;
  readonly log: Log;
}

/** A list on its way to the agency that asked for it. */
export interface Claim {
  readonly header: TransferHeader;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The receiver has taken the last chunk. */
  complete(): void;
  /** The receiver won't take any more. */
  fail(error: unknown): void;
}

/** Breaks that a party makes by going away; its reason, if it had one, comes on its control stream. */
const MAY_HAVE_A_REASON: ReadonlySet<string> = new Set(['CONNECTION_LOST', 'NOT_CONNECTED']);

/** The relay of one run between its agencies and the coordinator. */
export class RelayRun {
  readonly runId: string;
  readonly receiver: LinkReceiver;
  readonly agencies: readonly PartyId[];
  readonly #options: RelayRunOptions;
  readonly #agencies: ReadonlySet<PartyId>;
  readonly #rules = new TransferRules((party) => party === COORDINATOR || this.hasParty(party));
  readonly #waiting = new Map<string, Waiting>();
  readonly #closed = sharedAbort();

  constructor(options: RelayRunOptions) {
    this.runId = options.runId;
    this.receiver = options.receiver;
    this.#options = options;
    this.agencies = options.agencies;
    this.#agencies = new Set(options.agencies);
  }

  /** Aborts when the run is closed, with the error that everybody in the middle of something hears. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  hasParty(agency: PartyId): boolean {
    return this.#agencies.has(agency);
  }

  close(failure: FailureCode): void {
    if (this.closed.aborted) return;
    this.#closed.abort(new TransportError('RUN_CLOSED', 'the run has ended', { failure }));
  }

  /**
   * Carries one transfer of `caller` from its first chunk to its last; resolves with how many there were.
   * Thrown when it breaks the relay's rules or breaks off: TransportError.
   */
  async carry(caller: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const { subject, hop, from, to } = header;
    const transfer: RelayedTransfer = { subject, hop, from, to };
    const { observer, log } = this.#options;
    try {
      this.closed.throwIfAborted();
      this.#rules.admit(caller, header);
      observer.opened(transfer, header.count);
      const relayed = new RelayedChunks(this.#relay(transfer, chunks));
      await (to === COORDINATOR ? this.#take(header, relayed) : this.#handOver(header, relayed));
      observer.closed(transfer);
      return relayed.count;
    } catch (thrown) {
      const error = await this.#settle(thrown);
      log.warn({ runId: this.runId, ...transfer, code: error.code, failure: error.failure }, 'transfer ended early');
      if (error.code !== 'RUN_CLOSED' && error.code !== 'NOT_A_PARTY') {
        observer.failed(transfer, failureOf(error, 'PARTY_LOST'));
      }
      throw error;
    }
  }

  /**
   * Hands the list that waits to the agency it is for.
   * Thrown when there is none, it is for another, or it has been fetched: TransportError.
   */
  claim(agency: PartyId, subject: TransferSubject, hop: number): Claim {
    if (!this.hasParty(agency)) throw new TransportError('NOT_A_PARTY', `${agency} takes no part in this run`);
    const waiting = this.#waiting.get(transferKey(subject, hop));
    if (waiting === undefined) throw new TransportError('UNKNOWN_TRANSFER', 'no such list waits here');
    if (waiting.header.to !== agency) throw new TransportError('WRONG_RECEIVER', 'this list is for another agency');
    return waiting.claim();
  }

  async *#relay(
    transfer: RelayedTransfer,
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of iterateUntilAborted(this.closed, chunks)) {
        this.#options.observer.chunk(transfer, chunk.length);
        yield chunk;
      }
    } catch (thrown) {
      throw await this.#settle(thrown);
    }
  }

  /** The coordinator is the receiver. Its end of the link knows JoinErrors only. */
  async #take(header: TransferHeader, chunks: RelayedChunks): Promise<void> {
    const { from } = header;
    const joinChunks = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* chunks;
      } catch (thrown) {
        throw joinErrorOf(thrown, from);
      }
    };
    // Not cut short when the run closes: a run may close because this very list has been taken and used. Until then,
    // closing ends the chunks.
    await this.receiver.transfer(from, header, joinChunks());
  }

  async #handOver(header: TransferHeader, chunks: RelayedChunks): Promise<void> {
    const { subject, hop, to } = header;
    const key = transferKey(subject, hop);
    const waiting = new Waiting(header, chunks, this.#options.timings.receiverWaitMs);
    this.#waiting.set(key, waiting);
    try {
      await this.#options.announce(to, this.runId, subject, hop);
      await untilAborted(this.closed, waiting.taken);
    } finally {
      waiting.stop();
      this.#waiting.delete(key);
    }
  }

  /**
   * What both ends of a broken transfer are told. A party that breaks off usually says why on its control stream, which
   * closes the run with that reason; so a break is only called a loss when no reason came.
   */
  async #settle(thrown: unknown): Promise<TransportError> {
    const error = transportErrorOf(thrown);
    if (!MAY_HAVE_A_REASON.has(error.code)) return error;
    await pause(this.#options.timings.reasonGraceMs, this.closed);
    if (this.closed.reason instanceof TransportError) return this.closed.reason;
    return new TransportError('TRANSFER_BROKEN', 'a party of this run broke off a transfer', {
      cause: error,
      failure: 'PARTY_LOST',
    });
  }
}

/** Counts what passes. */
class RelayedChunks implements AsyncIterable<Uint8Array> {
  count = 0;
  readonly #chunks: AsyncIterable<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.#chunks) {
      this.count += 1;
      yield chunk;
    }
  }
}

/** A list that has been announced and, after a while at most, fetched. */
class Waiting {
  readonly header: TransferHeader;
  /** Resolves when the receiver has everything; rejects when it doesn't come or breaks off. */
  readonly taken: Promise<void>;
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #timer: NodeJS.Timeout;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #claimed = false;

  constructor(header: TransferHeader, chunks: AsyncIterable<Uint8Array>, waitMs: number) {
    this.header = header;
    this.#chunks = chunks;
    this.taken = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.taken.catch(() => undefined);
    this.#timer = setTimeout(() => {
      const message = `${header.to} did not fetch a list within ${Math.round(waitMs / 1000)} seconds`;
      this.#reject(new TransportError('DEADLINE_PASSED', message));
    }, waitMs);
  }

  claim(): Claim {
    if (this.#claimed) throw new TransportError('DUPLICATE_LIST', 'this list has been fetched');
    this.#claimed = true;
    clearTimeout(this.#timer);
    return {
      header: this.header,
      chunks: this.#chunks,
      complete: () => this.#resolve(),
      fail: (error) => this.#reject(transportErrorOf(error)),
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
