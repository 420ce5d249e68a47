import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { comparePages } from '../analyst/compare-pages.js';
import type { SiteServices } from '../site-services.js';
import { feedPages } from './feed-pages.js';
import { homePages } from './home-pages.js';
import { optOutPages } from './opt-out-pages.js';
import { promisePages } from './promise-pages.js';
import type { PublicPages } from './page-sources.js';
import { PublicQuestions } from './public-questions.js';
import { PublicRuns } from './public-runs.js';
import { questionPages } from './question-pages.js';
import { runPages } from './run-pages.js';
import { verifyPages } from './verify-pages.js';

/** Every page that nobody has to sign in for. */
export function publicPages(routes: GuardedRoutes, services: SiteServices): void {
  const questions = new PublicQuestions(services);
  const pages: PublicPages = { questions, runs: new PublicRuns(services, questions) };
  for (const add of [homePages, questionPages, runPages, verifyPages, feedPages, optOutPages, comparePages])
    add(routes, services, pages);
  promisePages(routes);
}
