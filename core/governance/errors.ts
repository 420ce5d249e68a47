import { CodedError, withProblems } from '../base/index.js';
import type { Problem } from '../base/index.js';

/** Why a node says no to an offer, as far as governance decides it. */
export const GOVERNANCE_REFUSAL_CODES = [
  'TEMPLATE_NOT_APPROVED',
  'TEMPLATE_EXPIRED',
  'TEMPLATE_REVOKED',
  'TEMPLATE_SUPERSEDED',
  /** The last day of the roster has passed, or there is a newer one. */
  'ROSTER_STALE',
  'REGISTER_STALE',
  'PURPOSE_NOT_GRANTED',
  /** What is said of the log now contradicts what was said of it before. */
  'LOG_INCONSISTENT',
] as const;
export type GovernanceRefusalCode = (typeof GOVERNANCE_REFUSAL_CODES)[number];

export const GOVERNANCE_ERROR_CODES = [
  ...GOVERNANCE_REFUSAL_CODES,
  /** Not an envelope of governance, too large a one, or one that is laid out otherwise than in the one form. */
  'BAD_ENTRY',
  /** A register's file with a line that is no entry, or too large a one. */
  'BAD_REGISTER_FILE',
  /** Signed bytes that are not the canonical form of a roster, an act or a statement. */
  'BAD_PAYLOAD',
  'WRONG_FEDERATION',
  'UNKNOWN_SIGNER',
  'DUPLICATE_SIGNER',
  'BAD_SIGNATURE',
  'TOO_FEW_SIGNERS',
  'TOO_FEW_ORGANISATIONS',
  /** The first roster is another than the one that was pinned. */
  'ROSTER_NOT_PINNED',
  'ROSTER_ROLLBACK',
  'ROSTER_GAP',
  /** The roster doesn't follow from the one before it, but from another of the same version. */
  'ROSTER_FORKED',
  /** An act that was signed under another roster than the one in force. */
  'ROSTER_NOT_IN_FORCE',
  /** Nothing can be taken before the first roster. */
  'NO_ROSTER',
  /** The same act a second time. */
  'DUPLICATE_ENTRY',
  /** There is no such proposal, or it has been edited since. */
  'UNKNOWN_PROPOSAL',
  'NOT_THE_PROPOSER',
  /** The version is not above what was published or revoked under this name. */
  'VERSION_NOT_NEW',
  /** An act that the state of the proposal has no place for. */
  'WRONG_STATE',
  'AUTHOR_MAY_NOT',
  'AUTHORS_ORGANISATION_MAY_NOT',
  /** The act says another officer than the one who signed it. */
  'NOT_THE_REVIEWER',
  /** Both reviewers are of one organisation. */
  'REVIEWERS_NOT_INDEPENDENT',
  /** A review before both commitments are in. */
  'REVIEW_TOO_EARLY',
  'REVIEW_NOT_COMMITTED',
  /** An approval before both reviews are in. */
  'REVIEWS_MISSING',
  /** An approval that names other reviews than there are. */
  'WRONG_REVIEWS',
  'UNKNOWN_ORGANISATION',
  'UNKNOWN_PURPOSE',
  /** The roster doesn't let this organisation ask for this purpose. */
  'PURPOSE_NOT_OPEN',
  'NOT_A_GRANTOR',
  'UNKNOWN_GRANT',
] as const;
export type GovernanceErrorCode = (typeof GOVERNANCE_ERROR_CODES)[number];

export interface GovernanceErrorDetails {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
  /** Which entry of the log is at fault, from 0. */
  readonly entry?: number;
}

/** Thrown by everything in this folder. */
export class GovernanceError extends CodedError<GovernanceErrorCode> {
  readonly entry: number | undefined;

  constructor(code: GovernanceErrorCode, summary: string, details: GovernanceErrorDetails = {}) {
    super(code, withProblems(summary, details.problems ?? []), details);
    this.entry = details.entry;
  }
}
