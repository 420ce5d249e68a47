import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { CodedError } from '../../core/base/index.js';
import { type Log } from '../../core/base/index.js';
import { GovernanceError } from '../../core/governance/index.js';
import { TemplateError } from '../../core/templates/index.js';
import { WebError } from '../../web/index.js';
import { Denied } from '../access/denied.js';
import { ApiError } from '../api/errors.js';
import { httpStatus } from '../api/problems.js';
import { CoordinatorError } from '../errors.js';
import { actRefusal, type ActRefusal } from './governance/act-refusals.js';

export const notFound: RequestHandler = (_request, response) => {
  show(response, 404, { title: 'Page not found', message: 'If you typed the address, check it is correct.' });
};

/** Of somebody who asks more often than anybody clicks. */
export const tooMany: RequestHandler = (_request, response) => {
  const message = 'There were more requests than one person makes. Wait a minute, then try again.';
  show(response, 429, { title: 'Too many requests', message });
};

/** A refusal says what to do next; what is our own fault is logged, and the page says no more than that. */
export function errorPages(log: Log): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    // What was in a form is gone by then, and a browser follows no form to the sign-in service: the page says so instead.
    if (thrown instanceof Denied && thrown.code === 'SIGN_IN_NEEDED' && request.method !== 'POST') {
      response.redirect(303, `/sign-in?next=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    const refused = asRefusal(thrown);
    if (refused !== undefined) {
      show(response, refused.status, refused);
      return;
    }
    log.error({ event: 'page-error', path: request.path, err: thrown }, 'a page failed');
    const message = 'Try again later. What you did was perhaps not done: look before you do it again.';
    show(response, 500, { title: 'Sorry, there is a problem with the service', message });
  };
}

interface ErrorText {
  readonly title: string;
  readonly message: string;
  readonly problems?: readonly string[];
  readonly code?: string;
  /** Of a refusal of governance: what to do about it, and where. */
  readonly next?: string;
  readonly link?: ActRefusal['link'];
}

function asRefusal(thrown: unknown): (ErrorText & { readonly status: number }) | undefined {
  if (thrown instanceof Denied) {
    return { status: 403, title: 'You can’t use this page', message: thrown.message, code: thrown.code };
  }
  if (thrown instanceof WebError) {
    return { status: 403, title: 'This was not done', message: thrown.message, code: thrown.code };
  }
  if (thrown instanceof GovernanceError) {
    const status = thrown.code === 'UNKNOWN_PROPOSAL' ? 404 : 409;
    return { ...asText(thrown), ...actRefusal(thrown), status };
  }
  if (thrown instanceof CoordinatorError || thrown instanceof TemplateError || thrown instanceof ApiError) {
    return asCoded(thrown);
  }
  const status = statusOf(thrown);
  if (status === undefined) return undefined;
  if (status === 413) {
    const message =
      'What was sent is too long for this page: no template, and nothing that was signed, is as long as that.';
    return { status, title: 'This was not done', message };
  }
  return { status, title: 'This was not done', message: 'What was sent can’t be read: load the page anew.' };
}

/** What no program is answered. */
const ONLY_ON_PAGES: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN_TOKEN', 404],
  ['NO_LINKAGE', 404],
  ['TRIAL_REFUSED', 409],
  ['TRIAL_UNAVAILABLE', 503],
  ['NO_FONT', 503],
]);

function asCoded(
  thrown: ApiError | CoordinatorError | TemplateError,
): (ErrorText & { readonly status: number }) | undefined {
  const status = httpStatus(thrown.code) ?? ONLY_ON_PAGES.get(thrown.code);
  if (status === undefined) return undefined;
  const title = status === 404 ? 'Page not found' : 'This was not done';
  return { ...asText(thrown), status, title };
}

function asText({ code, message, problems }: CodedError): Pick<ErrorText, 'message' | 'problems' | 'code'> {
  const [first = ''] = message.split('\n');
  return { code, message: first, problems: problems.map((problem) => `${problem.path}: ${problem.message}`) };
}

function show(response: Response, status: number, text: ErrorText): void {
  response.status(status).render('error.njk', text);
}

/** Of what Express refuses itself: a body that is too large, or no form. */
function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number') return undefined;
  return thrown.status >= 400 && thrown.status < 500 ? thrown.status : undefined;
}
