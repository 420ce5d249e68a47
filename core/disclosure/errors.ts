import { CodedError } from '../base/index.js';

export const DISCLOSURE_ERROR_CODES = ['BAD_POLICY', 'BAD_TABLE', 'DISCLOSURE_FAILED'] as const;
export type DisclosureErrorCode = (typeof DISCLOSURE_ERROR_CODES)[number];

/** Thrown when a table can't be protected as asked. Nothing of it may be released then. */
export class DisclosureError extends CodedError<DisclosureErrorCode> {}
