import { inspect } from 'node:util';
import express, { type RequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import { rememberAccount } from '../../coordinator/access/session-account.js';
import type { Account } from '../../coordinator/access/account.js';
import { GuardedRoutes } from '../../coordinator/access/guarded-routes.js';
import { tokenPages } from '../../coordinator/pages/account/token-pages.js';
import { createApi, EventStreams, type ApiServices } from '../../coordinator/index.js';
import { packagePath } from '../../runtime/index.js';
import {
  listen,
  MemorySessions,
  pageSecurity,
  requireCsrfToken,
  serveAssets,
  sessions,
  useViews,
} from '../../web/index.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { CONFIGURED, servicesOver } from '../unit/coordinator/api-fixtures.js';
import { Rig, TestLog } from '../unit/coordinator/fixtures.js';

export const ANALYST: Account = {
  subject: 'sub-1',
  name: 'Ada',
  roles: ['analyst'],
  organisation: 'research-office',
  analyst: 'analyst',
  officer: null,
};

export interface ApiSite {
  readonly url: string;
  readonly rig: Rig;
  readonly services: ApiServices;
}

/** The API with its page, and the pages about tokens for whoever `account` is, behind the forms' own tokens. */
export async function serveSite(account: Account = ANALYST): Promise<ApiSite> {
  const rig = new Rig();
  const services = servicesOver(rig);
  const rng = seededRng(`${testSeed}/site`);
  const app = express();
  serveAssets(app);
  useViews(app, packagePath('coordinator', 'pages', 'views'), { serviceName: 'Tallystick', footerText: 'A test.' });
  app.use(...pageSecurity(rng, false));
  app.use(
    sessions({
      cookie: { name: 'site', secure: false, sameSite: 'strict' },
      store: new MemorySessions(rig.clock),
      secret: String(testSeed),
      rng,
    }),
  );
  app.use(['/account', '/device'], express.urlencoded({ extended: false }));
  app.use((request, _response, next) => {
    rememberAccount(request, account);
    next();
  });
  for (const step of requireCsrfToken()) app.use(['/account', '/device'], step as RequestHandler);
  const routes = new GuardedRoutes();
  tokenPages(routes, services);
  app.use(routes.router);
  const answer: express.ErrorRequestHandler = (thrown: { readonly code?: string }, _request, response, next) => {
    if (response.headersSent) next(thrown);
    // What a page fails with shows in the test.
    else if (thrown.code === undefined) response.status(500).send(inspect(thrown));
    else response.status(403).type('text').send(thrown.code);
  };
  app.use(answer);
  const http = await listen(app, '127.0.0.1', 0, 'api.port');
  const url = `http://127.0.0.1:${http.port}`;
  const streams = new EventStreams();
  // Last, for it has to know where it is found.
  app.use(
    createApi(services, {
      tokens: CONFIGURED,
      ...{ streams, clock: rig.clock, rng, log: new TestLog(), behindProxy: false, publicUrl: url },
    }),
  );
  onTestFinished(async () => {
    streams.close();
    await http.stop(100);
  });
  return { url, rig, services };
}
