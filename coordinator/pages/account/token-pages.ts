import type { Request, Response } from 'express';
import type { Problem } from '../../../core/base/index.js';
import { requesterOfAccount, type Account } from '../../access/account.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { CoordinatorError } from '../../errors.js';
import { MAX_TOKEN_DAYS, MAX_TOKEN_NAME_CHARACTERS, type ApiTokens } from '../../tokens/api-tokens.js';
import type { DeviceLogins } from '../../tokens/device-logins.js';
import { SCOPE_MEANINGS, SCOPES, type Scope } from '../../tokens/scopes.js';

export interface TokenPagesServices {
  readonly apiTokens: Pick<ApiTokens, 'create' | 'list' | 'revoke'>;
  readonly deviceLogins: Pick<DeviceLogins, 'lookup' | 'approve' | 'deny'>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Days that are proposed: long enough for a piece of work, short enough that a forgotten one ends by itself. */
const PROPOSED_DAYS = 90;

/**
 * An analyst's tokens, and the page on which a command is signed in (RFC 8628). Forms carry a token of their own: whoever
 * mounts these routes has `requireCsrfToken` before them, sees to signing in, and answers what is thrown.
 */
export function tokenPages(routes: GuardedRoutes, services: TokenPagesServices): void {
  const { apiTokens } = services;
  routes.get('/account/tokens', ['analyst'], (_request, response, account) => {
    showTokens(response, services, account);
  });
  routes.post('/account/tokens', ['analyst'], (request, response, account) => {
    const { name, days, scopes } = (request.body ?? {}) as Fields;
    const chosen = SCOPES.filter((scope) => [scopes].flat().includes(scope));
    const wanted = { name: textOf(name), days: Number(textOf(days)), scopes: chosen };
    try {
      const { secret } = apiTokens.create(account, wanted);
      showTokens(response, services, account, { secret });
    } catch (thrown) {
      const { message, problems } = declined(thrown);
      showTokens(response.status(422), services, account, {
        message,
        problems,
        wanted: { ...wanted, days: textOf(days) },
      });
    }
  });
  routes.post('/account/tokens/:id/revoke', ['analyst'], (request, response, account) => {
    apiTokens.revoke(account, idOf(request));
    response.redirect(303, '/account/tokens');
  });
  devicePages(routes, services);
}

function devicePages(routes: GuardedRoutes, { deviceLogins }: TokenPagesServices): void {
  routes.get('/device', ['analyst'], (_request, response) => response.render('account/device.njk'));
  routes.post('/device', ['analyst'], (request, response, account) => {
    try {
      const { userCode, scopes } = deviceLogins.lookup(codeOf(request), account);
      response.render('account/device-approve.njk', {
        ...{ userCode, requester: requesterOfAccount(account) },
        scopes: scopes.map((scope) => SCOPE_MEANINGS[scope]),
      });
    } catch (thrown) {
      response.status(422).render('account/device.njk', { error: declined(thrown).message });
    }
  });
  routes.post('/device/answer', ['analyst'], (request, response, account) => {
    const { answer } = (request.body ?? {}) as Fields;
    try {
      // Whatever isn't yes is no.
      if (answer === 'yes') deviceLogins.approve(codeOf(request), account);
      else deviceLogins.deny(codeOf(request), account);
      response.render('account/device-answered.njk', { isApproved: answer === 'yes' });
    } catch (thrown) {
      response.status(422).render('account/device.njk', { error: declined(thrown).message });
    }
  });
}

interface Shown {
  /** Of a token that was just made: it is shown this once. */
  readonly secret?: string;
  readonly message?: string;
  readonly problems?: readonly Problem[];
  readonly wanted?: { readonly name: string; readonly days: string; readonly scopes: readonly Scope[] };
}

function showTokens(
  response: Response,
  { apiTokens }: TokenPagesServices,
  account: Account,
  { secret, message, problems = [], wanted }: Shown = {},
): void {
  const errors = problems.map(({ path, message: text }) => ({
    text: `${FIELD_NAMES[path] ?? ''}: ${text}`,
    href: `#${path}`,
  }));
  response.render('account/tokens.njk', {
    ...{ secret, requester: requesterOfAccount(account) ?? null },
    ...{ maxDays: MAX_TOKEN_DAYS, maxName: MAX_TOKEN_NAME_CHARACTERS },
    errors: message === undefined ? undefined : errors.length > 0 ? errors : [{ text: message }],
    wanted: wanted ?? { name: '', days: String(PROPOSED_DAYS), scopes: [] },
    tokens: apiTokens.list(account),
    scopes: SCOPES.map((scope) => ({ scope, meaning: SCOPE_MEANINGS[scope] })),
  });
}

const FIELD_NAMES: Readonly<Record<string, string>> = { name: 'Name', days: 'Days', scopes: 'What it may do' };

/** What is said on the page; all else isn't the reader's doing. */
function declined(thrown: unknown): CoordinatorError {
  if (thrown instanceof CoordinatorError) return thrown;
  throw thrown;
}

function codeOf(request: Request): string {
  return textOf(((request.body ?? {}) as Fields)['code']);
}

function idOf({ params }: Request): string {
  return textOf(params['id']);
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}
