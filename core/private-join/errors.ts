import { CodedError } from '../base/index.js';
import type { PartyId } from './plan.js';

/**
 * Why a node says no before it reads a row. Every code is safe to show to the analyst and to the public.
 */
export const REFUSAL_CODES = [
  'TEMPLATE_NOT_APPROVED',
  'TEMPLATE_EXPIRED',
  'TEMPLATE_REVOKED',
  'TEMPLATE_SUPERSEDED',
  'PURPOSE_NOT_GRANTED',
  'ROSTER_STALE',
  'REGISTER_STALE',
  'NOT_ALLOWED_HERE',
  'NOT_LIVE',
  'PAUSED',
  'CAP_REACHED',
  'PARAMETER_OUT_OF_BOUNDS',
  'TOO_FEW_PARTICIPANTS',
  'SNAPSHOT_MISSING',
  'SNAPSHOT_STALE',
  'NO_CONSENT',
  'OPT_OUTS_STALE',
  'CLOCK_WRONG',
  'BUDGET_SPENT',
  'DIFFERENCING',
  'BUSY',
  'LOG_INCONSISTENT',
  'PROTOCOL_VIOLATION',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why a run ended without a table. */
export const FAILURE_CODES = [
  'REFUSED',
  'POPULATION_TOO_SMALL',
  'PARTY_LOST',
  'COORDINATOR_LOST',
  'DEADLINE_PASSED',
  'CONTEXT_MISMATCH',
  'BAD_PROOF',
  'BAD_SIGNATURE',
  'BAD_CHUNK',
  'BAD_COUNT',
  'BAD_ENCODING',
  'BAD_MESSAGE',
  'UNKNOWN_LIST',
  'DUPLICATE_LIST',
  'OUT_OF_ORDER',
  'CELL_OUT_OF_RANGE',
  'SUM_OUT_OF_RANGE',
  'DISCLOSURE_FAILED',
  'SNAPSHOT_UNREADABLE',
  'SPOOL_FULL',
  'SPOOL_FAILED',
  'WORKER_FAILED',
  'CANCELLED',
  'PAUSED',
  'NOT_LOGGED',
  'LOG_INCONSISTENT',
  'REGISTER_CHANGED',
  'RESTARTED',
  'INTERNAL',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export function isFailureCode(code: string): code is FailureCode {
  return (FAILURE_CODES as readonly string[]).includes(code);
}

export function isRefusalCode(code: string): code is RefusalCode {
  return (REFUSAL_CODES as readonly string[]).includes(code);
}

/** Thrown when an attempt at a join can't go on. It ends the attempt at every party; a retry uses fresh keys. */
export class JoinError extends CodedError<FailureCode> {
  /** The party at which the trouble arose, as far as this process knows. */
  readonly party: PartyId;

  constructor(code: FailureCode, party: PartyId, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.party = party;
  }
}
