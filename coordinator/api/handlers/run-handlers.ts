import { TemplateError, type ParameterValues } from '../../../core/templates/index.js';
import { assertMaySee, assertOwn, maySee, sightOf } from '../../access/visible-runs.js';
import { CoordinatorError } from '../../errors.js';
import type { Run } from '../../runs/run.js';
import { badCursor, linkToNext, readCursor, writeCursor } from '../cursor.js';
import type { EventStreams } from '../event-stream.js';
import type { Handlers } from '../route.js';
import { RUN_ROUTES } from '../routes/run-routes.js';
import type { ApiServices } from '../services.js';
import { toReleasedView, toRunDetailView, toRunView, toUnprotectedCountsView } from '../views.js';

export function runHandlers(services: ApiServices, streams: EventStreams): Handlers<typeof RUN_ROUTES> {
  const { runs, submissions } = services;
  return {
    submitRun: ({ body: { template, parameters }, headers, holder: { requester } }) => {
      assertNames(services, template, parameters);
      const request = { template, parameters, requester };
      const key = headers['idempotency-key'];
      const run = key === undefined ? runs.submit(request) : submissions.submit(key, request);
      return { json: toRunView(run), headers: { Location: `${RUN_ROUTES.submitRun.path}/${run.id}` } };
    },
    listRuns: ({ query: { limit, cursor, state, template, mine }, holder }) => {
      const requester = mine === 'true' ? holder.requester : undefined;
      const before = lastSeen(services, cursor, holder);
      // One more than asked for: whether there is a next page.
      const found = runs.list(limit + 1, before, { state, template, requester, viewer: holder });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last !== undefined ? writeCursor('runs', last.id) : null;
      return {
        json: { runs: page.map(toRunView), next },
        headers: linkToNext(RUN_ROUTES.listRuns.path, { limit, state, template, mine }, next),
      };
    },
    getRun: ({ params: { id }, holder }) => {
      const run = runs.find(id);
      assertMaySee(run, holder);
      const detail = runs.get(id);
      return { json: sightOf(run, holder) === 'all' ? toRunDetailView(detail) : toReleasedView(detail) };
    },
    followRun: ({ params: { id }, headers, holder, response }) => {
      assertOwn(runs.find(id), holder);
      streams.serve(response, (listener) => runs.follow(id, headers['last-event-id'], listener));
      return 'sent';
    },
    getProvenance: ({ params: { id }, holder }) => {
      assertMaySee(runs.find(id), holder);
      return { bytes: runs.provenance(id) };
    },
    getUnprotectedCounts: ({ params: { id }, holder }) => {
      assertOwn(runs.find(id), holder);
      return { json: toUnprotectedCountsView(runs.unprotectedCounts(id)) };
    },
    cancelRun: async ({ params: { id }, holder }) => {
      assertOwn(runs.find(id), holder);
      return { json: toRunView(await runs.cancel(id, holder.requester)) };
    },
  };
}

/** The run after which a listing goes on. A cursor tells nobody of a run that they may not know of. */
function lastSeen(
  { runs }: ApiServices,
  cursor: string | undefined,
  viewer: { readonly requester: string },
): string | undefined {
  const id = readCursor('runs', cursor);
  if (id === undefined) return undefined;
  let run: Run;
  try {
    run = runs.find(id);
  } catch (thrown) {
    throw thrown instanceof CoordinatorError ? badCursor() : thrown;
  }
  if (!maySee(run, viewer)) throw badCursor();
  return id;
}

/** Thrown when a name is none of the template's: TemplateError BAD_PARAMETERS. It is said by its place, for it may be anything. */
function assertNames({ templates }: ApiServices, template: string, parameters: ParameterValues): void {
  const known = templates.get(template).bound.parameters;
  const problems = Object.keys(parameters).flatMap((name, index) =>
    known.has(name) ? [] : [{ path: `#${index + 1}`, message: 'is not a parameter of this template' }],
  );
  if (problems.length === 0) return;
  throw new TemplateError('BAD_PARAMETERS', 'These are not parameters of the template:', problems);
}
