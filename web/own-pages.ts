import type { RequestHandler } from 'express';

import { WebError } from './errors.js';

/** Requests that change nothing. */
const READING = new Set(['GET', 'HEAD']);

/**
 * For a server on somebody's own computer, which every page in that person's browser can reach. It answers under its own
 * names only, so that no name of another's that is made to point here (DNS rebinding) gets an answer, and takes a form
 * only from a page of its own.
 * @param names hosts with ports, as in `127.0.0.1:7480`; asked at each request, for the port may be known late
 * Thrown otherwise: WebError WRONG_HOST or WRONG_ORIGIN.
 */
export function onlyFromOwnPages(names: () => readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const own = names();
    if (!own.includes(request.headers.host ?? '')) {
      throw new WebError('WRONG_HOST', `This server answers to ${own.join(' and ')} only: open it by that address.`);
    }
    if (!READING.has(request.method)) {
      const { origin, 'sec-fetch-site': site } = request.headers;
      const isOurs = origin === undefined || own.some((name) => origin === `http://${name}`);
      if (!isOurs || (site !== undefined && site !== 'same-origin')) {
        throw new WebError('WRONG_ORIGIN', 'A form was sent from another site’s page, so nothing was done.');
      }
    }
    next();
  };
}
