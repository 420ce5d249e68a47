import type Database from 'better-sqlite3';
import type { RequestHandler } from 'express';
import type { Clock, Log, Rng } from '../../core/base/index.js';
import { sessions, type CookieOptions } from '../../web/index.js';
import { rememberAccount } from '../access/session-account.js';
import type { SignInParts } from '../pages/site.js';
import { createSessionStore } from '../store/session-store.js';
import { createAccounts, type Accounts, type AccountsOptions, type Identity } from './accounts.js';
import { createOidcClient } from './oidc-client.js';
import type { SignInConfig } from './sign-in-config.js';
import { signInPages } from './sign-in-pages.js';

declare module 'express-session' {
  interface SessionData {
    identity?: Identity;
  }
}

const COOKIE = 'tallystick';

export interface SignInOptions {
  readonly config: SignInConfig;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  /** The coordinator's, where sessions are kept. */
  readonly database: Database.Database;
  /** The one in force. */
  readonly roster: AccountsOptions['roster'];
  /** Of the pages where the configuration says no address of theirs; asked at each request. */
  readonly localOrigin: () => string;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
}

/**
 * Signing in to the coordinator's pages, put together.
 * Thrown when the file of people is no use: RuntimeError CONFIG_UNREADABLE or CONFIG_INVALID.
 */
export function createSignIn(options: SignInOptions): SignInParts {
  const { config, clientSecret, database, roster, localOrigin, clock, rng, log } = options;
  const cookie = cookieOf(config);
  const store = createSessionStore(database, {
    ...{ lifetimeHours: config.sessionHours, clock, rng },
    subjectOf: ({ identity }) => identity?.subject,
  });
  const accounts = createAccounts({ config, roster, log });
  const client = createOidcClient({ config, clientSecret, clock, rng, log });
  const origin = (): string =>
    config.redirectBase === undefined ? localOrigin() : new URL(config.redirectBase).origin;
  return {
    sessions: [sessions({ cookie, store, secret: store.secret, rng }), whoAsks(accounts)],
    pages: (routes) => signInPages(routes, { client, accounts, sessions: store, cookie, origin, clock, log }),
  };
}

/** Over TLS the browser takes it from this host only, and for all of it (RFC 6265bis, 4.1.3.2). */
function cookieOf({ redirectBase }: SignInConfig): CookieOptions {
  const secure = redirectBase?.startsWith('https:') === true;
  // The sign-in service sends people back from another site: a strict cookie would not come with them.
  return { name: secure ? `__Host-${COOKIE}` : COOKIE, secure, sameSite: 'lax' };
}

/** Looks at each request who somebody is now, so that whoever has lost a role has lost it at once. */
function whoAsks(accounts: Accounts): RequestHandler {
  return (request, _response, next) => {
    const { identity } = request.session;
    rememberAccount(request, identity === undefined ? undefined : accounts.accountOf(identity));
    next();
  };
}
