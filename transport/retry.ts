import type { ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { uniformBelow } from '../core/base/index.js';
import type { Rng } from '../core/base/index.js';
import { TransportError } from './errors.js';
import type { TransportErrorCode } from './errors.js';
import { errorOfStatus } from './status.js';
import type { Timings } from './timings.js';

/**
 * When a node dials again. It always does: a node that gave up would have to be started by hand in a police station
 * after the coordinator's operator has put something right. But how soon depends on whether time alone can help.
 */

/** Only a person can put these right. */
const NEEDS_A_PERSON: ReadonlySet<TransportErrorCode> = new Set([
  'BAD_CERTIFICATE',
  'CERTIFICATE_REFUSED',
  'NOT_THE_COORDINATOR',
  'WRONG_IDENTITY',
  'NOT_IN_FEDERATION',
  'CERTIFICATE_REVOKED',
  // Two processes with one certificate would otherwise push each other out for ever.
  'REPLACED',
  'DISCONNECTED',
  'BAD_MESSAGE',
  'MESSAGE_TOO_LARGE',
]);

export function needsAPerson(code: TransportErrorCode): boolean {
  return NEEDS_A_PERSON.has(code);
}

/**
 * Milliseconds until the next dial. Pauses double, and up to half of each is taken off at random, so that the nodes of
 * a federation whose coordinator comes back don't all dial in the same instant.
 * @param failures dials in a row that failed, this one among them, from 1
 */
export function redialPause(code: TransportErrorCode, failures: number, rng: Rng, timings: Timings): number {
  const { redialMinMs, redialMaxMs, redialRefusedMs } = timings;
  const longest = needsAPerson(code)
    ? redialRefusedMs
    : Math.min(redialMaxMs, redialMinMs * 2 ** Math.min(failures - 1, DOUBLINGS));
  const whole = Math.max(1, Math.round(longest));
  return whole - uniformBelow(rng, Math.floor(whole / 2) + 1);
}

/** 2^20 * 1 ms is longer than any pause. */
const DOUBLINGS = 20;

interface Symptom {
  readonly pattern: RegExp;
  readonly code: TransportErrorCode;
  readonly message: string;
}

/**
 * gRPC calls every failed connection UNAVAILABLE. What its text says of TLS is read here, first match first; what no
 * line knows is taken as passing.
 */
const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /certificate has expired|certificate is not yet valid/,
    code: 'CERTIFICATE_REFUSED',
    message: "the coordinator's certificate has expired or is not yet valid: its operator must renew it",
  },
  {
    pattern: /alert (certificate|bad certificate|unknown|unsupported certificate|access denied|decrypt)/,
    code: 'CERTIFICATE_REFUSED',
    message: "the coordinator refused this node's certificate",
  },
  {
    pattern: /self-signed|unable to (get|verify)|invalid CA|certificate (signature|chain|purpose|rejected)|unsuitable/,
    code: 'CERTIFICATE_REFUSED',
    message: "the coordinator's certificate was not issued by the federation's authority",
  },
  {
    pattern: /alert protocol version|unsupported protocol|wrong version number|packet length too long/,
    code: 'CERTIFICATE_REFUSED',
    message: 'what answers at the address of the coordinator does not speak TLS 1.3',
  },
  {
    // Node's server drops a connection whose certificate it doesn't believe, after the handshake and without a word.
    pattern: /Last error: Failed to connect/,
    code: 'CERTIFICATE_REFUSED',
    message: "the coordinator hung up after the handshake: it probably does not accept this node's certificate",
  },
];

/** Reads why a control stream could not be opened, or broke. */
export function dialErrorOf(error: Pick<ServiceError, 'code' | 'details' | 'metadata'>): TransportError {
  const read = errorOfStatus(error);
  if (error.code !== status.UNAVAILABLE || read.code !== 'CONNECTION_LOST') return read;
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(error.details));
  if (symptom !== undefined) return new TransportError(symptom.code, symptom.message, { cause: error });
  const systemCode = /\bE[A-Z]{4,}\b/.exec(error.details)?.[0];
  return new TransportError(
    'CONNECTION_LOST',
    `the coordinator cannot be reached${systemCode === undefined ? '' : ` (${systemCode})`}`,
    { cause: error },
  );
}
