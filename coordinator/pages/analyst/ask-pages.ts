import type { Request, Response } from 'express';
import type { CodedError } from '../../../core/base/index.js';
import { TemplateError, type ParameterValues } from '../../../core/templates/index.js';
import { requesterOfAccount, type Account } from '../../access/account.js';
import { Denied } from '../../access/denied.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { CoordinatorError } from '../../errors.js';
import type { LiveTemplate } from '../../register/live-templates.js';
import type { RunPreview } from '../../runs/run-preview.js';
import type { SiteServices } from '../site-services.js';
import { askForm, askHref, chosenValues, type FormFields } from './ask-form.js';
import { precisionWords } from './expected-precision.js';
import { sameUnderWay } from './own-run.js';
import { adviceNow } from './page-advice.js';

/** An analyst asks: chooses, reads what it would be, and says yes. */
export function askPages(routes: GuardedRoutes, { templates, runs, registers, trial }: SiteServices): void {
  const path = '/questions/:template/ask';

  routes.get(path, ['analyst'], (request, response, account) => {
    const live = templates.get(nameIn(request));
    // What was chosen before comes with the address.
    showForm(response, live, chosenValues(live.bound, request.query as FormFields), requesterFor(account));
  });

  // Nothing is done by it: what would be done is shown first.
  routes.post(path, ['analyst'], (request, response, account) => {
    const live = templates.get(nameIn(request));
    const values = chosenValues(live.bound, request.body as FormFields);
    const requester = requesterFor(account);
    try {
      const preview = runs.preview({ template: live.bound.template.template, parameters: values, requester });
      response.render('analyst/check.njk', {
        ...common(live, requester),
        ...{ form: askForm(live.bound, values), againHref: askHref(live.bound.template.template, values) },
        agencies: agenciesOf(preview, registers.roster.agencies),
        ...{ preview, precision: precisionWords(preview), canTry: trial !== undefined },
      });
    } catch (thrown) {
      if (!isForWhoAsks(thrown)) throw thrown;
      showForm(response.status(422), live, values, requester, thrown);
    }
  });

  routes.post('/questions/:template/submit', ['analyst'], (request, response, account) => {
    const live = templates.get(nameIn(request));
    const values = chosenValues(live.bound, request.body as FormFields);
    const requester = requesterFor(account);
    try {
      const template = live.bound.template.template;
      const { id } =
        sameUnderWay(runs, { requester, templateDigest: live.digest, parameters: values }) ??
        runs.submit({ template, parameters: values, requester });
      response.redirect(303, `/runs/${id}`);
    } catch (thrown) {
      if (!isForWhoAsks(thrown)) throw thrown;
      showForm(response.status(422), live, values, requester, thrown);
    }
  });
}

function nameIn(request: Request): string {
  return String(request.params['template']);
}

/** Thrown when they are of no organisation, or have no name to ask under: Denied NOT_YOUR_ROLE. */
function requesterFor(account: Account): string {
  const requester = requesterOfAccount(account);
  if (requester !== undefined) return requester;
  throw new Denied(
    'NOT_YOUR_ROLE',
    'Your sign-in does not say for which organisation you ask: ask whoever runs the coordinator.',
  );
}

function showForm(
  response: Response,
  live: LiveTemplate,
  values: ParameterValues,
  requester: string,
  wrong?: CodedError,
): void {
  const form = askForm(live.bound, values, wrong?.problems);
  // What is wrong with no one choice stands above them all.
  const trouble = wrong !== undefined && form.errors.length === 0 ? troubleOf(wrong) : null;
  response.render('analyst/ask.njk', {
    ...common(live, requester),
    ...{ form, trouble },
    errors: trouble === null ? form.errors : [{ text: trouble.message, href: '#trouble' }],
  });
}

function common({ bound: { template } }: LiveTemplate, requester: string): object {
  return { template, requester };
}

interface Trouble {
  readonly code: string;
  readonly message: string;
  /** What can be done; null where the message says so. */
  readonly advice: string | null;
  readonly problems: readonly string[];
}

function troubleOf({ code, message, problems }: CodedError): Trouble {
  const [first = ''] = message.split('\n');
  const said = problems.map((problem) => `${problem.path}: ${problem.message}`);
  return { code, message: first, advice: adviceNow(code), problems: said };
}

/** What can't be asked now, or not like this; that there is no such template is for the page of errors. */
function isForWhoAsks(thrown: unknown): thrown is CoordinatorError | TemplateError {
  if (thrown instanceof CoordinatorError) return thrown.code !== 'UNKNOWN_TEMPLATE';
  return thrown instanceof TemplateError;
}

interface Answering {
  readonly name: string;
  readonly datasets: readonly { readonly dataset: string; readonly asAt: string }[];
}

/** By agency, in the order of the roster. */
function agenciesOf(
  { sources }: RunPreview,
  agencies: readonly { readonly id: string; readonly name: string }[],
): readonly Answering[] {
  return agencies
    .map(({ id, name }) => ({ name, datasets: sources.filter(({ agency }) => agency === id) }))
    .filter(({ datasets }) => datasets.length > 0);
}
