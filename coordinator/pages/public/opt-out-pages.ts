import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import { optOutView } from './opt-out-view.js';
import type { PublicPages } from './page-sources.js';

/** Answers that are looked through for numbers of people left out. */
const ANSWERS_LOOKED_AT = 20;

/** How to opt out, and how many have. */
export function optOutPages(routes: GuardedRoutes, { registry, catalogue }: SiteServices, { runs }: PublicPages): void {
  routes.get('/opt-out', 'anyone', (_request, response) => {
    const answered = runs
      .all()
      .filter(({ outcome }) => outcome === 'answered')
      .slice(0, ANSWERS_LOOKED_AT)
      .flatMap(({ id }) => runs.find(id) ?? []);
    response.render('public/opt-out.njk', optOutView(registry.list(), catalogue, answered));
  });
}
