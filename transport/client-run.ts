import type { ServiceError } from '@grpc/grpc-js';
import type { Log } from '../core/base/index.js';
import { COORDINATOR } from '../core/private-join/index.js';
import type {
  FailureCode,
  JoinError,
  Link,
  LinkReceiver,
  PartyId,
  ProtocolMessage,
  TransferHeader,
} from '../core/private-join/index.js';
import type { NodeSession } from './client-session.js';
import { chunkFrame, headerFrame, toChunk, toHeader } from './convert-list.js';
import type { TransferRequest } from './convert-list.js';
import { TransportError } from './errors.js';
import type { TransportErrorCode } from './errors.js';
import type { RunLink } from './federation.js';
import { errorOfStatus, joinErrorOf, transportErrorOf } from './status.js';
import { iterateUntilAborted, messagesOf, reasonOf, sharedAbort, untilAborted, writeMessage } from './streams.js';
import type { ListFrame__Output, ListReceipt__Output } from './wire.js';

export interface ClientRunOptions {
  readonly runId: string;
  readonly self: PartyId;
  /** The connection the run lives on; undefined when there was none, and then nothing can be sent. */
  readonly session: NodeSession | undefined;
  readonly receiver: LinkReceiver;
  readonly log: Log;
  readonly closed: () => void;
}

/** With these, the trouble lies with the other agency and not with the coordinator that reports it. */
const OTHER_PARTY: ReadonlySet<TransportErrorCode> = new Set([
  'TRANSFER_BROKEN',
  'TRANSFER_REFUSED',
  'DEADLINE_PASSED',
]);

/** A node's end of one run: sends its lists, fetches those that wait for it. */
export class ClientRun implements RunLink {
  readonly receiver: LinkReceiver;
  readonly link: Link;
  readonly #options: ClientRunOptions;
  readonly #over = sharedAbort();
  readonly #unfollow: () => void;

  constructor(options: ClientRunOptions) {
    this.#options = options;
    this.receiver = options.receiver;
    this.link = {
      send: (to, message) => this.#send(to, message),
      transfer: (header, chunks) => this.#transfer(header, chunks),
    };
    this.#unfollow = follow(options.session?.over, this.#over);
  }

  /** Aborts with a TransportError when the run is closed or its connection lost. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  close(failure: FailureCode = 'CANCELLED'): void {
    this.#unfollow();
    this.#over.abort(new TransportError('RUN_CLOSED', 'the run has ended here', { failure }));
    this.#options.closed();
  }

  /** Fetches a list that waits at the coordinator and hands it to the run. */
  fetch(request: TransferRequest): void {
    this.#fetch(request).catch((thrown: unknown) => {
      const { code, message } = joinErrorOf(thrown, COORDINATOR);
      const { runId, subject, hop } = request;
      this.#options.log.warn({ runId, subject, hop, code, reason: message }, 'a list could not be taken');
    });
  }

  async #send(to: PartyId, message: ProtocolMessage): Promise<void> {
    try {
      if (to !== COORDINATOR) throw new TransportError('WRONG_RECEIVER', 'nodes send messages to the coordinator only');
      await this.#session().send({ kind: 'protocol', runId: this.#options.runId, message });
    } catch (thrown) {
      throw joinErrorOf(thrown, COORDINATOR);
    }
  }

  async #transfer(header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#sendList(header, chunks);
    } catch (thrown) {
      throw blamed(thrown, header.to);
    }
  }

  async #sendList(header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const session = this.#session();
    const over = new AbortController();
    let received: (receipt: ListReceipt__Output) => void = () => undefined;
    const receipt = new Promise<ListReceipt__Output>((resolve) => {
      received = resolve;
    });
    const call = session.sendList((error, value) => {
      if (value !== undefined) received(value);
      else over.abort(error === null ? lost() : errorOfStatus(error));
    });
    call.on('error', () => undefined);
    const unfollow = follow(this.#over.signal, over);
    try {
      await writeMessage(call, headerFrame({ runId: this.#options.runId, header }), over.signal);
      let sent = 0;
      for await (const chunk of iterateUntilAborted(over.signal, chunks)) {
        await writeMessage(call, chunkFrame(chunk), over.signal);
        sent += 1;
      }
      call.end();
      const taken = (await untilAborted(over.signal, receipt)).chunks;
      if (taken !== sent) throw new TransportError('TRANSFER_BROKEN', `${taken} of ${sent} chunks arrived`);
    } finally {
      unfollow();
      // Does nothing to a call that has ended well.
      call.cancel();
    }
  }

  async #fetch(request: TransferRequest): Promise<void> {
    const call = this.#session().receiveList(request);
    const over = new AbortController();
    call.on('error', (error: ServiceError) => over.abort(errorOfStatus(error)));
    const unfollow = follow(this.#over.signal, over);
    try {
      const frames = messagesOf<ListFrame__Output>(call, over.signal);
      const header = this.#expected(request, await frames.next());
      await this.receiver.transfer(header.from, header, chunksFrom(header.from, frames));
    } finally {
      unfollow();
      // A receiver that refuses stops here; its reason goes over the control stream.
      call.cancel();
    }
  }

  #expected(request: TransferRequest, first: IteratorResult<ListFrame__Output, void>): TransferHeader {
    if (first.done === true) throw new TransportError('OUT_OF_ORDER', 'a list begins with its header');
    const { runId, header } = toHeader(first.value);
    const { subject, hop, to } = header;
    if (runId !== request.runId || subject !== request.subject || hop !== request.hop || to !== this.#options.self) {
      throw new TransportError('BAD_MESSAGE', 'header: is not of the list that was announced');
    }
    return header;
  }

  #session(): NodeSession {
    this.#over.signal.throwIfAborted();
    if (this.#options.session === undefined) throw lost();
    return this.#options.session;
  }
}

/** A run knows JoinErrors only. */
async function* chunksFrom(
  from: PartyId,
  frames: AsyncGenerator<ListFrame__Output, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const frame of frames) yield toChunk(frame);
  } catch (thrown) {
    throw blamed(thrown, from);
  }
}

function blamed(thrown: unknown, other: PartyId): JoinError {
  if (thrown instanceof TransportError && OTHER_PARTY.has(thrown.code)) return joinErrorOf(thrown, other);
  return joinErrorOf(thrown, COORDINATOR);
}

/** Ends `follower` when `leader` ends, for the same reason. Returns what undoes it. */
function follow(leader: AbortSignal | undefined, follower: AbortController): () => void {
  if (leader === undefined) return () => undefined;
  const over = (): void => follower.abort(transportErrorOf(reasonOf(leader)));
  if (leader.aborted) over();
  else leader.addEventListener('abort', over, { once: true });
  return () => leader.removeEventListener('abort', over);
}

function lost(): TransportError {
  return new TransportError('NOT_CONNECTED', 'the coordinator is not connected');
}
