import type { EventEmitter } from 'node:events';
import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { certificateFacts } from './certificate-facts.js';
import { TransportError } from './errors.js';
import type { FederationServerOptions } from './options.js';
import { identityOfCertificate } from './peer-identity.js';
import type { PeerIdentity } from './peer-identity.js';
import { statusOf } from './status.js';
import type { ListFrame, ListFrame__Output, ListReceipt, ListRequest__Output } from './wire.js';
import type { CoordinatorMessage, NodeMessage__Output, RenewalReply, RenewalRequest__Output } from './wire.js';

/** What every handler of the server begins and ends with: who calls, whether the call still lives, how it failed. */

export type ControlCall = ServerDuplexStream<NodeMessage__Output, CoordinatorMessage>;
export type SendCall = ServerReadableStream<ListFrame__Output, ListReceipt>;
export type ReceiveCall = ServerWritableStream<ListRequest__Output, ListFrame>;
export type Reply = sendUnaryData<ListReceipt>;
export type RenewCall = ServerUnaryCall<RenewalRequest__Output, RenewalReply>;
export type RenewalCallback = sendUnaryData<RenewalReply>;
export type AgencyIdentity = Extract<PeerIdentity, { readonly role: 'agency' }>;

/** Whom the coordinator lets in. */
export type Admission = Pick<FederationServerOptions, 'federation' | 'agencies' | 'revoked'>;

/**
 * The caller, from the certificate of its connection.
 * Thrown when it is not an agency of this federation: TransportError WRONG_IDENTITY, NOT_IN_FEDERATION or
 * CERTIFICATE_REVOKED.
 */
export function callerOf(
  call: Pick<ControlCall, 'getAuthContext'>,
  { federation, agencies, revoked }: Admission,
): AgencyIdentity {
  const certificate = certificateOf(call);
  const peer = identityOfCertificate(certificate, federation);
  if (peer.role !== 'agency') {
    throw new TransportError('NOT_IN_FEDERATION', "a coordinator's certificate does not let an agency in");
  }
  if (!agencies.has(peer.agency)) {
    throw new TransportError('NOT_IN_FEDERATION', `${peer.agency} is not in this federation's roster`);
  }
  if (revoked?.has(certificateFacts(certificate).serial) === true) {
    throw new TransportError(
      'CERTIFICATE_REVOKED',
      'the roster revokes this certificate: ask governance why; to come back, enrol again with a new token',
    );
  }
  return peer;
}

/** DER. Thrown when the caller has none: TransportError WRONG_IDENTITY. */
export function certificateOf(call: Pick<ControlCall, 'getAuthContext'>): Uint8Array {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (certificate === undefined) throw new TransportError('WRONG_IDENTITY', 'the caller showed no certificate');
  return certificate.raw;
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
