import { describe, expect, it } from 'vitest';

import type { Access, GuardedRoute } from '../../coordinator/access/guarded-routes.js';
import type { Role } from '../../coordinator/access/account.js';
import { testSeed } from '../support/seeded-rng.js';
import { TEMPLATE, template } from '../unit/coordinator/fixtures.js';
import { SignInSite } from './sign-in-site.js';
import type { WebVisitor } from './web-visitor.js';

/* Every route of the coordinator's pages, and what each kind of person gets there: asked over HTTP, with real sessions. */

/** Who asks, in the order of the columns below; who has no role has lost it since signing in. */
const ASKERS = ['nobody', 'analyst', 'officer', 'operator', 'without a role'] as const;
type Asker = (typeof ASKERS)[number];

/** Of the sign-in service's people. */
const PEOPLE: Readonly<Record<Exclude<Asker, 'nobody'>, string>> = {
  analyst: 'demo-amara',
  officer: 'demo-dev',
  operator: 'demo-gwen',
  'without a role': 'demo-esther',
};

interface Row {
  /** As the table of routes has it: `GET /runs/:id`. */
  readonly route: string;
  /** Where it is asked; the route's own path where that has no parameters. */
  readonly at?: string;
  /** What is sent beside the token, where it is a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** What each of ASKERS gets. A page that isn't theirs is 303, to sign in, for nobody, and 403 for anybody else. */
  readonly gets: readonly [number, number, number, number, number];
}

const QUESTION = `/questions/${TEMPLATE}`;
const NO_RUN = '/runs/00000000-0000-4000-8000-000000000000';
const NO_PROPOSAL = `/governance/proposals/${'0'.repeat(64)}`;

/** What everybody may read. */
function open(path: string): Row {
  return { route: `GET ${path}`, gets: [200, 200, 200, 200, 200] };
}

/** A new route needs its row here: the test fails until it has one. */
const ROWS: readonly Row[] = [
  { route: 'GET /', gets: [200, 200, 200, 200, 200] },
  // To the service, or on to the first page.
  { route: 'GET /sign-in', gets: [303, 303, 303, 303, 303] },
  { route: 'GET /sign-in/callback', gets: [400, 400, 400, 400, 400] },
  { route: 'GET /account', gets: [303, 200, 200, 200, 200] },
  { route: 'POST /sign-out', gets: [403, 303, 303, 303, 303] },
  { route: 'GET /signed-out', gets: [200, 200, 200, 200, 200] },
  // What is public.
  ...[
    '/accessibility',
    '/cookies',
    '/robots.txt',
    '/questions',
    '/runs',
    '/verify',
    '/register.jsonl',
    '/feed.atom',
  ].map(open),
  ...['/register-statement.json', '/register.json', '/log/checkpoint', '/log/checkpoint.txt', '/log/entries'].map(open),
  ...['/opt-out', '/promises', '/compare'].map(open),
  { route: 'GET /log/proof/inclusion', gets: [400, 400, 400, 400, 400] },
  { route: 'GET /log/proof/consistency', gets: [400, 400, 400, 400, 400] },
  { route: 'GET /questions/:template', at: QUESTION, gets: [303, 303, 303, 303, 303] },
  ...['', '/template.yaml', '/template.json'].map((file) => ({
    ...{ route: `GET /questions/:template/:version${file}`, at: `${QUESTION}/${template.version}${file}` },
    gets: [200, 200, 200, 200, 200] as const,
  })),
  // There is none of this id, and nobody is told so otherwise than anybody else.
  { route: 'GET /runs/:id', at: NO_RUN, gets: [404, 404, 404, 404, 404] },
  { route: 'GET /runs/:id/export/:format', at: `${NO_RUN}/export/csv`, gets: [404, 404, 404, 404, 404] },
  { route: 'GET /runs/:id/provenance.json', at: `${NO_RUN}/provenance.json`, gets: [404, 404, 404, 404, 404] },

  // What analysts do.
  { route: 'GET /questions/:template/ask', at: `${QUESTION}/ask`, gets: [303, 200, 403, 403, 403] },
  { route: 'POST /questions/:template/ask', at: `${QUESTION}/ask`, gets: [403, 422, 403, 403, 403] },
  { route: 'POST /questions/:template/submit', at: `${QUESTION}/submit`, gets: [403, 422, 403, 403, 403] },
  // There is no place to try here.
  { route: 'POST /questions/:template/try', at: `${QUESTION}/try`, gets: [403, 503, 403, 403, 403] },
  { route: 'GET /trials/:id', at: '/trials/one', gets: [303, 503, 403, 403, 403] },
  { route: 'GET /runs/:id/progress', at: `${NO_RUN}/progress`, gets: [303, 404, 403, 403, 403] },
  { route: 'GET /runs/:id/events', at: `${NO_RUN}/events`, gets: [303, 404, 403, 403, 403] },
  { route: 'GET /runs/:id/cancel', at: `${NO_RUN}/cancel`, gets: [303, 404, 403, 403, 403] },
  { route: 'POST /runs/:id/cancel', at: `${NO_RUN}/cancel`, gets: [403, 404, 403, 403, 403] },
  { route: 'GET /my/runs', gets: [303, 200, 403, 403, 403] },
  { route: 'GET /account/tokens', gets: [303, 200, 403, 403, 403] },
  { route: 'POST /account/tokens', gets: [403, 422, 403, 403, 403] },
  { route: 'POST /account/tokens/:id/revoke', at: '/account/tokens/none/revoke', gets: [403, 404, 403, 403, 403] },
  { route: 'GET /device', gets: [303, 200, 403, 403, 403] },
  { route: 'POST /device', gets: [403, 422, 403, 403, 403] },
  { route: 'POST /device/answer', gets: [403, 422, 403, 403, 403] },

  // What officers do; of a proposal that there is none of.
  ...['', '/calendar', '/add', '/propose', '/passkey'].map((page) => ({
    ...{ route: `GET /governance${page}`, gets: [303, 403, 200, 403, 403] as const },
  })),
  // The register of these tests takes anything.
  { route: 'POST /governance/add', gets: [403, 403, 303, 403, 403] },
  { route: 'POST /governance/propose', gets: [403, 403, 422, 403, 403] },
  { route: 'POST /governance/passkey', gets: [403, 403, 422, 403, 403] },
  { route: 'POST /governance/sign', gets: [403, 403, 422, 403, 403] },
  ...['', '/review', '/revoke'].map((page) => ({
    ...{ route: `GET /governance/proposals/:proposal${page}`, at: `${NO_PROPOSAL}${page}` },
    gets: [303, 403, 404, 403, 403] as const,
  })),
  ...['/review', '/revoke', '/approve', '/publish'].map((page) => ({
    ...{ route: `POST /governance/proposals/:proposal${page}`, at: `${NO_PROPOSAL}${page}` },
    gets: [403, 403, 404, 403, 403] as const,
  })),

  // What operators see.
  { route: 'GET /operations', gets: [303, 403, 403, 200, 403] },
];

const nameOf = ({ method, path }: GuardedRoute): string => `${method.toUpperCase()} ${path}`;

function accessOf({ site }: SignInSite, { route }: Row): Access {
  const declared = site.routes.table.find((one) => nameOf(one) === route);
  if (declared === undefined) throw new RangeError(`there is no route ${route}`);
  return declared.access;
}

function mayUse(access: Access, asker: Asker): boolean {
  if (access === 'anyone') return true;
  if (asker === 'nobody') return false;
  return access === 'signed-in' || (access as readonly Role[] as readonly string[]).includes(asker);
}

/** Somebody of each kind, who signs in again where what was asked has signed them out. */
class Company {
  readonly #site: SignInSite;
  readonly #visitors = new Map<Asker, WebVisitor>();

  constructor(site: SignInSite) {
    this.#site = site;
  }

  async visitor(asker: Asker): Promise<WebVisitor> {
    if (asker === 'nobody') return this.#site.visitor();
    const known = this.#visitors.get(asker);
    if (known !== undefined && (await known.ask('/account')).status === 200) return known;
    this.#site.amend = (roster) => roster;
    const visitor = await this.#site.signedIn(PEOPLE[asker]);
    this.#visitors.set(asker, visitor);
    this.#site.amend = (roster) => ({
      ...roster,
      officers: roster.officers.filter(({ id }) => id !== 'victims-officer'),
    });
    return visitor;
  }

  async get(
    asker: Asker,
    { route, at, form }: Row,
  ): Promise<{ readonly status: number; readonly isSentToSignIn: boolean }> {
    const visitor = await this.visitor(asker);
    const [method = '', path = ''] = route.split(' ');
    const seen = method === 'POST' ? await visitor.post(at ?? path, form) : await visitor.ask(at ?? path);
    return { status: seen.status, isSentToSignIn: seen.headers.location?.startsWith('/sign-in?') === true };
  }
}

describe(`who gets what at each route (seed ${testSeed})`, () => {
  it('has a row for each route, and no other', async () => {
    const { site } = await SignInSite.open();
    expect(ROWS.map(({ route }) => route).toSorted()).toEqual(site.routes.table.map(nameOf).toSorted());
    // Nobody has gone round the table.
    const served = site.routes.router.stack.filter(({ route }) => route !== undefined);
    expect(served).toHaveLength(site.routes.table.length);
  });

  it('gives each what the row says, which is what the route declares', async () => {
    const site = await SignInSite.open();
    const company = new Company(site);
    for (const row of ROWS) {
      const access = accessOf(site, row);
      const got: number[] = [];
      for (const asker of ASKERS) {
        const { status, isSentToSignIn } = await company.get(asker, row);
        got.push(status);
        const isRefused = isSentToSignIn || status === 403;
        expect([row.route, asker, isRefused]).toEqual([row.route, asker, !mayUse(access, asker)]);
      }
      expect([row.route, ...got]).toEqual([row.route, ...row.gets]);
    }
  });

  it('takes no form of somebody who has a token and no role for it', async () => {
    const site = await SignInSite.open();
    const company = new Company(site);
    const { routes } = site.site;
    routes.post('/for-nobody', ['operator'], (_request, response) => void response.sendStatus(200));
    const row: Row = { route: 'POST /for-nobody', gets: [403, 403, 403, 200, 403] };
    const got: number[] = [];
    for (const asker of ASKERS) got.push((await company.get(asker, row)).status);
    expect(got).toEqual(row.gets);
  });
});
