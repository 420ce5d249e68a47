import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { packagePath } from '../../runtime/index.js';
import { canHave } from '../support/needs.js';
import type { ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';
import { barriers, BROWSERS, openBrowser, picture } from './browser.js';
import { DATASET, GONE, PROPOSED, runningNode, TEMPLATE, writeOptOuts } from './console-site.js';
import type { ConsoleSite } from './console-site.js';

/* The console of a running node as people use it: in a browser, by keyboard, without JavaScript, on a narrow screen. */

const execFileAsync = promisify(execFile);
const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const PAGES = [
  ['/', 'Status'],
  ['/data', 'Your data'],
  ['/opt-outs', 'Opt-outs'],
  ['/questions', 'Questions'],
  ['/policy', 'Policy'],
  ['/budget', 'Privacy budget'],
  ['/ledger', 'Ledger'],
] as const;
/** Those that another page leads to. */
const FURTHER = [
  `/data/${DATASET}`,
  `/questions/${TEMPLATE}`,
  `/questions/${PROPOSED}`,
  `/questions/${GONE.revoked}`,
  '/ledger?before=3',
  '/questions/none',
  '/nothing/at/all',
] as const;
const NARROW = { width: 320, height: 640 };

describe.runIf(available)(`the console in a browser (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  let site: ConsoleSite;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    ({ federation, site } = await runningNode());
    site.configure(`optOuts: { ${writeOptOuts(federation.data, join(site.folder, 'opted-out.sqlite'))} }`);
    const main = packagePath('dist/node-agent/main.js');
    await execFileAsync(process.execPath, [main, 'prepare', '--config', site.configFile]);
    browser = await openBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await federation.close();
  });
  beforeEach(async () => {
    await site.open();
    context = await browser.newContext();
    page = await context.newPage();
    return () => context.close();
  });

  async function signIn(on: Page): Promise<void> {
    await on.goto(site.home);
    await on.fill('#secret', site.secret);
    await Promise.all([on.waitForURL(`${site.home}/`), on.keyboard.press('Enter')]);
  }

  it('is used by keyboard alone, and keeps nobody out', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(site.home);
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'Sign in');
    await press(page, 'INPUT');
    await page.keyboard.type(site.secret);
    await Promise.all([page.waitForURL(`${site.home}/`), page.keyboard.press('Enter')]);
    for (const [path, name] of PAGES) {
      await page.goto(site.home);
      if (path !== '/') {
        await press(page, 'A', name);
        await Promise.all([page.waitForURL(`${site.home}${path}`), page.keyboard.press('Enter')]);
      }
      expect(await page.locator('h1').textContent()).toMatch(new RegExp(`^${name}`));
      expect(await page.title()).toMatch(new RegExp(`^${name} – Tallystick node of .+`));
      expect([path, await barriers(page)]).toEqual([path, []]);
      if (path === '/questions') {
        const list = await page.locator('main').textContent();
        for (const [state, of] of [['live', TEMPLATE], ['proposed', PROPOSED], ...Object.entries(GONE)]) {
          expect(list).toContain(`${of}, version 3, ${state}`);
        }
      }
      await picture(page, name);
    }
    expect(complaints).toEqual([]);
    for (const path of FURTHER) {
      await page.goto(`${site.home}${path}`);
      expect([path, await barriers(page)]).toEqual([path, []]);
      await picture(page, path.replaceAll(/\W/g, '-'));
    }
  });

  it('lets somebody without a mouse pause the node, have it answer again, and choose what it does when asked', async () => {
    await signIn(page);
    await press(page, 'INPUT');
    await page.keyboard.type('by keyboard');
    await press(page, 'BUTTON', 'Pause');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Paused since');
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'Paused');
    await press(page, 'BUTTON', 'Resume');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Stop answering at once');

    await page.goto(`${site.home}/questions/${TEMPLATE}`);
    await press(page, 'BUTTON', 'Save');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.govuk-error-summary');
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'No choice');
    await press(page, 'INPUT');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await press(page, 'BUTTON', 'Save');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.govuk-tag:has-text("Rehearsed")');
  });

  it('works without JavaScript', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const own = await plain.newPage();
    await own.goto(site.home);
    await own.fill('#secret', 'wrong');
    await own.click('text=Sign in >> nth=-1');
    expect(await own.locator('.govuk-error-summary').textContent()).toContain('not the secret in the file');
    await picture(own, 'Sign in wrong');
    await own.fill('#secret', site.secret);
    await own.click('text=Sign in >> nth=-1');
    for (const [path, name] of PAGES) {
      await own.goto(`${site.home}${path}`);
      expect(await own.locator('h1').textContent()).toMatch(new RegExp(`^${name}`));
    }
    await own.goto(`${site.home}/data`);
    await own.click('text=How good it is');
    expect(own.url()).toBe(`${site.home}/data/${DATASET}`);
    await own.goto(site.home);
    await own.fill('#reason', 'without scripts');
    await own.click('button:has-text("Pause")');
    expect(await own.locator('.govuk-notification-banner').textContent()).toContain('without scripts');
    await own.click('button:has-text("Resume")');
    await own.click('text=Sign out');
    await own.goto(site.home);
    expect(own.url()).toBe(`${site.home}/sign-in`);
    await plain.close();
  });

  it('fits a screen of 320 pixels: nothing but a table is moved sideways', async () => {
    await page.setViewportSize(NARROW);
    await page.goto(site.home);
    const tooWide = (): Promise<number> =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await tooWide()).toBe(0);
    await picture(page, 'narrow Sign in');
    await signIn(page);
    for (const path of [...PAGES.map(([path]) => path), ...FURTHER]) {
      await page.goto(`${site.home}${path}`);
      expect([path, await tooWide()]).toEqual([path, 0]);
      expect([path, await barriers(page)]).toEqual([path, []]);
      await picture(page, `narrow ${path.replaceAll(/\W/g, '-')}`);
    }
  });

  it('can’t be driven by another site’s page', async () => {
    await page.goto(site.home);
    await page.fill('#secret', site.secret);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site.home}/`);
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        `<form method="post" action="${site.home}/sign-out"><input name="_csrf" value="x"></form>` +
          `<iframe src="${site.home}/"></iframe><script>document.forms[0].submit()</script>`,
      );
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    // Another port of this computer is the same site for cookies, and not the same origin.
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForURL(`${site.home}/sign-out`);
    expect(await page.locator('h1').textContent()).toBe('This was not done');
    await page.goto(site.home);
    expect(await page.locator('h1').textContent()).toBe('Status');
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  /** Tabs on until such an element has the focus. */
  async function press(on: Page, tag: string, text?: string): Promise<void> {
    for (let tabs = 0; tabs < 50; tabs += 1) {
      await on.keyboard.press('Tab');
      const focused = on.locator(':focus');
      const is = await focused.evaluate(({ tagName }: { readonly tagName: string }) => tagName);
      if (is === tag && (text === undefined || (await focused.textContent())?.trim() === text)) return;
    }
    throw new Error(`no ${tag} ${text ?? ''} is reached by the keyboard`);
  }
});
