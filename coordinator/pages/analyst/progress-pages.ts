import type { Request } from 'express';
import { requesterOfAccount } from '../../access/account.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { RunProgress } from '../../runs/run-feed.js';
import type { RunDetail } from '../../runs/run-service.js';
import type { SiteServices } from '../site-services.js';
import { ownRun } from './own-run.js';
import { progressView, type ProgressView } from './progress-view.js';

/** Seconds after which a page without JavaScript asks again how far a run is. */
export const REFRESH_SECONDS = 5;

/** For whoever waits for a run of theirs: how far it is, told as it happens, and a way to call it off. */
export function progressPages(routes: GuardedRoutes, services: SiteServices): void {
  const { runs, streams } = services;

  // The part of the page that changes, as the page itself has it.
  routes.get('/runs/:id/progress', ['analyst'], (request, response, account) => {
    const detail = ownRun(idIn(request), account, runs);
    response.render('analyst/progress-part.njk', { progress: progressOf(detail, services) });
  });

  routes.get('/runs/:id/events', ['analyst'], (request, response, account) => {
    const { run } = ownRun(idIn(request), account, runs);
    streams.serve(response, (listener) => runs.follow(run.id, 0, listener));
  });

  routes.get('/runs/:id/cancel', ['analyst'], (request, response, account) => {
    const { run } = ownRun(idIn(request), account, runs);
    response.render('analyst/cancel.njk', { run });
  });

  routes.post('/runs/:id/cancel', ['analyst'], async (request, response, account) => {
    const { run } = ownRun(idIn(request), account, runs);
    await runs.cancel(run.id, requesterOfAccount(account) ?? '');
    response.redirect(303, `/runs/${run.id}`);
  });
}

/** What `analyst/progress.njk` shows. */
export function progressPage(detail: RunDetail, services: SiteServices): object {
  return { run: detail.run, progress: progressOf(detail, services), refreshSeconds: REFRESH_SECONDS };
}

function progressOf(detail: RunDetail, { runs, templates, registers }: SiteServices): ProgressView {
  return progressView({
    detail,
    lists: listsNow(detail.run.id, runs),
    agencies: registers.roster.agencies,
    hasSums: templates
      .list()
      .some(({ digest, bound }) => digest === detail.run.templateDigest && bound.measures.length > 0),
  });
}

/** Whoever begins to follow a run is told at once where its lists are. */
function listsNow(id: string, runs: SiteServices['runs']): readonly RunProgress[] {
  const lists: RunProgress[] = [];
  const ended = { event: () => undefined, over: () => undefined };
  runs.follow(id, Number.MAX_SAFE_INTEGER, { ...ended, progress: (progress) => void lists.push(progress) })();
  return lists;
}

function idIn(request: Request): string {
  return String(request.params['id']);
}
