import type { Request } from 'express';
import type {} from 'express-session';
import type { Account } from './account.js';

declare module 'express-session' {
  interface SessionData {
    /** Whoever has signed in to the coordinator's pages, as of this request. */
    account?: Account;
  }
}

/** Undefined where nobody has signed in. */
export function signedInAccount({ session }: Request): Account | undefined {
  // Where nobody can sign in there are no sessions.
  return (session as Request['session'] | undefined)?.account;
}

/** For this request only: who somebody is is looked up at each, and what is kept of a session says nothing of it. */
export function rememberAccount({ session }: Request, account: Account | undefined): void {
  Object.defineProperty(session, 'account', { value: account, enumerable: false, configurable: true });
}
