import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { expect, vi } from 'vitest';

import { ApiClient } from '../../cli/index.js';
import { createCoordinator, loadConfig as loadCoordinatorConfig } from '../../coordinator/index.js';
import type { RunDetailView } from '../../coordinator/index.js';
import type { SiteServices } from '../../coordinator/pages/site-services.js';
import { silentLog } from '../../core/base/index.js';
import type { Log } from '../../core/base/index.js';
import { createGroup, inlineEngine } from '../../core/private-join/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { widestParameters } from '../../examples/bold/demo/bold-federation.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import type { FederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { generateFederation } from '../../examples/bold/federation.js';
import { templateText } from '../../examples/bold/library.js';
import { createNode, loadConfig as loadNodeConfig, prepareAll } from '../../node-agent/index.js';
import { systemClock } from '../../runtime/index.js';
import { drained, templateNamed } from '../support/process-federation.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import type { Answer, Asked } from './console-site.js';
import { OPERATOR as CHARITY, writeOptOuts } from './console-site.js';

/** Live, and answered: counts with noise. Its version before was live once. */
export const ANSWERED = 'support-reached-after-referral';
export const VERSIONS = { superseded: 3, live: 4 } as const;
/** Live, and refused by every agency: no policy of theirs allows it. */
export const REFUSED = 'not-allowed-anywhere';
/** Officers have it before them. */
export const PROPOSED = 'access-to-support-after-conviction';
/** What was live once, each by its state. */
export const GONE = { revoked: 'asked-once', expired: 'asked-in-its-time' } as const;
/** Why the first of them was revoked, with what must not become markup. */
export const REVOKED_BECAUSE = 'The figures <b>were</b> misread.';
/** Who takes part. */
export const COMPANY = ['police', CHARITY, 'charity-b'] as const;

const PEOPLE = 2_500;
const SETTLE_MS = 30_000;

/** In the order in which things were begun; they end in the other. */
type CleanUp = (() => Promise<void> | void)[];

/** Runs that have ended, for pages to show. */
export interface EndedRuns {
  readonly released: RunDetailView;
  readonly refused: RunDetailView;
  /** Asked the same as the first, and got its release again. */
  readonly again: RunDetailView;
}

/**
 * A coordinator with its pages, and nodes of three agencies, all within the test and with real connections: a register in which
 * something is live, proposed, revoked and expired, one run that was released, one that was refused, one that was answered again.
 */
export class ServiceSite {
  readonly folder: FederationFolder;
  readonly services: SiteServices;
  readonly runs: EndedRuns;
  readonly home: string;
  readonly client: ApiClient;
  readonly #cleanUp: CleanUp;

  private constructor(parts: SiteParts, cleanUp: CleanUp) {
    this.folder = parts.folder;
    this.services = parts.services;
    this.runs = parts.runs;
    this.home = parts.home;
    this.client = parts.client;
    this.#cleanUp = cleanUp;
  }

  static async start(): Promise<ServiceSite> {
    const cleanUp: CleanUp = [];
    try {
      return await started(cleanUp, (parts) => new ServiceSite(parts, cleanUp));
    } catch (thrown) {
      for (const step of cleanUp.toReversed()) await step();
      throw thrown;
    }
  }

  /** Without a token or a session, unless the headers have one. */
  ask(path: string, asked: Asked = {}): Promise<Answer> {
    return askHttp(`${this.home}${path}`, asked);
  }

  async close(): Promise<void> {
    for (const step of this.#cleanUp.splice(0).toReversed()) await step();
  }
}

type SiteParts = Pick<ServiceSite, 'folder' | 'services' | 'runs' | 'home' | 'client'>;

async function started(cleanUp: CleanUp, make: (parts: SiteParts) => ServiceSite): Promise<ServiceSite> {
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-service-'));
  cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
  const data = generateFederation({ people: PEOPLE, seed: testSeed, directory: join(directory, 'data') });
  const agencies = AGENCIES.filter(({ id }) => (COMPANY as readonly string[]).includes(id));
  const folder = await makeFederationFolder({
    directory,
    federation: 'bold-test',
    agencies,
    sources: data.sources.filter(({ agency }) => agencies.some(({ id }) => id === agency)),
    templates: [templateText(ANSWERED)],
    clock: systemClock,
    workers: 1,
  });
  decide(folder);
  const environment = { clock: systemClock, rng: seededRng(`${testSeed}/service`), log: complaining };
  let services: SiteServices | undefined;
  const coordinator = createCoordinator(loadCoordinatorConfig(folder.coordinatorConfig), {
    ...environment,
    onServices: (made) => (services = made),
  });
  const { federationPort, apiPort } = await coordinator.start();
  cleanUp.push(() => coordinator.stop());
  const engine = inlineEngine(await createGroup(), environment.rng);
  for (const { id } of agencies) {
    const file = folder.writeNodeConfig(id, `localhost:${federationPort}`);
    if (id === CHARITY)
      appendFileSync(file, `optOuts: { ${writeOptOuts(data, join(directory, 'opted-out.sqlite'))} }\n`);
    const config = loadNodeConfig(file);
    await prepareAll(config, { ...environment, engine });
    const node = createNode(config, { ...environment, engine });
    await node.start();
    cleanUp.push(() => node.stop());
  }
  const home = `http://127.0.0.1:${apiPort}`;
  const client = new ApiClient({ url: home, token: folder.token });
  await vi.waitFor(
    async () => expect((await client.agencies()).map(({ state }) => state)).toEqual(agencies.map(() => 'online')),
    { timeout: SETTLE_MS, interval: 50 },
  );
  const runs = {
    released: await ask(client, ANSWERED, 'finished'),
    refused: await ask(client, REFUSED, 'refused'),
    again: await ask(client, ANSWERED, 'finished'),
  };
  if (services === undefined) throw new RangeError('the coordinator has said nothing of its services');
  return make({ folder, services, runs, home, client });
}

/** Officers go on from where the folder was made: what was live becomes the version before, others come and go. */
function decide(folder: FederationFolder): void {
  const { board } = folder;
  const named = (name: string): string => templateText(ANSWERED).replace(/^template: .*$/m, `template: ${name}`);
  board.publish(
    templateText(ANSWERED)
      .replace(/^version: .*$/m, `version: ${VERSIONS.live}`)
      .replace('roundTo: 5', 'roundTo: 10'),
  );
  board.publish(named(REFUSED));
  board.propose(templateText(PROPOSED));
  board.publish(named(GONE.revoked));
  board.revoke(GONE.revoked, REVOKED_BECAUSE);
  board.publish(named(GONE.expired).replace(/^expires: .*$/m, 'expires: 2020-01-01'));
  folder.writeRegister();
}

async function ask(client: ApiClient, template: string, end: RunDetailView['state']): Promise<RunDetailView> {
  const parameters = Object.fromEntries(
    Object.entries(widestParameters(templateNamed(ANSWERED))).map(([name, values]) => [name, [...values]]),
  );
  const { id } = await client.submit({ template, parameters });
  await drained(client.follow(id));
  const run = await client.run(id);
  if (run.state !== end) throw new Error(`${template} ended ${run.state}: ${run.ending?.code ?? ''}`);
  return run;
}

/** One request, as it is: no redirect is followed, no cookie kept. */
export function askHttp(url: string, { method = 'GET', headers = {}, form = '' }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = httpRequest(url, { method, headers: { ...type, ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end(form);
  });
}

/** What a page fails with shows in the test. */
const complaining: Log = {
  ...silentLog,
  error: (fields) => void process.stderr.write(`${inspect(fields)}\n`),
};
