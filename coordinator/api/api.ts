import express, { type Express } from 'express';
import { rateLimit, type RateLimitRequestHandler } from 'express-rate-limit';
import helmet from 'helmet';
import type { Clock, Log, Rng } from '../../core/base/index.js';
import type { CoordinatorConfig } from '../config.js';
import { KnownTokens } from '../tokens/known-tokens.js';
import { answerErrors, notFound } from './answer-errors.js';
import { apiDocument } from './document.js';
import { ApiError } from './errors.js';
import type { EventStreams } from './event-stream.js';
import { auditHandlers } from './handlers/audit-handlers.js';
import { questionHandlers } from './handlers/question-handlers.js';
import { runHandlers } from './handlers/run-handlers.js';
import { tokenHandlers } from './handlers/token-handlers.js';
import { referencePage } from './reference-page.js';
import { API_ROUTES } from './routes/index.js';
import { apiRouter } from './router.js';
import type { ApiServices } from './services.js';

/** Requests from one address in a minute. A command that follows a run makes one. */
export const MAX_REQUESTS_PER_MINUTE = 600;
/** Logins that one address may begin in a minute: a person begins one. */
export const MAX_DEVICE_LOGINS_PER_MINUTE = 10;

export interface ApiOptions {
  readonly tokens: CoordinatorConfig['api']['tokens'];
  readonly streams: EventStreams;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  /** Whether a proxy stands before it, which says from whom a request comes. */
  readonly behindProxy: boolean;
  /** Where people find this coordinator in a browser; null where nobody can sign in there. */
  readonly publicUrl: string | null;
}

/**
 * The HTTP API and the page about it: it answers under /api and to /health, and passes on whatever else it is asked. Each
 * handler is given what was parsed, calls one use case and answers.
 */
export function createApi(services: ApiServices, options: ApiOptions): Express {
  const { tokens, streams, clock, rng, log, behindProxy, publicUrl } = options;
  const api = express();
  api.disable('x-powered-by');
  api.set('query parser', 'simple');
  // One proxy is believed, no more: what comes before its word anybody may have written.
  api.set('trust proxy', behindProxy ? 1 : false);
  const own = ['/api', '/health'];
  api.use(own, helmet());
  api.use(own, limited(MAX_REQUESTS_PER_MINUTE, behindProxy));
  api.use(API_ROUTES.beginDeviceLogin.path, limited(MAX_DEVICE_LOGINS_PER_MINUTE, behindProxy));
  const document = apiDocument();
  referencePage(api, document, { rng, isSecure: behindProxy });
  const handlers = {
    ...questionHandlers(services),
    ...runHandlers(services, streams),
    ...auditHandlers(services),
    ...tokenHandlers(services, { clock, publicUrl, document }),
  };
  api.use(apiRouter(handlers, new KnownTokens(tokens, services.apiTokens, clock)));
  api.use('/api', notFound);
  api.use(answerErrors(log));
  return api;
}

function limited(limit: number, behindProxy: boolean): RateLimitRequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Without a proxy, what the header says is anybody's word, and is not looked at.
    validate: { xForwardedForHeader: behindProxy },
    handler: () => {
      throw new ApiError('TOO_MANY_REQUESTS', 'Too many requests from this address: wait a minute.');
    },
  });
}
