import type { ErrorRequestHandler, RequestHandler } from 'express';

import type { Log } from '../../core/base/index.js';
import { RuntimeError } from '../../runtime/index.js';
import { WebError } from '../../web/index.js';
import { NodeError } from '../errors.js';

export const notFound: RequestHandler = (_request, response) => {
  response.status(404).render('error.njk', { title: 'Page not found', message: 'There is nothing at this address.' });
};

/** Of somebody who asks more often than anybody clicks. */
export const tooMany: RequestHandler = (_request, response) => {
  const message = 'There were more requests than one person makes. Wait a minute, then try again.';
  response.status(429).render('error.njk', { title: 'Too many requests', message });
};

/** What is our own fault is logged; the page says where. */
export function errorPages(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (thrown instanceof WebError) {
      response.status(403).render('error.njk', { title: 'This was not done', message: thrown.message });
      return;
    }
    if (thrown instanceof NodeError || thrown instanceof RuntimeError) {
      // Written for the operator, who is the one to read this. Its first line says what is wrong, each other one where.
      const [message, ...problems] = thrown.message.split('\n');
      const title = 'This can’t be shown or done';
      response.status(409).render('error.njk', { title, message, problems, code: thrown.code });
      return;
    }
    const status = statusOf(thrown);
    if (status !== undefined) {
      response.status(status).render('error.njk', { title: 'This was not done', message: 'The form can’t be read.' });
      return;
    }
    log.error({ event: 'console-error', err: thrown }, 'a page of the console failed');
    const message = 'Something went wrong in the node; its log says what.';
    response.status(500).render('error.njk', { title: 'Sorry, there is a problem', message });
  };
}

/** Of what Express refuses itself: a body that is too large, or no form. */
function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number') return undefined;
  return thrown.status >= 400 && thrown.status < 500 ? thrown.status : undefined;
}
