import { Router } from 'express';
import type { Response } from 'express';

import type { Choice } from '../policy/policy-edit.js';
import { describeCost, describeParameters, describeTerms, OPT_OUTS_GO_ALONG } from '../preview/preview-text.js';
import type { Preview } from '../preview/preview.js';
import { MAX_PAUSE_REASON_CHARACTERS } from '../status/pause.js';
import { notFound } from './error-pages.js';
import type { NodeView } from './node-view.js';

export const NAVIGATION = [
  { href: '/', text: 'Status' },
  { href: '/data', text: 'Your data' },
  { href: '/opt-outs', text: 'Opt-outs' },
  { href: '/questions', text: 'Questions' },
  { href: '/policy', text: 'Policy' },
  { href: '/budget', text: 'Privacy budget' },
  { href: '/ledger', text: 'Ledger' },
] as const;

const CHOICES: ReadonlySet<unknown> = new Set<Choice>(['live', 'shadow', 'observe', 'refuse', 'unsaid']);

type Fields = Readonly<Record<string, unknown>>;

/** All that is shown, and done, once somebody has signed in. */
export function pages(node: NodeView): Router {
  const router = Router();

  router.get('/', (_request, response) => showStatus(response, node));
  router.post('/pause', (request, response) => {
    const { reason } = request.body as Fields;
    const said = typeof reason === 'string' ? reason.trim() : '';
    if (said.length > MAX_PAUSE_REASON_CHARACTERS) {
      const error = `The reason must be ${MAX_PAUSE_REASON_CHARACTERS} characters or less`;
      showStatus(response.status(422), node, { error, reason: said });
      return;
    }
    node.pause(said === '' ? null : said);
    response.redirect('/');
  });
  router.post('/resume', (_request, response) => {
    node.resume();
    response.redirect('/');
  });

  router.get('/data', async (_request, response) => {
    response.render('data.njk', { datasets: await node.datasets() });
  });
  router.get('/data/:dataset', async (request, response, next) => {
    const one = (await node.datasets()).find(({ dataset }) => dataset === request.params.dataset);
    if (one === undefined) notFound(request, response, next);
    else response.render('dataset.njk', { one });
  });
  router.get('/opt-outs', async (_request, response) => response.render('opt-outs.njk', await node.consent()));

  router.get('/questions', (_request, response) => response.render('questions.njk', { templates: node.templates() }));
  router.get('/questions/:name', async (request, response) => {
    showQuestion(response, request.params.name, await node.preview(request.params.name));
  });
  router.post('/questions/:name', async (request, response) => {
    const { name } = request.params;
    const { choice, policy } = request.body as Fields;
    const found = await node.preview(name);
    if (!CHOICES.has(choice)) {
      const error = 'Choose what your node does when this is asked';
      showQuestion(response.status(422), name, found, { error });
      return;
    }
    const { template, version } = found.preview;
    node.choose(template, version, choice as Choice, typeof policy === 'string' ? policy : '');
    response.redirect(`/questions/${name}`);
  });

  router.get('/policy', (_request, response) => response.render('policy.njk', node.policy()));
  router.get('/budget', (_request, response) =>
    response.render('budget.njk', { datasets: node.budget(), inForce: node.inForce() }),
  );
  router.get('/ledger', (request, response, next) => {
    const { before } = request.query;
    if (before === undefined) response.render('ledger.njk', { page: node.ledger() });
    else if (typeof before === 'string' && /^[1-9][0-9]{0,8}$/.test(before)) {
      response.render('ledger.njk', { page: node.ledger(Number(before)) });
    } else notFound(request, response, next);
  });
  return router;
}

function showStatus(response: Response, node: NodeView, wrong: Fields = {}): void {
  const { agency } = node;
  response.render('status.njk', { agency, ...node.now(), ...wrong });
}

interface FoundQuestion {
  readonly preview: Preview;
  readonly policyDigest: string;
}

function showQuestion(response: Response, name: string, found: FoundQuestion, wrong: Fields = {}): void {
  const { preview } = found;
  response.render('question.njk', {
    ...{ name, ...found, optOutsGoAlong: preview.bringsOptOuts ? OPT_OUTS_GO_ALONG : null },
    askedWith: describeParameters(preview),
    terms: [...describeTerms(preview), describeCost(preview)],
    ...wrong,
  });
}
