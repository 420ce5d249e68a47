import { CodedError } from '../core/base/index.js';
import type { FailureCode } from '../core/private-join/index.js';

/** Everything that can go wrong between two processes. `status.ts` says how each travels over gRPC. */
export const TRANSPORT_ERROR_CODES = [
  'BAD_CERTIFICATE',
  'CERTIFICATE_REFUSED',
  'NOT_THE_COORDINATOR',
  'WRONG_IDENTITY',
  'NOT_IN_FEDERATION',
  'CERTIFICATE_REVOKED',
  'AUTHORITY_MISMATCH',
  'CLOCK_WRONG',
  'TOKEN_WRONG',
  'TOKEN_EXPIRED',
  'TOKEN_USED',
  'TOKEN_LOCKED',
  'TOKEN_OTHER_AGENCY',
  'TOO_MANY_ATTEMPTS',
  'NOT_ISSUING',
  'NOT_CONNECTED',
  'CONNECTION_LOST',
  'REPLACED',
  'DISCONNECTED',
  'STOPPING',
  'BAD_MESSAGE',
  'MESSAGE_TOO_LARGE',
  'OUT_OF_ORDER',
  'UNKNOWN_RUN',
  'UNKNOWN_TRANSFER',
  'NOT_A_PARTY',
  'WRONG_SENDER',
  'WRONG_RECEIVER',
  'DUPLICATE_LIST',
  'DEADLINE_PASSED',
  'TRANSFER_REFUSED',
  'TRANSFER_BROKEN',
  'RUN_CLOSED',
  'PORT_IN_USE',
  'LISTEN_FAILED',
  'INTERNAL',
] as const;
export type TransportErrorCode = (typeof TRANSPORT_ERROR_CODES)[number];

export function isTransportErrorCode(code: string): code is TransportErrorCode {
  return (TRANSPORT_ERROR_CODES as readonly string[]).includes(code);
}

/** Thrown when two processes can't talk, or one says what it may not. */
export class TransportError extends CodedError<TransportErrorCode> {
  /** With TRANSFER_REFUSED, TRANSFER_BROKEN and RUN_CLOSED: why the run ended, where it is known. */
  readonly failure: FailureCode | undefined;

  constructor(
    code: TransportErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly failure?: FailureCode | undefined },
  ) {
    super(code, message, options);
    this.failure = options?.failure;
  }
}
