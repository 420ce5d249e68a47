import { existsSync } from 'node:fs';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { canHave } from '../support/needs.js';
import { testSeed } from '../support/seeded-rng.js';
import { barriers, BROWSERS, follow, openBrowser, picture } from './browser.js';
import { SignInSite } from './sign-in-site.js';

/* Signing in and out as people do: in a browser, by keyboard, from another site's service. */

const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');
const NARROW = { width: 320, height: 640 };

describe.runIf(available)(`signing in with a browser (seed ${testSeed})`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    browser = await openBrowser(executable ?? '');
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    return () => context.close();
  });

  async function signIn(person: string): Promise<void> {
    await page.check(`input[value="${person}"]`);
    await follow(page, 'button:has-text("Sign in")');
  }

  it('brings somebody back from another site, to where they wanted to go, and out again at both', async () => {
    // For the browser `localhost` is another site than `127.0.0.1`: a strict cookie would not come back.
    const site = await SignInSite.open({ provider: { host: 'localhost' } });
    await page.goto(`${site.home}/account?from=link`);
    expect(new URL(page.url()).hostname).toBe('localhost');
    await expect(page.textContent('.govuk-phase-banner')).resolves.toContain('invented people, no passwords');
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'demo-choose-person');

    // By keyboard: to the radios, the first of them, and enter.
    await page.focus('input[name="person"]');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site.home}/account?from=link`);
    await expect(page.textContent('main')).resolves.toContain('analyst@research-office');
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'account');

    await follow(page, 'button:has-text("Sign out")');
    await page.waitForURL(/localhost.*session\/end/);
    expect(await barriers(page)).toEqual([]);
    await follow(page, 'button:has-text("Sign out")');
    await page.waitForURL(`${site.home}/signed-out*`);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows nothing of somebody when the next person presses Back', async () => {
    const site = await SignInSite.open();
    await page.goto(`${site.home}/account`);
    await signIn('demo-amara');
    await page.waitForURL(`${site.home}/account`);
    await follow(page, 'button:has-text("Sign out")');
    await page.waitForURL(/session\/end/);
    await follow(page, 'button:has-text("Sign out")');
    await page.waitForURL(`${site.home}/signed-out*`);
    for (let back = 0; back < 2; back += 1) {
      await page.goBack();
      await expect(page.textContent('body')).resolves.not.toContain('analyst@research-office');
    }
    await page.goto(`${site.home}/`);
    await expect(page.textContent('header')).resolves.toContain('Sign in');
  });

  it('says on a narrow screen, without JavaScript, that somebody has no role, and lets them be somebody else', async () => {
    const site = await SignInSite.open();
    const plain = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW });
    page = await plain.newPage();
    await page.goto(`${site.home}/sign-in?next=/account`);
    await signIn('demo-huw');
    await expect(page.textContent('h1')).resolves.toBe('You have no role here');
    const { scrollWidth } = await page.evaluate<{ scrollWidth: number }>(
      '({ scrollWidth: document.body.scrollWidth })',
    );
    expect(scrollWidth).toBeLessThanOrEqual(NARROW.width);
    await follow(page, 'text=Sign out of the sign-in service');
    await follow(page, 'button:has-text("Sign out")');
    await page.waitForURL(`${site.home}/signed-out*`);
    await follow(page, 'text=Sign in again');
    await signIn('demo-gwen');
    await page.waitForURL(`${site.home}/`);
    await expect(page.textContent('header')).resolves.toContain('Your account');
    await plain.close();
  });
});
