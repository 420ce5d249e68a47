import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import { atomFeed, feedEntries } from './feed.js';
import type { PublicPages } from './page-sources.js';
import { publicRegister } from './public-register.js';

/** What is asked and answered, for programs. */
export function feedPages(routes: GuardedRoutes, services: SiteServices, { questions, runs }: PublicPages): void {
  const { registers, clock, audit } = services;
  routes.get('/feed.atom', 'anyone', (_request, response) => {
    const entries = feedEntries(questions.all(), runs.all());
    const { federation } = registers.register.current.roster;
    const feed = atomFeed(entries, { federation, log: audit.key.name, now: clock.now() });
    response.type('application/atom+xml').set('Cache-Control', 'no-cache').send(feed);
  });
  routes.get('/register.json', 'anyone', (_request, response) => {
    response.set('Cache-Control', 'no-cache').json(publicRegister(services, questions, runs.all()));
  });
}
