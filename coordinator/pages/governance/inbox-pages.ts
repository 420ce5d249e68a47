import { utf8Bytes } from '../../../core/base/index.js';
import { actsOf, GovernanceError, nameOf, registerView } from '../../../core/governance/index.js';
import type { TemplateState } from '../../../core/governance/index.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { MAX_RUNS_LISTED } from '../../runs/run.js';
import type { SiteServices } from '../site-services.js';
import { actRefusal } from './act-refusals.js';
import { inboxOf, namesOf, waitsFor } from './inbox.js';
import { officerOf } from './proposal-pages.js';
import { registerWarnings } from './register-warnings.js';

type Fields = Readonly<Record<string, unknown>>;

const ON_THE_WAY: ReadonlySet<TemplateState> = new Set(['draft', 'proposed', 'under-review', 'approved']);

/** Refusals and failures on the first page of governance. */
const REFUSALS_SHOWN = 10;

/** What waits for an officer, and how the federation stands at a glance. */
export function inboxPages(routes: GuardedRoutes, services: SiteServices): void {
  const { registers, registry, runs, clock, desk } = services;

  routes.get('/governance', ['officer'], (_request, response, account) => {
    const officer = officerOf(account, services);
    const { register, copy } = registers;
    const now = clock.now();
    const view = registerView(register, actsOf(copy.entries), now);
    const refused = runs.list(MAX_RUNS_LISTED).filter(({ state }) => state === 'refused' || state === 'failed');
    const { roster } = register.current;
    response.render('governance/inbox.njk', {
      officer,
      organisation: namesOf([officer.organisation], roster),
      warnings: registerWarnings(registers, now),
      tasks: inboxOf(officer, register),
      waiting: register.proposals
        .filter(({ state }) => ON_THE_WAY.has(state))
        .map((proposal) => ({
          ...{ digest: proposal.digest, name: nameOf(proposal), title: proposal.template.title },
          waitsFor: waitsFor(officer, proposal, roster),
        })),
      grants: view.grants.map((grant) => ({ ...grant, organisation: namesOf([grant.organisation], roster) })),
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
    const { roster } = register.current;
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
        what: `Grant of ${purpose} to ${analyst === null ? '' : `${analyst} of `}${namesOf([organisation], roster)}`,
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
      const { title, next } = actRefusal(thrown);
      const [message = ''] = thrown.message.split('\n');
      const errors = [{ text: `${title}. ${next}`, href: '#act' }];
      response.status(422).render('governance/add.njk', { errors, act, code: thrown.code, message });
      return;
    }
    response.redirect(303, '/governance');
  });
}
