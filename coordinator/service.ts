import express, { type Express } from 'express';
import type { Clock, Log, Rng } from '../core/base/index.js';
import { createApi } from './api/api.js';
import type { ApiServices } from './api/services.js';
import type { EventStreams } from './api/event-stream.js';
import type { CoordinatorConfig } from './config.js';
import type { SiteServices } from './pages/site-services.js';
import { createSite, type SignInParts } from './pages/site.js';

export interface ServiceParts {
  readonly api: ApiServices;
  readonly site: SiteServices;
}

export interface ServiceOptions {
  readonly federation: string;
  /** Invented people only. */
  readonly synthetic: boolean;
  readonly tokens: CoordinatorConfig['api']['tokens'];
  readonly streams: EventStreams;
  /** Whether a proxy stands before it, which says from whom a request comes. */
  readonly behindProxy: boolean;
  /** Undefined where nobody can sign in to the pages. */
  readonly signIn: SignInParts | undefined;
  /** Where people find the pages in a browser, to let a program in; null where nobody can sign in. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
}

/** What the coordinator says over HTTP: to programs under /api and /health, to people everywhere else. */
export function createService({ api, site }: ServiceParts, options: ServiceOptions): Express {
  const { federation, synthetic, tokens, streams, behindProxy, signIn, publicUrl, clock, rng, log } = options;
  const service = express();
  service.disable('x-powered-by');
  // First: programs have no sessions, and bring JSON where pages bring forms.
  service.use(createApi(api, { tokens, streams, clock, rng, log, behindProxy, publicUrl }));
  service.use(createSite(site, { federation, synthetic, behindProxy, signIn, rng, log }).app);
  return service;
}
