import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { MAX_REQUESTS_PER_MINUTE } from '../../node-agent/console/console.js';
import { createConsoleSecret, MAX_WRONG_SECRETS, WAIT_SECONDS } from '../../node-agent/console/console-secret.js';
import { packagePath } from '../../runtime/index.js';
import { SESSION_IDLE_MINUTES } from '../../web/index.js';
import { testSeed } from '../support/seeded-rng.js';
import { cookieOf, DATASET, newNode, OPERATOR, TEMPLATE, tokenIn, wordsOf } from './console-site.js';
import type { Answer, ConsoleSite, NewNode } from './console-site.js';

/* Who gets into a node's console, and who doesn't. */

let node: NewNode;
let site: ConsoleSite;
beforeAll(async () => {
  node = await newNode();
  ({ site } = node);
});
afterAll(() => node.close());
beforeEach(() => site.open());

describe(`the console of a node (seed ${testSeed})`, () => {
  it('makes its secret once, for its owner alone', () => {
    expect(statSync(site.secretFile).mode & 0o777).toBe(0o600);
    expect(site.secret).toMatch(/^[\w-]{32}$/);
    expect(createConsoleSecret(site.secretFile, site.rng)).toBe(false);
  });

  it('lets in who knows the secret, under a new session, in a cookie that no script and no other site has', async () => {
    const { cookie, token } = await site.signInForm();
    const form = new URLSearchParams({ _csrf: token, secret: site.secret }).toString();
    const welcome = await site.ask('/sign-in', { method: 'POST', headers: { cookie }, form });
    expect([welcome.status, welcome.headers.location]).toEqual([302, '/']);
    const [given = ''] = welcome.headers['set-cookie'] ?? [];
    expect(given).toMatch(/^tallystick-charity-a=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    expect(cookieOf(welcome)).not.toBe(cookie);
    expect((await site.ask('/', { headers: { cookie } })).headers.location).toBe('/sign-in');
    const page = await site.ask('/', { headers: { cookie: cookieOf(welcome) } });
    expect(page.status).toBe(200);
    expect(page.body).toContain(`(${OPERATOR})`);
    const questions = await site.ask('/questions', { headers: { cookie: cookieOf(welcome) } });
    expect(questions.body).not.toContain('<b>');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    const nonce = /script-src 'self' '(nonce-[^']+)'/.exec(String(page.headers['content-security-policy']))?.[1];
    expect(page.body).toContain(`nonce="${nonce?.slice('nonce-'.length) ?? ''}"`);
  });

  it('shows nothing to anybody else', async () => {
    for (const path of [
      '/',
      '/data',
      `/data/${DATASET}`,
      '/opt-outs',
      '/questions',
      `/questions/${TEMPLATE}`,
      '/policy',
      '/budget',
      '/ledger',
      '/anything',
    ]) {
      expect([path, (await site.ask(path)).headers.location]).toEqual([path, '/sign-in']);
    }
    const { cookie, token } = await site.signInForm();
    const posted = await site.ask('/sign-out/of/what', { method: 'POST', headers: { cookie }, form: `_csrf=${token}` });
    expect(posted.status).toBe(403);
  });

  it(`makes whoever was wrong ${MAX_WRONG_SECRETS} times wait ${WAIT_SECONDS} seconds`, async () => {
    for (let time = 1; time < MAX_WRONG_SECRETS; time += 1) expect((await site.trySecret('guess')).status).toBe(403);
    expect((await site.trySecret('guess')).status).toBe(429);
    site.aheadMs += (WAIT_SECONDS - 10) * 1_000;
    expect((await site.trySecret(site.secret)).status).toBe(429);
    site.aheadMs += 10_000;
    expect((await site.trySecret(site.secret)).status).toBe(302);
  });

  it(`signs out who does nothing for ${SESSION_IDLE_MINUTES} minutes, and who asks to`, async () => {
    const headers = { cookie: cookieOf(await site.trySecret(site.secret)) };
    site.aheadMs += (SESSION_IDLE_MINUTES - 1) * 60_000;
    expect((await site.ask('/', { headers })).status).toBe(200);
    site.aheadMs += SESSION_IDLE_MINUTES * 60_000;
    expect((await site.ask('/', { headers })).headers.location).toBe('/sign-in');

    const again = { cookie: cookieOf(await site.trySecret(site.secret)) };
    const form = `_csrf=${tokenIn(await site.ask('/', { headers: again }))}`;
    expect((await site.ask('/sign-out', { method: 'POST', headers: again, form })).headers.location).toBe('/sign-in');
    expect((await site.ask('/', { headers: again })).headers.location).toBe('/sign-in');
  });

  it('answers to its own names only, so that no other name made to point here is of use', async () => {
    const named = (host: string): Promise<Answer> => site.ask('/sign-in', { headers: { host } });
    expect((await named(`localhost:${site.port}`)).status).toBe(200);
    for (const host of ['evil.example', `evil.example:${site.port}`, '127.0.0.1', `127.0.0.1:${site.port + 1}`]) {
      const { status, body } = await named(host);
      expect([host, status]).toEqual([host, 403]);
      expect(body).not.toContain('console.secret');
    }
  });

  it('takes forms of its own pages only', async () => {
    const { cookie, token } = await site.signInForm();
    const form = new URLSearchParams({ _csrf: token, secret: site.secret }).toString();
    const post = (headers: Record<string, string>, fields = form): Promise<Answer> =>
      site.ask('/sign-in', { method: 'POST', headers: { cookie, ...headers }, form: fields });
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    const without = await post({}, `secret=${site.secret}`);
    expect([without.status, without.body.includes('out of date')]).toEqual([403, true]);
    expect((await post({ cookie: '' })).status).toBe(403);
    expect((await post({ origin: site.home, 'sec-fetch-site': 'same-origin' })).status).toBe(302);
  });

  it('takes no more requests, and no longer forms, than a person needs', async () => {
    const { cookie, token } = await site.signInForm();
    const form = `_csrf=${token}&secret=${'x'.repeat(20_000)}`;
    expect((await site.ask('/sign-in', { method: 'POST', headers: { cookie }, form })).status).toBe(413);
    const statuses: number[] = [];
    for (let request = 0; request < MAX_REQUESTS_PER_MINUTE; request += 1)
      statuses.push((await site.ask('/sign-in')).status);
    expect([statuses.at(0), statuses.at(-1)]).toEqual([200, 429]);
    expect(wordsOf(await site.ask('/sign-in'))).toMatch(/^Too many requests .* Wait a minute/);
  });

  it('says so when its secret is not as it should be', async () => {
    writeFileSync(site.secretFile, '\n');
    onTestFinished(() => writeFileSync(site.secretFile, `${site.secret}\n`));
    const empty = await site.trySecret('');
    expect([empty.status, empty.body.includes('KEY_FILE_INVALID')]).toEqual([409, true]);
    writeFileSync(site.secretFile, `${site.secret}\n`);
    expect((await site.trySecret(site.secret)).status).toBe(302);
  });
});

describe('tally node console', () => {
  it('opens on this computer, says where, and ends when it is told to', async () => {
    const child = spawn(process.execPath, [
      packagePath('dist/node-agent/main.js'),
      'console',
      '--config',
      site.configFile,
    ]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await vi.waitFor(() => expect(stderr).toMatch(/is open: http:\/\/127[.]0[.]0[.]1:\d+\n/), { timeout: 30_000 });
    site.home = /http:\S+/.exec(stderr)?.[0] ?? '';
    expect(stderr).toContain(site.secretFile);
    expect(stderr).not.toContain(site.secret);
    expect((await site.trySecret(site.secret)).headers.location).toBe('/');
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});
