import { z } from 'zod';
import { DEVICE_GRANT } from '../../tokens/device-grant.js';
import { SCOPES, type Scope } from '../../tokens/scopes.js';
import type { RouteSpec } from '../route.js';
import { accessTokenView, deviceAuthorizationView, healthView, holderView, oauthErrorView } from '../schema.js';

export const MAX_CODE_CHARACTERS = 256;

const known: ReadonlySet<string> = new Set(SCOPES);
const FORM = 'application/x-www-form-urlencoded';

/** Scopes with blanks between them, as OAuth has them. */
const scopeList = z
  .string()
  .max(MAX_CODE_CHARACTERS)
  .refine((text) => text.split(' ').every((scope) => known.has(scope)), 'scopes of the list, with blanks between them')
  .transform((text) => text.split(' ') as Scope[])
  .optional()
  .describe('what the token is to be good for, with blanks between; everything where it is left out');

const text = z.string().max(MAX_CODE_CHARACTERS).optional();

/** Tokens, and what is said of the API itself. */
export const TOKEN_ROUTES = {
  beginDeviceLogin: {
    ...{ method: 'post', path: '/api/v1/device-authorization', tag: 'Tokens', access: 'anyone' },
    summary: 'Begin signing a program in by a browser',
    description:
      'RFC 8628. Show the person user_code and verification_uri; ask at the token endpoint every `interval` seconds ' +
      'whether they have said yes. `tally login` does this.',
    body: { type: FORM, schema: z.object({ client_id: text.describe('not looked at'), scope: scopeList }) },
    answer: { status: 200, description: 'The codes.', schema: deviceAuthorizationView },
    problems: ['DEVICE_LOGIN_OFF', 'TOO_MANY_DEVICE_LOGINS'],
  },
  getToken: {
    ...{ method: 'post', path: '/api/v1/token', tag: 'Tokens', access: 'anyone' },
    summary: 'Get the token of a device login',
    description:
      'RFC 8628, section 3.4. Until somebody has said yes the error is authorization_pending; after slow_down ask 5 seconds ' +
      'less often. A device_code is good once.',
    body: {
      type: FORM,
      schema: z.object({
        grant_type: text.describe(DEVICE_GRANT),
        device_code: text,
        client_id: text.describe('not looked at'),
      }),
    },
    answer: { status: 200, description: 'The token, shown this once.', schema: accessTokenView },
    otherAnswers: [{ status: 400, description: 'Not yet, or no.', schema: oauthErrorView }],
    problems: ['DEVICE_LOGIN_OFF'],
  },
  describeToken: {
    ...{ method: 'get', path: '/api/v1/token', tag: 'Tokens', access: 'any-token' },
    summary: 'Whom your token stands for',
    description: 'Requester, scopes and expiry of the token with which you ask.',
    answer: { status: 200, description: 'The token’s holder.', schema: holderView },
    problems: [],
  },
  revokeToken: {
    ...{ method: 'delete', path: '/api/v1/token', tag: 'Tokens', access: 'any-token' },
    summary: 'Revoke your token',
    description: 'The token with which you ask is worth nothing from then on. `tally logout` does this.',
    answer: { status: 204, description: 'It is revoked.' },
    problems: ['TOKEN_NOT_REVOCABLE'],
  },
  describeApi: {
    ...{ method: 'get', path: '/api/v1/openapi.json', tag: 'About', access: 'anyone' },
    summary: 'Read this description',
    description: 'OpenAPI 3.1. The page at /api is made from it.',
    answer: { status: 200, description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
    problems: [],
  },
  checkHealth: {
    ...{ method: 'get', path: '/health', tag: 'About', access: 'anyone' },
    summary: 'Whether the coordinator is well',
    description: 'And how the register of governance stands.',
    answer: { status: 200, description: 'It is.', schema: healthView },
    problems: [],
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
