import type { IdentifierFault } from '../../core/linkage/index.js';

/** Why a row can't be used: what is wrong with the value of a field. */
export const REJECTION_KINDS = [
  'unmapped-code',
  'not-a-date',
  'impossible-date',
  'not-a-quarter',
  'not-a-number',
  'out-of-range',
  'binary',
  'bad-encoding',
] as const;
export type RejectionKind = (typeof REJECTION_KINDS)[number];

/**
 * What is odd about a value of a row that is used all the same. An identifier that nothing can be made of only misses
 * links; `after-as-at` is an event later than the date of the data.
 */
export type NoticeKind =
  | IdentifierFault
  | 'unmapped-code'
  | 'control-characters'
  | 'impossible-date'
  | 'future-date'
  | 'after-as-at'
  | 'binary'
  | 'bad-encoding';

export type FindingKind = RejectionKind | NoticeKind;

/** Something that is wrong with a value. It never holds the value. */
export interface Finding {
  /** In the mapping, as in `fields.offence-group`. */
  readonly path: string;
  readonly column: string;
  readonly kind: FindingKind;
  /** In words that go on with "is" or "are". */
  readonly text: string;
  /** Whether the row is left out for it. */
  readonly rejects: boolean;
}

/** Is told what is wrong with a row, counted from 1 in the order in which the source is read. */
export interface Findings {
  found(finding: Finding, row: number): void;
  /** Of a code that nothing says the meaning of, beside `found`: the code itself, for whoever counts different ones. */
  unmapped?(path: string, code: string): void;
}

export const NOTICE_TEXTS: Readonly<Record<NoticeKind, string>> = {
  placeholder: 'a placeholder: what people write for “not known”',
  'too-long': 'longer than any name or number',
  unusable: 'not what the column should hold, so that nothing can be made of it',
  'unmapped-code': 'a code that the mapping doesn’t name',
  'control-characters': 'with control characters in it',
  'impossible-date': 'a day of no calendar',
  'future-date': 'later than the date of the data',
  'after-as-at': 'later than the date of the data',
  binary: 'binary, where text or a number is expected',
  'bad-encoding': 'not valid UTF-8 text',
};

/** Why rows could not be used, for whoever has not read the code, where only the kind is kept. */
export const REJECTION_TEXTS: Readonly<Record<RejectionKind, string>> = {
  'unmapped-code': 'a code that the mapping or the dataset doesn’t name',
  'not-a-date': 'not a date written as YYYY-MM-DD',
  'impossible-date': 'a day of no calendar',
  'not-a-quarter': 'not a quarter or a date',
  'not-a-number': 'not a whole number',
  'out-of-range': 'outside what the dataset allows',
  binary: 'binary, where text or a number is expected',
  'bad-encoding': 'not valid UTF-8 text',
};
