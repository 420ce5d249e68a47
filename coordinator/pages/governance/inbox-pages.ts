import { utf8Bytes } from '../../../core/base/index.js';
import { actsOf, GovernanceError, registerView } from '../../../core/governance/index.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { MAX_RUNS_LISTED } from '../../runs/run.js';
import type { SiteServices } from '../site-services.js';
import { inboxOf } from './inbox.js';
import { officerOf } from './proposal-pages.js';

type Fields = Readonly<Record<string, unknown>>;

/** Refusals and failures on the first page of governance. */
const REFUSALS_SHOWN = 10;

/** What waits for an officer, and how the federation stands at a glance. */
export function inboxPages(routes: GuardedRoutes, services: SiteServices): void {
  const { registers, registry, runs, clock, desk } = services;

  routes.get('/governance', ['officer'], (_request, response, account) => {
    const officer = officerOf(account, services);
    const { register, copy, stated } = registers;
    const view = registerView(register, actsOf(copy.entries), clock.now());
    const refused = runs.list(MAX_RUNS_LISTED).filter(({ state }) => state === 'refused' || state === 'failed');
    response.render('governance/inbox.njk', {
      ...{ officer, view, stated: stated ?? null },
      tasks: inboxOf(officer, register),
      waiting: view.templates.filter(({ state }) => ['proposed', 'under-review', 'approved'].includes(state)),
      expiring: view.templates
        .filter(({ state }) => state === 'live')
        .toSorted((a, b) => (a.expires < b.expires ? -1 : 1)),
      refused: refused.slice(0, REFUSALS_SHOWN),
      budgets: registry
        .list()
        .flatMap(({ name, datasets }) =>
          datasets.flatMap(({ dataset, epsilonLeft }) =>
            epsilonLeft === null ? [] : [{ name, dataset, epsilonLeft }],
          ),
        ),
    });
  });

  routes.get('/governance/calendar', ['officer'], (_request, response) => {
    const { register, copy } = registers;
    const view = registerView(register, actsOf(copy.entries), clock.now());
    const days = [
      { day: view.roster.expires, what: `Version ${view.roster.version} of the roster`, href: '/verify' },
      ...view.templates
        .filter(({ state }) => state === 'live')
        .map(({ expires, title, template, version }) => ({
          ...{ day: expires, what: title },
          href: `/questions/${template}/${version}`,
        })),
      ...view.grants.map(({ until, organisation, analyst, purpose }) => ({
        day: until,
        what: `Grant of ${purpose} to ${analyst === null ? '' : `${analyst} of `}${organisation}`,
        href: null,
      })),
    ].toSorted((a, b) => (a.day < b.day ? -1 : 1));
    response.render('governance/calendar.njk', { days, today: clock.now().toISOString().slice(0, 10) });
  });

  // What was signed with a key file, for whoever has no passkey, or no JavaScript.
  routes.get('/governance/add', ['officer'], (_request, response, account) => {
    officerOf(account, services);
    response.render('governance/add.njk', {});
  });

  routes.post('/governance/add', ['officer'], (request, response, account) => {
    officerOf(account, services);
    const { act } = request.body as Fields;
    try {
      desk.take(utf8Bytes(typeof act === 'string' ? act : ''));
    } catch (thrown) {
      if (!(thrown instanceof GovernanceError)) throw thrown;
      const errors = [{ text: `${thrown.code}: ${thrown.message}`, href: '#act' }];
      response.status(422).render('governance/add.njk', { errors });
      return;
    }
    response.redirect(303, '/governance');
  });
}
