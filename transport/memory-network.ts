import { COORDINATOR, JoinError } from '../core/private-join/index.js';
import type { Link, LinkReceiver, PartyId, ProtocolMessage, TransferHeader } from '../core/private-join/index.js';
import { someBytes } from './check.js';
import { TransportError } from './errors.js';
import { MAX_CHUNK_BYTES } from './limits.js';
import { joinErrorOf } from './status.js';
import { iterateUntilAborted, sharedAbort, untilAborted } from './streams.js';
import { TransferRules } from './transfer-rules.js';

/**
 * All parties of one run in one process, for tests: the same two promises as over gRPC (messages arrive in the order of
 * sending; a chunk is asked for when the receiver wants it), no sockets, and a hook that is the attacker on the way.
 */
export interface MemoryNetwork {
  /** The link of one party. */
  link(self: PartyId): Link;
  /** Whom the network hands what is for `party`. Once for each party, before anything is sent to it. */
  register(party: PartyId, receiver: LinkReceiver): void;
  /** The party is gone: what is sent to it is refused, and what is on the way to or from it breaks. */
  lose(party: PartyId): void;
}

export interface MemoryNetworkOptions {
  readonly tamper?: Tamper;
}

/** A message on the way, as it was sent. */
export interface Letter {
  readonly from: PartyId;
  readonly to: PartyId;
  readonly message: ProtocolMessage;
}

/** A transfer on the way. */
export interface Parcel {
  readonly header: TransferHeader;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What is done to what is on the way. Each returns what arrives instead, in order: none, one or several. */
export interface Tamper {
  letter?(letter: Letter): readonly Letter[];
  parcel?(parcel: Parcel): readonly Parcel[];
}

export function createMemoryNetwork({ tamper = {} }: MemoryNetworkOptions = {}): MemoryNetwork {
  return new InMemoryNetwork(tamper);
}

class InMemoryNetwork implements MemoryNetwork {
  readonly #tamper: Tamper;
  readonly #receivers = new Map<PartyId, LinkReceiver>();
  readonly #gone = new Map<PartyId, AbortController>();
  readonly #rules = new TransferRules((party) => this.#receivers.has(party));
  /** For each pair of parties the delivery of its latest message, which the next one waits for. */
  readonly #deliveries = new Map<string, Promise<void>>();

  constructor(tamper: Tamper) {
    this.#tamper = tamper;
  }

  register(party: PartyId, receiver: LinkReceiver): void {
    this.#receivers.set(party, receiver);
    this.#gone.set(party, sharedAbort());
  }

  lose(party: PartyId): void {
    this.#gone.get(party)?.abort(lossOf(party));
  }

  link(self: PartyId): Link {
    return {
      send: async (to, message) => {
        if (self !== COORDINATOR && to !== COORDINATOR) {
          throw joinErrorOf(new TransportError('WRONG_RECEIVER', 'nodes send messages to the coordinator only'), self);
        }
        this.#reach(self);
        this.#reach(to);
        const letter = { from: self, to, message: structuredClone(message) };
        const arriving = this.#tamper.letter?.(letter) ?? [letter];
        await Promise.all(arriving.map((one) => this.#deliver(one)));
      },
      transfer: async (header, chunks) => {
        this.#reach(self);
        try {
          this.#rules.admit(self, header);
        } catch (thrown) {
          throw joinErrorOf(thrown, self);
        }
        this.#reach(header.to);
        const parcel = { header: structuredClone(header), chunks: copies(self, chunks) };
        const arriving = this.#tamper.parcel?.(parcel) ?? [parcel];
        if (arriving.length === 0) {
          throw new JoinError('DEADLINE_PASSED', header.to, `${header.to} did not fetch a list`);
        }
        for (const one of arriving) await this.#handOver(one);
      },
    };
  }

  /** In the order of sending, and never within the sender's own call. */
  #deliver({ from, to, message }: Letter): Promise<void> {
    const pair = `${from} ${to}`;
    const delivery = (this.#deliveries.get(pair) ?? Promise.resolve()).then(() => {
      this.#reach(to).message(from, message);
    });
    this.#deliveries.set(
      pair,
      delivery.catch(() => undefined),
    );
    return delivery;
  }

  async #handOver({ header, chunks }: Parcel): Promise<void> {
    const { from, to } = header;
    const receiver = this.#reach(to);
    const gone = [from, to].flatMap((party) => this.#gone.get(party)?.signal ?? []);
    const broken = AbortSignal.any(gone);
    await untilAborted(broken, receiver.transfer(from, header, iterateUntilAborted(broken, chunks)));
  }

  #reach(party: PartyId): LinkReceiver {
    const receiver = this.#receivers.get(party);
    if (receiver === undefined || this.#gone.get(party)?.signal.aborted === true) throw lossOf(party);
    return receiver;
  }
}

/** Over a network nobody sees the sender's own memory, and a chunk has its limit. */
async function* copies(from: PartyId, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of chunks) yield someBytes(chunk, 'chunk', MAX_CHUNK_BYTES).slice();
  } catch (thrown) {
    throw joinErrorOf(thrown, from);
  }
}

function lossOf(party: PartyId): JoinError {
  const code = party === COORDINATOR ? 'COORDINATOR_LOST' : 'PARTY_LOST';
  return new JoinError(code, party, `${party} cannot be reached`);
}
