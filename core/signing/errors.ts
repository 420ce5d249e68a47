import { CodedError } from '../base/index.js';

export const SIGNING_ERROR_CODES = [
  /** An envelope is larger than its limit. */
  'TOO_LARGE',
  /** Not a DSSE envelope. */
  'BAD_ENVELOPE',
  'WRONG_PAYLOAD_TYPE',
  /** Not the key file of an officer. */
  'BAD_KEY_FILE',
  /** The passphrase doesn't open the key file, or the file was altered. */
  'WRONG_PASSPHRASE',
  /** A new passphrase is shorter or longer than its limits. */
  'BAD_PASSPHRASE',
] as const;
export type SigningErrorCode = (typeof SIGNING_ERROR_CODES)[number];

/** Thrown by everything in this folder that reads what others wrote. */
export class SigningError extends CodedError<SigningErrorCode> {}
