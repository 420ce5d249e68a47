import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { CoordinatorError } from '../../errors.js';
import { isEnded } from '../../runs/run-states.js';
import type { TrialFederation } from '../../trial/trial-federation.js';
import type { SiteServices } from '../site-services.js';
import { furtherResults } from '../public/further-results.js';
import { resultsView } from '../public/results-table.js';
import { askHref, chosenValues, type FormFields } from './ask-form.js';
import { REFRESH_SECONDS } from './progress-pages.js';
import { PHASE_WORDS } from './progress-view.js';
import { resultView } from './result-view.js';

/** A question tried on invented people, by the same programs: what comes out is shown as a real table is, and marked. */
export function trialPages(routes: GuardedRoutes, { templates, trial }: SiteServices): void {
  routes.post('/questions/:template/try', ['analyst'], async (request, response) => {
    const { bound, digest } = templates.get(String(request.params['template']));
    const parameters = chosenValues(bound, request.body as FormFields);
    const id = await there(trial).submit({ template: bound.template.template, digest, parameters });
    response.redirect(303, `/trials/${encodeURIComponent(id)}`);
  });

  routes.get('/trials/:id', ['analyst'], async (request, response) => {
    const run = await there(trial).run(String(request.params['id']));
    const isOver = isEnded(run.state);
    const { release } = run;
    const unit = templates.get(run.template).bound.unit === 'record' ? 'Records' : 'People';
    response.render('analyst/trial.njk', {
      ...{ run, isOver, headline: PHASE_WORDS[run.state] },
      ...{ againHref: askHref(run.template, run.parameters) },
      ...(release === null
        ? {}
        : {
            result: resultView({ run, release }),
            results: resultsView(release.table, unit),
            further: furtherResults(release.table, release.presentation),
          }),
      refreshSeconds: isOver ? null : REFRESH_SECONDS,
    });
  });
}

/** Thrown when there is no place to try: CoordinatorError TRIAL_UNAVAILABLE. */
function there(trial: SiteServices['trial']): Pick<TrialFederation, 'submit' | 'run'> {
  if (trial !== undefined) return trial;
  throw new CoordinatorError('TRIAL_UNAVAILABLE', 'This coordinator has no federation of invented people to try with.');
}
