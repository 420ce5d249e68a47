import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  apiDocument,
  API_ROUTES,
  maySee,
  newTokenText,
  PROBLEM_KINDS,
  problemsOf,
  RUN_STATES,
  runDetailView,
  runsView,
  SCOPES,
  sightOf,
  tokenHash,
  type RouteSpec,
  type Scope,
} from '../../../coordinator/index.js';
import { nonconformities } from '../../support/api-conformance.js';
import { seededRng } from '../../support/seeded-rng.js';
import { CONFIGURED, serveApi, TOKEN, type ServedApi } from './api-fixtures.js';
import { PARAMETERS, REQUEST, TEMPLATE, type RigOptions } from './fixtures.js';

const routes = Object.entries(API_ROUTES) as [string, RouteSpec][];

/** A token with every scope but this. */
const without = (scope: Scope): string => `without-${scope.replace(':', '-')}`;

async function serve(options: RigOptions = {}): Promise<ServedApi> {
  return serveApi(
    options,
    {},
    {
      tokens: [
        ...CONFIGURED,
        { name: 'other', organisation: 'research-office', sha256: tokenHash('other') },
        { name: 'late', organisation: 'research-office', sha256: tokenHash('late'), expires: '2026-11-21' },
        ...SCOPES.map((scope) => ({
          name: without(scope),
          organisation: 'research-office',
          sha256: tokenHash(without(scope)),
          scopes: SCOPES.filter((one) => one !== scope),
        })),
      ],
    },
  );
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: Headers;
}

/** Asks a route of the table as it wants to be asked. What comes has to be as the document says. */
async function ask(url: string, spec: RouteSpec, token: string | null, id = 'none'): Promise<Answer> {
  const path = `${spec.path.replace('{id}', id)}${QUERIES[spec.path] ?? ''}`;
  const method = spec.method.toUpperCase();
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(spec.body === undefined ? {} : { 'content-type': spec.body.type }),
    },
    ...(spec.body === undefined ? {} : { body: BODIES[spec.path] ?? '' }),
    signal: abort.signal,
  });
  const type = response.headers.get('content-type') ?? '';
  const text = response.ok && type.startsWith('text/event-stream') ? '' : await response.text();
  expect(nonconformities(method, path, { status: response.status, type, text })).toEqual([]);
  const code = type.startsWith('application/problem') ? (JSON.parse(text) as { code: string }).code : undefined;
  return { status: response.status, code, text, headers: response.headers };
}

const BODIES: Readonly<Record<string, string>> = {
  '/api/v1/runs': JSON.stringify({ template: TEMPLATE, parameters: PARAMETERS }),
  '/api/v1/device-authorization': 'client_id=tally',
  '/api/v1/token': 'grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=none',
};
const QUERIES: Readonly<Record<string, string>> = {
  '/api/v1/audit/proof/inclusion': '?index=0&size=1',
  '/api/v1/audit/proof/consistency': '?first=1&second=1',
};

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(apiDocument())) as Record<string, object>);
    expect(result.valid ? [] : result.errors).toEqual([]);
    expect(validator.version).toBe('3.1');
  });

  it('is no OpenAPI once a part of it is missing: the check can fail', async () => {
    const { openapi, paths } = JSON.parse(JSON.stringify(apiDocument())) as Record<string, object>;
    expect((await new Validator().validate({ openapi, paths })).valid).toBe(false);
  });

  it('has every route of the table, with the scope that it needs and what it may answer', () => {
    const { paths = {} } = apiDocument();
    const described = Object.values(paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId: string; security: unknown; responses: object }>),
    );
    expect(described.map(({ operationId }) => operationId).toSorted()).toEqual(routes.map(([name]) => name).toSorted());
    for (const { operationId, security, responses } of described) {
      const spec: RouteSpec = API_ROUTES[operationId as keyof typeof API_ROUTES];
      const scopes = spec.access === 'any-token' ? [] : [spec.access];
      expect(security).toEqual(spec.access === 'anyone' ? [] : [{ token: scopes }]);
      const statuses = problemsOf(spec).map((code) => String(PROBLEM_KINDS.get(code)?.status));
      expect(Object.keys(responses)).toEqual(expect.arrayContaining([String(spec.answer.status), ...statuses]));
    }
  });

  it('says each thing in words', () => {
    for (const [name, { summary, description, answer }] of routes) {
      for (const text of [summary, description, answer.description]) expect(text, name).toMatch(/^[A-Z].{4}/);
    }
  });
});

describe('each route', () => {
  const guarded = routes.filter(([, { access }]) => access !== 'anyone');
  it.each(guarded)('%s is for nobody without a token, with a wrong one or one that has expired', async (_, spec) => {
    const { url } = await serve();
    const made = newTokenText(seededRng('nobody'));
    for (const token of [null, 'wrong', made]) {
      const answer = await ask(url, spec, token);
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHORISED' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(await ask(url, spec, 'late')).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  const scoped = routes.filter(([, { access }]) => access !== 'anyone' && access !== 'any-token');
  it.each(scoped)('%s is for nobody whose token has every scope but its own', async (_, spec) => {
    const { url } = await serve();
    const answer = await ask(url, spec, without(spec.access as Scope));
    expect(answer).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${spec.access}"`);
  });

  it.each(routes)('%s is answered as the document says', async (name, spec) => {
    const { url, rig } = await serve({ reveal: true });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const waiting = name === 'cancelRun' ? cancellable(rig.service) : id;
    const answer = await ask(url, spec, TOKEN, spec.path.includes('templates') ? TEMPLATE : waiting);
    const refused = { getToken: 400, revokeToken: 409, cancelRun: 200 }[name];
    expect(answer.status).toBe(refused ?? spec.answer.status);
  });

  it.each(routes.filter(([, { path }]) => path.includes('/runs/{id}')))(
    '%s doesn’t tell another analyst of a run that was not released',
    async (_, spec) => {
      const { url, rig } = await serve({ behaviours: { police: 'silent' }, reveal: true });
      const { id } = rig.service.submit(REQUEST);
      const [hidden, none] = [await ask(url, spec, 'other', id), await ask(url, spec, 'other', 'none')];
      expect(hidden).toMatchObject({ status: 404, code: 'UNKNOWN_RUN' });
      expect(hidden.text).toBe(none.text);
      expect(rig.service.find(id).state).not.toBe('cancelled');
    },
  );

  it('shows another analyst what was released, and nothing of how it went', async () => {
    const { url, rig } = await serve({ reveal: true });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const own = runDetailView.parse(JSON.parse((await ask(url, API_ROUTES.getRun, TOKEN, id)).text));
    const others = runDetailView.parse(JSON.parse((await ask(url, API_ROUTES.getRun, 'other', id)).text));
    expect(own.events.length).toBeGreaterThan(3);
    expect(others).toEqual({ ...own, events: [], phases: [], refusals: [] });
    expect((await ask(url, API_ROUTES.getProvenance, 'other', id)).status).toBe(200);
    for (const spec of [API_ROUTES.followRun, API_ROUTES.cancelRun, API_ROUTES.getUnprotectedCounts]) {
      expect(await ask(url, spec, 'other', id)).toMatchObject({ status: 403, code: 'NOT_YOUR_RUN' });
    }
  });

  it('lists what somebody may see, by state, template and whose it is, and takes no cursor of another’s run', async () => {
    const { url, rig } = await serve({ behaviours: { police: { refuse: 'PAUSED' } } });
    const refused = rig.service.submit(REQUEST).id;
    await rig.ended(refused);
    rig.behaviours['police'] = 'accept';
    const released = rig.service.submit(REQUEST).id;
    await rig.ended(released);
    const listed = async (token: string, query: string): Promise<string[]> => {
      const response = await fetch(`${url}/api/v1/runs${query}`, { headers: { authorization: `Bearer ${token}` } });
      return runsView.parse(await response.json()).runs.map(({ id }) => id);
    };
    expect(await listed(TOKEN, '')).toEqual([released, refused]);
    expect(await listed('other', '')).toEqual([released]);
    expect(await listed('other', '?mine=true')).toEqual([]);
    expect(await listed(TOKEN, '?state=refused')).toEqual([refused]);
    expect(await listed('other', '?state=refused')).toEqual([]);
    expect(await listed(TOKEN, `?template=${TEMPLATE}&mine=true`)).toHaveLength(2);
    expect(await listed(TOKEN, '?template=none')).toEqual([]);
    const cursor = Buffer.from(`runs:${refused}`).toString('base64url');
    const statuses = await Promise.all(
      [TOKEN, 'other'].map(async (token) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${url}/api/v1/runs?cursor=${cursor}`, { headers })).status;
      }),
    );
    expect(statuses).toEqual([200, 400]);
  });

  it('names the methods that an address takes', async () => {
    const { url } = await serve();
    for (const [path, allowed] of [
      ['/api/v1/runs', 'POST, GET, HEAD'],
      ['/api/v1/templates', 'GET, HEAD'],
    ] as const) {
      const response = await fetch(`${url}${path}`, { method: 'PUT', headers: { authorization: `Bearer ${TOKEN}` } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
      expect(await response.json()).toMatchObject({
        code: 'METHOD_NOT_ALLOWED',
        type: '/api#errors-METHOD_NOT_ALLOWED',
      });
    }
  });
});

/** A run that waits for its turn behind another. */
function cancellable(service: ServedApi['rig']['service']): string {
  service.submit({ ...REQUEST, parameters: { quarters: ['2025-Q1'] } });
  return service.submit({ ...REQUEST, parameters: { quarters: ['2025-Q2'] } }).id;
}

describe('who may see a run', () => {
  const run = { requester: 'analyst@research-office' };
  it.each(RUN_STATES)('%s: its requester all of it, others what was released', (state) => {
    const isReleased = state === 'finished';
    expect(sightOf({ ...run, state }, { requester: run.requester })).toBe('all');
    for (const requester of ['other@research-office', 'analyst@data-board', undefined]) {
      expect(sightOf({ ...run, state }, { requester })).toBe(isReleased ? 'released' : 'nothing');
      expect(maySee({ ...run, state }, { requester })).toBe(isReleased);
    }
  });
});
