import type { Request, Response } from 'express';
import type { TokenHolder } from '../tokens/api-tokens.js';
import type { KnownTokens } from '../tokens/known-tokens.js';
import { ApiError } from './errors.js';
import type { RouteAccess } from './route.js';

/** A token longer than this is none of ours. */
export const MAX_TOKEN_CHARACTERS = 256;

/**
 * Whoever asks, by their bearer token (RFC 6750); undefined where anyone may.
 * Thrown when the route isn't for them: ApiError UNAUTHORISED, TOKEN_EXPIRED or SCOPE_MISSING.
 */
export function holderOf(
  request: Request,
  response: Response,
  access: RouteAccess,
  tokens: KnownTokens,
): TokenHolder | undefined {
  if (access === 'anyone') return undefined;
  const token = bearerToken(request);
  const found = token === undefined ? undefined : tokens.find(token);
  if (found === undefined) {
    response.set('WWW-Authenticate', 'Bearer');
    throw new ApiError('UNAUTHORISED', 'A bearer token that this coordinator knows is needed: `tally login` gets one.');
  }
  if (found.isExpired) {
    response.set('WWW-Authenticate', 'Bearer error="invalid_token"');
    throw new ApiError('TOKEN_EXPIRED', 'This token has expired: `tally login` gets another.');
  }
  if (access !== 'any-token' && !found.holder.scopes.includes(access)) {
    response.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${access}"`);
    throw new ApiError('SCOPE_MISSING', `This needs a token with the scope ${access}, which yours does not have.`);
  }
  return found.holder;
}

function bearerToken(request: Request): string | undefined {
  const header = request.get('authorization') ?? '';
  const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
  return token !== undefined && token.length <= MAX_TOKEN_CHARACTERS ? token : undefined;
}
