import { CodedError } from '../base/index.js';

export const PROVENANCE_ERROR_CODES = [
  /** Not the provenance of a release: its form is wrong, or it is too long. */
  'BAD_PROVENANCE',
  /** Not signed with the key of the roster's coordinator, and with that alone. */
  'BAD_PROVENANCE_SIGNATURE',
  'OTHER_FEDERATION',
  /** What it says of an entry isn't what the audit log has. */
  'ENTRY_NOT_LOGGED',
  /** Offer, answers and release don't follow each other in the audit log. */
  'ENTRIES_OUT_OF_ORDER',
  /** The template that was asked isn't the one that was logged. */
  'TEMPLATE_DIFFERS',
  /** Somebody was asked who isn't in the roster, or for what the roster doesn't let them offer. */
  'UNKNOWN_PARTICIPANT',
  /** Not exactly those who were asked have answered, or one of them refused. */
  'ANSWERS_DIFFER',
  /** The file that is held against it is no release. */
  'BAD_RELEASE',
  /** The file that is held against it is another release. */
  'RELEASE_DIFFERS',
] as const;
export type ProvenanceErrorCode = (typeof PROVENANCE_ERROR_CODES)[number];

/** Thrown by what reads and verifies the provenance of a release. */
export class ProvenanceError extends CodedError<ProvenanceErrorCode> {}
