import { Router } from 'express';

import type { Log } from '../../core/base/index.js';
import { signedIn, signIn, signOut } from '../../web/index.js';
import { WAIT_SECONDS } from './console-secret.js';
import type { ConsoleSecret, SignInResult } from './console-secret.js';

/** Who has the secret, as the node calls them: it knows no more of them. */
const OPERATOR = 'operator';

const SAID: Readonly<Record<Exclude<SignInResult, 'welcome'>, string>> = {
  wrong: 'That is not the secret in the file',
  wait: `That was wrong several times: wait ${WAIT_SECONDS} seconds, then try again`,
};

/** Signing in and out. Everything that comes after it is for those who have signed in. */
export function signInPages(secret: ConsoleSecret, log: Log): Router {
  const router = Router();

  router.get('/sign-in', (request, response) => {
    if (signedIn(request) === undefined) response.render('sign-in.njk');
    else response.redirect('/');
  });

  router.post('/sign-in', async (request, response) => {
    const { secret: said } = request.body as { readonly secret?: unknown };
    const result = secret.check(typeof said === 'string' ? said : '');
    if (result !== 'welcome') {
      log.warn({ event: 'console-sign-in-refused', reason: result }, 'somebody did not know the console’s secret');
      response.status(result === 'wait' ? 429 : 403).render('sign-in.njk', { error: SAID[result] });
      return;
    }
    await signIn(request, OPERATOR);
    log.info({ event: 'console-sign-in' }, 'somebody signed in to the console');
    response.redirect('/');
  });

  router.post('/sign-out', async (request, response) => {
    await signOut(request);
    response.redirect('/sign-in');
  });

  router.use((request, response, next) => {
    if (signedIn(request) !== undefined) next();
    else if (request.method === 'GET') response.redirect('/sign-in');
    else response.status(403).render('sign-in.njk', { error: 'Sign in first; nothing was done' });
  });
  return router;
}
