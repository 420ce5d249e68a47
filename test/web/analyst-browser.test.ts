import { existsSync } from 'node:fs';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { EXPORT_KINDS } from '../../coordinator/exports/index.js';
import type { ExportFormat } from '../../coordinator/exports/index.js';
import { canHave } from '../support/needs.js';
import { AMARA, AnalystSite, BRYN, QUESTION, REFUSED } from './analyst-site.js';
import { allBarriers, BROWSERS, follow, openBrowser, picture } from './browser.js';
import type { WebVisitor } from './web-visitor.js';

/* An analyst's way from a question to its answer, on a federation of real processes, as people go it. */

const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const WAIT = { timeout: 45_000 };
const NARROW = { width: 320, height: 640 };
/** The node that stands still where a test has to look at a run that goes on. */
const SLOW = 'charity-b';

describe.runIf(available)('an analyst’s pages', () => {
  let site: AnalystSite;
  let browser: Browser;
  /** Signed in as the analyst who may ask. */
  let amara: BrowserContext;
  const complaints: string[] = [];
  /** Of the first run that was answered. */
  let answered = '';

  beforeAll(async () => {
    site = await AnalystSite.start();
    browser = await openBrowser(executable ?? '');
    amara = await browser.newContext();
    await signIn(await newPage(amara));
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
  }, 60_000);
  afterEach(() => {
    site.goOn(SLOW);
    const said = complaints.splice(0);
    expect([...site.pageErrors, ...said]).toEqual([]);
  });

  async function newPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      // A form that is sent back with its errors is told so by its status, too.
      if (message.type() === 'error' && !/status of (422|409)/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    return page;
  }

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${site.home}/sign-in?next=/questions`);
    await page.check(`input[value="${AMARA}"]`);
    await follow(page, 'button:has-text("Sign in")');
    await page.waitForURL(`${site.home}/questions`);
  }

  async function choose(page: Page, quarters: number): Promise<void> {
    await page.goto(`${site.home}/questions/${QUESTION}/ask`);
    for (const box of (await page.locator('input[type=checkbox]').all()).slice(0, quarters)) await box.check();
    await follow(page, 'button:has-text("Continue")');
    await page.waitForSelector('h1:has-text("Check what you ask")');
  }

  async function ask(page: Page, quarters: number): Promise<string> {
    await choose(page, quarters);
    await follow(page, 'button:has-text("Ask the agencies")');
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    return new URL(page.url()).pathname.split('/').at(-1) ?? '';
  }

  async function looked(page: Page, name: string): Promise<void> {
    expect([name, await allBarriers(page)]).toEqual([name, []]);
    await picture(page, name);
  }

  it('lead from a question over a trial to an answer, which is told as it comes', async () => {
    const page = await newPage(amara);
    await page.goto(`${site.home}/questions`);
    await follow(page, 'h3 a:has-text("Of people who said yes to a referral")');
    await follow(page, 'text=Ask this question');
    await looked(page, 'analyst-1-form');
    await follow(page, 'button:has-text("Continue")');
    await page.waitForSelector('.govuk-error-summary');
    expect(await page.evaluate('document.activeElement.className')).toContain('govuk-error-summary');
    expect(await page.title()).toMatch(/^Error: /);
    await looked(page, 'analyst-2-error');
    await page.click('.govuk-error-summary a');
    expect(await page.evaluate('document.activeElement.type')).toBe('checkbox');

    await choose(page, 8);
    expect(await page.textContent('main')).toContain('You see what the table will look like');
    await looked(page, 'analyst-3-check');
    await follow(page, 'button:has-text("Try it on invented people")');
    expect(await page.textContent('main')).toContain('Trial on invented people');
    await page.waitForSelector('#results', WAIT);
    expect(await page.textContent('main')).toContain('Nobody in this is real. Don’t quote a number of it.');
    expect(await page.locator('main a[href*="/export/"]').count()).toBe(0);
    await looked(page, 'analyst-4-trial');
    await follow(page, 'text=Go on with the same choices');
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(8);

    site.still(SLOW);
    answered = await ask(page, 8);
    await page.waitForSelector('#headline:has-text("Agencies decide")', WAIT);
    await looked(page, 'analyst-5-progress');
    await page.evaluate('window.isSamePage = true; window.said = [];');
    await page.evaluate(
      `new MutationObserver(() => said.push(document.getElementById('headline').textContent.trim())).observe(
        document.getElementById('progress'), { childList: true, subtree: true, characterData: true })`,
    );
    const before = await page.locator('.govuk-tag:has-text("Takes part")').count();
    site.goOn(SLOW);
    // What the page had said before it gave way to another: asked often, for it is gone then.
    const said = new Set<string>();
    const listen = async (): Promise<boolean> => {
      const heard = await page.evaluate<string[] | null>('window.isSamePage ? said : null').catch(() => []);
      for (const text of heard ?? []) said.add(text);
      return heard !== null;
    };
    while (await listen()) await page.waitForTimeout(50);
    expect({ before, changes: said.size > 1 }).toEqual({ before: 2, changes: true });
    // The end is another page, which comes by itself.
    await page.waitForSelector('#results', WAIT);
    expect(await page.evaluate('window.isSamePage')).toBe(undefined);
    await page.close();
  }, 240_000);

  it('show the answer: chart, sentences, table, how people were found, citation, files', async () => {
    const page = await newPage(amara);
    await page.goto(`${site.home}/runs/${answered}`);
    expect(
      await page.locator('main img').evaluate(({ naturalWidth }: { readonly naturalWidth: number }) => naturalWidth),
    ).toBeGreaterThan(300);
    const headings = await page.locator('main h2').allTextContents();
    expect(headings).toEqual([
      ...['What it says', 'Table', 'What to know when you read it', 'How well people were found', 'Whose data'],
      ...['About this run', 'Take it with you', 'How to cite it', 'Check this answer', 'In the public log'],
    ]);
    await page.click('summary:has-text("The chart in words")');
    expect(await page.textContent('details')).toContain('Bar chart of');
    expect(await page.textContent('pre')).toContain('@misc{tallystick-');
    await looked(page, 'analyst-6-result');
    // Whoever has not signed in sees the same, but for what is the analyst's own.
    const public_ = await newPage(await browser.newContext());
    await public_.goto(`${site.home}/runs/${answered}`);
    expect(await public_.locator('main h2').allTextContents()).toEqual(headings);
    expect(await public_.textContent('main')).not.toContain('You asked this');
    const links = await public_.locator('a[href*="/export/"]').all();
    const formats = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(formats.map((href) => href?.split('/').at(-1))).toEqual(Object.keys(EXPORT_KINDS));
    for (const href of formats) {
      const format = href?.split('/').at(-1) as ExportFormat;
      const file = await public_.request.get(`${site.home}${href}`);
      const { contentType, ending } = EXPORT_KINDS[format];
      const [shown, headers] = [(await file.body()).length, file.headers()];
      expect({ format, status: file.status(), type: headers['content-type'] }).toEqual({
        ...{ format, status: 200, type: contentType },
      });
      expect(headers['content-disposition']).toMatch(
        new RegExp(`^attachment; filename="?${QUESTION}-[0-9a-f]{8}${ending.replaceAll('.', '\\.')}"?$`),
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(shown).toBeGreaterThan(300);
    }
    await public_.context().close();
    await page.close();
  });

  it('compare two answers, and have all that was asked', async () => {
    const page = await newPage(amara);
    const other = await ask(page, 2);
    await page.waitForSelector('#results', WAIT);
    await follow(page, 'text=Compare it with another result');
    await page.selectOption('#b', answered);
    await follow(page, 'button:has-text("Compare")');
    expect(await page.textContent('main')).toContain('What may be said of a difference');
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(3);
    await looked(page, 'analyst-7-compare');
    await page.goto(`${site.home}/compare?a=${other}&b=00000000-0000-4000-8000-000000000000`);
    await looked(page, 'analyst-8-compare-error');
    expect(await page.textContent('.govuk-error-summary')).toContain('Choose a result from the list');
    await page.goto(`${site.home}/my/runs?state=finished`);
    const links = await page.locator('main h2 a').all();
    const found = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(found).toEqual([`/runs/${other}`, `/runs/${answered}`]);
    await looked(page, 'analyst-9-history');
    await page.close();
  }, 120_000);

  it('call a run off, and say what can be done about a refusal', async () => {
    const page = await newPage(amara);
    site.still(SLOW);
    const run = await ask(page, 5);
    await page.waitForSelector('#headline:has-text("Agencies decide")', WAIT);
    await follow(page, 'text=Call this run off');
    await looked(page, 'analyst-10-cancel');
    await follow(page, 'button:has-text("Call it off")');
    await page.waitForURL(`${site.home}/runs/${run}`);
    site.goOn(SLOW);
    await page.waitForSelector('text=Why there is no answer', WAIT);
    await looked(page, 'analyst-11-cancelled');
    await follow(page, 'text=Ask again with other choices');
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(5);

    await page.goto(`${site.home}/questions/${REFUSED}/ask`);
    for (const box of (await page.locator('input[type=checkbox]').all()).slice(0, 8)) await box.check();
    await follow(page, 'button:has-text("Continue")');
    await follow(page, 'button:has-text("Ask the agencies")');
    await page.waitForSelector('text=Who said no, and what can be done', WAIT);
    const said = await page.textContent('main');
    expect(said).toContain('NOT_ALLOWED_HERE');
    expect(said).toContain('Its operator decides.');
    expect(said).not.toMatch(/`|tally /);
    await looked(page, 'analyst-12-refused');
    await follow(page, 'text=Back to the form, with the same choices');
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(8);
    await page.close();
  }, 120_000);

  it('work without JavaScript: the page of a run asks again by itself', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await amara.storageState() });
    const page = await newPage(plain);
    site.still(SLOW);
    await ask(page, 3);
    expect(await page.locator('noscript meta[http-equiv=refresh]').count()).toBe(1);
    await page.waitForSelector('#headline:has-text("Agencies decide")', WAIT);
    const again = page.waitForEvent('framenavigated', WAIT);
    site.goOn(SLOW);
    await again;
    // It has ended, with a table or, where it comes too close to what was answered before, without: the page says which.
    await page.waitForSelector('#headline', { state: 'detached', ...WAIT });
    expect(await page.locator('noscript meta[http-equiv=refresh]').count()).toBe(0);
    expect(await page.locator('main').textContent()).toMatch(/Why there is no answer|What it says|How sure/);
    await plain.close();
  }, 180_000);

  it('can be used by keyboard alone', async () => {
    const page = await newPage(amara);
    await page.goto(`${site.home}/questions/${QUESTION}/ask`);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toContain('Skip to main content');
    const reached = new Set<string>();
    const controls = await page.locator('main input:visible, main button, main a').count();
    for (let tabs = 0; tabs < 40; tabs += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(
          "document.activeElement.closest('main') ? document.activeElement.id || document.activeElement.textContent : ''",
        ),
      );
    }
    reached.delete('');
    expect(reached.size).toBe(controls);
    await page.locator('input[type=checkbox]').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    for (let tabs = 0; tabs < 30; tabs += 1) {
      if ((await page.evaluate<string>('document.activeElement.textContent')).trim() === 'Continue') break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Check what you ask")');
    await page.close();
  });

  it('fit a screen of 320 pixels: nothing but a table is moved sideways', async () => {
    const page = await newPage(amara);
    await page.setViewportSize(NARROW);
    const paths = [
      ...[`/questions/${QUESTION}/ask`, `/runs/${answered}`, '/my/runs', '/compare'],
      `/compare?a=${answered}&b=${answered}`,
    ];
    for (const path of paths) {
      await page.goto(`${site.home}${path}`);
      const tooWide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, tooWide]).toEqual([path, 0]);
      await looked(page, `analyst-narrow${path.replace(/[0-9a-f-]{36}/g, 'run').replaceAll(/\W/g, '-')}`);
    }
    await choose(page, 2);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(NARROW.width);
    await looked(page, 'analyst-narrow-check');
    await page.close();
  });

  describe('for others', () => {
    let own: WebVisitor;
    let other: WebVisitor;
    beforeAll(async () => {
      own = await site.signedIn(AMARA);
      other = await site.signedIn(BRYN);
    });

    const quarters = ['2024-Q1', '2024-Q2', '2024-Q3'];
    /** A form with one name several times is none that the visitor sends: one field at a time is enough for what is tested here. */
    async function submitted(visitor: WebVisitor, values: readonly string[]): Promise<string> {
      const page = await visitor.ask(`/questions/${QUESTION}/ask`);
      const token = /name="_csrf" value="([0-9a-f]+)"/.exec(page.body)?.[1] ?? '';
      const chosen = values.map((value): [string, string] => ['choice-quarters', value]);
      const body = new URLSearchParams([['_csrf', token], ...chosen]);
      const sent = await visitor.ask(`/questions/${QUESTION}/submit`, { method: 'POST', body: body.toString() });
      return sent.headers.location ?? `${sent.status} ${sent.body}`;
    }

    it('there is no run of somebody else’s that is not released, on any of its pages', async () => {
      site.still(SLOW);
      const first = await submitted(own, quarters);
      // It waits for the first, and nobody was asked of it yet.
      const second = await submitted(own, quarters.slice(1));
      expect([first, second].join(' ')).toMatch(/^\/runs\/[0-9a-f-]{36} \/runs\/[0-9a-f-]{36}$/);
      expect((await own.ask(second)).status).toBe(200);
      const unknown = '/runs/00000000-0000-4000-8000-000000000000';
      const subpaths = ['/progress', '/events', '/cancel', '/export/csv', '/export/png', '/provenance.json'];
      for (const subpath of ['', ...subpaths]) {
        const [there, nowhere] = [await other.ask(second + subpath), await other.ask(unknown + subpath)];
        expect([subpath, there.status, withoutNonce(there.body).replaceAll(second, unknown)]).toEqual([
          ...[subpath, 404, withoutNonce(nowhere.body)],
        ]);
      }
      for (const subpath of subpaths) expect((await other.ask(first + subpath)).status).toBe(404);
      expect((await other.post(`${second}/cancel`)).status).toBe(404);
      expect((await own.ask(`${first}/progress`)).status).toBe(200);
      // Asked twice at once it is one run.
      expect(await submitted(own, quarters.toReversed())).toBe(first);
      for (const path of [second, first]) expect((await own.post(`${path}/cancel`)).status).toBe(303);
      site.goOn(SLOW);
      await vi.waitFor(async () => expect((await own.ask(first)).body).toContain('Why there is no answer'), WAIT);
    }, 120_000);

    it('whoever has no grant is told what can be done, in words', async () => {
      const answer = await submitted(other, quarters);
      expect(answer).toContain('No grant in force lets this analyst ask');
      expect(answer).toContain('Officers of governance grant purposes');
    });
  });
});

/** Another for each answer. */
function withoutNonce(html: string): string {
  return html.replace(/nonce="[^"]*"/g, '');
}
