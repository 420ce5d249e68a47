import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { onTestFinished } from 'vitest';

import { ActDesk } from '../../coordinator/governance/act-desk.js';
import { createKeptReviews } from '../../coordinator/governance/kept-reviews.js';
import { createSite } from '../../coordinator/pages/site.js';
import type { Site } from '../../coordinator/pages/site.js';
import type { SiteServices } from '../../coordinator/pages/site-services.js';
import { createSignIn } from '../../coordinator/sign-in/sign-in.js';
import { signInSchema } from '../../coordinator/sign-in/sign-in-config.js';
import { openDatabase } from '../../coordinator/store/database.js';
import type { LogFields } from '../../core/base/index.js';
import type { SignedRoster } from '../../core/governance/index.js';
import { DEMO_CLIENT, demoSignIn } from '../../examples/bold/demo/demo-people.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import type { DemoProvider, DemoProviderOptions } from '../../examples/bold/demo/sign-in-provider.js';
import { listen } from '../../web/index.js';
import type { HttpServer } from '../../web/index.js';
import { Rig, TestLog } from '../unit/coordinator/fixtures.js';
import { catalogue } from '../unit/templates/fixtures.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { siteParts } from './site-parts.js';
import { WebVisitor } from './web-visitor.js';

/** Where nothing listens: ports below 1024 are taken by nobody here. */
const NOBODY_THERE = 'http://127.0.0.1:9';

export interface SignInSiteOptions {
  /** Lines of a file of people; roles come from the provider's claim where it is left out. */
  readonly people?: string;
  readonly provider?: Partial<DemoProviderOptions>;
  /** As the coordinator has it; the provider's own where it is left out. */
  readonly clientSecret?: string;
  /** Of the configuration, beside what the provider says. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether pages are behind a proxy that speaks TLS. */
  readonly behindProxy?: boolean;
  /** Whether the sign-in service is not there yet. */
  readonly isProviderDown?: boolean;
}

/** What a page fails with shows in the test. */
class LoudLog extends TestLog {
  override error(fields: LogFields): void {
    super.error(fields);
    if (fields['event'] === 'page-error') process.stderr.write(`${inspect(fields)}\n`);
  }
}

/** The coordinator's pages, with a real sign-in service beside them. All ends with the test. */
export class SignInSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-sign-in-'));
  readonly rig = new Rig();
  readonly log = new LoudLog();
  readonly #options: SignInSiteOptions;
  /** Ahead of the computer's clock: a test moves it on. */
  aheadMs = 0;
  /** The roster in force, changed so. */
  amend: (roster: SignedRoster) => SignedRoster = (roster) => roster;
  provider: DemoProvider | undefined;
  home = '';
  site!: Site;
  #issuer = NOBODY_THERE;
  #server: HttpServer | undefined;
  #closeDatabase = (): void => undefined;

  private constructor(options: SignInSiteOptions) {
    this.#options = options;
    if (options.people !== undefined) this.writePeople(options.people);
  }

  static async open(options: SignInSiteOptions = {}): Promise<SignInSite> {
    const made = new SignInSite(options);
    onTestFinished(async () => {
      await made.close();
      await made.provider?.stop();
      rmSync(made.folder, { recursive: true, force: true });
    });
    await made.startProvider();
    if (options.isProviderDown === true) await made.stopProvider();
    await made.open();
    return made;
  }

  /** At the port that it had, where it had one. */
  async startProvider(): Promise<void> {
    this.provider = await startDemoProvider({
      port: this.#issuer === NOBODY_THERE ? 0 : Number(new URL(this.#issuer).port),
      redirectUris: ['http://127.0.0.1/sign-in/callback', ...this.#elsewhere()],
      ...this.#options.provider,
    });
    this.#issuer = this.provider.issuer;
  }

  async stopProvider(): Promise<void> {
    await this.provider?.stop();
    this.provider = undefined;
  }

  /** Starts the pages, with the database that there is: at the port that they had, where they had one. */
  async open(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const port = this.home === '' ? 0 : Number(new URL(this.home).port);
    const { rig, log } = this;
    const clock = { now: (): Date => new Date(Date.now() + this.aheadMs) };
    const rng = seededRng(`${testSeed}/${this.folder}/${Math.random()}`);
    const database = openDatabase(this.databaseFile);
    this.#closeDatabase = () => database.close();
    const { people, provider, config, behindProxy = false } = this.#options;
    const signIn = createSignIn({
      config: signInSchema.parse({
        ...{ issuer: this.#issuer, clientId: DEMO_CLIENT },
        ...(people === undefined ? demoSignIn(this.#issuer) : { roles: { people: this.peopleFile } }),
        ...config,
        ...changes,
      }),
      clientSecret: this.#options.clientSecret ?? provider?.clientSecret,
      roster: () => this.amend(rig.governance.register.current.roster),
      localOrigin: () => this.home,
      ...{ database, clock, rng, log },
    });
    const { service: runs, templates, governance, registry, auditLog: audit } = rig;
    const registers: SiteServices['registers'] = {
      get copy() {
        return governance.copy;
      },
      get register() {
        return governance.register;
      },
      get roster() {
        return governance.roster;
      },
      get statement() {
        return governance.statement;
      },
      stated: undefined,
      isFileRefused: false,
    };
    const desk = new ActDesk({
      // Officers of these tests read; what they sign has tests of its own.
      registers: { ...registers, register: governance.register, take: () => false },
      reviews: createKeptReviews(database),
      changed: () => undefined,
      ...{ clock, log },
    });
    this.site = createSite(
      {
        ...{ runs, templates, registers, registry, audit, catalogue, desk, clock },
        ...siteParts(database, { clock, rng }),
      },
      { federation: rig.roster.federation, synthetic: true, behindProxy, signIn, rng, log },
    );
    this.#server = await listen(this.site.app, '127.0.0.1', port, 'api.port');
    this.home = `http://127.0.0.1:${this.#server.port}`;
  }

  /** Stops the pages; what is in the database stays. */
  async close(): Promise<void> {
    await this.#server?.stop(1_000);
    if (this.#server !== undefined) this.#closeDatabase();
    this.#server = undefined;
  }

  get databaseFile(): string {
    return join(this.folder, 'coordinator.db');
  }

  get peopleFile(): string {
    return join(this.folder, 'people.yaml');
  }

  writePeople(lines: string): void {
    writeFileSync(this.peopleFile, `people:\n${lines}`);
  }

  /** Everything that is on the disk of sessions, as text. */
  get stored(): string {
    const files = [this.databaseFile, `${this.databaseFile}-wal`].filter((file) => existsSync(file));
    return files.map((file) => readFileSync(file, 'latin1')).join('');
  }

  visitor(headers: Readonly<Record<string, string>> = {}): WebVisitor {
    const base = this.#options.config?.['redirectBase'];
    return new WebVisitor(() => this.home, headers, typeof base === 'string' ? base : '');
  }

  /** Somebody of the sign-in service's people, signed in here. */
  async signedIn(sub: string, headers: Readonly<Record<string, string>> = {}): Promise<WebVisitor> {
    const visitor = this.visitor(headers);
    await visitor.signIn(sub);
    return visitor;
  }

  /** Codes of the refusals that were logged. */
  get refusals(): unknown[] {
    return this.log.of('sign-in-refused').map(({ code }) => code);
  }

  #elsewhere(): string[] {
    const base = this.#options.config?.['redirectBase'];
    return typeof base === 'string' ? [`${base}/sign-in/callback`] : [];
  }
}
