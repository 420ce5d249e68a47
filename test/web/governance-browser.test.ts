import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { templateText } from '../../examples/bold/library.js';
import { canHave } from '../support/needs.js';
import { testSeed } from '../support/seeded-rng.js';
import { BROWSERS, follow, openBrowser, picture } from './browser.js';
import { atBrowser, GovernanceSite, violationsOn } from './governance-site.js';
import type { AtBrowser, Person } from './governance-site.js';

/* Officers at their browsers, with passkeys of a virtual authenticator: everything from a first passkey to a revocation. */

const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const NAME = 'access-to-support-after-conviction';
const TEXT = templateText(NAME);
const EDITED = TEXT.replace('Digital Economy Act 2017, section 64 (research)', 'Digital Economy Act 2017, section 64');
/** An error of the lint: nobody can say what a free date leaves open. */
const FAULTY = TEXT.replace('expires: 2027-06-30', 'expires: 2020-06-30');
const SECRET_WORDS = 'Weil der Mond aus Käse ist';
const OTHER_WORDS = 'Parce que la lune est en fromage';

describe.runIf(available)(`governance in a browser (seed ${testSeed})`, () => {
  let browser: Browser;
  let site: GovernanceSite;
  let contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await openBrowser(executable ?? '');
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    site = await GovernanceSite.open();
    return async () => {
      await Promise.all(contexts.map((context) => context.close()));
      contexts = [];
    };
  });

  async function sit(person: Person): Promise<AtBrowser> {
    const context = await browser.newContext();
    contexts.push(context);
    return atBrowser(context, site.home, person);
  }

  /** With a passkey that is in the roster. */
  async function seated(person: Person): Promise<AtBrowser> {
    const at = await sit(person);
    await at.page.goto(`${site.home}/governance/passkey`);
    await at.page.click('#make-button');
    await at.page.waitForSelector('text=Your passkey is made');
    site.seatPasskey(person);
    return at;
  }

  async function check(page: Page, name: string): Promise<void> {
    expect([name, await violationsOn(page)]).toEqual([name, []]);
    expect(await page.title()).toMatch(/ – Tallystick$/);
    await picture(page, name);
  }

  async function sign(page: Page): Promise<void> {
    await page.click('#sign-button');
    await page.waitForURL(/\/governance(\/proposals\/[0-9a-f]{64})?$/);
  }

  async function propose(page: Page, text: string): Promise<void> {
    await page.goto(`${site.home}/governance/propose`);
    await page.fill('#text', text);
    await follow(page, 'button:has-text("Check it")');
    await follow(page, 'button:has-text("Continue to sign")');
    await sign(page);
  }

  async function review(page: Page, reason: string, mark: 'met' | 'not-met' = 'met'): Promise<void> {
    await page.goto(pageOf('/review'));
    await answer(page, reason, mark);
    await follow(page, 'button:has-text("Continue to sign")');
    await sign(page);
  }

  async function answer(page: Page, reason: string, mark: 'met' | 'not-met'): Promise<void> {
    for (const principle of ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising']) {
      await page.check(`input[name="${principle}-mark"][value="${principle === 'relevant' ? mark : 'met'}"]`);
      await page.fill(`#${principle}-reason`, reason);
    }
  }

  async function press(page: Page, button: 'Approve it' | 'Publish it'): Promise<void> {
    await page.goto(pageOf());
    await follow(page, `button:has-text("${button}")`);
    await sign(page);
  }

  const pageOf = (further = ''): string => `${site.home}/governance/proposals/${site.proposal(NAME).digest}${further}`;
  const wordsOf = async (page: Page): Promise<string> => (await page.locator('main').textContent()) ?? '';

  it('takes a template from an officer’s first passkey to a revocation, and every page lets everybody in', async () => {
    const author = await sit('carys');
    await check(author.page, 'inbox empty');
    await follow(author.page, 'text=Your passkeys');
    expect(await wordsOf(author.page)).toContain('The roster in force has no passkeys of yours.');
    await check(author.page, 'passkey');
    await author.page.click('#make-button');
    await author.page.waitForSelector('text=Your passkey is made');
    await check(author.page, 'passkey made');
    const shown = (await author.page.locator('#fingerprint').textContent()) ?? '';
    await author.page.goto(`${site.home}/governance/passkey`);
    await Promise.all([author.page.waitForURL(/governance$/), author.page.click('.govuk-back-link')]);
    // Before it is in the roster it signs nothing.
    await author.page.goto(`${site.home}/governance/propose`);
    await check(author.page, 'propose');
    await author.page.fill('#text', TEXT);
    await follow(author.page, 'button:has-text("Check it")');
    await check(author.page, 'propose check');
    await follow(author.page, 'button:has-text("Continue to sign")');
    await check(author.page, 'sign a proposal');
    await author.page.click('#sign-button');
    await author.page.waitForSelector('text=This signature does not hold');
    await check(author.page, 'passkey not in the roster');
    expect(site.registers.register.proposals).toEqual([]);
    site.seatPasskey('carys');
    await author.page.goto(`${site.home}/governance/passkey`);
    expect(await wordsOf(author.page)).toContain('The roster in force has 1 passkey of yours');
    expect(await wordsOf(author.page)).toContain(shown);
    await propose(author.page, TEXT);
    expect(site.proposal(NAME).state).toBe('proposed');
    await check(author.page, 'inbox of the author');

    const [first, second] = [await seated('dev'), await seated('esther')];
    await first.page.goto(`${site.home}/governance`);
    expect(await first.page.locator('header').textContent()).toContain('Governance (1 to do)');
    await check(first.page, 'inbox of a reviewer');
    await first.page.goto(pageOf('/review'));
    await check(first.page, 'review');
    await follow(first.page, 'button:has-text("Continue to sign")');
    await first.page.waitForSelector('.govuk-error-summary');
    await check(first.page, 'review with errors');
    await answer(first.page, SECRET_WORDS, 'met');
    await follow(first.page, 'button:has-text("Continue to sign")');
    await check(first.page, 'sign a review');
    await sign(first.page);
    expect(await wordsOf(first.page)).toContain('Your review is signed. It waits for a second reviewer');
    await check(first.page, 'proposal with one review');

    // Blind: not a word of it on any page of the second reviewer's, nor in what everybody can read.
    for (const path of ['', '/review']) {
      await second.page.goto(pageOf(path));
      expect(await second.page.content()).not.toContain(SECRET_WORDS);
    }
    await second.page.goto(`${site.home}/governance`);
    expect(await second.page.content()).not.toContain(SECRET_WORDS);
    expect(site.registerText).not.toContain(SECRET_WORDS);
    expect(site.registerText).toContain('commit-review');
    await review(second.page, OTHER_WORDS);
    expect(await wordsOf(second.page)).toContain(SECRET_WORDS);
    expect(await wordsOf(second.page)).toContain(OTHER_WORDS);
    expect(site.registerText).toContain(SECRET_WORDS);
    await check(second.page, 'proposal with both reviews');

    // The author has no way to it, nor has a colleague.
    const colleague = await seated('colin');
    for (const { page } of [author, colleague]) {
      await page.goto(pageOf());
      expect(await wordsOf(page)).toContain('You and your organisation stand aside.');
      for (const button of ['Approve it', 'Review it']) {
        expect(await page.locator(`main >> text="${button}"`).count()).toBe(0);
      }
    }

    await press(first.page, 'Approve it');
    expect(await wordsOf(first.page)).toContain('Approvals: 1 of 2, by Data board of the demonstration.');
    await check(first.page, 'proposal with one approval');
    await press(second.page, 'Approve it');
    expect(site.proposal(NAME).state).toBe('approved');
    await press(author.page, 'Publish it');
    expect(site.proposal(NAME).state).toBe('live');
    await check(author.page, 'proposal live');
    await author.page.goto(`${site.home}/governance`);
    await check(author.page, 'inbox live');
    await follow(author.page, 'text=What expires, and when');
    await check(author.page, 'calendar');

    await second.page.goto(pageOf());
    await follow(second.page, 'text=Revoke it');
    await follow(second.page, 'button:has-text("Continue to sign")');
    await second.page.waitForSelector('.govuk-error-summary');
    await check(second.page, 'revoke with errors');
    await second.page.fill('#reason', 'The agreement has ended.');
    await follow(second.page, 'button:has-text("Continue to sign")');
    await check(second.page, 'sign a revocation');
    await sign(second.page);
    expect(site.proposal(NAME).state).toBe('revoked');
    await check(second.page, 'proposal revoked');
    for (const { complaints } of [author, first, second, colleague]) {
      // The refusal of an unknown passkey is one, and so are forms with something missing.
      expect(complaints.filter((one) => !/status of 4(09|22)/.test(one))).toEqual([]);
    }
  });

  it('shows by line what is wrong with a template, and lets nobody sign it', async () => {
    const { page } = await seated('carys');
    await page.goto(`${site.home}/governance/propose`);
    await page.fill('#text', TEXT.replace('unit: victim-case', 'unit: house\nnonsense: 1'));
    await follow(page, 'button:has-text("Check it")');
    expect(await page.locator('.govuk-error-summary').textContent()).toMatch(/Line 3\d: /);
    expect(await page.inputValue('#text')).toContain('nonsense: 1');
    await check(page, 'propose with errors');
    await page.fill('#text', FAULTY);
    await follow(page, 'button:has-text("Check it")');
    await page.waitForSelector('text=It has errors, which nobody should sign');
    const line = FAULTY.split('\n').findIndex((text) => text.startsWith('expires')) + 1;
    expect(await wordsOf(page)).toContain(`line ${line}`);
    expect(await page.locator('button:has-text("Continue to sign")').count()).toBe(0);
    await check(page, 'propose check with errors');
  });

  it('sends it back where one principle is not met; an edit from a file begins anew, and shows what changed', async () => {
    const [author, first, second] = [await seated('carys'), await seated('dev'), await seated('esther')];
    await propose(author.page, TEXT);
    const before = site.proposal(NAME).digest;
    await review(first.page, SECRET_WORDS, 'not-met');
    await review(second.page, OTHER_WORDS);
    expect(site.proposal(NAME).state).toBe('draft');
    await author.page.goto(`${site.home}/governance`);
    expect(await wordsOf(author.page)).toContain('A reviewer found a principle not met');
    await check(author.page, 'inbox sent back');
    await author.page.goto(pageOf());
    expect(await wordsOf(author.page)).toContain(`Relevant: NOT MET. ${SECRET_WORDS}`);
    await check(author.page, 'proposal sent back');

    const file = join(site.folder, 'edited.yaml');
    writeFileSync(file, EDITED);
    await author.page.goto(`${site.home}/governance/propose`);
    await author.page.setInputFiles('#file', file);
    await author.page.waitForFunction("document.querySelector('#text').value !== ''");
    expect(await author.page.inputValue('#text')).toBe(EDITED);
    await follow(author.page, 'button:has-text("Check it")');
    await follow(author.page, 'button:has-text("Continue to sign")');
    await sign(author.page);
    const { digest, state, commitments } = site.proposal(NAME);
    expect([digest === before, state, commitments.size]).toEqual([false, 'proposed', 0]);
    // A page that was open all the while.
    await first.page.goto(`${site.home}/governance/proposals/${before}`);
    expect(await wordsOf(first.page)).toContain('This proposal is not there');
    await check(first.page, 'proposal edited since');

    for (const [page, reason] of [
      [first.page, 'Better now.'],
      [second.page, 'As before.'],
    ] as const) {
      await review(page, reason);
    }
    for (const { page } of [first, second]) await press(page, 'Approve it');
    await press(author.page, 'Publish it');
    // The next version is read beside what is live.
    await author.page.goto(`${site.home}/governance/propose`);
    await author.page.fill('#text', TEXT.replace('version: 3', 'version: 4').replace('threshold: 10', 'threshold: 15'));
    await follow(author.page, 'button:has-text("Check it")');
    await author.page.waitForSelector('#changes');
    expect(await wordsOf(author.page)).toMatch(/What changes against .* version 3.*Shows less/s);
    await check(author.page, 'propose check with changes');
  });
});
