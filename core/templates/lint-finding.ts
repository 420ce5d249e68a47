import type { LineOf } from './problems.js';

export const LINT_CODES = [
  /** Two choices of a parameter differ by one value: their tables can be subtracted. */
  'CHOICES_NEST',
  /** Choices of a parameter overlap so that single values follow from several tables. */
  'CHOICES_COMBINE',
  /** Another template counts a part of the same records, or more of them. */
  'POPULATIONS_NEST',
  /** Another template over the same records cuts the same field a little elsewhere. */
  'BANDS_DIFFER',
  /** Another template over the same records links the same people more or less surely, or by another scheme. */
  'LINKAGE_DIFFERS',
  /** Sums without noise: their decimals tell more than the counts beside them. */
  'EXACT_MEASURES',
  /** No noise somewhere, and no word of why. */
  'NO_NOISE_UNEXPLAINED',
  /** Less noise than agencies usually ask for. */
  'WEAK_EPSILON',
  /** One person may count so often that the noise for it drowns the table. */
  'MANY_CONTRIBUTIONS',
  /** So many cells that most will be suppressed. */
  'MANY_CELLS',
  /** So few records that most cells will be suppressed. */
  'FEW_RECORDS',
  /** Bands finer than any question needs. */
  'FINE_BANDS',
  /** Places so small that neighbours know each other. */
  'FINE_PLACES',
  /** A filter that keeps a single number. */
  'NARROW_FILTER',
  /** A dimension whose categories may be organisations. */
  'NAMES_ORGANISATIONS',
  /** Something personal is used and `relevant` doesn't say why. */
  'SENSITIVE_NOT_NAMED',
  /** A group of people beside something that may be held against it. */
  'MAY_STIGMATISE',
  /** A dataset that doesn't hold everybody, and no word of what no link then means. */
  'PARTIAL_NOT_SAID',
  /** A dataset whose definition doesn't say why people are in it. */
  'BASIS_NOT_STATED',
  /** A placeholder where an answer should be. */
  'ANSWER_MISSING',
  /** One answer in the place of two. */
  'ANSWER_COPIED',
  /** An answer shorter than a sentence. */
  'ANSWER_SHORT',
  /** Its last day has passed. */
  'EXPIRED',
  /** It would stand for longer than anybody looks ahead. */
  'EXPIRES_LATE',
] as const;
export type LintCode = (typeof LINT_CODES)[number];

/** What a template allows that its signers should have thought of. It follows from templates alone, not from any data. */
export interface LintFinding {
  readonly code: LintCode;
  /** As in `parameters.quarters`. */
  readonly path: string;
  /** Of the template's text, from 1; absent where the text isn't known. */
  readonly line?: number;
  /** error: it should not be signed. warning: it may be, by somebody who has weighed it. */
  readonly severity: 'error' | 'warning';
  /** In plain English. */
  readonly why: string;
  readonly whatToDo: string;
}

/** What else is known when a template is gone through. */
export interface LintGrounds {
  /** ISO date. Without it, when it expires is not judged. */
  readonly today?: string;
  /** About how many records the population has before any filter; that of its dataset's definition where absent. */
  readonly population?: number;
  /** Where the template's parts are written. */
  readonly lineOf?: LineOf | undefined;
}
