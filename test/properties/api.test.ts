import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_ROUTES, SCOPES, type RouteSpec } from '../../coordinator/index.js';
import { nonconformities } from '../support/api-conformance.js';
import { serveApi, TOKEN } from '../unit/coordinator/api-fixtures.js';
import { REQUEST, TEMPLATE } from '../unit/coordinator/fixtures.js';

/** In everything that is sent; it never comes back in an error. */
const CANARY = 'zqcanaryqz';
const REQUESTS_A_ROUTE = 25;

const routes = Object.entries(API_ROUTES) as [string, RouteSpec][];

/** Text that programs trip over, each with the canary in it. */
const text = fc
  .oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      '../..',
      '%00',
      "' OR 1=1 --",
      '<script>',
      '{{7*7}}',
      '\u202e',
      '-1',
      '1e999',
      'NaN',
    ),
  )
  .map((one) => `${one}${CANARY}`);

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 4 })), { maxKeys: 5 }),
  fc.record({
    template: fc.constantFrom(TEMPLATE, CANARY),
    parameters: fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 4 }),
  }),
  fc.record({ template: fc.constant(TEMPLATE), parameters: fc.record({ quarters: fc.array(text, { maxLength: 3 }) }) }),
);

const request = fc.record({
  id: fc.oneof(text, fc.constant('RUN')),
  query: fc.dictionary(
    fc.oneof(text, fc.constantFrom('limit', 'cursor', 'state', 'mine', 'from', 'index', 'size', 'first', 'second')),
    text,
    { maxKeys: 4 },
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      'idempotency-key',
      'last-event-id',
      'content-type',
      'accept',
      'content-encoding',
      'x-forwarded-for',
      'cookie',
      'if-none-match',
      'range',
    ),
    // What a header can't hold the client refuses to send.
    text.map((one) => one.replaceAll(/[^\x21-\x7e]/g, '')),
    { maxKeys: 3 },
  ),
  authorization: fc.oneof(
    { weight: 4, arbitrary: fc.constant(`Bearer ${TOKEN}`) },
    fc.constant(`Bearer ${CANARY}`),
    fc.constant(CANARY),
  ),
  body: fc.oneof(
    json.map((value) => JSON.stringify(value)),
    text,
    fc.constant(`{"${CANARY}`),
  ),
  method: fc.option(fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'HEAD', 'POST', 'GET', 'DELETE'), {
    nil: undefined,
    freq: 4,
  }),
});

it.each(routes)('%s: whatever comes, no 500, no stack, nothing of it said again', async (_, spec) => {
  const { url, rig, log } = await serveApi();
  const { id } = rig.service.submit(REQUEST);
  await rig.ended(id);
  await fc.assert(
    fc.asyncProperty(request, async ({ id: named, query, headers, authorization, body, method }) => {
      const place = spec.path.replace('{id}', encodeURIComponent(named === 'RUN' ? id : named));
      const search = new URLSearchParams(query).toString();
      const path = search === '' ? place : `${place}?${search}`;
      const verb = method ?? spec.method.toUpperCase();
      const hasBody = verb !== 'GET' && verb !== 'HEAD';
      const response = await fetch(`${url}${path}`, {
        method: verb,
        headers: { 'content-type': spec.body?.type ?? 'application/json', authorization, ...headers },
        ...(hasBody ? { body } : {}),
      });
      const said = await response.text();
      const answer = { status: response.status, type: response.headers.get('content-type') ?? '', text: said };
      expect(response.status).toBeLessThan(500);
      if (verb !== 'HEAD') expect(nonconformities(verb, place, answer)).toEqual([]);
      if (!response.ok) expect(said + JSON.stringify([...response.headers])).not.toContain(CANARY);
      expect(said).not.toMatch(/\bat .*\.(js|ts):\d+/);
    }),
    { numRuns: REQUESTS_A_ROUTE },
  );
  expect(log.of('api-error')).toEqual([]);
});

it('knows every scope of the table', () => {
  const needed = new Set(
    routes.map(([, { access }]) => access).filter((access) => access !== 'anyone' && access !== 'any-token'),
  );
  expect([...needed].toSorted()).toEqual([...SCOPES].toSorted());
});
