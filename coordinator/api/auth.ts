import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { equalBytes, fromHex } from '../../core/base/index.js';
import { requesterText } from '../../core/governance/index.js';
import type { CoordinatorConfig } from '../config.js';
import { ApiError } from './errors.js';

type Tokens = CoordinatorConfig['api']['tokens'];

/** A token longer than this is none of ours. */
export const MAX_TOKEN_CHARACTERS = 256;

/**
 * Lets in whoever brings a bearer token that the configuration knows, and remembers whose it is.
 * Thrown otherwise: ApiError UNAUTHORISED.
 */
export function requireToken(tokens: Tokens): RequestHandler {
  const known = tokens.map(({ name, organisation, sha256 }) => ({
    name: requesterText({ analyst: name, organisation }),
    hash: fromHex(sha256),
  }));
  return (request, response, next) => {
    const token = bearerToken(request);
    const hash = token === undefined ? undefined : new Uint8Array(createHash('sha256').update(token).digest());
    // Every hash is compared, whichever fits: how long it takes says nothing of the order.
    const fitting = hash === undefined ? [] : known.filter((candidate) => equalBytes(candidate.hash, hash));
    const [holder] = fitting;
    if (holder === undefined) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new ApiError(
        'UNAUTHORISED',
        'A bearer token that this coordinator knows is needed: `tally --help` says how.',
      );
    }
    holders.set(response, holder.name);
    next();
  };
}

const holders = new WeakMap<Response, string>();

/** Who the token of this request stands for, as agencies see it: `analyst@organisation`. */
export function requesterOf(response: Response): string {
  const holder = holders.get(response);
  if (holder === undefined) throw new RangeError('a handler that needs a token was reached without one');
  return holder;
}

function bearerToken(request: Request): string | undefined {
  const header = request.get('authorization') ?? '';
  const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
  return token !== undefined && token.length <= MAX_TOKEN_CHARACTERS ? token : undefined;
}
