import { CodedError } from '../core/base/index.js';

/** What can go wrong with what a process stands on. */
export const RUNTIME_ERROR_CODES = [
  'CONFIG_UNREADABLE',
  'CONFIG_INVALID',
  /** Nobody has said yet which roster to believe. */
  'FINGERPRINT_MISSING',
  'REGISTER_UNREADABLE',
  /** It can't be believed, or doesn't go with what there was before. */
  'REGISTER_INVALID',
  'PACKAGE_INCOMPLETE',
  'STOP_TIMED_OUT',
  'STOP_FAILED',
  'STOPPING',
] as const;
export type RuntimeErrorCode = (typeof RUNTIME_ERROR_CODES)[number];

/**
 * Thrown when a process can't be configured, started or stopped as it should. With CONFIG_INVALID, `problems` holds
 * everything that is wrong with the file, at once.
 */
export class RuntimeError extends CodedError<RuntimeErrorCode> {}
