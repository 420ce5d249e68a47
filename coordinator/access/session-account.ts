import type { Request } from 'express';
import type {} from 'express-session';
import type { Account } from './account.js';

declare module 'express-session' {
  interface SessionData {
    /** Whoever has signed in to the coordinator's pages. */
    account?: Account;
  }
}

/** Undefined where nobody has signed in. */
export function signedInAccount({ session }: Request): Account | undefined {
  // Where nobody can sign in there are no sessions.
  return (session as Request['session'] | undefined)?.account;
}
