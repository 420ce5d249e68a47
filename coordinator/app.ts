import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AlarmClock, Log, Rng } from '../core/base/index.js';
import { COORDINATOR, createGroup } from '../core/private-join/index.js';
import { revokedSerials } from '../core/templates/index.js';
import { createSealedStores, createWorkerEngine, Lifecycle, packagePath } from '../runtime/index.js';
import { certificateFacts, createFederationServer, type Tap, type Timings } from '../transport/index.js';
import { listen } from '../web/index.js';
import { EventStreams } from './api/event-stream.js';
import { readAgreed } from './agreed.js';
import { ActDesk } from './governance/act-desk.js';
import { createKeptReviews } from './governance/kept-reviews.js';
import { lookAtRegister, registerChanged } from './register/register-users.js';
import { isSynthetic, type CoordinatorConfig } from './config.js';
import { readClientSecret, readTls, readTrialToken } from './configured-files.js';
import { TrialFederation } from './trial/trial-federation.js';
import { openAudit } from './audit/open-audit.js';
import { startEnrolment } from './enrolment/start-enrolment.js';
import { AgencyRegistry } from './federation/agency-registry.js';
import { federationHandlers } from './federation/handlers.js';
import { RegisterFeed } from './federation/register-feed.js';
import { REGISTER_LOOK_MS } from './open-register.js';
import type { SiteServices } from './pages/site-services.js';
import { createService } from './service.js';
import { createSignIn } from './sign-in/sign-in.js';
import { RepeatableSubmissions } from './runs/repeatable-submissions.js';
import { RunFeed } from './runs/run-feed.js';
import { RunService } from './runs/run-service.js';
import { createThreadProtector } from './runs/thread-protector.js';
import { createAgencyStore } from './store/agency-store.js';
import { openDatabase } from './store/database.js';
import { createRepeatableRequestStore } from './store/repeatable-requests.js';
import { createRunStore } from './store/run-store.js';
import { createTokenStore } from './store/token-store.js';
import { ApiTokens } from './tokens/api-tokens.js';
import { DeviceLogins } from './tokens/device-logins.js';

/** What a coordinator acts with; only `main.ts` picks real ones. */
export interface CoordinatorEnvironment {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  readonly log: Log;
  /** For tests: sees every message that nodes send. */
  readonly tap?: Tap;
  /** For tests: other patience with connections. */
  readonly timings?: Partial<Timings>;
  /** For tests: what the pages are made of, to show them to somebody who has signed in. */
  readonly onServices?: (services: SiteServices) => void;
}

export interface Coordinator {
  /**
   * Resolves when agencies and analysts can connect. What had been started when something fails is stopped again.
   * Thrown: CoordinatorError CONFIG_INVALID, KEY_FILE_EXPOSED, DATABASE_LOCKED, DATABASE_UNREADABLE, SCHEMA_UNKNOWN;
   * RuntimeError CONFIG_UNREADABLE, CONFIG_INVALID; WebError PORT_IN_USE; TransportError PORT_IN_USE, BAD_CERTIFICATE, WRONG_IDENTITY.
   */
  start(): Promise<CoordinatorPorts>;
  /** Ends runs, connections and streams, in the reverse order of starting, within the deadline of the configuration. */
  stop(): Promise<void>;
}

export interface CoordinatorPorts {
  readonly federationPort: number;
  readonly apiPort: number;
  /** Only where nodes can enrol. */
  readonly enrolmentPort?: number;
}

const BYTES_PER_MIB = 1_048_576;

/** The composition root: everything a coordinator is made of, put together here and nowhere else. */
export function createCoordinator(config: CoordinatorConfig, environment: CoordinatorEnvironment): Coordinator {
  const lifecycle = new Lifecycle({ log: environment.log, stopDeadlineMs: config.deadlines.stopSeconds * 1000 });
  return {
    start: async () => {
      try {
        return await start(config, environment, lifecycle);
      } catch (thrown) {
        // The first thing that went wrong is the one to hear of.
        await lifecycle.stop().catch(() => undefined);
        throw thrown;
      }
    },
    stop: () => lifecycle.stop(),
  };
}

async function start(
  config: CoordinatorConfig,
  { clock, rng, log, tap, timings, onServices }: CoordinatorEnvironment,
  lifecycle: Lifecycle,
): Promise<CoordinatorPorts> {
  const { identity, registers, templates, catalogue } = readAgreed(config, clock, log);
  const { federation: name, agencies } = registers.roster;
  if (config.revealUnprotectedCountsOfSyntheticData) {
    log.warn(
      { event: 'counts-unprotected', federation: name },
      'THIS COORDINATOR SHOWS UNPROTECTED COUNTS to whoever has a token: for synthetic people only',
    );
  }
  const tls = readTls(config.federation.tls);
  const { directory, memoryMiB } = config.spool;
  const gracefulMs = (config.deadlines.stopSeconds * 1000) / 2;

  const database = await lifecycle.start(
    'database',
    () => openDatabase(config.database),
    (opened) => {
      opened.close();
    },
  );
  const stores = await lifecycle.start(
    'spool',
    () => createSealedStores({ self: COORDINATOR, directory, memoryBytes: memoryMiB * BYTES_PER_MIB, rng }),
    (opened) => opened.close(),
  );
  const engine = await lifecycle.start(
    'workers',
    () => createWorkerEngine({ workers: config.workers }),
    (workers) => workers.stop(),
  );
  const protector = await lifecycle.start(
    'protection',
    () => createThreadProtector(),
    (thread) => thread.stop(),
  );
  const registry = await lifecycle.start(
    'agencies',
    () => new AgencyRegistry(agencies, createAgencyStore(database), clock, log),
    (opened) => {
      opened.close();
    },
  );
  const audit = await lifecycle.start(
    'audit log',
    () => openAudit(config, { identity, registers, clock, log }),
    ({ log: opened }) => {
      opened.close();
    },
  );
  const feed = new RegisterFeed(registers, log);
  const enrolment = await startEnrolment(config, { federation: name, tls, clock, log }, lifecycle);
  const federation = createFederationServer(
    {
      federation: name,
      host: config.federation.host,
      port: config.federation.port,
      tls,
      get agencies() {
        return new Set(registers.roster.agencies.map(({ id }) => id));
      },
      get revoked() {
        return revokedSerials(registers.roster);
      },
      softwareVersion: softwareVersion(),
      log,
      clock,
      ...(enrolment === undefined ? {} : { renew: enrolment.renew }),
      ...(tap === undefined ? {} : { tap }),
      ...(timings === undefined ? {} : { timings }),
    },
    federationHandlers(registry, audit.trail, feed, () => runs, log),
  );
  const runs = new RunService({
    get roster() {
      return registers.roster;
    },
    get register() {
      return registers.copy.head;
    },
    governance: registers,
    registry,
    audit: audit.trail,
    federation,
    identity,
    group: await createGroup(),
    engine,
    stores,
    protector,
    rng,
    clock,
    log,
    deadlines: config.deadlines,
    templates,
    store: createRunStore(database),
    feed: new RunFeed(),
    newRunId: randomUUID,
    cpuSeconds,
    revealUnprotectedCounts: config.revealUnprotectedCountsOfSyntheticData,
  });
  runs.recover();
  const { port: federationPort } = await lifecycle.start(
    'federation',
    () => federation.start(),
    () => federation.stop(gracefulMs),
  );
  await lifecycle.start(
    'runs',
    () => runs,
    () => runs.stop(),
  );
  const desk = new ActDesk({
    ...{ registers, clock, log },
    reviews: createKeptReviews(database),
    changed: () => registerChanged(users),
  });
  const users = { registers, audit: audit.trail, templates, registry, runs, federation, feed, desk, log };
  // What was signed while this was down, or not yet shown when it went down.
  desk.showReviews();
  await lifecycle.start(
    'look-out',
    () => setInterval(() => lookAtRegister(users), REGISTER_LOOK_MS),
    (timer) => clearInterval(timer),
  );
  const streams = new EventStreams();
  const trial =
    config.trial === undefined
      ? undefined
      : new TrialFederation({ url: config.trial.url, token: readTrialToken(config.trial) });
  const apiTokens = new ApiTokens({ store: createTokenStore(database), clock, rng });
  const deviceLogins = new DeviceLogins({ tokens: apiTokens, clock, rng });
  const services = {
    ...{ runs, templates, registry, audit: audit.log, apiTokens, deviceLogins },
    submissions: new RepeatableSubmissions(runs, createRepeatableRequestStore(database), clock),
    get roster() {
      return registers.roster;
    },
    get witnesses() {
      return registers.register.current.roster.witnesses;
    },
    get register() {
      const { copy, roster, stated, isFileRefused } = registers;
      return { entries: copy.head.size, roster: roster.version, stated: stated?.issued ?? null, isFileRefused };
    },
  };
  let localOrigin = '';
  const signIn =
    config.signIn === undefined
      ? undefined
      : createSignIn({
          ...{ config: config.signIn, clientSecret: readClientSecret(config.signIn), database, clock, rng, log },
          roster: () => registers.register.current.roster,
          localOrigin: () => localOrigin,
        });
  const own = { agency: null, expiresAt: certificateFacts(tls.certificate).validTo.toISOString() };
  const site: SiteServices = {
    ...{ runs, templates, registers, registry, audit: audit.log, catalogue, desk, trial, streams, clock },
    ...{ apiTokens, deviceLogins },
    certificates: () => [own, ...(enrolment?.certificates() ?? [])],
    softwareVersion: softwareVersion(),
  };
  onServices?.(site);
  const service = createService(
    { api: services, site },
    {
      ...{
        federation: name,
        synthetic: isSynthetic(name),
        tokens: config.api.tokens,
        streams,
        signIn,
        clock,
        rng,
        log,
      },
      publicUrl: config.signIn?.redirectBase ?? null,
      behindProxy: config.api.tlsTerminatedUpstream,
    },
  );
  const { port: apiPort } = await lifecycle.start(
    'api',
    () => listen(service, config.api.host, config.api.port, 'api.port'),
    async (http) => {
      streams.close();
      await http.stop(gracefulMs);
    },
  );
  localOrigin = originOf(config.api.host, apiPort);
  const ports = { federationPort, apiPort, ...(enrolment === undefined ? {} : { enrolmentPort: enrolment.port }) };
  log.info({ event: 'started', ...ports }, 'coordinator started');
  return ports;
}

/** As a browser has it: an IPv6 address stands in brackets. */
function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function softwareVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packagePath('package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
