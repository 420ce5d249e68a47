import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { messageOf } from '../core/base/index.js';
import { COORDINATOR, isFailureCode, JoinError } from '../core/private-join/index.js';
import type { FailureCode, PartyId } from '../core/private-join/index.js';
import { isTransportErrorCode, TransportError } from './errors.js';
import type { TransportErrorCode } from './errors.js';

/** Transport codes ⇄ gRPC status, and transport codes → the reason a run ends with. One table for each. */

interface Row {
  /** What gRPC's own tools show. Codes that never leave their process have the status they would have. */
  readonly status: status;
  /** What a run that meets it ends with. LOST: COORDINATOR_LOST or PARTY_LOST, by who is at the other end. */
  readonly failure: FailureCode | 'LOST';
}

const ROWS: Readonly<Record<TransportErrorCode, Row>> = {
  BAD_CERTIFICATE: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  CERTIFICATE_REFUSED: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  NOT_THE_COORDINATOR: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  WRONG_IDENTITY: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  NOT_IN_FEDERATION: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  CERTIFICATE_REVOKED: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  AUTHORITY_MISMATCH: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  CLOCK_WRONG: { status: status.UNAUTHENTICATED, failure: 'LOST' },
  TOKEN_WRONG: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  TOKEN_EXPIRED: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  TOKEN_USED: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  TOKEN_LOCKED: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  TOKEN_OTHER_AGENCY: { status: status.PERMISSION_DENIED, failure: 'LOST' },
  TOO_MANY_ATTEMPTS: { status: status.RESOURCE_EXHAUSTED, failure: 'LOST' },
  NOT_ISSUING: { status: status.FAILED_PRECONDITION, failure: 'LOST' },
  NOT_CONNECTED: { status: status.UNAVAILABLE, failure: 'LOST' },
  CONNECTION_LOST: { status: status.UNAVAILABLE, failure: 'LOST' },
  REPLACED: { status: status.ABORTED, failure: 'LOST' },
  DISCONNECTED: { status: status.ABORTED, failure: 'LOST' },
  STOPPING: { status: status.UNAVAILABLE, failure: 'LOST' },
  BAD_MESSAGE: { status: status.INVALID_ARGUMENT, failure: 'BAD_MESSAGE' },
  MESSAGE_TOO_LARGE: { status: status.RESOURCE_EXHAUSTED, failure: 'BAD_MESSAGE' },
  OUT_OF_ORDER: { status: status.FAILED_PRECONDITION, failure: 'OUT_OF_ORDER' },
  UNKNOWN_RUN: { status: status.NOT_FOUND, failure: 'CANCELLED' },
  UNKNOWN_TRANSFER: { status: status.NOT_FOUND, failure: 'UNKNOWN_LIST' },
  NOT_A_PARTY: { status: status.PERMISSION_DENIED, failure: 'BAD_MESSAGE' },
  WRONG_SENDER: { status: status.PERMISSION_DENIED, failure: 'BAD_MESSAGE' },
  WRONG_RECEIVER: { status: status.PERMISSION_DENIED, failure: 'BAD_MESSAGE' },
  DUPLICATE_LIST: { status: status.ALREADY_EXISTS, failure: 'DUPLICATE_LIST' },
  DEADLINE_PASSED: { status: status.DEADLINE_EXCEEDED, failure: 'DEADLINE_PASSED' },
  TRANSFER_REFUSED: { status: status.ABORTED, failure: 'BAD_MESSAGE' },
  TRANSFER_BROKEN: { status: status.ABORTED, failure: 'LOST' },
  RUN_CLOSED: { status: status.ABORTED, failure: 'CANCELLED' },
  PORT_IN_USE: { status: status.UNAVAILABLE, failure: 'INTERNAL' },
  LISTEN_FAILED: { status: status.UNAVAILABLE, failure: 'INTERNAL' },
  INTERNAL: { status: status.INTERNAL, failure: 'INTERNAL' },
};

/** For statuses that come without our trailer, which means that gRPC itself made them. */
const MADE_BY_GRPC: ReadonlyMap<status, TransportErrorCode> = new Map([
  [status.UNAVAILABLE, 'CONNECTION_LOST'],
  [status.CANCELLED, 'CONNECTION_LOST'],
  [status.UNKNOWN, 'CONNECTION_LOST'],
  [status.DEADLINE_EXCEEDED, 'DEADLINE_PASSED'],
  [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE'],
  [status.INVALID_ARGUMENT, 'BAD_MESSAGE'],
  [status.UNIMPLEMENTED, 'BAD_MESSAGE'],
  [status.UNAUTHENTICATED, 'CERTIFICATE_REFUSED'],
  [status.PERMISSION_DENIED, 'NOT_IN_FEDERATION'],
]);

const CODE_TRAILER = 'tallystick-code';
const FAILURE_TRAILER = 'tallystick-failure';

/** What a call is ended with. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Says to the other side what it may know: the code and the message of a TransportError, of anything else nothing. */
export function statusOf(error: TransportError): CallStatus {
  const metadata = new Metadata();
  metadata.set(CODE_TRAILER, error.code);
  if (error.failure !== undefined) metadata.set(FAILURE_TRAILER, error.failure);
  return { code: ROWS[error.code].status, details: error.message, metadata };
}

/** Reads what the other side, or gRPC, ended a call with. */
export function errorOfStatus({
  code,
  details,
  metadata,
}: Pick<ServiceError, 'code' | 'details' | 'metadata'>): TransportError {
  const said = trailer(metadata, CODE_TRAILER);
  const failure = trailer(metadata, FAILURE_TRAILER);
  // The trailer must belong to the status beside it: a code is only taken from whoever could have sent it.
  const own = said !== undefined && isTransportErrorCode(said) && ROWS[said].status === code ? said : undefined;
  return new TransportError(own ?? MADE_BY_GRPC.get(code) ?? 'INTERNAL', details, {
    failure: failure !== undefined && isFailureCode(failure) ? failure : undefined,
  });
}

/** What was thrown, as something that may be said to the other side; the rest goes into its cause. */
export function transportErrorOf(thrown: unknown): TransportError {
  if (thrown instanceof TransportError) return thrown;
  if (thrown instanceof JoinError) {
    return new TransportError('TRANSFER_REFUSED', thrown.message, { cause: thrown, failure: thrown.code });
  }
  return new TransportError('INTERNAL', 'an internal error of the other side', { cause: thrown });
}

/**
 * The reason that a run ends with.
 * @param party who is at the other end, or whose doing it is
 */
export function joinErrorOf(thrown: unknown, party: PartyId): JoinError {
  if (thrown instanceof JoinError) return thrown;
  if (!(thrown instanceof TransportError))
    return new JoinError('INTERNAL', party, messageOf(thrown), { cause: thrown });
  // What this process's own end refused keeps its own words.
  if (thrown.cause instanceof JoinError) return thrown.cause;
  return new JoinError(failureOf(thrown, lossOf(party)), party, thrown.message, { cause: thrown });
}

/** @param loss what the run ends with when the other end is simply gone */
export function failureOf(error: TransportError, loss: FailureCode): FailureCode {
  if (error.failure !== undefined) return error.failure;
  const { failure } = ROWS[error.code];
  return failure === 'LOST' ? loss : failure;
}

function lossOf(party: PartyId): FailureCode {
  return party === COORDINATOR ? 'COORDINATOR_LOST' : 'PARTY_LOST';
}

function trailer(metadata: Metadata | undefined, key: string): string | undefined {
  const [value] = metadata?.get(key) ?? [];
  return typeof value === 'string' ? value : undefined;
}
