import { Router } from 'express';

import type { Log } from '../../core/base/index.js';
import { signedIn, signIn, signOut } from '../../web/index.js';
import { WRONG_SECRETS_SECONDS } from './console-secret.js';
import type { ConsoleSecret, SignInResult } from './console-secret.js';

/** Who has the secret, as the node calls them: it knows no more of them. */
const OPERATOR = 'operator';

const SAID: Readonly<Record<Exclude<SignInResult, 'welcome'>, string>> = {
  wrong: 'That is not the secret in the file',
  often:
    `That is not the secret in the file. Several wrong ones came within ${WRONG_SECRETS_SECONDS} seconds: ` +
    'if they were not yours, another program on this computer is guessing',
};

/**
 * Signing in. Everything that comes after it is for those who have signed in. Strangers get no session, and nothing that they do is
 * counted, so they can't use up what the operator needs. Nor does this form carry a token: it takes the secret.
 */
export function signInPages(secret: ConsoleSecret, log: Log): Router {
  const router = Router();
  let before: SignInResult = 'welcome';

  router.get('/sign-in', (request, response) => {
    if (signedIn(request) === undefined) response.render('sign-in.njk');
    else response.redirect('/');
  });

  router.post('/sign-in', async (request, response) => {
    const { secret: said } = (request.body ?? {}) as { readonly secret?: unknown };
    const result = secret.check(typeof said === 'string' ? said : '');
    // Once, so that nobody fills the disk with it.
    const isSaid = result === 'often' && before === 'often';
    before = result;
    if (result !== 'welcome') {
      if (!isSaid) {
        log.warn({ event: 'console-sign-in-refused', reason: result }, 'somebody did not know the console’s secret');
      }
      response.status(403).render('sign-in.njk', { error: SAID[result] });
      return;
    }
    await signIn(request, OPERATOR);
    log.info({ event: 'console-sign-in' }, 'somebody signed in to the console');
    response.redirect('/');
  });

  router.use((request, response, next) => {
    if (signedIn(request) !== undefined) next();
    else if (request.method === 'GET') response.redirect('/sign-in');
    else response.status(403).render('sign-in.njk', { error: 'Sign in first; nothing was done' });
  });
  return router;
}

export function signOutPage(): Router {
  return Router().post('/sign-out', async (request, response) => {
    await signOut(request);
    response.redirect('/sign-in');
  });
}
