import express from 'express';
import type { Express, Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';

import { toHex } from '../../core/base/index.js';
import type { Clock, Log, Rng } from '../../core/base/index.js';
import { packagePath } from '../../runtime/index.js';
import {
  MemorySessions,
  onlyFromOwnPages,
  pageSecurity,
  requireCsrfToken,
  serveAssets,
  sessions,
  useViews,
} from '../../web/index.js';
import type { ConsoleSecret } from './console-secret.js';
import { errorPages, notFound, tooMany } from './error-pages.js';
import type { NodeView } from './node-view.js';
import { NAVIGATION, pages } from './pages.js';
import { signInPages, signOutPage } from './sign-in.js';

/** Requests in a minute of those who have signed in: one person's. */
export const MAX_REQUESTS_PER_MINUTE = 300;
/** Characters of any form. */
const MAX_FORM_BYTES = 16_384;
/** Of the key by which cookies are signed: sessions live no longer than the process. */
const SECRET_BYTES = 32;

export interface ConsoleOptions {
  readonly node: NodeView;
  readonly secret: ConsoleSecret;
  /** Hosts with ports under which it is open, as in `127.0.0.1:7480`. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
}

/** Pages for whoever looks after a node, for a browser on the same computer. All work without JavaScript. */
export function createConsole({ node, secret, names, clock, rng, log }: ConsoleOptions): Express {
  const { agency } = node;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  useViews(app, packagePath('node-agent', 'console', 'views'), {
    serviceName: `Tallystick node of ${agency.name}`,
    footerText: 'This page is for this computer only. No record ever leaves your organisation.',
  });
  app.use(...pageSecurity(rng, false));
  app.use(onlyFromOwnPages(names));
  serveAssets(app);
  app.use(
    sessions({
      cookie: { name: `tallystick-${agency.id}`, secure: false, sameSite: 'strict' },
      store: new MemorySessions(clock),
      secret: toHex(rng.bytes(SECRET_BYTES)),
      rng,
    }),
  );
  app.use(express.urlencoded({ extended: false, limit: MAX_FORM_BYTES }));
  app.use(signInPages(secret, log));
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: MAX_REQUESTS_PER_MINUTE,
      legacyHeaders: false,
      standardHeaders: 'draft-8',
      handler: tooMany,
    }),
  );
  for (const step of requireCsrfToken()) app.use(step as RequestHandler);
  app.use(signOutPage());
  app.use(navigation);
  app.use(pages(node));
  app.use(notFound);
  app.use(errorPages(log));
  return app;
}

/** Which page of the menu somebody is on. */
function navigation(request: Request, response: express.Response, next: express.NextFunction): void {
  response.locals['navigation'] = NAVIGATION.map(({ href, text }) => ({
    href,
    text,
    current: request.path === href,
    active: href !== '/' && request.path.startsWith(`${href}/`),
  }));
  response.locals['signedIn'] = true;
  next();
}
