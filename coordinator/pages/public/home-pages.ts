import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';

/** What this is, for whoever may be in the data. */
export function homePages(routes: GuardedRoutes, { templates, audit }: SiteServices): void {
  routes.get('/', 'anyone', (_request, response) => {
    response.render('public/home.njk', { questions: templates.list().length, entries: audit.head.size });
  });
}
