import type { ContradictionCode } from '../audit/index.js';

/**
 * In what a ledger and a log can't both be true. Neither is signed by the other side, so to others it is one word against
 * the other, until somebody shows a checkpoint that the log has signed; whoever trusts the ledger knows.
 */
export interface Contradiction {
  readonly code: ContradictionCode;
  /**
   * Who has to answer for it. `log`: the log, where the ledger is what the node wrote. `ledger`: the ledger itself says
   * that it was this log, so whoever wrote the ledger, or its program, is wrong.
   */
  readonly accuses: 'log' | 'ledger';
  /** Null where it is about the whole log. */
  readonly run: string | null;
  /** Number of the ledger's entry; null where it has none. */
  readonly entry: number | null;
  readonly message: string;
}

/** What log and ledger alone don't settle. */
export const OPEN_QUESTION_CODES = [
  /** The node has seen more of the log than the copy has. */
  'COPY_OLDER_THAN_LEDGER',
  /** Offers without a proof that they were in the log; the copy hasn't them. */
  'OFFER_NOT_PROVED',
  /** Answers in the agency's name from before the first, or after the last, that the ledger saw of the log. */
  'ANSWER_BEFORE_LEDGER',
  'ANSWER_AFTER_LEDGER',
] as const;
export type OpenQuestionCode = (typeof OPEN_QUESTION_CODES)[number];

export interface OpenQuestion {
  readonly code: OpenQuestionCode;
  /** Those that it is about. */
  readonly runs: readonly string[];
  readonly message: string;
}

/** An answer as people read it. */
export function answerText(refusal: string | null): string {
  return refusal === null ? 'that it takes part' : `a refusal (${refusal})`;
}
