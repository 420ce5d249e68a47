import { Client } from '@grpc/grpc-js';
import type { ClientDuplexStream, ClientReadableStream, ClientWritableStream, ServiceError } from '@grpc/grpc-js';
import { clientOptions } from './channel-options.js';
import { fromListRequest } from './convert-list.js';
import type { TransferRequest } from './convert-list.js';
import { toRenewalReply } from './convert-enrolment.js';
import { toCoordinatorMessage } from './convert.js';
import { TransportError } from './errors.js';
import type { FromNode, Hello, ToNode } from './federation.js';
import { channelCredentials, checkOwnCertificate } from './mtls.js';
import type { FederationClientOptions } from './options.js';
import { outgoingFromNode } from './outgoing.js';
import { dialErrorOf } from './retry.js';
import { transportErrorOf } from './status.js';
import { messagesOf, sharedAbort, untilAborted, writeMessage } from './streams.js';
import type { Timings } from './timings.js';
import { federationMethods } from './wire.js';
import type { CoordinatorMessage__Output, ListFrame, ListFrame__Output, ListReceipt__Output, Methods } from './wire.js';
import type { NodeMessage, RenewalReply__Output } from './wire.js';

export type SendListCall = ClientWritableStream<ListFrame>;
export type ReceiveListCall = ClientReadableStream<ListFrame__Output>;

export interface SessionEvents {
  readonly welcomed: () => void;
  readonly received: (message: ToNode) => void;
}

/** One connection to the coordinator and its control stream, from the dial to its one end. */
export class NodeSession {
  readonly #over = sharedAbort();
  readonly #client: Client;
  readonly #methods: Methods;
  readonly #control: ClientDuplexStream<NodeMessage, CoordinatorMessage__Output>;
  #welcomed = false;

  /**
   * Dials and says hello.
   * Thrown when this node's own certificate is not fit to dial with: TransportError BAD_CERTIFICATE or WRONG_IDENTITY.
   */
  constructor(options: FederationClientOptions, timings: Timings, hello: Hello, events: SessionEvents) {
    const { tls, federation, agency, address, clock } = options;
    checkOwnCertificate(tls, { role: 'agency', federation, agency }, clock);
    const credentials = channelCredentials(tls, federation, (error) => this.#end(error));
    this.#client = new Client(address, credentials, clientOptions(timings, address, options.useHttpProxy ?? false));
    this.#methods = federationMethods(options.tap);
    const { path, requestSerialize, responseDeserialize } = this.#methods.control;
    this.#control = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#control.on('error', (error: ServiceError) => this.#end(dialErrorOf(error)));
    this.#limitDial(timings.dialMs);
    this.send({ kind: 'hello', hello }).catch((thrown: unknown) => this.#end(transportErrorOf(thrown)));
    this.#listen(events).catch((thrown: unknown) => this.#end(transportErrorOf(thrown)));
  }

  /** Aborts with a TransportError when the session is over, for whatever comes first. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether the coordinator has let this node in. */
  get welcomed(): boolean {
    return this.#welcomed;
  }

  async send(message: FromNode): Promise<void> {
    await writeMessage(this.#control, outgoingFromNode(message), this.over);
  }

  sendList(callback: (error: ServiceError | null, receipt?: ListReceipt__Output) => void): SendListCall {
    const { path, requestSerialize, responseDeserialize } = this.#methods.sendList;
    return this.#client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, callback);
  }

  receiveList(request: TransferRequest): ReceiveListCall {
    const { path, requestSerialize, responseDeserialize } = this.#methods.receiveList;
    return this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, fromListRequest(request));
  }

  /** Rejects as the call does: TransportError; DEADLINE_PASSED when there is no answer within `deadlineMs`. */
  async renew(signingRequest: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    const { path, requestSerialize, responseDeserialize } = this.#methods.renew;
    const answer = new Promise<RenewalReply__Output>((resolve, reject) => {
      const answered = (error: ServiceError | null, reply?: RenewalReply__Output): void => {
        if (error !== null) reject(dialErrorOf(error));
        else if (reply !== undefined) resolve(reply);
      };
      const options = { deadline: new Date(Date.now() + deadlineMs) };
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { signingRequest }, options, answered);
    });
    return toRenewalReply(await untilAborted(this.over, answer));
  }

  /** Says goodbye, and hangs up when the coordinator has answered or `deadlineMs` have passed. */
  stop(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const hangUp = setTimeout(() => this.#end(stopped()), deadlineMs);
      const done = (): void => {
        clearTimeout(hangUp);
        resolve();
      };
      if (this.over.aborted) {
        done();
        return;
      }
      this.over.addEventListener('abort', done, { once: true });
      if (this.#welcomed) this.#control.end();
      else this.#end(stopped());
    });
  }

  async #listen({ welcomed, received }: SessionEvents): Promise<void> {
    for await (const wire of messagesOf<CoordinatorMessage__Output>(this.#control, this.over)) {
      const message = toCoordinatorMessage(wire);
      if (message.kind === 'welcome') {
        if (this.#welcomed) throw new TransportError('OUT_OF_ORDER', 'the coordinator said welcome twice');
        this.#welcomed = true;
        welcomed();
      } else if (this.#welcomed) {
        received(message);
      } else {
        throw new TransportError('OUT_OF_ORDER', 'the coordinator must say welcome first');
      }
    }
    this.#end(stopped());
  }

  #limitDial(dialMs: number): void {
    const late = setTimeout(() => {
      if (this.#welcomed) return;
      const message = `no welcome from the coordinator within ${Math.round(dialMs / 1000)} seconds`;
      this.#end(new TransportError('DEADLINE_PASSED', message));
    }, dialMs);
    this.over.addEventListener('abort', () => clearTimeout(late), { once: true });
  }

  #end(error: TransportError): void {
    if (this.over.aborted) return;
    this.#over.abort(error);
    this.#control.cancel();
    this.#client.close();
  }
}

function stopped(): TransportError {
  return new TransportError('STOPPING', 'the control stream has ended');
}
