import type { Request, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Clock, Log } from '../../core/base/index.js';
import { allowFormsTo, newSession, saveSession, signOut } from '../../web/index.js';
import { requesterOfAccount } from '../access/account.js';
import type { GuardedRoutes } from '../access/guarded-routes.js';
import { tooMany } from '../pages/error-pages.js';
import type { KeptSessions } from '../store/session-store.js';
import type { Accounts, Claims } from './accounts.js';
import { refuseSignIn, SIGN_IN_REFUSALS, SignInError } from './errors.js';
import { localPath } from './local-path.js';
import type { OidcClient, SignInUnderWay } from './oidc-client.js';

/** Requests to sign in, of one address in a minute: each keeps something for whoever has not signed in yet. */
export const MAX_SIGN_INS_PER_MINUTE = 120;
/** From the beginning of a sign-in to its end. */
export const SIGN_IN_MINUTES = 10;
/** Sign-ins that one browser has under way, in several windows; the first makes room. */
export const MAX_SIGN_INS_UNDER_WAY = 4;

const SIGN_IN_MS = SIGN_IN_MINUTES * 60_000;

declare module 'express-session' {
  interface SessionData {
    signIns?: readonly KeptSignIn[];
  }
}

interface KeptSignIn extends SignInUnderWay {
  readonly next: string;
  /** ISO time. */
  readonly begun: string;
}

export interface SignInPagesOptions {
  readonly client: OidcClient;
  readonly accounts: Accounts;
  readonly sessions: Pick<KeptSessions, 'removeSubject'>;
  /** How the cookie was set, to be taken back. */
  readonly cookie: { readonly name: string; readonly secure: boolean };
  /** Of the pages, as in `https://tally.example`; asked at each request, for the port may be known late. */
  readonly origin: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The pages by which somebody signs in and out, and sees who they are here. */
export function signInPages(routes: GuardedRoutes, options: SignInPagesOptions): void {
  const { client, cookie, origin, log } = options;
  routes.router.use(
    '/sign-in',
    rateLimit({
      windowMs: 60_000,
      limit: MAX_SIGN_INS_PER_MINUTE,
      legacyHeaders: false,
      standardHeaders: 'draft-8',
      // How the address is found out is the site's: it warns of what is wrong with it.
      validate: { xForwardedForHeader: false },
      handler: tooMany,
    }),
  );

  routes.get('/sign-in', 'anyone', async (request, response, account) => {
    const next = localPath(request.query['next']);
    if (account === undefined) await showing(response, options, () => begin(request, response, next, options));
    else response.redirect(303, next);
  });

  routes.get('/sign-in/callback', 'anyone', async (request, response) => {
    await showing(response, options, async () => {
      const { claims, next } = await finish(request, options);
      await takeIn(request, claims, options);
      log.info({ event: 'signed-in' }, 'somebody signed in');
      response.redirect(303, next);
    });
  });

  routes.get('/account', 'signed-in', async (_request, response, account) => {
    const elsewhere = await client.signOut(`${origin()}/signed-out`);
    if (elsewhere !== undefined) allowFormsTo(response, elsewhere.origin);
    response.render('sign-in/account.njk', { account, requester: requesterOfAccount(account) });
  });

  routes.post('/sign-out', 'signed-in', async (request, response, { subject }) => {
    const { everywhere } = (request.body ?? {}) as { readonly everywhere?: unknown };
    await signOut(request);
    if (everywhere === 'yes') options.sessions.removeSubject(subject);
    response.clearCookie(cookie.name, { path: '/', secure: cookie.secure, httpOnly: true, sameSite: 'lax' });
    log.info({ event: 'signed-out' }, 'somebody signed out');
    const elsewhere = await client.signOut(`${origin()}/signed-out`);
    response.redirect(303, elsewhere?.href ?? '/signed-out');
  });

  routes.get('/signed-out', 'anyone', (_request, response) => {
    response.render('sign-in/signed-out.njk');
  });
}

async function begin(
  request: Request,
  response: Response,
  next: string,
  { client, cookie, origin, clock }: SignInPagesOptions,
): Promise<void> {
  // Without TLS the browser would keep no cookie, and whoever comes back would be a stranger.
  if (cookie.secure && !request.secure) throw refuseSignIn('SIGN_IN_NOT_SECURE');
  const { url, underWay } = await client.begin(`${origin()}/sign-in/callback`);
  const others = (request.session.signIns ?? []).slice(1 - MAX_SIGN_INS_UNDER_WAY);
  request.session.signIns = [...others, { ...underWay, next, begun: clock.now().toISOString() }];
  response.redirect(303, url.href);
}

/** Takes the sign-in out of the session before anything else, so that no address is of use twice. */
async function finish(
  request: Request,
  { client, origin, clock }: SignInPagesOptions,
): Promise<{ readonly claims: Claims; readonly next: string }> {
  const { state } = request.query;
  const kept = request.session.signIns ?? [];
  if (kept.length === 0) throw refuseSignIn('SIGN_IN_NOT_BEGUN');
  const underWay = kept.find((one) => one.state === state);
  if (underWay === undefined) throw refuseSignIn('SIGN_IN_MISMATCH');
  request.session.signIns = kept.filter((one) => one !== underWay);
  await saveSession(request);
  const age = clock.now().getTime() - Date.parse(underWay.begun);
  if (age < 0 || age >= SIGN_IN_MS) throw refuseSignIn('SIGN_IN_EXPIRED');
  const claims = await client.finish(new URL(request.originalUrl, origin()), underWay);
  return { claims, next: underWay.next };
}

/** Under a new session, or none: whoever has no role here leaves nothing behind. */
async function takeIn(request: Request, claims: Claims, { accounts }: SignInPagesOptions): Promise<void> {
  const identity = accounts.identify(claims);
  const account = identity === undefined ? undefined : accounts.accountOf(identity);
  if (identity === undefined || account === undefined || account.roles.length === 0) {
    await signOut(request);
    throw refuseSignIn('NO_ROLE');
  }
  await newSession(request);
  request.session.identity = identity;
}

/** Shows why somebody is not signed in; nothing of what they brought is in the page or the log. */
async function showing(response: Response, options: SignInPagesOptions, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!(thrown instanceof SignInError)) throw thrown;
    const { code } = thrown;
    const { client, origin, log } = options;
    log.warn({ event: 'sign-in-refused', code, reason: reasonOf(thrown.cause) }, 'somebody was not signed in');
    // The service would give the same answer for as long as they are signed in there.
    const elsewhere = code === 'NO_ROLE' ? await client.signOut(`${origin()}/signed-out`) : undefined;
    const { status, title, message } = SIGN_IN_REFUSALS[code];
    response.status(status).render('sign-in/refused.njk', { title, message, code, elsewhere: elsewhere?.href });
  }
}

/** The library's or the service's own code for it; its words may hold what they failed on. */
function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const said = 'error' in cause ? cause.error : 'code' in cause ? cause.code : undefined;
  return typeof said === 'string' && /^[A-Za-z_]{1,60}$/.test(said) ? said : undefined;
}
