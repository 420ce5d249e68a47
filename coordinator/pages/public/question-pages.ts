import type { Request, Response } from 'express';
import { stringify } from 'yaml';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { notFound } from '../error-pages.js';
import type { SiteServices } from '../site-services.js';
import { addressOf, choiceOf, fieldOf, selectItems } from './page-query.js';
import type { PublicPages } from './page-sources.js';
import { QUESTION_GROUPS } from './public-questions.js';
import type { PublicQuestion } from './public-questions.js';
import { filteredQuestions, GROUP_WORDS, questionChoices, questionHref, questionLine } from './question-list.js';
import { questionView, versionBefore } from './question-view.js';

/** Of the times that a question was asked, so many are on its page. */
const RUNS_SHOWN = 5;
const VERSION = /^[1-9][0-9]{0,8}$/;

/** The register of questions. */
export function questionPages(routes: GuardedRoutes, services: SiteServices, pages: PublicPages): void {
  const { questions } = pages;
  routes.get('/questions', 'anyone', (request, response) => showList(request, response, services, pages));
  routes.get('/questions/:template', 'anyone', (request, response) => {
    const found = questions.latest(nameIn(request));
    if (found === undefined) notFound(request, response, () => undefined);
    else response.redirect(303, questionHref(found.proposal.template));
  });
  routes.get('/questions/:template/:version', 'anyone', (request, response) => {
    const found = foundIn(request, pages);
    if (found === undefined) notFound(request, response, () => undefined);
    else showQuestion(response, found, services, pages);
  });
  routes.get('/questions/:template/:version/template.yaml', 'anyone', (request, response) => {
    const found = foundIn(request, pages);
    if (found === undefined) notFound(request, response, () => undefined);
    else response.type('application/yaml').attachment(fileName(found, 'yaml')).send(stringify(found.proposal.template));
  });
  routes.get('/questions/:template/:version/template.json', 'anyone', (request, response) => {
    const found = foundIn(request, pages);
    if (found === undefined) notFound(request, response, () => undefined);
    else {
      response.type('application/json').attachment(fileName(found, 'json'));
      response.send(Buffer.from(found.proposal.templatePayload));
    }
  });
}

function nameIn({ params }: Request): string {
  const { template } = params;
  return typeof template === 'string' ? template : '';
}

function foundIn(request: Request, { questions }: PublicPages): PublicQuestion | undefined {
  const { version } = request.params;
  if (typeof version !== 'string' || !VERSION.test(version)) return undefined;
  return questions.find(nameIn(request), Number(version));
}

function fileName({ proposal: { template } }: PublicQuestion, ending: string): string {
  return `${template.template}-${template.version}.${ending}`;
}

function showList(
  request: Request,
  response: Response,
  { registers, catalogue }: SiteServices,
  { questions }: PublicPages,
): void {
  const { roster } = registers.register.current;
  const lines = questions.all().map((one) => questionLine(one, roster, catalogue));
  const { pilot, purpose, dataset } = questionChoices(lines);
  const groups = new Map(QUESTION_GROUPS.map((group) => [group, GROUP_WORDS[group]]));
  const filter = {
    words: fieldOf(request, 'q'),
    group: choiceOf(request, 'state', QUESTION_GROUPS),
    pilot: choiceOf(request, 'pilot', pilot.keys()),
    purpose: choiceOf(request, 'purpose', purpose.keys()),
    dataset: choiceOf(request, 'dataset', dataset.keys()),
  };
  response.render('public/questions.njk', {
    found: filteredQuestions(lines, filter),
    all: lines.length,
    words: filter.words,
    states: selectItems('All', groups, filter.group),
    pilots: selectItems('All pilots', pilot, filter.pilot),
    purposes: selectItems('All purposes', purpose, filter.purpose),
    datasets: selectItems('All data', dataset, filter.dataset),
  });
}

function showQuestion(
  response: Response,
  question: PublicQuestion,
  { registers, catalogue }: SiteServices,
  { questions, runs }: PublicPages,
): void {
  const before = versionBefore(question, questions.all());
  const { roster } = registers.register.current;
  const view = questionView(question, { roster, agencies: registers.roster, catalogue, before });
  const { template, version } = question.standing;
  const asked = runs.all().filter((run) => run.template === template && run.version === version);
  response.render('public/question.njk', {
    ...view,
    runs: asked.slice(0, RUNS_SHOWN),
    runCount: asked.length,
    runsHref: addressOf('/runs', { question: template }),
  });
}
