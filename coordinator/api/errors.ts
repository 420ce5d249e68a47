import type { ErrorRequestHandler, RequestHandler } from 'express';
import { CodedError, type Log, type Problem } from '../../core/base/index.js';
import { TemplateError, type TemplateErrorCode } from '../../core/templates/index.js';
import { CoordinatorError, type CoordinatorErrorCode } from '../errors.js';

/** What the API says no with by itself; what is behind it has codes of its own. */
export const API_ERROR_CODES = [
  'UNAUTHORISED',
  'BAD_BODY',
  'BODY_TOO_LARGE',
  'BAD_QUERY',
  'NOT_FOUND',
  'TOO_MANY_REQUESTS',
  'TOO_MANY_STREAMS',
  'INTERNAL',
] as const;
export type ApiErrorCode = (typeof API_ERROR_CODES)[number];

/** Thrown when a request can't be taken as it is. */
export class ApiError extends CodedError<ApiErrorCode> {}

/** What the API answers when it says no. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly Problem[];
}

/**
 * The one table from codes to HTTP. A code that is not here never comes from a request; if it did, it would be this
 * program's fault and the answer 500 INTERNAL.
 */
const statuses: ReadonlyMap<ApiErrorCode | CoordinatorErrorCode | TemplateErrorCode, number> = new Map([
  ['BAD_BODY', 400],
  ['BAD_QUERY', 400],
  ['UNAUTHORISED', 401],
  ['COUNTS_NOT_REVEALED', 403],
  ['PURPOSE_NOT_GRANTED', 403],
  ['NOT_FOUND', 404],
  ['UNKNOWN_TEMPLATE', 404],
  ['UNKNOWN_RUN', 404],
  ['COUNTS_GONE', 404],
  ['PROVENANCE_UNAVAILABLE', 404],
  ['AUDIT_RANGE', 404],
  ['TEMPLATE_EXPIRED', 409],
  ['ROSTER_STALE', 409],
  ['REGISTER_STALE', 409],
  ['AGENCIES_NOT_CONNECTED', 409],
  ['SNAPSHOTS_MISSING', 409],
  ['TOO_FEW_PARTICIPANTS', 409],
  ['BUDGET_SPENT', 409],
  ['BAD_OFFER', 409],
  ['RUN_ENDED', 409],
  ['NOT_RELEASED', 409],
  ['RELEASE_NOT_LOGGED', 409],
  ['BODY_TOO_LARGE', 413],
  ['BAD_PARAMETERS', 422],
  ['TOO_MANY_REQUESTS', 429],
  ['INTERNAL', 500],
  ['QUEUE_FULL', 503],
  ['TOO_MANY_STREAMS', 503],
  ['STOPPING', 503],
  ['TRIAL_UNAVAILABLE', 503],
  ['TRIAL_REFUSED', 409],
]);

export function httpStatus(code: string): number | undefined {
  return new Map<string, number>(statuses).get(code);
}

export const notFound: RequestHandler = () => {
  throw new ApiError('NOT_FOUND', 'There is nothing at this address; the API begins at /api.');
};

/** Turns whatever a handler threw into an answer; what is our own fault is logged and kept to ourselves. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = asAnswerable(thrown);
    if (error.code === 'INTERNAL') {
      log.error({ event: 'api-error', method: request.method, path: request.path, err: thrown }, 'failed');
    }
    const { code, message, problems } = error;
    const body: ErrorBody = { code, message, ...(problems.length > 0 ? { problems } : {}) };
    response.status(httpStatus(code) ?? 500).json(body);
  };
}

function asAnswerable(thrown: unknown): ApiError | CoordinatorError | TemplateError {
  const isOurs = thrown instanceof ApiError || thrown instanceof CoordinatorError || thrown instanceof TemplateError;
  if (isOurs && httpStatus(thrown.code) !== undefined) return thrown;
  const bodyError = typeOf(thrown);
  if (bodyError === 'entity.too.large') {
    return new ApiError('BODY_TOO_LARGE', 'The body of the request is too large.');
  }
  if (bodyError !== undefined) return new ApiError('BAD_BODY', 'The body of the request is not JSON in UTF-8.');
  if (thrown instanceof URIError) return new ApiError('NOT_FOUND', 'The address is not a proper URL.');
  return new ApiError('INTERNAL', "Something went wrong at the coordinator; the coordinator's log has it.");
}

/** The kind of error that Express's own body reader threw. */
function typeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('type' in thrown) || typeof thrown.type !== 'string') return undefined;
  return /^(entity|encoding|charset|request|stream)\./.test(thrown.type) ? thrown.type : undefined;
}
