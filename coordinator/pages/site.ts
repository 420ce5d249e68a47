import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Log, Rng } from '../../core/base/index.js';
import { packagePath } from '../../runtime/index.js';
import { pageSecurity, requireCsrfToken, serveAssets, useViews } from '../../web/index.js';
import { GuardedRoutes } from '../access/guarded-routes.js';
import { tokenPages } from './account/token-pages.js';
import { askPages } from './analyst/ask-pages.js';
import { historyPages } from './analyst/history-pages.js';
import { progressPages } from './analyst/progress-pages.js';
import { tasksOf } from './governance/inbox.js';
import { inboxPages } from './governance/inbox-pages.js';
import { passkeyPages } from './governance/passkey-pages.js';
import { proposalPages } from './governance/proposal-pages.js';
import { proposePages } from './governance/propose-pages.js';
import { trialPages } from './analyst/trial-pages.js';
import { errorPages, notFound, tooMany } from './error-pages.js';
import { navigation } from './navigation.js';
import { operationsPages } from './operations/operations-pages.js';
import { publicPages } from './public/public-pages.js';
import type { SiteServices } from './site-services.js';

/** Requests from one address in a minute: an office full of people has one address. */
export const MAX_PAGE_REQUESTS_PER_MINUTE = 3_000;
/** Characters of any form; a template that is uploaded is the longest. */
export const MAX_FORM_BYTES = 1_048_576;

export interface SiteOptions {
  /** Of the federation, as its roster has it. */
  readonly federation: string;
  /** Invented people only: every page says so. */
  readonly synthetic: boolean;
  /** Whether a proxy that speaks TLS stands before it. */
  readonly behindProxy: boolean;
  /** Who has signed in, and how they do; undefined where nobody can. */
  readonly signIn: SignInParts | undefined;
  readonly rng: Rng;
  readonly log: Log;
}

/** Of signing in, what the site is put together from. */
export interface SignInParts {
  /** Who asks: to come before everything that wants to know. */
  readonly sessions: RequestHandler | RequestHandler[];
  /** The pages by which somebody signs in and out. */
  readonly pages: (routes: GuardedRoutes) => void;
}

export interface Site {
  readonly app: Express;
  /** Every route of it, with who may use it. */
  readonly routes: GuardedRoutes;
}

/** The coordinator's pages: for the public, and for those who have signed in. All work without JavaScript. */
export function createSite(services: SiteServices, options: SiteOptions): Site {
  const { federation, synthetic, behindProxy, signIn, rng, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // One proxy is believed, no more: what comes before its word anybody may have written.
  app.set('trust proxy', behindProxy ? 1 : false);
  useViews(app, packagePath('coordinator', 'pages', 'views'), { serviceName: 'Tallystick', federation, synthetic });
  app.use(...pageSecurity(rng, behindProxy));
  serveAssets(app);
  app.use('/assets', express.static(packagePath('coordinator', 'pages', 'scripts')));
  app.use('/assets/webauthn', express.static(packagePath('node_modules', '@simplewebauthn', 'browser', 'esm')));
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: MAX_PAGE_REQUESTS_PER_MINUTE,
      legacyHeaders: false,
      standardHeaders: 'draft-8',
      validate: { xForwardedForHeader: behindProxy },
      handler: tooMany,
    }),
  );
  if (signIn !== undefined) {
    app.use(signIn.sessions);
    app.use(express.urlencoded({ extended: false, limit: MAX_FORM_BYTES }));
    for (const step of requireCsrfToken()) app.use(step as RequestHandler);
  }
  app.use(
    navigation({
      canSignIn: signIn !== undefined,
      waiting: (account) => tasksOf(account, services.registers.register),
    }),
  );
  const routes = new GuardedRoutes();
  askPages(routes, services);
  trialPages(routes, services);
  progressPages(routes, services);
  historyPages(routes, services);
  inboxPages(routes, services);
  proposePages(routes, services);
  proposalPages(routes, services, rng);
  passkeyPages(routes, services, { rng, log });
  publicPages(routes, services);
  operationsPages(routes, services);
  if (signIn !== undefined) {
    signIn.pages(routes);
    tokenPages(routes, services);
  }
  app.use(routes.router);
  app.use(notFound);
  app.use(errorPages(log));
  return { app, routes };
}
