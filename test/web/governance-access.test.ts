import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { toBase64 } from '../../core/base/index.js';
import { createKeyFile, openKeyFile, rawPublicKey } from '../../core/signing/index.js';
import { templateText } from '../../examples/bold/library.js';
import { packagePath } from '../../runtime/index.js';
import { canHave } from '../support/needs.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { BROWSERS, follow, openBrowser, picture } from './browser.js';
import { atBrowser, GovernanceSite, OFFICERS, sidewaysOf, violationsOn } from './governance-site.js';
import type { AtBrowser, Person } from './governance-site.js';

/* Governance for who has no JavaScript, no mouse, a narrow screen or a device that says no. */

const execFileAsync = promisify(execFile);
const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const LIVE = 'linkage-quality-by-age';
const NAME = 'access-to-support-after-conviction';
const TEXT = templateText(NAME);
const NARROW = { width: 320, height: 640 };
const PASSPHRASE = 'carys has three sticks';

describe.runIf(available)(`governance for everybody (seed ${testSeed})`, () => {
  let browser: Browser;
  let site: GovernanceSite;
  let contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await openBrowser(executable ?? '');
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    site = await GovernanceSite.open();
    // Something live and something on its way, as key files sign it.
    site.board.publish(templateText(LIVE));
    site.board.propose(TEXT);
    site.hear();
    return async () => {
      await Promise.all(contexts.map((context) => context.close()));
      contexts = [];
    };
  });

  async function sit(person: Person, options: Parameters<Browser['newContext']>[0] = {}): Promise<AtBrowser> {
    const context = await browser.newContext(options);
    contexts.push(context);
    return atBrowser(context, site.home, person);
  }

  const proposal = (further = ''): string => `/governance/proposals/${site.proposal(NAME).digest}${further}`;
  const wordsOf = async (page: Page): Promise<string> => (await page.locator('main').textContent()) ?? '';
  const paths = (): readonly string[] => [
    ...['', '/propose', '/add', '/passkey', '/calendar'].map((path) => `/governance${path}`),
    ...['', '/review', '/revoke'].map(proposal),
    `/governance/proposals/${site.proposal(LIVE).digest}`,
    `/governance/proposals/${'0'.repeat(64)}`,
  ];

  it('fits a screen of 320 pixels: nothing but a table is moved sideways', async () => {
    const { page } = await sit('dev', { viewport: NARROW });
    for (const path of paths()) {
      await page.goto(`${site.home}${path}`);
      for (const summary of await page.locator('details > summary').all()) await summary.click();
      expect([path, await sidewaysOf(page)]).toEqual([path, 0]);
      expect([path, await violationsOn(page)]).toEqual([path, []]);
      await picture(page, `narrow ${path.replace(/[0-9a-f]{64}/, 'one').replaceAll('/', '-')}`);
    }
    await page.goto(`${site.home}${proposal('/review')}`);
    for (const principle of ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising']) {
      await page.check(`input[name="${principle}-mark"][value="met"]`);
      await page.fill(`#${principle}-reason`, 'It is.');
    }
    await follow(page, 'button:has-text("Continue to sign")');
    await page.waitForSelector('#sign-button');
    expect(await sidewaysOf(page)).toBe(0);
    await picture(page, 'narrow sign');
  });

  it('is read, and acted in, without JavaScript: what a key file has signed is added on a page', async () => {
    const keyFile = createKeyFile(PASSPHRASE, seededRng(`key ${testSeed}`));
    const publicKey = toBase64(rawPublicKey(openKeyFile(keyFile, PASSPHRASE)));
    const file = (name: string): string => join(site.folder, name);
    writeFileSync(file('carys.key'), keyFile, { mode: 0o600 });
    writeFileSync(file('carys.pass'), `${PASSPHRASE}\n`, { mode: 0o600 });
    site.board.giveKey(OFFICERS.carys, { kind: 'ed25519', publicKey });
    site.hear();
    const { page } = await sit('carys', { javaScriptEnabled: false });
    for (const path of paths()) {
      await page.goto(`${site.home}${path}`);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('form[hidden] >> visible=true').count()).toBe(0);
    }
    await page.goto(`${site.home}/governance/passkey`);
    expect(await wordsOf(page)).toContain('A passkey needs JavaScript. Without it, use a key file');

    const edited = TEXT.replace('threshold: 10', 'threshold: 15');
    await page.goto(`${site.home}/governance/propose`);
    await page.fill('#text', edited);
    await follow(page, 'button:has-text("Check it")');
    await follow(page, 'button:has-text("Continue to sign")');
    expect(await wordsOf(page)).toContain('A passkey needs JavaScript. Without it, sign with a key file');
    expect(await page.locator('#sign').isVisible()).toBe(false);
    await picture(page, 'sign without JavaScript');

    writeFileSync(file('edited.yaml'), edited);
    await tally(
      ...['template', 'propose', file('edited.yaml'), '--datasets', packagePath('examples', 'bold', 'datasets')],
      ...['--register', file('register.jsonl'), '--key', file('carys.key')],
      ...['--passphrase-file', file('carys.pass'), '--out', file('proposal.json')],
    );
    await follow(page, 'text=add what you signed');
    await page.fill('#act', 'not what it wrote');
    await follow(page, 'button:has-text("Add it")');
    expect(await page.locator('.govuk-error-summary').textContent()).toContain('This is nothing that was signed');
    await page.fill('#act', readFileSync(file('proposal.json'), 'utf8'));
    await Promise.all([page.waitForURL(`${site.home}/governance`), page.click('button:has-text("Add it")')]);
    expect(site.proposal(NAME).template.disclosure.threshold).toBe(15);
    // What the pages added is what the command finds in the file.
    const { stdout } = await tally('register', 'verify', file('register.jsonl'));
    expect(stdout).toContain(`${site.registers.register.entries} entries hold`);
  });

  it('is used by keyboard alone: a passkey, a review of four principles, and its signature', async () => {
    const { page, complaints } = await sit('dev');
    await press(page, 'A', 'Your passkeys');
    await Promise.all([page.waitForURL(/passkey$/), page.keyboard.press('Enter')]);
    await press(page, 'BUTTON', 'Make a passkey');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Your passkey is made');
    site.seatPasskey('dev');
    await press(page, 'A', 'What waits for you');
    await Promise.all([page.waitForURL(/governance$/), page.keyboard.press('Enter')]);
    await press(page, 'A', new RegExp(`${NAME} version`));
    await Promise.all([page.waitForURL(/proposals/), page.keyboard.press('Enter')]);
    await press(page, 'A', 'Review it');
    await Promise.all([page.waitForURL(/review$/), page.keyboard.press('Enter')]);
    for (let principle = 0; principle < 4; principle += 1) {
      await press(page, 'INPUT');
      await page.keyboard.press('Space');
      await press(page, 'TEXTAREA');
      await page.keyboard.type('It is.');
    }
    await press(page, 'BUTTON', 'Continue to sign');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#sign-button');
    await press(page, 'BUTTON', 'Sign with your passkey');
    await page.keyboard.press('Enter');
    await page.waitForURL(/proposals\/[0-9a-f]{64}$/);
    expect([...site.proposal(NAME).commitments.keys()]).toEqual([OFFICERS.dev]);
    expect(complaints).toEqual([]);
  });

  it('says so, and loses nobody’s place, where the device does not sign', async () => {
    const { page, setVerified } = await sit('dev');
    await page.goto(`${site.home}/governance/passkey`);
    await setVerified(false);
    await page.click('#make-button');
    await expectRefusal(page, 'make', /^Nothing was made: /);
    await setVerified(true);
    await page.click('#make-button');
    await page.waitForSelector('text=Your passkey is made');
    site.seatPasskey('dev');

    await page.goto(`${site.home}${proposal('/revoke')}`);
    await page.fill('#reason', 'It was a mistake.\nOf mine.');
    await follow(page, 'button:has-text("Continue to sign")');
    await setVerified(false);
    await page.click('#sign-button');
    await expectRefusal(page, 'sign', /^Nothing was signed: the device was not used in time/);
    expect(await violationsOn(page)).toEqual([]);
    await picture(page, 'sign refused by the device');
    // A page whose bytes and challenge were not made for each other is noticed here already.
    const payload = (await page.locator('.act').getAttribute('data-payload')) ?? '';
    const swap = (other: string): Promise<unknown> =>
      page.evaluate(`document.querySelector('.act').dataset.payload = ${JSON.stringify(other)}`);
    await swap(btoa('{}'));
    await setVerified(true);
    await page.click('#sign-button');
    await expectRefusal(page, 'sign', /this page is not in order: load it anew/);
    await swap(payload);
    await page.click('#sign-button');
    await page.waitForURL(/proposals\/[0-9a-f]{64}$/);
    expect(site.proposal(NAME)).toMatchObject({ state: 'revoked', reason: 'It was a mistake.\nOf mine.' });
  });

  async function expectRefusal(page: Page, form: 'make' | 'sign', text: RegExp): Promise<void> {
    const error = page.locator(`#${form}-error`);
    await error.waitFor({ state: 'visible' });
    expect(await error.textContent()).toMatch(text);
    expect(await error.getAttribute('role')).toBe('alert');
    expect(await page.evaluate('document.activeElement.id')).toBe(`${form}-button`);
    expect(await page.locator(`#${form}-button`).getAttribute('aria-disabled')).toBe('false');
  }

  async function tally(...words: string[]): Promise<{ readonly stdout: string }> {
    const env = { ...process.env, TALLY_PIN: site.board.fingerprint };
    return execFileAsync(process.execPath, [packagePath('dist', 'cli', 'main.js'), ...words], { env });
  }
});

/** Tabs on until such an element has the focus. */
async function press(page: Page, tag: string, text?: string | RegExp): Promise<void> {
  for (let tabs = 0; tabs < 60; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const is = await focused.evaluate(({ tagName }: { readonly tagName: string }) => tagName);
    const said = (await focused.textContent())?.trim() ?? '';
    if (is === tag && (text === undefined || (typeof text === 'string' ? said === text : text.test(said)))) return;
  }
  throw new Error(`no ${tag} ${String(text)} is reached by the keyboard`);
}
