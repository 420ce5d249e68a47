import express, { type Express, type Request } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { z } from 'zod';
import type { Log } from '../../core/base/index.js';
import type { Roster } from '../../core/templates/index.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { CoordinatorConfig } from '../config.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { LiveTemplates } from '../register/live-templates.js';
import type { RunService } from '../runs/run-service.js';
import { MAX_RUNS_LISTED } from '../runs/run.js';
import { auditRoutes } from './audit-routes.js';
import { requesterOf, requireToken } from './auth.js';
import { answerErrors, ApiError, notFound } from './errors.js';
import type { EventStreams } from './event-stream.js';
import { parsed } from './parsed.js';
import { MAX_BODY_BYTES, submitSchema } from './schema.js';
import { toRunDetailView, toRunView, toTemplateDetailView, toTemplateView, toUnprotectedCountsView } from './views.js';

/** Requests from one address in a minute. A command that follows a run makes one. */
export const MAX_REQUESTS_PER_MINUTE = 600;

/** Runs in a listing that doesn't say how many. */
const DEFAULT_RUNS_LISTED = 20;

/** For whoever watches over a coordinator. */
export interface RegisterHealth {
  readonly entries: number;
  /** Version of the roster in force. */
  readonly roster: number;
  /** When a registrar last said how far it is; null where nobody has that can be believed. */
  readonly stated: string | null;
  /** A file of it says something else by now, and that is no use. */
  readonly isFileRefused: boolean;
}

/** What the API offers to the outside. */
export interface ApiServices {
  readonly runs: Pick<RunService, 'submit' | 'cancel' | 'get' | 'list' | 'follow' | 'provenance' | 'unprotectedCounts'>;
  readonly templates: LiveTemplates;
  readonly audit: AuditLog;
  readonly registry: Pick<AgencyRegistry, 'list'>;
  /** The one in force: it may be a getter. */
  readonly roster: Roster;
  /** Agencies that it asks for who have cosigned the audit log; likewise. */
  readonly witnesses: number;
  /** How the register of governance stands; likewise. */
  readonly register: RegisterHealth;
}

export interface ApiOptions {
  readonly tokens: CoordinatorConfig['api']['tokens'];
  readonly streams: EventStreams;
  readonly log: Log;
  /** Whether a proxy stands before it, which says from whom a request comes. */
  readonly behindProxy: boolean;
}

/** The HTTP API: each handler parses, calls one use case and answers. */
export function createApi(services: ApiServices, { tokens, streams, log, behindProxy }: ApiOptions): Express {
  const api = express();
  api.disable('x-powered-by');
  api.set('query parser', 'simple');
  // One proxy is believed, no more: what comes before its word anybody may have written.
  api.set('trust proxy', behindProxy ? 1 : false);
  api.use(helmet());
  api.use(
    rateLimit({
      windowMs: 60_000,
      limit: MAX_REQUESTS_PER_MINUTE,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Without a proxy, what the header says is anybody's word, and is not looked at.
      validate: { xForwardedForHeader: behindProxy },
      handler: () => {
        throw new ApiError('TOO_MANY_REQUESTS', 'Too many requests from this address: wait a minute.');
      },
    }),
  );
  api.get('/health', (_request, response) => {
    response.json({ status: 'ok', register: services.register });
  });
  // Nobody's body is read before it is known who sends it.
  api.use('/api', requireToken(tokens), express.json({ limit: MAX_BODY_BYTES }), routes(services, streams));
  api.use(notFound);
  api.use(answerErrors(log));
  return api;
}

function routes(services: ApiServices, streams: EventStreams): express.Router {
  const { runs, templates, registry } = services;
  const router = express.Router();

  router.get('/templates', (_request, response) => {
    response.json({ templates: templates.list().map((live) => toTemplateView(live, services.roster)) });
  });

  router.get('/templates/:id', (request, response) => {
    response.json(toTemplateDetailView(templates.get(request.params.id), services.roster));
  });

  router.get('/agencies', (_request, response) => {
    response.json({ agencies: registry.list() });
  });

  router.post('/runs', (request, response) => {
    const { template, parameters } = parsed('BAD_BODY', submitSchema, request.body);
    const run = runs.submit({ template, parameters, requester: requesterOf(response) });
    response.status(202).location(`/api/runs/${run.id}`).json(toRunView(run));
  });

  router.get('/runs', (request, response) => {
    const { limit, before } = parsed('BAD_QUERY', listSchema, request.query);
    response.json({ runs: runs.list(limit, before).map(toRunView) });
  });

  router.get('/runs/:id', (request, response) => {
    response.json(toRunDetailView(runs.get(request.params.id)));
  });

  router.get('/runs/:id/events', (request, response) => {
    const after = lastEventId(request);
    streams.serve(response, (listener) => runs.follow(request.params.id, after, listener));
  });

  router.get('/runs/:id/provenance', (request, response) => {
    // Byte for byte as it was signed, for whoever keeps it.
    response.type('json').send(Buffer.from(runs.provenance(request.params.id)));
  });

  router.get('/runs/:id/unprotected-counts', (request, response) => {
    response.json(toUnprotectedCountsView(runs.unprotectedCounts(request.params.id)));
  });

  router.delete('/runs/:id', async (request, response) => {
    response.json(toRunView(await runs.cancel(request.params.id, requesterOf(response))));
  });

  router.use(
    '/audit',
    auditRoutes(services.audit, () => services.witnesses),
  );

  return router;
}

const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_RUNS_LISTED).default(DEFAULT_RUNS_LISTED),
  before: z.string().min(1).optional(),
});

const eventIdSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Where a client that lost its stream had got to; 0 for one that begins. */
function lastEventId(request: Request): number {
  const header = request.get('last-event-id');
  return header === undefined ? 0 : parsed('BAD_QUERY', eventIdSchema, header, 'Last-Event-ID');
}
