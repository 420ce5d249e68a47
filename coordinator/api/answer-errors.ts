import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../../core/base/index.js';
import { TemplateError } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import { ApiError } from './errors.js';
import { httpStatus, problemOf } from './problems.js';

export const PROBLEM_TYPE = 'application/problem+json';

export const notFound: RequestHandler = () => {
  throw new ApiError('NOT_FOUND', 'There is nothing at this address: /api says what there is.');
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
    const problem = problemOf(error);
    response.status(problem.status).set('Cache-Control', 'no-store').type(PROBLEM_TYPE).send(JSON.stringify(problem));
  };
}

function asAnswerable(thrown: unknown): ApiError | CoordinatorError | TemplateError {
  const isOurs = thrown instanceof ApiError || thrown instanceof CoordinatorError || thrown instanceof TemplateError;
  if (isOurs && httpStatus(thrown.code) !== undefined) return thrown;
  const bodyError = typeOf(thrown);
  if (bodyError === 'entity.too.large' || bodyError === 'parameters.too.many') {
    return new ApiError('BODY_TOO_LARGE', 'The body of the request is too large.');
  }
  if (bodyError === 'encoding.unsupported' || bodyError === 'charset.unsupported') {
    return new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The body of the request is in an encoding that is not read here.');
  }
  if (bodyError !== undefined)
    return new ApiError('BAD_BODY', 'The body of the request can’t be read as what it says it is.');
  if (thrown instanceof URIError) return new ApiError('NOT_FOUND', 'The address is not a proper URL.');
  return new ApiError('INTERNAL', "Something went wrong at the coordinator; the coordinator's log has it.");
}

/** The kind of error that Express's own body reader threw. */
function typeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('type' in thrown) || typeof thrown.type !== 'string') return undefined;
  return /^(entity|encoding|charset|request|stream|parameters|querystring)\./.test(thrown.type)
    ? thrown.type
    : undefined;
}
