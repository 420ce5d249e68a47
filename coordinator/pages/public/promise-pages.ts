import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { CANNOT, WILL, WONT } from './promises.js';

/** What it will and won't do, each promise with what keeps it. */
export function promisePages(routes: GuardedRoutes): void {
  routes.get('/promises', 'anyone', (_request, response) => {
    response.render('public/promises.njk', { will: WILL, wont: WONT, cannot: CANNOT });
  });
}
