import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { equalBytes, type AlarmClock, type Log, type Rng } from '../core/base/index.js';
import { COORDINATOR, createGroup } from '../core/private-join/index.js';
import type { Roster } from '../core/templates/index.js';
import { createSealedStores, createWorkerEngine, Lifecycle, packagePath } from '../runtime/index.js';
import { createFederationServer, type Tap, type Timings } from '../transport/index.js';
import { createApi } from './api/api.js';
import { EventStreams } from './api/event-stream.js';
import { listen } from './api/http-server.js';
import { isSynthetic, type CoordinatorConfig } from './config.js';
import { readIdentity, readRoster, readTls } from './configured-files.js';
import { CoordinatorError } from './errors.js';
import { AgencyRegistry } from './federation/agency-registry.js';
import { federationHandlers } from './federation/handlers.js';
import { loadApprovedTemplates } from './register/approved-templates.js';
import { loadCatalogue } from './register/catalogue.js';
import { RunFeed } from './runs/run-feed.js';
import { RunService } from './runs/run-service.js';
import { createThreadProtector } from './runs/thread-protector.js';
import { createAgencyStore } from './store/agency-store.js';
import { openDatabase } from './store/database.js';
import { createRunStore } from './store/run-store.js';

/** What a coordinator acts with; only `main.ts` picks real ones. */
export interface CoordinatorEnvironment {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  readonly log: Log;
  /** For tests: sees every message that nodes send. */
  readonly tap?: Tap;
  /** For tests: other patience with connections. */
  readonly timings?: Partial<Timings>;
}

export interface Coordinator {
  /**
   * Resolves when agencies and analysts can connect. What had been started when something fails is stopped again.
   * Thrown: CoordinatorError CONFIG_INVALID, KEY_FILE_EXPOSED, DATABASE_LOCKED, DATABASE_UNREADABLE, SCHEMA_UNKNOWN,
   * PORT_IN_USE; TransportError PORT_IN_USE, BAD_CERTIFICATE, WRONG_IDENTITY.
   */
  start(): Promise<{ readonly federationPort: number; readonly apiPort: number }>;
  /** Ends runs, connections and streams, in the reverse order of starting, within the deadline of the configuration. */
  stop(): Promise<void>;
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
  { clock, rng, log, tap, timings }: CoordinatorEnvironment,
  lifecycle: Lifecycle,
): Promise<{ readonly federationPort: number; readonly apiPort: number }> {
  const roster = readRoster(config.roster);
  const identity = readIdentity(config.identityKey);
  checkRoster(config, roster, identity.publicKey);
  if (config.revealUnprotectedCountsOfSyntheticData) {
    log.warn(
      { event: 'counts-unprotected', federation: roster.federation },
      'THIS COORDINATOR SHOWS UNPROTECTED COUNTS to whoever has a token: for synthetic people only',
    );
  }
  const templates = loadApprovedTemplates(config.templates, roster, loadCatalogue(config.datasets));
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
    () => new AgencyRegistry(roster.agencies, createAgencyStore(database), clock, log),
    (agencies) => {
      agencies.close();
    },
  );
  const federation = createFederationServer(
    {
      federation: roster.federation,
      host: config.federation.host,
      port: config.federation.port,
      tls,
      agencies: new Set(roster.agencies.map(({ id }) => id)),
      softwareVersion: softwareVersion(),
      log,
      clock,
      ...(tap === undefined ? {} : { tap }),
      ...(timings === undefined ? {} : { timings }),
    },
    federationHandlers(registry, () => runs, log),
  );
  const runs = new RunService({
    roster,
    registry,
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
  const streams = new EventStreams();
  const services = { runs, templates, registry, roster };
  const api = createApi(services, {
    tokens: config.api.tokens,
    streams,
    log,
    behindProxy: config.api.tlsTerminatedUpstream,
  });
  const { port: apiPort } = await lifecycle.start(
    'api',
    () => listen(api, config.api.host, config.api.port),
    async (http) => {
      streams.close();
      await http.stop(gracefulMs);
    },
  );
  log.info({ event: 'started', federationPort, apiPort }, 'coordinator started');
  return { federationPort, apiPort };
}

/** Thrown when configuration and roster contradict each other: CoordinatorError CONFIG_INVALID. */
function checkRoster(config: CoordinatorConfig, roster: Roster, publicKey: Uint8Array): void {
  if (!equalBytes(publicKey, roster.coordinator.identityKey)) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      `identityKey: ${config.identityKey} is not the key that the roster gives the coordinator: no agency would believe it.`,
    );
  }
  if (config.revealUnprotectedCountsOfSyntheticData && !isSynthetic(roster.federation)) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      'revealUnprotectedCountsOfSyntheticData: only for a federation whose name ends with -demo or -test: ' +
        `${roster.federation} may have real people in it. Set it to false.`,
    );
  }
}

function softwareVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packagePath('package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
