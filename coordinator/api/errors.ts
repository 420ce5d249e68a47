import { CodedError } from '../../core/base/index.js';

/** What the API says no with by itself; what is behind it has codes of its own. */
export const API_ERROR_CODES = [
  'UNAUTHORISED',
  'TOKEN_EXPIRED',
  'SCOPE_MISSING',
  'TOKEN_NOT_REVOCABLE',
  'DEVICE_LOGIN_OFF',
  'BAD_BODY',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'BAD_QUERY',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'TOO_MANY_REQUESTS',
  'TOO_MANY_STREAMS',
  'INTERNAL',
] as const;
export type ApiErrorCode = (typeof API_ERROR_CODES)[number];

/** Thrown when a request can't be taken as it is. */
export class ApiError extends CodedError<ApiErrorCode> {}
