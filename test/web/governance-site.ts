import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

import { ActDesk } from '../../coordinator/governance/act-desk.js';
import { createKeptReviews } from '../../coordinator/governance/kept-reviews.js';
import { createSite } from '../../coordinator/pages/site.js';
import { createSignIn } from '../../coordinator/sign-in/sign-in.js';
import { signInSchema } from '../../coordinator/sign-in/sign-in-config.js';
import { openDatabase } from '../../coordinator/store/database.js';
import { toBase64 } from '../../core/base/index.js';
import type { LogFields } from '../../core/base/index.js';
import type { Proposal, RosterOfficer } from '../../core/governance/index.js';
import { rawPublicKey } from '../../core/private-join/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { Board } from '../../examples/bold/demo/board.js';
import { DEMO_CLIENT } from '../../examples/bold/demo/demo-people.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import type { DemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import { boldCatalogue } from '../../examples/bold/library.js';
import { RegisterInForce, systemRng } from '../../runtime/index.js';
import { listen } from '../../web/index.js';
import type { HttpServer } from '../../web/index.js';
import { Rig, TestLog } from '../unit/coordinator/fixtures.js';
import { siteParts } from './site-parts.js';
import { WebVisitor } from './web-visitor.js';

/** Who can sign in, as whom of the roster. */
export const OFFICERS = {
  carys: 'research-officer',
  /** Of the author's organisation. */
  colin: 'research-colleague',
  dev: 'data-officer',
  esther: 'victims-officer',
  /** Says that they are an officer, and is none by the roster. */
  nobody: 'not-in-the-roster',
} as const;
export type Person = keyof typeof OFFICERS;

const PAGES_HOST = '127.0.0.1';

/** What a page fails with shows in the test. */
class LoudLog extends TestLog {
  override error(fields: LogFields): void {
    super.error(fields);
    process.stderr.write(`${inspect(fields)}\n`);
  }
}

/** The coordinator's pages with a register, a desk and a sign-in service that are real. Runs and agencies are a rig's. */
export class GovernanceSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-governance-'));
  readonly log = new LoudLog();
  readonly board: Board;
  readonly registers: RegisterInForce;
  /** Ahead of the computer's clock: a test moves it on. */
  aheadMs = 0;
  desk!: ActDesk;
  home = '';
  readonly #clock = { now: (): Date => new Date(Date.now() + this.aheadMs) };
  readonly #rig = new Rig();
  #provider: DemoProvider | undefined;
  #server: HttpServer | undefined;
  #closeDatabase = (): void => undefined;

  private constructor() {
    this.board = new Board({
      federation: 'bold-test',
      agencies: AGENCIES.map(({ id, name, datasets }) => ({ id, name, datasets, identityKey: newPublicKey() })),
      coordinator: newPublicKey(),
      purposes: ['research-statistics'],
      clock: this.#clock,
    });
    this.board.amend(({ officers }) => ({
      officers: [...officers, colleagueOf(officers)],
    }));
    const files = {
      register: join(this.folder, 'register.jsonl'),
      statement: join(this.folder, 'statement.json'),
      fingerprint: this.board.fingerprint,
    };
    writeFileSync(files.register, this.board.file);
    writeFileSync(files.statement, this.board.statement());
    this.registers = new RegisterInForce({
      ...{ files, check: () => undefined, log: this.log },
      ...{ putsRight: false, clock: this.#clock },
    });
  }

  /** It ends with the test. Without passkeys in the roster where `passkeys` says so. */
  static async open({ passkeys = true }: { readonly passkeys?: boolean } = {}): Promise<GovernanceSite> {
    const made = new GovernanceSite();
    onTestFinished(() => made.close());
    writeFileSync(made.#peopleFile, peopleText());
    made.#provider = await startDemoProvider({
      port: 0,
      redirectUris: ['http://localhost/sign-in/callback', 'http://127.0.0.1/sign-in/callback'],
      people: [...Object.keys(OFFICERS), 'amara'].map((name) => ({
        ...{ sub: `demo-${name}`, name: `${name} Invented`, work: name, roles: [] },
      })),
    });
    await made.openPages();
    if (passkeys) {
      made.board.amend(() => ({ passkeys: { rpId: 'localhost', origins: [made.home] } }));
      made.hear();
    }
    return made;
  }

  /** With the database that there is: at the port that they had, where they had one. */
  async openPages(): Promise<void> {
    const { registers, log } = this;
    const clock = this.#clock;
    const rng = systemRng;
    const database = openDatabase(this.databaseFile);
    this.#closeDatabase = () => database.close();
    const changed = (): void => undefined;
    this.desk = new ActDesk({ registers, reviews: createKeptReviews(database), changed, clock, log });
    this.desk.showReviews();
    const signIn = createSignIn({
      config: signInSchema.parse({
        ...{ issuer: this.#provider?.issuer, clientId: DEMO_CLIENT, roles: { people: this.#peopleFile } },
      }),
      clientSecret: undefined,
      roster: () => registers.register.current.roster,
      localOrigin: () => this.home,
      ...{ database, clock, rng, log },
    });
    const { service: runs, templates, registry, auditLog: audit } = this.#rig;
    const site = createSite(
      {
        ...{ runs, templates, registers, registry, audit, clock, desk: this.desk },
        ...{ catalogue: boldCatalogue(), ...siteParts(database, { clock, rng }) },
      },
      { federation: 'bold-test', synthetic: true, behindProxy: false, signIn, rng, log },
    );
    const port = this.home === '' ? 0 : Number(new URL(this.home).port);
    this.#server = await listen(site.app, PAGES_HOST, port, 'api.port');
    this.home = `http://localhost:${this.#server.port}`;
  }

  /** Stops the pages; what is in the database stays. */
  async closePages(): Promise<void> {
    await this.#server?.stop(1_000);
    this.#closeDatabase();
  }

  private async close(): Promise<void> {
    await this.closePages();
    await this.#provider?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the board has signed is in force at the coordinator. */
  hear(): void {
    const { entries } = this.board;
    this.registers.take({ first: 0, entries, statement: this.board.statement() });
  }

  /** Signs the next roster, changed so, and has it in force. */
  amend(change: Parameters<Board['amend']>[0]): void {
    this.board.catchUp(this.registers.copy.entries);
    this.board.amend(change);
    this.hear();
  }

  /** The last passkey that somebody made on the pages comes into the roster. */
  seatPasskey(person: Person): void {
    const made = this.log.of('passkey-made').findLast(({ officer }) => officer === OFFICERS[person]);
    this.board.catchUp(this.registers.copy.entries);
    this.board.giveKey(OFFICERS[person], { kind: 'webauthn', publicKey: String(made?.['publicKey']) });
    this.hear();
  }

  get databaseFile(): string {
    return join(this.folder, 'coordinator.db');
  }

  /** Everything that the register has, as text: what is in payloads too. */
  get registerText(): string {
    return this.registers.copy.entries.map((entry) => readable(entry)).join('\n');
  }

  proposal(name: string): Proposal {
    const found = this.registers.register.proposals.findLast(({ template }) => template.template === name);
    if (found === undefined) throw new RangeError(`${name} was not proposed`);
    return found;
  }

  visitor(): WebVisitor {
    return new WebVisitor(() => this.home);
  }

  async signedIn(person: Person | 'amara'): Promise<WebVisitor> {
    const visitor = this.visitor();
    await visitor.signIn(`demo-${person}`);
    return visitor;
  }

  get #peopleFile(): string {
    return join(this.folder, 'people.yaml');
  }
}

/** Somebody in front of a real browser, whose passkeys are in a virtual authenticator of Chromium's. */
export interface AtBrowser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of on its console. */
  readonly complaints: string[];
  /** Whether the device knows its owner from now on. */
  readonly setVerified: (isUserVerified: boolean) => Promise<void>;
}

/** @param person the sign-in service knows them as `demo-` and this */
export async function atBrowser(context: BrowserContext, home: string, person: string): Promise<AtBrowser> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} at ${message.location().url}`);
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  const setVerified = await addAuthenticator(page);
  await page.goto(`${home}/sign-in?next=/governance`);
  await page.check(`input[value="demo-${person}"]`);
  await Promise.all([page.waitForURL(`${home}/governance`), page.click('button:has-text("Sign in")')]);
  return { page, context, complaints, setVerified };
}

/** All that axe finds, of whatever weight: rule and place. */
export async function violationsOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Pixels by which a page would have to be moved sideways. */
export function sidewaysOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

async function addAuthenticator(page: Page): Promise<AtBrowser['setVerified']> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return async (isUserVerified) => {
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  };
}

/** An envelope with what it carries, twice over for a template within an act. */
export function readable(entry: Uint8Array): string {
  const text = Buffer.from(entry).toString('utf8');
  const inner = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8');
  const payload = inner(/"payload":"([^"]*)"/.exec(text)?.[1]);
  return [text, payload, inner(/"template":"([^"]*)"/.exec(payload)?.[1])].join('\n');
}

function peopleText(): string {
  const officers = Object.entries(OFFICERS).map(
    ([name, officer]) => `  - { sub: demo-${name}, name: ${name} Invented, roles: [officer], officer: ${officer} }\n`,
  );
  const analyst =
    '  - { sub: demo-amara, name: amara Invented, roles: [analyst], organisation: research-office, analyst: desk-1 }\n';
  return `people:\n${officers.join('')}${analyst}`;
}

function colleagueOf(officers: readonly RosterOfficer[]): RosterOfficer {
  const author = officers.find(({ id }) => id === OFFICERS.carys);
  if (author === undefined) throw new RangeError('the board has an author');
  return {
    ...{ id: OFFICERS.colin, name: 'Colleague of the author', organisation: author.organisation },
    keys: [{ kind: 'ed25519', publicKey: newPublicKey() }],
  };
}

function newPublicKey(): string {
  return toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
}
