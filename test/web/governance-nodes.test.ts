import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { parseRegisterFile, registerOf } from '../../core/governance/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { ANALYSTS } from '../../examples/bold/demo/board.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import type { DemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import { templateText } from '../../examples/bold/library.js';
import { canHave } from '../support/needs.js';
import { ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';
import { BROWSERS, openBrowser } from './browser.js';
import { atBrowser } from './governance-site.js';

/* What officers sign with passkeys on the pages of a running coordinator is verified by nodes that are processes of their own. */

const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const NAME = 'access-to-support-after-conviction';
const AGENCIES = ['police', 'courts', 'prison-probation'];
const OFFICERS = { carys: 'research-officer', dev: 'data-officer', esther: 'victims-officer' } as const;
type Person = keyof typeof OFFICERS;
/** For a register to have come to every node. */
const SECONDS_TO_NODES = 15;
/** The version that is signed in the browser; the one before was signed with key files. */
const NEXT = templateText(NAME).replace('version: 3', 'version: 4');

describe.runIf(available)(`a template that was signed in a browser (seed ${testSeed})`, () => {
  let browser: Browser;
  let provider: DemoProvider;
  let federation: ProcessFederation;
  let signIn: Record<string, unknown> = {};
  const pages = new Map<Person, Page>();
  beforeAll(async () => {
    provider = await startDemoProvider({ port: 0, redirectUris: ['http://localhost/sign-in/callback'] });
    signIn = { ...provider.signIn };
    federation = await ProcessFederation.start({
      // Some two hundred convictions: far enough from the least that an agency answers for, noise or no noise.
      people: 6_000,
      seed: testSeed,
      agencies: AGENCIES,
      templates: [NAME],
      pages: { signIn },
    });
    // Its port is known once it has started: from then on people sign in by the name that passkeys are good for.
    signIn['redirectBase'] = home();
    await restartCoordinator();
    browser = await openBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await federation.close();
    await provider.stop();
  });

  const home = (): string => federation.running.pagesUrl;
  const registerFile = (party: string): string =>
    join(dirname(federation.running.folder.coordinatorConfig), '..', party, 'register.jsonl');

  function pageOf(person: Person): Page {
    const page = pages.get(person);
    if (page === undefined) throw new RangeError(`${person} has not signed in`);
    return page;
  }

  /** Entries that a party has in its own file. */
  function entriesOf(party: string): number {
    return parseRegisterFile(readFileSync(registerFile(party))).length;
  }

  /** Waits until every node has in its own file what the coordinator has. */
  async function heardEverywhere(): Promise<void> {
    await expect
      .poll(() => AGENCIES.map(entriesOf), { timeout: SECONDS_TO_NODES * 1_000 })
      .toEqual(AGENCIES.map(() => entriesOf(COORDINATOR)));
  }

  /** With its configuration written anew, at the ports that it had. */
  async function restartCoordinator(): Promise<void> {
    const { running } = federation;
    const config = parse(readFileSync(running.folder.coordinatorConfig, 'utf8')) as Record<
      'federation' | 'api',
      { port: number }
    >;
    await running.program(COORDINATOR).stop(10_000);
    running.folder.writeCoordinatorConfig(config.federation.port, config.api.port);
    await running.startCoordinator();
  }

  /** The other officers sign the next roster with their key files, as in a ceremony. */
  async function amend(change: () => void): Promise<void> {
    const { board } = federation.running.folder;
    board.catchUp(parseRegisterFile(readFileSync(registerFile(COORDINATOR))));
    change();
    const program = federation.running.program(COORDINATOR);
    const from = program.events.length;
    federation.running.folder.writeRegister([COORDINATOR]);
    await program.waitFor(({ event }) => event === 'register', SECONDS_TO_NODES * 1_000, from);
  }

  async function sign(page: Page): Promise<void> {
    await page.click('#sign-button');
    await page.waitForURL(/\/governance(\/proposals\/[0-9a-f]{64})?$/);
  }

  async function go(page: Page): Promise<void> {
    await page.goto(`${home()}/governance`);
    await page.click(`main >> text=version 4`);
  }

  it('is asked and answered, and refused within seconds of its revocation', async () => {
    const { board } = federation.running.folder;
    await amend(() => board.amend(() => ({ passkeys: { rpId: 'localhost', origins: [home()] } })));
    for (const person of ['carys', 'dev', 'esther'] as const) {
      const { page } = await atBrowser(await browser.newContext(), home(), person);
      pages.set(person, page);
      await page.goto(`${home()}/governance/passkey`);
      await page.click('#make-button');
      await page.waitForSelector('text=Your passkey is made');
      const program = federation.running.program(COORDINATOR);
      const made = program.events.findLast(({ event }) => event === 'passkey-made');
      expect(made?.['officer']).toBe(OFFICERS[person]);
      await amend(() => board.giveKey(OFFICERS[person], { kind: 'webauthn', publicKey: String(made?.['publicKey']) }));
    }

    const author = pageOf('carys');
    await author.goto(`${home()}/governance/propose`);
    await author.fill('#text', NEXT);
    await author.click('button:has-text("Check it")');
    await author.click('button:has-text("Continue to sign")');
    await sign(author);
    for (const person of ['dev', 'esther'] as const) {
      const page = pageOf(person);
      // The review that is kept has to be there still when the other one is signed.
      if (person === 'esther') await restartCoordinator();
      await go(page);
      await page.click('text=Review it');
      for (const principle of ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising']) {
        await page.check(`input[name="${principle}-mark"][value="met"]`);
        await page.fill(`#${principle}-reason`, `It is, says ${person}.`);
      }
      await page.click('button:has-text("Continue to sign")');
      await sign(page);
    }
    for (const person of ['dev', 'esther'] as const) {
      await go(pageOf(person));
      await pageOf(person).click('button:has-text("Approve it")');
      await sign(pageOf(person));
    }
    await go(author);
    await author.click('button:has-text("Publish it")');
    await sign(author);
    await heardEverywhere();

    const answered = await federation.ask(NAME);
    expect([answered.state, answered.templateVersion, answered.refusals]).toEqual(['finished', 4, []]);
    // Nodes ask for a passkey's signature what they ask for any: with nobody's in the roster they had refused.
    expect(readFileSync(registerFile('courts'), 'utf8')).toContain('"webauthn":{"authenticatorData"');

    const reviewer = pageOf('esther');
    await reviewer.goto(`${home()}/governance`);
    await reviewer.click('text=Read or revoke');
    await reviewer.click('text=Revoke it');
    await reviewer.fill('#reason', 'The agreement has ended.');
    await reviewer.click('button:has-text("Continue to sign")');
    await sign(reviewer);
    await heardEverywhere();
    // Each node goes by what it has verified itself, whatever the coordinator asks.
    for (const agency of AGENCIES) {
      const register = registerOf(parseRegisterFile(readFileSync(registerFile(agency))), board.fingerprint);
      const mayAsk = (): unknown =>
        register.assertMayAsk(answered.templateDigest, { organisation: ANALYSTS, analyst: 'demo-analyst' }, new Date());
      expect(mayAsk).toThrow(expect.objectContaining({ code: 'TEMPLATE_REVOKED' }));
    }
    await expect(federation.submit(NAME)).rejects.toMatchObject({ code: 'UNKNOWN_TEMPLATE' });
  });
});
