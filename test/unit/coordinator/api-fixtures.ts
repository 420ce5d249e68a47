import { onTestFinished } from 'vitest';
import {
  ApiTokens,
  createApi,
  createLiveTemplates,
  createRepeatableRequestStore,
  createTokenStore,
  DeviceLogins,
  EventStreams,
  openDatabase,
  RepeatableSubmissions,
  tokenHash,
  type ApiOptions,
  type ApiServices,
} from '../../../coordinator/index.js';
import { listen } from '../../../web/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { approved, Rig, roster, TestLog, type RigOptions } from './fixtures.js';
import { IN_MEMORY } from './governance-fixtures.js';

/** How the register stands. */
export const HEALTH = { entries: 16, roster: 3, stated: '2026-11-22T10:00:00Z', isFileRefused: false } as const;

/** Of `analyst@research-office`. */
export const TOKEN = 'token-of-the-analyst';
export const CONFIGURED = [{ name: 'analyst', organisation: 'research-office', sha256: tokenHash(TOKEN) }];

/** All that the API offers, over a rig; `changes` in the place of what it would be. */
export function servicesOver(rig: Rig, changes: Partial<ApiServices> = {}): ApiServices {
  const database = openDatabase(IN_MEMORY);
  onTestFinished(() => {
    database.close();
  });
  const { clock } = rig;
  const apiTokens = new ApiTokens({ store: createTokenStore(database), clock, rng: seededRng('tokens') });
  return {
    runs: rig.service,
    submissions: new RepeatableSubmissions(rig.service, createRepeatableRequestStore(database), clock),
    templates: createLiveTemplates([approved()]),
    registry: rig.registry,
    audit: rig.auditLog,
    apiTokens,
    deviceLogins: new DeviceLogins({ tokens: apiTokens, clock, rng: seededRng('devices') }),
    ...{ roster, register: HEALTH },
    get witnesses() {
      return rig.governance.register.current.roster.witnesses;
    },
    ...changes,
  };
}

export interface ServedApi {
  readonly url: string;
  readonly rig: Rig;
  readonly log: TestLog;
  readonly services: ApiServices;
}

/** The API over a rig, on a port of this computer, until the test has finished. */
export async function serveApi(
  options: RigOptions = {},
  changes: Partial<ApiServices> = {},
  set: Partial<ApiOptions> = {},
): Promise<ServedApi> {
  const rig = new Rig(options);
  const log = new TestLog();
  const streams = new EventStreams();
  const services = servicesOver(rig, changes);
  const api = createApi(services, {
    tokens: CONFIGURED,
    ...{ streams, clock: rig.clock, rng: seededRng('pages'), log, behindProxy: false },
    publicUrl: 'https://tally.example',
    ...set,
  });
  const http = await listen(api, '127.0.0.1', 0, 'api.port');
  onTestFinished(async () => {
    streams.close();
    await http.stop(100);
  });
  return { url: `http://127.0.0.1:${http.port}`, rig, log, services };
}
