import { requesterOfAccount, type Account } from '../../access/account.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import { compareReleases, separatingParameters, type ComparedRun } from '../../reading/index.js';
import { fieldOf } from '../public/page-query.js';
import type { PublicPages } from '../public/page-sources.js';
import type { PublicRun } from '../public/public-runs.js';
import type { SiteServices } from '../site-services.js';
import { ownRuns } from './own-run.js';

/** Results that the form offers; any other may be named by its address. */
const RUNS_OFFERED = 100;

/** Two results side by side. What has been released everybody may read, so everybody may compare it. */
export function comparePages(routes: GuardedRoutes, services: SiteServices, pages: PublicPages): void {
  routes.get('/compare', 'anyone', (request, response, account) => {
    const asked = { a: fieldOf(request, 'a'), b: fieldOf(request, 'b') };
    const [first, second] = [asked.a, asked.b].map((id) => released(id, services, pages));
    const errors = [
      ...(asked.a !== '' && first === undefined ? [missing('a')] : []),
      ...(asked.b !== '' && second === undefined ? [missing('b')] : []),
    ];
    const form = {
      errors,
      firsts: itemsOf(services, pages, account, asked.a),
      seconds: itemsOf(services, pages, account, asked.b),
    };
    const comparison =
      first === undefined || second === undefined
        ? null
        : {
            ...compareReleases(first.compared, second.compared, separatingOf(first, second, pages)),
            ...{ first: first.shown, second: second.shown },
          };
    response.status(errors.length === 0 ? 200 : 422).render('analyst/compare.njk', { ...form, comparison });
  });
}

interface Released {
  readonly shown: PublicRun;
  readonly compared: ComparedRun;
  readonly digest: string;
}

function released(id: string, { runs }: SiteServices, pages: PublicPages): Released | undefined {
  const found = pages.runs.find(id);
  if (found === undefined || found.release === null) return undefined;
  const { run } = runs.get(id);
  return { shown: found.run, compared: { run, release: found.release }, digest: run.templateDigest };
}

function separatingOf(first: Released, second: Released, { questions }: PublicPages): readonly string[] {
  const bound = first.digest === second.digest ? questions.boundOf(first.digest) : undefined;
  return bound === undefined ? [] : separatingParameters(bound);
}

function missing(field: string): { readonly text: string; readonly href: string } {
  return { text: 'Choose a result from the list: there is none under what was named', href: `#${field}` };
}

/** Their own first, then the newest of everybody's. */
function itemsOf(
  { runs }: SiteServices,
  pages: PublicPages,
  account: Account | undefined,
  chosen: string,
): readonly { readonly value: string; readonly text: string; readonly selected: boolean }[] {
  const all = pages.runs.all().filter(({ outcome }) => outcome === 'answered');
  const requester = account === undefined ? undefined : requesterOfAccount(account);
  const ids =
    requester === undefined
      ? []
      : ownRuns(runs, requester, ({ state }) => state === 'finished', { limit: RUNS_OFFERED }).map(({ id }) => id);
  const own = all.filter(({ id }) => ids.includes(id));
  const offered = [...new Set([...own, ...all])].slice(0, RUNS_OFFERED);
  const named = all.filter((run) => run.id === chosen && !offered.includes(run));
  return [
    { value: '', text: 'Choose a result', selected: chosen === '' },
    ...[...named, ...offered].map((run) => ({
      value: run.id,
      text: `${run.asked.slice(0, 16).replace('T', ' ')}, ${run.question}${own.includes(run) ? ' (yours)' : ''}`,
      selected: run.id === chosen,
    })),
  ];
}
