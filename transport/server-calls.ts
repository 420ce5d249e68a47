import type { EventEmitter } from 'node:events';
import type { sendUnaryData, ServerDuplexStream, ServerReadableStream, ServerWritableStream } from '@grpc/grpc-js';
import type { PartyId } from '../core/private-join/index.js';
import { TransportError } from './errors.js';
import { identityOfCertificate } from './peer-identity.js';
import type { PeerIdentity } from './peer-identity.js';
import { statusOf } from './status.js';
import type { ListFrame, ListFrame__Output, ListReceipt, ListRequest__Output } from './wire.js';
import type { CoordinatorMessage, NodeMessage__Output } from './wire.js';

/** What every handler of the server begins and ends with: who calls, whether the call still lives, how it failed. */

export type ControlCall = ServerDuplexStream<NodeMessage__Output, CoordinatorMessage>;
export type SendCall = ServerReadableStream<ListFrame__Output, ListReceipt>;
export type ReceiveCall = ServerWritableStream<ListRequest__Output, ListFrame>;
export type Reply = sendUnaryData<ListReceipt>;
export type AgencyIdentity = Extract<PeerIdentity, { readonly role: 'agency' }>;

/**
 * The caller, from the certificate of its connection.
 * Thrown when it is not an agency of this federation: TransportError WRONG_IDENTITY or NOT_IN_FEDERATION.
 */
export function callerOf(
  call: Pick<ControlCall, 'getAuthContext'>,
  federation: string,
  agencies: ReadonlySet<PartyId>,
): AgencyIdentity {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (certificate === undefined) throw new TransportError('WRONG_IDENTITY', 'the caller showed no certificate');
  const peer = identityOfCertificate(certificate.raw, federation);
  if (peer.role !== 'agency') {
    throw new TransportError('NOT_IN_FEDERATION', "a coordinator's certificate does not let an agency in");
  }
  if (!agencies.has(peer.agency)) {
    throw new TransportError('NOT_IN_FEDERATION', `${peer.agency} is not in this federation's roster`);
  }
  return peer;
}

/** Ends once, for whatever comes first: the caller goes away, or somebody here ends it. */
export class CallLife {
  readonly #over = new AbortController();

  constructor(call: EventEmitter & { readonly cancelled: boolean }) {
    // gRPC tears a cancelled stream down with errors that nobody else listens for.
    call.on('error', () => undefined);
    call.once('cancelled', () => this.#lost());
    if (call.cancelled) this.#lost();
  }

  /** Aborts with a TransportError. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  end(error: TransportError): void {
    this.#over.abort(error);
  }

  #lost(): void {
    this.end(new TransportError('CONNECTION_LOST', 'the call was cancelled, or its connection lost'));
  }
}

/** Ends a call that streams to the caller with an error. */
export function failStream(call: ControlCall | ReceiveCall, error: TransportError): void {
  call.emit('error', statusOf(error));
}
