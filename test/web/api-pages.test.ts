import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { API_ROUTES, isTokenText, PROBLEM_KINDS } from '../../coordinator/index.js';
import { canHave } from '../support/needs.js';
import { tally } from '../unit/cli/fixtures.js';
import { ANALYST, serveSite } from './api-site.js';
import { barriers, BROWSERS, openBrowser, picture } from './browser.js';

const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

describe.runIf(available)('the API’s pages in a browser, without JavaScript', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(executable ?? '');
  });
  afterAll(() => browser.close());

  const open = async (): Promise<Page> => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1_000, height: 900 } });
    onTestFinished(() => context.close());
    // A page that isn't as it should be shows what it is instead of waiting.
    context.setDefaultTimeout(5_000);
    return context.newPage();
  };
  /** Axe is a script itself. */
  const lookedAt = async (url: string): Promise<string[]> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    const found = await barriers(page);
    await context.close();
    return found;
  };

  it('/api has a heading and an anchor for each route, every error, and an example', async () => {
    const { url } = await serveSite();
    const page = await open();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${url}/api`);
    await picture(page, 'api');
    const html = await page.content();
    const all = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, found]) => found ?? '');
    const ids = all(/ id="([^"]+)"/g);
    for (const [name, { summary, path }] of Object.entries(API_ROUTES)) {
      expect(html).toContain(`id="${name}">${summary}</h3>`);
      expect(html).toContain(`"$TALLY_URL${path.replace('{id}', '$ID')}"`);
    }
    for (const code of PROBLEM_KINDS.keys()) expect(ids).toContain(`errors-${code}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(all(/ href="#([^"]+)"/g).filter((anchor) => !ids.includes(anchor) && anchor !== 'main-content')).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await lookedAt(`${url}/api`)).toEqual([]);
  });

  it('somebody makes a token, sees it once, uses it and revokes it', async () => {
    const { url } = await serveSite();
    const page = await open();
    await page.goto(`${url}/account/tokens`);
    await page.getByRole('button', { name: 'Make the token' }).click();
    expect(await page.locator('.govuk-error-summary').textContent()).toContain('say what uses it');
    await page.getByLabel('Name', { exact: true }).fill('<b>notebook</b>');
    await page.getByLabel('see your own runs').check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    await picture(page, 'tokens');
    const secret = (await page.locator('#secret').textContent()) ?? '';
    expect(isTokenText(secret)).toBe(true);
    expect(await page.locator('tbody th').textContent()).toBe('<b>notebook</b>');
    const used = async (path: string): Promise<number> =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect([await used('/api/v1/runs'), await used('/api/v1/agencies')]).toEqual([200, 403]);
    await page.goto(`${url}/account/tokens`);
    expect(await page.content()).not.toContain(secret);
    expect(await lookedAt(`${url}/account/tokens`)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke' }).click();
    expect(await page.locator('tbody').textContent()).toContain('revoked');
    expect(await used('/api/v1/runs')).toBe(401);
  });

  it('tally login gets a token by a code that somebody types and says yes to; logout revokes it', async () => {
    const { url } = await serveSite();
    const home = mkdtempSync(join(tmpdir(), 'tally-login-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const environment = { HOME: home, TALLY_URL: url };
    const page = await open();
    await page.goto(`${url}/device`);
    const said: string[] = [];
    const loggedIn = tally(['login'], { environment, heard: (text) => said.push(text) });
    while (!said.join('').includes('type ')) await new Promise((resolve) => setTimeout(resolve, 20));
    const [, address, code] = /Open (\S+) and type (\S+)/.exec(said.join('')) ?? [];
    expect(address).toBe(`${url}/device`);
    await page.getByLabel('Code').fill('BCDF-GHJK');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.locator('.govuk-error-summary').textContent()).toContain('No login waits');
    await page.getByLabel('Code').fill((code ?? '').toLowerCase());
    await page.getByRole('button', { name: 'Continue' }).click();
    await picture(page, 'device');
    expect(await page.locator('main').textContent()).toContain('analyst@research-office');
    await page.getByRole('button', { name: 'Yes, sign it in' }).click();
    expect(await loggedIn).toMatchObject({ exitCode: 0 });
    const file = join(home, '.config', 'tally', 'login.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
    const environmentOfLogin = { HOME: home };
    expect((await tally(['whoami'], { environment: environmentOfLogin })).out).toContain('analyst@research-office');
    const elsewhere = await tally(['whoami', '--url', 'http://127.0.0.1:9'], { environment: environmentOfLogin });
    expect(elsewhere).toMatchObject({ exitCode: 3 });
    expect(elsewhere.err).toContain('NO_TOKEN');
    expect((await tally(['logout'], { environment: environmentOfLogin })).err).toContain('revoked');
    expect(existsSync(file)).toBe(false);
    expect((await fetch(`${url}/api/v1/token`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  it('a login to which somebody says no ends', async () => {
    const { url } = await serveSite();
    const begun = (await (
      await fetch(`${url}/api/v1/device-authorization`, {
        method: 'POST',
        body: new URLSearchParams({ scope: 'runs:read' }),
      })
    ).json()) as { device_code: string; user_code: string };
    const page = await open();
    await page.goto(`${url}/device`);
    await page.getByLabel('Code').fill(begun.user_code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'No' }).click();
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: begun.device_code,
    });
    const polled = await fetch(`${url}/api/v1/token`, { method: 'POST', body });
    expect([polled.status, await polled.json()]).toMatchObject([400, { error: 'access_denied' }]);
  });
});

describe('the pages about tokens', () => {
  const PATHS = ['/account/tokens', '/device'];
  it('are for analysts who have signed in', async () => {
    const officer = await serveSite({ ...ANALYST, roles: ['officer'] });
    for (const path of PATHS) {
      expect(await (await fetch(`${officer.url}${path}`)).text()).toBe('NOT_YOUR_ROLE');
    }
  });

  it('take no form without a token of their own', async () => {
    const { url, services } = await serveSite();
    const body = new URLSearchParams({ name: 'x', days: '1', scopes: 'runs:read' });
    expect(await (await fetch(`${url}/account/tokens`, { method: 'POST', body })).text()).toBe('FORM_EXPIRED');
    expect(services.apiTokens.list(ANALYST)).toEqual([]);
  });
});

it('tally login --token - keeps a token from stdin, and never one that doesn’t work', async () => {
  const { url } = await serveSite();
  const home = mkdtempSync(join(tmpdir(), 'tally-login-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const environment = { HOME: home, TALLY_URL: url };
  const wrong = await tally(['login', '--token', '-'], { environment, stdin: 'wrong\n' });
  expect(wrong).toMatchObject({ exitCode: 3 });
  expect(existsSync(join(home, '.config', 'tally', 'login.json'))).toBe(false);
  expect(await tally(['login', '--token', 'token-of-the-analyst'], { environment })).toMatchObject({ exitCode: 2 });
  const kept = await tally(['login', '--token', '-'], { environment, stdin: 'token-of-the-analyst\n' });
  expect(kept).toMatchObject({ exitCode: 0 });
  expect(kept.out + kept.err).not.toContain('token-of-the-analyst');
  expect((await tally(['runs', '--mine'], { environment: { HOME: home } })).exitCode).toBe(0);
});
