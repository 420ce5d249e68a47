import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { isEnded } from '../../runs/run-states.js';
import { MAX_WAITING_RUNS } from '../../runs/run-service.js';
import { choiceOf } from '../public/page-query.js';
import { PublicQuestions } from '../public/public-questions.js';
import { PublicRuns } from '../public/public-runs.js';
import type { SiteServices } from '../site-services.js';
import { operationsView } from './operations-view.js';

/** Seconds after which the page loads itself anew, for who asks for that. */
const REFRESH_SECONDS = '60';

/** How the federation is, for whoever runs the coordinator. */
export function operationsPages(routes: GuardedRoutes, services: SiteServices): void {
  const { registers, registry, audit, catalogue, certificates, clock, softwareVersion } = services;
  const runs = new PublicRuns(services, new PublicQuestions(services));
  routes.get('/operations', ['operator'], (request, response) => {
    const view = operationsView({
      ...{ clock, catalogue, softwareVersion },
      agencies: registry.list(),
      roster: registers.register.current.roster,
      stated: registers.stated,
      isFileRefused: registers.isFileRefused,
      log: {
        size: audit.head.size,
        cosigned: audit.cosignedBy(registers.register.current.roster.witnesses),
        isClockWrong: audit.wrongClock !== undefined,
      },
      certificates: certificates(),
      runs: runs.all(),
      // Those that have not ended are the newest: they are done in their order.
      unended: services.runs.list(MAX_WAITING_RUNS + 1).filter(({ state }) => !isEnded(state)),
    });
    const refresh = choiceOf(request, 'refresh', [REFRESH_SECONDS]);
    response.render('operations/operations.njk', { ...view, refresh, refreshSeconds: REFRESH_SECONDS });
  });
}
