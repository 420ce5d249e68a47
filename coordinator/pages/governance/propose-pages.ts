import type { Response } from 'express';
import { toBase64, type Problem } from '../../../core/base/index.js';
import { nameOf } from '../../../core/governance/index.js';
import { canonicalTemplate, parseTemplateSource, TemplateError } from '../../../core/templates/index.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import { officerOf } from './proposal-pages.js';
import { readTemplateFor, type TemplateReading } from './proposal-view.js';
import { showSigning } from './sign-page.js';

/** Of a line with a problem. */
const MAX_QUOTED_CHARACTERS = 80;

type Fields = Readonly<Record<string, unknown>>;

/** A template's way in: its text, what is wrong with it, what it would mean, and the signature that puts it up. */
export function proposePages(routes: GuardedRoutes, services: SiteServices): void {
  const { registers, desk } = services;

  routes.get('/governance/propose', ['officer'], (_request, response, account) => {
    officerOf(account, services);
    showForm(response, { text: '' }, services);
  });

  routes.post('/governance/propose', ['officer'], (request, response, account) => {
    const officer = officerOf(account, services);
    const draft = draftOf(request.body as Fields);
    const read = reading(draft.text, services);
    if ('problems' in read) {
      showForm(response.status(422), { ...draft, problems: read.problems }, services);
      return;
    }
    if (draft.step !== 'sign' || read.hasErrors) {
      // What nobody should sign is shown, and can't be.
      response.render('governance/propose-check.njk', { draft, reading: read });
      return;
    }
    const template = toBase64(canonicalTemplate(read.template));
    const { authors, organisations } = draft;
    const acts = desk.prepare(officer.id, (complete) => [
      complete({ act: 'propose', template, authors, organisations }),
    ]);
    const { passkeys } = registers.register.current.roster;
    const title = `Propose ${nameOf(read)}`;
    const command = 'tally template propose';
    showSigning(response, { ...{ title, acts, command, passkeys }, back: '/governance/propose', next: '/governance' });
  });
}

interface Draft {
  readonly text: string;
  readonly step: string;
  /** Officers who have written it too, by their ids. */
  readonly authors: readonly string[];
  /** Organisations of anybody else who has. */
  readonly organisations: readonly string[];
}

function draftOf(fields: Fields): Draft {
  const { text, step } = fields;
  return {
    text: typeof text === 'string' ? text.replaceAll('\r\n', '\n') : '',
    step: typeof step === 'string' ? step : '',
    ...{ authors: names(fields['authors']), organisations: names(fields['organisations']) },
  };
}

function names(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function reading(text: string, services: SiteServices): TemplateReading | { readonly problems: readonly Problem[] } {
  try {
    const { template, lineOf } = parseTemplateSource(text);
    return readTemplateFor(template, services, lineOf);
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    const { problems, message } = thrown;
    return { problems: problems.length > 0 ? problems : [{ path: '', message }] };
  }
}

function showForm(
  response: Response,
  draft: Partial<Draft> & { readonly problems?: readonly Problem[] },
  { registers }: SiteServices,
): void {
  const { officers, organisations } = registers.register.current.roster;
  const { problems = [] } = draft;
  response.render('governance/propose.njk', {
    ...{ draft, officers, organisations, problems },
    errors: problems.map(({ path, message, line }) => ({
      text: `${line === undefined ? '' : `Line ${line}: `}${path === '' ? '' : `${path} `}${message}${quoted(draft.text, line)}`,
      href: '#text',
    })),
  });
}

/** The line that is meant, for a text field numbers none. */
function quoted(text: string | undefined, line: number | undefined): string {
  const found = line === undefined ? '' : (text?.split('\n')[line - 1]?.trim().slice(0, MAX_QUOTED_CHARACTERS) ?? '');
  return found === '' ? '' : ` (“${found}”)`;
}
