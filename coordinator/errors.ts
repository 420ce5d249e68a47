import { CodedError } from '../core/base/index.js';

/** What the coordinator says no with, to whoever asked over its API or to its operator at start. */
export const COORDINATOR_ERROR_CODES = [
  'UNKNOWN_TEMPLATE',
  'TEMPLATE_EXPIRED',
  'PURPOSE_NOT_GRANTED',
  'ROSTER_STALE',
  'REGISTER_STALE',
  'AGENCIES_NOT_CONNECTED',
  'SNAPSHOTS_MISSING',
  'TOO_FEW_PARTICIPANTS',
  'BUDGET_SPENT',
  'QUEUE_FULL',
  'UNKNOWN_RUN',
  'RUN_ENDED',
  'NOT_RELEASED',
  'RELEASE_NOT_LOGGED',
  'PROVENANCE_UNAVAILABLE',
  'COUNTS_NOT_REVEALED',
  'COUNTS_GONE',
  'ILLEGAL_TRANSITION',
  'STOPPING',
  'CONFIG_INVALID',
  'KEY_FILE_EXPOSED',
  'ENROLMENT_OFF',
  'NOBODY_TO_LIST',
  'DIRECTORY_NOT_EMPTY',
  'FILE_EXISTS',
  'FILE_UNWRITABLE',
  'DATABASE_LOCKED',
  'DATABASE_UNREADABLE',
  'SCHEMA_UNKNOWN',
  'AUDIT_LOG_OTHER',
  'AUDIT_LOG_DAMAGED',
  'AUDIT_LOG_UNWRITABLE',
  'AUDIT_ENTRY_SIZE',
  'AUDIT_BATCH_SIZE',
  'AUDIT_RANGE',
  'AUDIT_CLOCK_BACK',
  'REGISTER_NOT_LOGGED',
  'AUDIT_CLOCK_RIGHT',
  'AUDIT_CLOCK_TOO_OFTEN',
] as const;
export type CoordinatorErrorCode = (typeof COORDINATOR_ERROR_CODES)[number];

/** Thrown when the coordinator won't or can't do what was asked; `code` says which of the reasons above it was. */
export class CoordinatorError extends CodedError<CoordinatorErrorCode> {}
