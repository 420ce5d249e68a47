import type { Request, Response } from 'express';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { formatsOf, type ExportedRun } from '../../exports/index.js';
import { isEnded } from '../../runs/run-states.js';
import { ExportedFiles } from '../analyst/exported-files.js';
import { findOwnRun, ownRunView } from '../analyst/own-run.js';
import { progressPage } from '../analyst/progress-pages.js';
import { publishedView, resultView } from '../analyst/result-view.js';
import { notFound } from '../error-pages.js';
import type { SiteServices } from '../site-services.js';
import { furtherResults } from './further-results.js';
import { addressOf, choiceOf, pageOf, selectItems } from './page-query.js';
import { paged } from './pagination.js';
import type { PublicPages } from './page-sources.js';
import { RUN_OUTCOMES } from './public-runs.js';
import type { FoundRun, RunOutcome } from './public-runs.js';
import { leftOutWords } from './opt-out-view.js';
import { resultsView } from './results-table.js';
import type { PublicRun } from './public-runs.js';

const RUNS_PER_PAGE = 20;

export const OUTCOME_WORDS: Readonly<Record<RunOutcome, string>> = {
  answered: 'Answered',
  refused: 'Refused',
  'not-answered': 'Not answered',
  'under-way': 'Being answered',
};

/** Every time that a question was asked. */
export function runPages(routes: GuardedRoutes, services: SiteServices, pages: PublicPages): void {
  const { runs } = pages;
  routes.get('/runs', 'anyone', (request, response) => showList(request, response, pages));
  const files = new ExportedFiles();
  routes.get('/runs/:id', 'anyone', async (request, response, account) => {
    const own = findOwnRun(idIn(request), account, services.runs);
    if (own !== undefined && !isEnded(own.run.state)) {
      response.render('analyst/progress.njk', progressPage(own, services));
      return;
    }
    const found = own === undefined ? runs.find(idIn(request)) : runs.of(own.run);
    if (found === undefined) {
      notFound(request, response, () => undefined);
      return;
    }
    const exported = exportedRun(found, services);
    response.render('public/run.njk', {
      ...publicRunPage(found, services, pages),
      ...(exported === undefined
        ? {}
        : { result: resultView(exported), published: await publishedView(exported, files) }),
      own: own === undefined ? null : ownRunView(own, services.registers.roster.agencies),
      isPublic: own === undefined || runs.find(own.run.id) !== undefined,
    });
  });
  routes.get('/runs/:id/export/:format', 'anyone', async (request, response) => {
    const found = runs.find(idIn(request));
    const exported = found === undefined ? undefined : exportedRun(found, services);
    const format = exported && formatsOf(exported).find((one) => one === request.params['format']);
    if (exported === undefined || format === undefined) {
      notFound(request, response, () => undefined);
      return;
    }
    const { fileName, contentType, bytes } = await files.file(format, exported);
    response.attachment(fileName);
    // Not by Express, which would say of JSON, too, in which character set it is.
    response.setHeader('Content-Type', contentType);
    response.send(Buffer.from(bytes));
  });
  routes.get('/runs/:id/provenance.json', 'anyone', (request, response) => {
    const found = runs.find(idIn(request));
    if (found?.release == null) {
      notFound(request, response, () => undefined);
      return;
    }
    const provenance = services.runs.provenance(found.run.id);
    response.type('application/json').attachment(`provenance-${found.run.id}.json`).send(Buffer.from(provenance));
  });
}

function idIn({ params }: Request): string {
  const { id } = params;
  return typeof id === 'string' ? id : '';
}

/** Undefined where there is no release. */
function exportedRun(
  { run: { id }, release }: FoundRun,
  { runs, registers }: Pick<SiteServices, 'runs' | 'registers'>,
): ExportedRun | undefined {
  if (release === null) return undefined;
  return { run: runs.get(id).run, release, programme: registers.register.current.roster.federation };
}

function showList(request: Request, response: Response, { runs }: PublicPages): void {
  const all = runs.all();
  const questions = new Map(all.map(({ template, question }) => [template, question]));
  const organisations = new Map(all.map(({ organisation, organisationName }) => [organisation, organisationName]));
  const question = choiceOf(request, 'question', questions.keys());
  const organisation = choiceOf(request, 'organisation', organisations.keys());
  const outcome = choiceOf(request, 'outcome', RUN_OUTCOMES);
  const fits = ({ template, ...run }: PublicRun): boolean =>
    (question === undefined || template === question) &&
    (organisation === undefined || run.organisation === organisation) &&
    (outcome === undefined || run.outcome === outcome);
  const hrefOf = (page: number): string =>
    addressOf('/runs', { question, organisation, outcome, page: page === 1 ? undefined : String(page) });
  response.render('public/runs.njk', {
    found: paged(all.filter(fits), pageOf(request), RUNS_PER_PAGE, hrefOf),
    all: all.length,
    outcomeWords: OUTCOME_WORDS,
    questions: selectItems('All questions', questions, question),
    organisations: selectItems('All organisations', organisations, organisation),
    outcomes: selectItems('All', new Map(RUN_OUTCOMES.map((one) => [one, OUTCOME_WORDS[one]])), outcome),
  });
}

/** What everybody is shown of a run: the page of whoever may see more begins with it. */
export function publicRunPage(
  { run, release }: FoundRun,
  { registers, catalogue }: Pick<SiteServices, 'registers' | 'catalogue'>,
  { questions }: PublicPages,
): object {
  const { roster } = registers.register.current;
  const bound = questions.find(run.template, run.version)?.bound;
  const unit = bound?.unit === 'record' ? 'Records' : 'People';
  return {
    run,
    outcomeWords: OUTCOME_WORDS,
    questionHref: `/questions/${run.template}/${run.version}`,
    federation: roster.federation,
    release,
    results: release === null ? null : resultsView(release.table, unit),
    further: release === null ? [] : furtherResults(release.table, release.presentation),
    sources: (release?.sources ?? []).map((source) => ({
      ...source,
      title: catalogue.get(source.dataset)?.title ?? source.dataset,
    })),
    linkage: (release?.linkage?.links ?? []).map(({ title, headline }) => ({
      title,
      says: headline?.sentence ?? null,
    })),
    leftOut: release?.optOuts == null ? null : leftOutWords(release.optOuts, release.table.policy.threshold),
  };
}
