import { describe, expect, it, onTestFinished } from 'vitest';
import {
  API_ERROR_CODES,
  createApi,
  createLiveTemplates,
  EventStreams,
  httpStatus,
  MAX_BODY_BYTES,
  MAX_EVENT_STREAMS,
  MAX_REQUESTS_PER_MINUTE,
  MAX_RUNS_LISTED,
  MAX_TOKEN_CHARACTERS,
  runDetailView,
  templateDetailView,
  templatesView,
  tokenHash,
  type ApiServices,
} from '../../../coordinator/index.js';
import { listen } from '../../../web/index.js';
import { approved, NOISY, PARAMETERS, REQUEST, Rig, roster, TEMPLATE, TestLog, type RigOptions } from './fixtures.js';

const TOKEN = 'token-of-the-analyst';
/** How the register stands. */
const HEALTH = { entries: 16, roster: 3, stated: '2026-11-22T10:00:00Z', isFileRefused: false } as const;
const LONG = 'x'.repeat(MAX_TOKEN_CHARACTERS);

interface Server {
  readonly url: string;
  readonly rig: Rig;
  readonly log: TestLog;
  readonly ask: (path: string, init?: Asking) => Promise<Answer>;
}

interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function serve(
  options: RigOptions = {},
  changes: Partial<ApiServices & { readonly behindProxy: boolean }> = {},
): Promise<Server> {
  const rig = new Rig(options);
  const log = new TestLog();
  const streams = new EventStreams();
  const api = createApi(
    {
      ...{
        runs: rig.service,
        templates: createLiveTemplates([approved()]),
        registry: rig.registry,
        audit: rig.auditLog,
      },
      ...{ roster, witnesses: 1, register: HEALTH, ...changes },
    },
    {
      tokens: [
        { name: 'somebody-else', organisation: 'data-board', sha256: tokenHash('another') },
        { name: 'analyst', organisation: 'research-office', sha256: tokenHash(TOKEN) },
        { name: 'long', organisation: 'research-office', sha256: tokenHash(LONG) },
        { name: 'longer', organisation: 'research-office', sha256: tokenHash(`${LONG}x`) },
      ],
      streams,
      log,
      behindProxy: changes.behindProxy ?? false,
    },
  );
  const http = await listen(api, '127.0.0.1', 0, 'api.port');
  onTestFinished(async () => {
    streams.close();
    await http.stop(100);
  });
  const url = `http://127.0.0.1:${http.port}`;
  const ask = async (path: string, init: Asking = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...init.headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return { url, rig, log, ask };
}

const post = (body: unknown): Asking => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const submission = { template: TEMPLATE, parameters: PARAMETERS };

describe('who may ask', () => {
  it.each([
    ['without a token', ''],
    ['with a token that nobody has', 'Bearer wrong'],
    ['with an empty token', 'Bearer '],
    ['with another scheme', `Basic ${TOKEN}`],
    ['with the hash in place of the token', `Bearer ${tokenHash(TOKEN)}`],
    ['with more than one token', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
  ])('turns away a request %s', async (_, authorization) => {
    const { ask } = await serve();
    for (const path of ['/api/templates', '/api/runs', '/api/agencies', '/api/nothing']) {
      const answer = await ask(path, { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORISED' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('takes a token of the greatest length, and none that is longer', async () => {
    const { ask } = await serve();
    const withToken = (token: string): Asking => ({ headers: { authorization: `Bearer ${token}` } });
    expect((await ask('/api/runs', withToken(LONG))).status).toBe(200);
    expect((await ask('/api/runs', withToken(`${LONG}x`))).status).toBe(401);
  });

  it('reads no body of a stranger', async () => {
    const { ask } = await serve();
    const body = 'x'.repeat(MAX_BODY_BYTES + 1);
    expect((await ask('/api/runs', { method: 'POST', body, headers: { authorization: '' } })).status).toBe(401);
  });

  it('lets anybody ask whether it is well', async () => {
    const { ask } = await serve();
    expect(await ask('/health', { headers: { authorization: '' } })).toMatchObject({
      status: 200,
      body: { status: 'ok', register: HEALTH },
    });
    const refused = await serve({}, { register: { ...HEALTH, stated: null, isFileRefused: true } });
    expect((await refused.ask('/health')).body).toEqual({
      status: 'ok',
      register: { entries: 16, roster: 3, stated: null, isFileRefused: true },
    });
  });

  it('puts the name of the token and its organisation, and no other, on what is asked', async () => {
    const { ask, rig } = await serve();
    const { body } = await ask('/api/runs', post(submission));
    expect(body).toMatchObject({ requester: 'analyst@research-office', state: 'submitted' });
    expect(await ask('/api/runs', post({ ...submission, requester: 'the minister' }))).toMatchObject({ status: 400 });
    expect(rig.service.list(10)).toHaveLength(1);
    const organisation = await ask('/api/runs', post({ ...submission, organisation: 'data-board' }));
    expect(organisation).toMatchObject({ status: 400, body: { code: 'BAD_BODY' } });
    expect(rig.service.list(10)).toHaveLength(1);
  });

  it('takes nothing from an organisation that was not granted the purpose', async () => {
    const { ask, rig } = await serve();
    const other = { ...post(submission), headers: { authorization: 'Bearer another' } };
    expect(await ask('/api/runs', other)).toMatchObject({ status: 403, body: { code: 'PURPOSE_NOT_GRANTED' } });
    expect(rig.service.list(10)).toEqual([]);
    expect(await ask('/api/templates', { headers: { authorization: 'Bearer another' } })).toMatchObject({
      status: 200,
    });
  });

  it('takes nothing while nobody has said lately how far the register is, or the roster has expired', async () => {
    const { ask, rig } = await serve();
    const day = 86_400;
    rig.clock.advance(day + 1);
    expect(await ask('/api/runs', post(submission))).toMatchObject({ status: 409, body: { code: 'REGISTER_STALE' } });
    rig.clock.advance(60 * day);
    rig.takeRegister();
    expect(await ask('/api/runs', post(submission))).toMatchObject({ status: 409, body: { code: 'ROSTER_STALE' } });
    expect(rig.service.list(10)).toEqual([]);
  });
});

describe('asking for a run', () => {
  it('answers with the run and where it is', async () => {
    const { ask, rig } = await serve();
    const { status, headers, body } = await ask('/api/runs', post(submission));
    expect(status).toBe(202);
    const place = headers.get('location') ?? '';
    expect(body).toMatchObject({ template: TEMPLATE, parameters: { quarters: ['2025-Q1', '2025-Q2'] } });
    await rig.ended(place.slice('/api/runs/'.length));
    const detail = runDetailView.parse((await ask(place)).body);
    expect(detail.state).toBe('finished');
    expect(detail.release?.table.suppressed).toBe(3);
    expect(detail.phases.map(({ phase }) => phase)).toContain('ring');
  });

  it.each([
    ['an unknown template', { ...submission, template: 'none' }, 404, 'UNKNOWN_TEMPLATE'],
    ['an unknown parameter', { ...submission, parameters: { ...PARAMETERS, x: ['1'] } }, 422, 'BAD_PARAMETERS'],
    ['a value out of bounds', { ...submission, parameters: { quarters: ['2030-Q1'] } }, 422, 'BAD_PARAMETERS'],
    ['no template', { parameters: {} }, 400, 'BAD_BODY'],
    ['an unknown key', { ...submission, force: true }, 400, 'BAD_BODY'],
    ['a parameter that is no list', { ...submission, parameters: { quarters: '2025-Q1' } }, 400, 'BAD_BODY'],
    ['a list', [], 400, 'BAD_BODY'],
    ['no JSON', '{', 400, 'BAD_BODY'],
    ['nothing', '', 400, 'BAD_BODY'],
  ])('refuses %s', async (_, body, status, code) => {
    const { ask } = await serve();
    expect(await ask('/api/runs', post(body))).toMatchObject({ status, body: { code } });
  });

  it('names the field of each problem', async () => {
    const { ask } = await serve();
    const { body } = await ask('/api/runs', post({ template: '', parameters: { quarters: [1] } }));
    expect(body).toMatchObject({ problems: [{ path: 'template' }, { path: 'parameters.quarters.0' }] });
  });

  it('names the agencies that are not connected', async () => {
    const { ask } = await serve({ online: ['police'] });
    expect(await ask('/api/runs', post(submission))).toMatchObject({
      status: 409,
      body: { code: 'AGENCIES_NOT_CONNECTED', problems: [{ path: 'charity-a' }, { path: 'charity-b' }] },
    });
  });

  it('says whose budget is spent, with what is left of it', async () => {
    const { ask } = await serve({ templates: [approved(NOISY)], epsilonLeft: { police: 0.5 } });
    expect(await ask('/api/runs', post(submission))).toMatchObject({
      status: 409,
      body: {
        code: 'BUDGET_SPENT',
        problems: [{ path: 'police.police.crimes', message: '0.5 is left, the run costs 4' }],
      },
    });
  });

  it('answers a floor that cannot go with the template as a conflict, not as a fault of its own', async () => {
    const { ask } = await serve({ floors: { police: { threshold: -1, roundTo: 0, epsilon: null } } });
    expect(await ask('/api/runs', post(submission))).toMatchObject({ status: 409, body: { code: 'BAD_OFFER' } });
  });

  it('takes a body of the greatest length, and none that is longer', async () => {
    const { ask } = await serve();
    const padded = (bytes: number): string => {
      const empty = JSON.stringify({ template: '' });
      return JSON.stringify({ template: 'x'.repeat(bytes - empty.length) });
    };
    expect(await ask('/api/runs', post(padded(MAX_BODY_BYTES)))).toMatchObject({
      status: 400,
      body: { code: 'BAD_BODY' },
    });
    expect(await ask('/api/runs', post(padded(MAX_BODY_BYTES + 1)))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    });
  });

  it('takes JSON only', async () => {
    const { ask } = await serve();
    const plain = { ...post(submission), headers: { 'content-type': 'text/plain' } };
    expect(await ask('/api/runs', plain)).toMatchObject({ status: 400, body: { code: 'BAD_BODY' } });
  });
});

describe('looking at runs', () => {
  it('lists so many and no more', async () => {
    const { ask, rig } = await serve({ behaviours: { police: 'silent' } });
    const ids = [1, 2, 3].map(() => rig.service.submit(REQUEST).id);
    const listed = await ask('/api/runs?limit=2');
    expect(listed.body).toMatchObject({ runs: [{ id: ids[2] }, { id: ids[1] }] });
    expect((await ask(`/api/runs?before=${ids[1]}`)).body).toMatchObject({ runs: [{ id: ids[0] }] });
    expect((await ask(`/api/runs?limit=${MAX_RUNS_LISTED}`)).status).toBe(200);
    for (const query of [`limit=${MAX_RUNS_LISTED + 1}`, 'limit=0', 'limit=x', 'page=2']) {
      expect(await ask(`/api/runs?${query}`)).toMatchObject({ status: 400, body: { code: 'BAD_QUERY' } });
    }
  });

  it('says so when there is none of that id', async () => {
    const { ask } = await serve();
    for (const [method, path] of [
      ['GET', '/api/runs/none'],
      ['GET', '/api/runs/none/events'],
      ['DELETE', '/api/runs/none'],
      ['GET', '/api/runs?before=none'],
    ] as const) {
      expect(await ask(path, { method })).toMatchObject({ status: 404, body: { code: 'UNKNOWN_RUN' } });
    }
  });

  it('says why an agency refused and what can be done', async () => {
    const { ask, rig } = await serve({ behaviours: { police: { refuse: 'SNAPSHOT_STALE' } } });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { refusals, ending } = runDetailView.parse((await ask(`/api/runs/${id}`)).body);
    expect(refusals).toMatchObject([{ agency: 'police', code: 'SNAPSHOT_STALE', message: 'police says no' }]);
    expect(refusals[0]?.advice).toContain('prepare');
    expect(ending?.advice).not.toBe('');
  });

  it('calls a run off, once', async () => {
    const { ask, rig } = await serve({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    expect(await ask(`/api/runs/${id}`, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { state: 'cancelled', ending: { code: 'CANCELLED', message: 'cancelled by analyst@research-office' } },
    });
    expect(await ask(`/api/runs/${id}`, { method: 'DELETE' })).toMatchObject({
      status: 409,
      body: { code: 'RUN_ENDED' },
    });
  });

  it('shows unprotected counts on a coordinator that may, and on no other', async () => {
    const [closed, open] = [await serve(), await serve({ reveal: true })];
    for (const { ask, rig } of [closed, open]) {
      const { id } = rig.service.submit(REQUEST);
      await rig.ended(id);
      const { status, body } = await ask(`/api/runs/${id}/unprotected-counts`);
      if (rig === open.rig)
        expect(body).toMatchObject({ cells: [{ count: 13 }, { count: 0 }, { count: 13 }, { count: 26 }, {}, {}] });
      else expect({ status, body }).toMatchObject({ status: 403, body: { code: 'COUNTS_NOT_REVEALED' } });
    }
  });
});

describe('following a run', () => {
  const events = (text: unknown): { id: string | undefined; event: string | undefined; state: unknown }[] =>
    String(text)
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => ({
        id: /^id: (.*)$/m.exec(block)?.[1],
        event: /^event: (.*)$/m.exec(block)?.[1],
        state: (JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') as { state?: unknown }).state,
      }));

  it('tells every event with its number, progress without one, and ends with the run', async () => {
    const { ask, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    const { headers, body } = await ask(`/api/runs/${id}/events`);
    expect(headers.get('content-type')).toBe('text/event-stream');
    const told = events(body);
    const numbered = told.filter(({ event }) => event === 'run');
    expect(numbered.map((event) => event.id)).toEqual(numbered.map((_, index) => String(index + 1)));
    expect(numbered.at(-1)?.state).toBe('finished');
    const progress = told.filter(({ event }) => event === 'progress');
    expect(progress.length).toBeGreaterThan(3 * 3);
    expect(new Set(progress.map((event) => event.id))).toEqual(new Set([undefined]));
  });

  it('goes on where a client had got to', async () => {
    const { ask, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const all = events((await ask(`/api/runs/${id}/events`)).body);
    const rest = events((await ask(`/api/runs/${id}/events`, { headers: { 'last-event-id': '3' } })).body);
    expect(rest).toEqual(all.slice(3));
    for (const bad of ['x', '-1', '1.5']) {
      const answer = await ask(`/api/runs/${id}/events`, { headers: { 'last-event-id': bad } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_QUERY', problems: [{ path: 'Last-Event-ID' }] } });
    }
  });

  it('ends at once for whoever has heard the end of a run already', async () => {
    const { ask, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const last = rig.service.get(id).events.at(-1)?.sequence ?? 0;
    for (const heard of [last, last + 1]) {
      const answer = await ask(`/api/runs/${id}/events`, { headers: { 'last-event-id': String(heard) } });
      expect(answer).toMatchObject({ status: 200, body: '' });
    }
  });

  it('keeps so many streams open and no more', async () => {
    const { url, ask, rig } = await serve({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    const abort = new AbortController();
    onTestFinished(() => {
      abort.abort();
    });
    // Held: the stream of a response that nobody holds any more is closed.
    const open: Response[] = [];
    while (open.length < MAX_EVENT_STREAMS) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      open.push(await fetch(`${url}/api/runs/${id}/events`, { headers, signal: abort.signal }));
    }
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect(await ask(`/api/runs/${id}/events`)).toMatchObject({ status: 503, body: { code: 'TOO_MANY_STREAMS' } });
    expect(open.filter(({ bodyUsed }) => bodyUsed)).toEqual([]);
  });
});

describe('templates and agencies', () => {
  it('lists what can be asked, with its choices and whose data it needs', async () => {
    const { ask } = await serve();
    const { templates } = templatesView.parse((await ask('/api/templates')).body);
    expect(templates).toMatchObject([
      {
        template: TEMPLATE,
        approvers: ['data-officer', 'victims-officer'],
        datasets: [
          { dataset: 'police.crimes', agencies: ['police'] },
          { dataset: 'charities.support', agencies: ['charity-a', 'charity-b'] },
        ],
        parameters: [{ name: 'quarters', min: 1, max: 2, choices: [{ code: '2025-Q1' }, { code: '2025-Q2' }] }],
      },
    ]);
  });

  it('explains one, and says so when there is none', async () => {
    const { ask } = await serve();
    const { sections } = templateDetailView.parse((await ask(`/api/templates/${TEMPLATE}`)).body);
    expect(sections.map(({ heading }) => heading)).toContain('What is asked');
    expect(await ask('/api/templates/none')).toMatchObject({ status: 404, body: { code: 'UNKNOWN_TEMPLATE' } });
  });

  it('lists the agencies with their states', async () => {
    const { ask } = await serve();
    expect((await ask('/api/agencies')).body).toMatchObject({
      agencies: [{ id: 'police', state: 'online' }, {}, {}, { id: 'courts', state: 'never-seen', lastSeenAt: null }],
    });
  });
});

describe('answers in general', () => {
  it('are errors of one form where there is nothing', async () => {
    const { ask } = await serve();
    for (const path of ['/', '/api', '/api/nothing', '/api/runs/%E0%A4%A']) {
      expect(await ask(path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
  });

  it('keep what went wrong inside to the log', async () => {
    const registry = {
      list: (): never => {
        throw new Error('secret of the house');
      },
    };
    const { ask, log } = await serve({}, { registry });
    const { status, body } = await ask('/api/agencies');
    expect({ status, body }).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(log.of('api-error')).toMatchObject([{ err: { message: 'secret of the house' } }]);
  });

  it('carry the headers that keep a browser from doing more than it should', async () => {
    const { ask } = await serve();
    const { headers } = await ask('/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).not.toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('come to so many requests of one address in a minute and no more', async () => {
    const { ask } = await serve();
    for (let request = 0; request < MAX_REQUESTS_PER_MINUTE; request += 1) {
      expect((await ask('/health')).status).toBe(200);
    }
    expect(await ask('/health')).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
  });

  it('count by address as a proxy says it, where there is one, and take nobody else at their word', async () => {
    for (const behindProxy of [true, false]) {
      const { ask } = await serve({}, { behindProxy });
      const left = async (address: string): Promise<string | null> => {
        const { headers } = await ask('/health', { headers: { 'x-forwarded-for': address } });
        return /r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1] ?? null;
      };
      const [first, second] = [await left('192.0.2.1'), await left('192.0.2.2')];
      expect(Number(first) - Number(second)).toBe(behindProxy ? 0 : 1);
    }
  });

  it('have a status for every code of the API', () => {
    for (const code of API_ERROR_CODES) expect(httpStatus(code)).toBeGreaterThanOrEqual(400);
    expect(httpStatus('ILLEGAL_TRANSITION')).toBeUndefined();
  });
});

it('names the port that is in use', async () => {
  const { url } = await serve();
  const port = Number(new URL(url).port);
  const { log } = { log: new TestLog() };
  const rig = new Rig();
  const api = createApi(
    {
      ...{ runs: rig.service, templates: createLiveTemplates([]), registry: rig.registry },
      ...{ audit: rig.auditLog, roster, witnesses: 1, register: HEALTH },
    },
    { tokens: [], streams: new EventStreams(), log, behindProxy: false },
  );
  await expect(listen(api, '127.0.0.1', port, 'api.port')).rejects.toMatchObject({ code: 'PORT_IN_USE' });
});

it('keeps a connection longer than its client does, so that no request is lost on one that it closes', async () => {
  const { url } = await serve();
  const response = await fetch(url);
  await response.body?.cancel();
  // What tells Node's own client how long it may use the connection again; others wait a minute.
  expect(response.headers.get('keep-alive')).toBe('timeout=75');
});
