import { requesterOfAccount } from '../../access/account.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { RunState } from '../../runs/run-states.js';
import { addressOf, choiceOf, fieldOf, selectItems } from '../public/page-query.js';
import type { SiteServices } from '../site-services.js';
import { ownRuns } from './own-run.js';

export const OWN_RUNS_PER_PAGE = 20;

/** How far a run is, as somebody looks for it. */
const STANDINGS = ['under-way', 'finished', 'refused', 'failed', 'cancelled'] as const;
type Standing = (typeof STANDINGS)[number];

const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  'under-way': 'Under way',
  finished: 'Answered',
  refused: 'Refused',
  failed: 'Failed',
  cancelled: 'Called off',
};

const RUN_ID = /^[0-9a-f-]{36}$/;

/** What somebody has asked so far. */
export function historyPages(routes: GuardedRoutes, { runs, templates }: SiteServices): void {
  routes.get('/my/runs', ['analyst'], (request, response, account) => {
    const requester = requesterOfAccount(account) ?? '';
    const state = choiceOf(request, 'state', STANDINGS);
    const live = new Map(templates.list().map(({ bound: { template } }) => [template.template, template.title]));
    const template = choiceOf(request, 'template', live.keys());
    const before = beforeOf(fieldOf(request, 'before'), requester, runs);
    const found = ownRuns(
      runs,
      requester,
      (run) =>
        (state === undefined || standingOf(run.state) === state) &&
        (template === undefined || run.template === template),
      { limit: OWN_RUNS_PER_PAGE + 1, before },
    );
    const shown = found
      .slice(0, OWN_RUNS_PER_PAGE)
      .map((run) => ({ ...run, standing: standingOf(run.state), words: STANDING_WORDS[standingOf(run.state)] }));
    response.render('analyst/history.njk', {
      ...{ shown, isFiltered: state !== undefined || template !== undefined },
      newestHref: before === undefined ? null : addressOf('/my/runs', { state, template }),
      olderHref:
        found.length > OWN_RUNS_PER_PAGE ? addressOf('/my/runs', { state, template, before: shown.at(-1)?.id }) : null,
      states: selectItems('All', new Map(STANDINGS.map((one) => [one, STANDING_WORDS[one]])), state),
      templates: selectItems('All questions', live, template),
    });
  });
}

/** Of their own runs only: whether there is another of that id is nobody's to find out. */
function beforeOf(id: string, requester: string, runs: SiteServices['runs']): string | undefined {
  if (!RUN_ID.test(id)) return undefined;
  const [known] = ownRuns(runs, requester, (run) => run.id === id, { limit: 1 });
  return known?.id;
}

function standingOf(state: RunState): Standing {
  if (state === 'finished' || state === 'refused' || state === 'failed' || state === 'cancelled') return state;
  return 'under-way';
}
