import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import type { PublicPages } from './page-sources.js';
import { questionLine } from './question-list.js';

/** Of what is newest, so many are on the first page. */
const NEWEST_SHOWN = 3;

/** What this is, for whoever may be in the data. */
export function homePages(routes: GuardedRoutes, services: SiteServices, { questions, runs }: PublicPages): void {
  const { registers, catalogue, audit } = services;
  routes.get('/', 'anyone', (_request, response) => {
    const { roster } = registers.register.current;
    const live = questions.all().filter(({ standing }) => standing.state === 'live');
    const answered = runs.all().filter(({ outcome }) => outcome === 'answered');
    response.render('public/home.njk', {
      questions: live
        .slice(-NEWEST_SHOWN)
        .toReversed()
        .map((one) => questionLine(one, roster, catalogue)),
      questionCount: live.length,
      answers: answered.slice(0, NEWEST_SHOWN),
      agencies: roster.agencies.map(({ name }) => name),
      entries: audit.head.size,
    });
  });
  routes.get('/accessibility', 'anyone', (_request, response) => response.render('public/accessibility.njk'));
  routes.get('/cookies', 'anyone', (_request, response) => response.render('public/cookies.njk'));
  routes.get('/robots.txt', 'anyone', (_request, response) => {
    response.type('text/plain').send(ROBOTS);
  });
}

/** What is public may be found; what somebody has to sign in for, or is long, need not be fetched by machines. */
const ROBOTS = [
  'User-agent: *',
  'Disallow: /account',
  'Disallow: /governance',
  'Disallow: /log/',
  'Disallow: /operations',
  'Disallow: /sign-in',
  '',
].join('\n');
