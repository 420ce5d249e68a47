import { CodedError, withProblems } from '../core/base/index.js';
import type { ErrorDetails } from '../core/base/index.js';

/**
 * What the operator of a node may have to put right. What is said to the coordinator is not here: a refused offer
 * carries a RefusalCode, a failed run a FailureCode.
 */
export const NODE_ERROR_CODES = [
  'USAGE',
  'CONFIG_CONTRADICTORY',
  'FILE_UNREADABLE',
  'FILE_UNWRITABLE',
  'FILE_EXISTS',
  'DIRECTORY_NOT_EMPTY',
  'TOKEN_UNREADABLE',
  'TOKEN_OTHER_AGENCY',
  'KEY_FILE_MISSING',
  'KEY_FILE_EXPOSED',
  'KEY_FILE_INVALID',
  'DATASET_INVALID',
  'DATASET_UNKNOWN',
  'DATASET_NOT_OFFERED',
  'AGENCY_NOT_IN_ROSTER',
  'IDENTITY_MISMATCH',
  'MAPPING_INCOMPLETE',
  'SOURCE_DRIVER_MISSING',
  'SOURCE_MISSING',
  'SOURCE_LOCKED',
  'SOURCE_UNREADABLE',
  'SOURCE_TABLE_MISSING',
  'SOURCE_COLUMN_MISSING',
  'SOURCE_COLUMN_TYPE',
  'SOURCE_VALUE_TOO_LONG',
  'SOURCE_FILE_INVALID',
  'SOURCE_CHANGED',
  'SOURCE_PASSWORD_MISSING',
  'SOURCE_UNREACHABLE',
  'SOURCE_TLS_REFUSED',
  'SOURCE_LOGIN_REFUSED',
  'SOURCE_FORBIDDEN',
  'SOURCE_ROWS_HIDDEN',
  'SOURCE_TIMEOUT',
  'SOURCE_CONNECTION_LOST',
  'SOURCE_UNSTABLE',
  'SOURCE_WRITES',
  'SOURCE_QUERY_FAILED',
  'SOURCE_TOO_LARGE',
  'QUALITY_BELOW_FLOOR',
  'CHECK_STOPPED',
  'OPT_OUTS_UNUSABLE',
  'OPT_OUTS_SHORTER',
  'STORAGE_KEY_MISSING',
  'SNAPSHOT_UNREADABLE',
  'SNAPSHOT_OUTDATED',
  'SNAPSHOT_WRITE_FAILED',
  'PREPARE_IN_PROGRESS',
  'PREPARE_STOPPED',
  'LEDGER_IN_USE',
  'LEDGER_EXPOSED',
  'LEDGER_DAMAGED',
  'LEDGER_OLDER',
  'LEDGER_UNUSABLE',
  'POLICY_MISSING',
  'POLICY_INVALID',
  'POLICY_CHANGED',
  'STATE_FILE_UNUSABLE',
  'CHECKPOINT_UNREADABLE',
  'CHECKPOINT_BACKWARDS',
  'TEMPLATE_MISSING',
  'TEMPLATE_INVALID',
] as const;
export type NodeErrorCode = (typeof NODE_ERROR_CODES)[number];

/**
 * Thrown when a node can't be configured, prepared or started. Its message says what the operator can do, and holds
 * every problem, one a line.
 */
export class NodeError extends CodedError<NodeErrorCode> {
  constructor(code: NodeErrorCode, summary: string, details: ErrorDetails = {}) {
    super(code, withProblems(summary, details.problems ?? []), details);
  }
}
