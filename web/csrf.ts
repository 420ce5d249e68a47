import { csrfSync } from 'csrf-sync';
import type { ErrorRequestHandler, RequestHandler } from 'express';

import { WebError } from './errors.js';

/** The name of the hidden field that every form behind it has. */
const FIELD = '_csrf';

/**
 * Every form carries a token that only a page of this session can know. Pages find it as `csrfToken`. It needs sessions
 * and the body before it. Thrown when a form lacks it: WebError FORM_EXPIRED.
 */
export function requireCsrfToken(): (RequestHandler | ErrorRequestHandler)[] {
  const { csrfSynchronisedProtection, generateToken, invalidCsrfTokenError } = csrfSync({
    getTokenFromRequest: ({ body }) => {
      const fields = body as Readonly<Record<string, unknown>> | undefined;
      const token = fields?.[FIELD];
      return typeof token === 'string' ? token : null;
    },
  });
  const hand: RequestHandler = (request, response, next) => {
    response.locals['csrfToken'] = () => generateToken(request);
    next();
  };
  const explain: ErrorRequestHandler = (thrown: unknown, _request, _response, next) => {
    const isOurs = thrown === invalidCsrfTokenError;
    next(
      isOurs
        ? new WebError('FORM_EXPIRED', 'This form is out of date: go back, load the page anew and try again.')
        : thrown,
    );
  };
  return [hand, csrfSynchronisedProtection, explain];
}
