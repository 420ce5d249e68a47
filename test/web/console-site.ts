import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import Database from 'better-sqlite3';
import { expect, vi } from 'vitest';

import { silentLog } from '../../core/base/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import type { FederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { generateFederation } from '../../examples/bold/federation.js';
import type { Federation } from '../../examples/bold/federation.js';
import { templateText } from '../../examples/bold/library.js';
import { loadConfig } from '../../node-agent/config.js';
import { createConsole } from '../../node-agent/console/console.js';
import { ConsoleSecret, createConsoleSecret } from '../../node-agent/console/console-secret.js';
import { NodeView } from '../../node-agent/console/node-view.js';
import { systemClock } from '../../runtime/index.js';
import { listen } from '../../web/index.js';
import type { HttpServer } from '../../web/index.js';
import { ProcessFederation } from '../support/process-federation.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';

/** Whose node it is: a charity's, whose people have been asked. */
export const OPERATOR = 'charity-a';
export const DATASET = 'third-sector.support';
/** Live in the register of governance. */
export const TEMPLATE = 'support-reached-after-referral';
/** Officers have it before them. */
export const PROPOSED = 'access-to-support-after-conviction';
/** What was live once, each by its state. */
export const GONE = { revoked: 'asked-once', expired: 'asked-in-its-time' } as const;
/** Rows of the charity's that can't be used. */
export const UNUSABLE_ROWS = 1;
/** The first of its people, who have opted out. */
export const OPTED_OUT = 15;

const PEOPLE = 1_000;
const COMPANY = ['police', OPERATOR, 'charity-b'];

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: string;
}

/** Somebody who has signed in. */
export interface Visitor {
  readonly see: (path: string) => Promise<Answer>;
  readonly send: (path: string, fields?: Readonly<Record<string, string>>) => Promise<Answer>;
}

/** The console of one node, served within the test, and whoever calls on it. */
export class ConsoleSite {
  readonly folder: string;
  readonly configFile: string;
  readonly secretFile: string;
  readonly secret: string;
  readonly rng = seededRng(`${testSeed}/console`);
  /** Ahead of the computer's clock: a test moves it on. */
  aheadMs = 0;
  home = '';
  /** Reasons of refused sign-ins that were logged, since it was opened. */
  readonly refused: unknown[] = [];
  #server: HttpServer | undefined;

  /** @param federation in whose folder the node's is, with its configuration, which this adds to */
  constructor(federation: Pick<FederationFolder, 'agencyFolder' | 'board' | 'writeRegister'>) {
    const folder = federation.agencyFolder(OPERATOR);
    this.folder = folder;
    this.configFile = join(folder, 'node.yaml');
    this.secretFile = join(folder, 'console.secret');
    this.configure('console: { port: 0, secret: console.secret }\n');
    decide(federation);
    expect(createConsoleSecret(this.secretFile, this.rng)).toBe(true);
    this.secret = readFileSync(this.secretFile, 'utf8').trim();
  }

  /** Adds lines to the node's configuration. */
  configure(lines: string): void {
    writeFileSync(this.configFile, `${readFileSync(this.configFile, 'utf8')}\n${lines}`);
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Opens it anew, with the configuration as it is now. */
  async open(): Promise<void> {
    await this.close();
    this.aheadMs = 0;
    this.refused.length = 0;
    const clock = { now: () => new Date(Date.now() + this.aheadMs) };
    const app = createConsole({
      node: new NodeView(loadConfig(this.configFile), clock),
      secret: new ConsoleSecret(this.secretFile, clock),
      names: () => [`127.0.0.1:${this.port}`, `localhost:${this.port}`],
      clock,
      rng: this.rng,
      // What a page fails with shows in the test.
      log: {
        ...silentLog,
        error: (fields) => process.stderr.write(`${inspect(fields)}\n`),
        warn: ({ event, reason }) => {
          if (event === 'console-sign-in-refused') this.refused.push(reason);
        },
      },
    });
    this.#server = await listen(app, '127.0.0.1', 0, 'console.port');
    this.home = `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    await this.#server?.stop(1_000);
    this.#server = undefined;
  }

  /** With headers that a browser would not let a page set. */
  ask(path: string, { method = 'GET', headers = {}, form = '' }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const type = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
      const sent = httpRequest(`${this.home}${path}`, { method, headers: { ...type, ...headers } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.on('error', reject);
      sent.end(form);
    });
  }

  trySecret(said: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('/sign-in', { method: 'POST', headers, form: new URLSearchParams({ secret: said }).toString() });
  }

  async visitor(): Promise<Visitor> {
    const headers = { cookie: cookieOf(await this.trySecret(this.secret)) };
    const see = (path: string): Promise<Answer> => this.ask(path, { headers });
    const send = async (path: string, fields = {}): Promise<Answer> => {
      const form = new URLSearchParams({ _csrf: tokenIn(await see('/')), ...fields }).toString();
      return this.ask(path, { method: 'POST', headers, form });
    };
    return { see, send };
  }
}

export function cookieOf({ headers }: Answer): string {
  return (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}

export function tokenIn({ body }: Answer): string {
  return /name="_csrf" value="([0-9a-f]+)"/.exec(body)?.[1] ?? '';
}

/** What a page says to somebody who reads it: without its marks, blanks as one. */
export function wordsOf({ body }: Answer): string {
  const main = /<main[^]*<[/]main>/.exec(body)?.[0] ?? body;
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Asks until the page says it. */
export async function says({ see }: Visitor, path: string, words: RegExp): Promise<string> {
  return vi.waitFor(
    async () => {
      const said = wordsOf(await see(path));
      expect(said).toMatch(words);
      return said;
    },
    { timeout: 20_000, interval: 250 },
  );
}

export interface NewNode {
  readonly site: ConsoleSite;
  readonly board: FederationFolder['board'];
  readonly data: Federation;
  readonly close: () => Promise<void>;
}

/** A node's folder as enrolment leaves it: nothing was prepared, and no process has ever run. */
export async function newNode(): Promise<NewNode> {
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-console-'));
  const data = generateFederation({ people: PEOPLE, seed: testSeed, directory: join(directory, 'data') });
  spoil(data);
  const agencies = AGENCIES.filter(({ id }) => COMPANY.includes(id));
  const folder = await makeFederationFolder({
    directory,
    federation: 'bold-test',
    agencies,
    sources: data.sources.filter(({ agency }) => COMPANY.includes(agency)),
    templates: [templateText(TEMPLATE)],
    clock: systemClock,
    workers: 1,
  });
  folder.writeNodeConfig(OPERATOR, 'localhost:7400');
  const site = new ConsoleSite(folder);
  const close = async (): Promise<void> => {
    await site.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { site, board: folder.board, data, close };
}

/** A federation of real processes, the node among them. It has the template twice (`copyOf`). */
export async function runningNode(): Promise<{ readonly site: ConsoleSite; readonly federation: ProcessFederation }> {
  const federation = await ProcessFederation.start({
    ...{ people: PEOPLE, seed: testSeed, agencies: COMPANY, templates: [TEMPLATE], copies: 1, alter: spoil },
  });
  return { site: new ConsoleSite(federation.running.folder), federation };
}

/** Officers go on: one template is proposed, one revoked, and the last day of one has passed. */
function decide({ board, writeRegister }: Pick<FederationFolder, 'board' | 'writeRegister'>): void {
  const named = (name: string): string => templateText(TEMPLATE).replace(/^template: .*$/m, `template: ${name}`);
  board.propose(templateText(PROPOSED));
  board.publish(named(GONE.revoked));
  board.revoke(GONE.revoked, 'The figures were misread.');
  board.publish(named(GONE.expired).replace(/^expires: .*$/m, 'expires: 2020-01-01'));
  writeRegister();
}

/** Makes a list of the first of the charity's people, who say that they are not to be counted; its part of a configuration. */
export function writeOptOuts({ sources }: Federation, file: string): string {
  const database = new Database(file);
  database.exec(`ATTACH '${sourceOf(sources)}' AS charity`);
  database.exec(
    `CREATE TABLE opted_out AS SELECT first_name AS a, last_name AS b, date_of_birth AS c, post_code AS d, sex AS e
     FROM charity.support_episode
     WHERE date_of_birth IS NOT NULL AND post_code IS NOT NULL ORDER BY rowid LIMIT ${OPTED_OUT}`,
  );
  database.close();
  const identifiers = '{ forename: a, surname: b, dateOfBirth: c, postcode: d, sex: e }';
  return `lists: [{ sqlite: ${file}, table: opted_out, identifiers: ${identifiers} }]`;
}

/** Puts into the charity's records what every agency's have some of: not among the first, who may opt out. */
function spoil({ sources }: Federation): void {
  const database = new Database(sourceOf(sources));
  database.exec(
    `UPDATE support_episode SET crime_type = 'a <b>word</b>' WHERE rowid IN
       (SELECT rowid FROM support_episode WHERE research_consent = 'yes' ORDER BY rowid DESC LIMIT ${UNUSABLE_ROWS})`,
  );
  database.close();
}

/** What one number of the charity's own records is, said by SQL. */
export function countRows({ sources }: Federation, condition: string): number {
  const database = new Database(sourceOf(sources), { readonly: true });
  const count = database.prepare<[], number>(`SELECT COUNT(*) FROM support_episode WHERE ${condition}`).pluck().get();
  database.close();
  return count ?? 0;
}

function sourceOf(sources: Federation['sources']): string {
  const source = sources.find(({ agency }) => agency === OPERATOR);
  if (source?.mapping.sqlite === undefined) throw new RangeError(`no database of ${OPERATOR}`);
  return source.mapping.sqlite;
}
