import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { MAX_REQUESTS_PER_MINUTE } from '../../node-agent/console/console.js';
import {
  createConsoleSecret,
  MAX_WRONG_SECRETS,
  MIN_SECRET_CHARACTERS,
  WRONG_SECRETS_SECONDS,
} from '../../node-agent/console/console-secret.js';
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
    const cookie = 'tallystick-charity-a=s%3Aof-somebody-else.signature';
    const welcome = await site.trySecret(site.secret, { cookie });
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
    const posted = await site.ask('/sign-out/of/what', { method: 'POST', form: '_csrf=x' });
    expect([posted.status, posted.body.includes('Sign in first; nothing was done')]).toEqual([403, true]);
  });

  it('lets in who knows the secret, however many wrong ones others have just tried', async () => {
    for (let time = 1; time <= MAX_WRONG_SECRETS; time += 1) {
      const { status, body } = await site.trySecret('guess');
      expect([status, body.includes('Several wrong ones')]).toEqual([403, false]);
    }
    for (let time = 1; time <= 3; time += 1) {
      const { status, body } = await site.trySecret('guess');
      expect([status, body.includes('Several wrong ones')]).toEqual([403, true]);
    }
    expect((await site.trySecret(site.secret)).status).toBe(302);
  });

  it(`says of the first ${MAX_WRONG_SECRETS} wrong secrets in ${WRONG_SECRETS_SECONDS} seconds in its log, and once of all others`, async () => {
    const said = [...Array<string>(MAX_WRONG_SECRETS).fill('wrong'), 'often'];
    for (let time = 0; time < 2 * MAX_WRONG_SECRETS; time += 1) await site.trySecret('guess');
    expect(site.refused).toEqual(said);
    site.aheadMs += WRONG_SECRETS_SECONDS * 1_000;
    await site.trySecret('guess');
    expect(site.refused).toEqual([...said, 'wrong']);
  });

  it('keeps nothing of strangers, and takes more requests of them than of any person', async () => {
    const headers = { cookie: cookieOf(await site.trySecret(site.secret)) };
    for (let request = 0; request <= MAX_REQUESTS_PER_MINUTE; request += 1) {
      const answer = await site.ask(request % 2 === 0 ? '/sign-in' : '/');
      expect([answer.status, answer.headers['set-cookie']]).toEqual([request % 2 === 0 ? 200 : 302, undefined]);
    }
    expect((await site.trySecret('guess')).headers['set-cookie']).toBeUndefined();
    expect((await site.ask('/', { headers })).status).toBe(200);
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
    const post = (headers: Record<string, string>): Promise<Answer> => site.trySecret(site.secret, headers);
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    const welcome = await post({ origin: site.home, 'sec-fetch-site': 'same-origin' });
    expect(welcome.status).toBe(302);
    const headers = { cookie: cookieOf(welcome) };
    for (const form of ['_csrf=', '_csrf=0123', 'secret=x']) {
      const without = await site.ask('/sign-out', { method: 'POST', headers, form });
      expect([without.status, without.body.includes('out of date')]).toEqual([403, true]);
    }
    expect((await site.ask('/', { headers })).status).toBe(200);
  });

  it('takes no more requests of who has signed in, and no longer forms, than a person needs', async () => {
    expect((await site.trySecret('x'.repeat(20_000))).status).toBe(413);
    const headers = { cookie: cookieOf(await site.trySecret(site.secret)) };
    const statuses: number[] = [];
    for (let request = 0; request <= MAX_REQUESTS_PER_MINUTE; request += 1)
      statuses.push((await site.ask('/anything', { headers })).status);
    expect([statuses.at(0), statuses.at(-2), statuses.at(-1)]).toEqual([404, 404, 429]);
    expect(wordsOf(await site.ask('/', { headers }))).toMatch(/^Too many requests .* Wait a minute/);
  });

  it('says so when its secret is not as it should be', async () => {
    writeFileSync(site.secretFile, '\n');
    onTestFinished(() => writeFileSync(site.secretFile, `${site.secret}\n`));
    const refusals = ['', 'x'.repeat(MIN_SECRET_CHARACTERS - 1)];
    for (const secret of refusals) {
      writeFileSync(site.secretFile, `${secret}\n`);
      const { status, body } = await site.trySecret(secret);
      expect([status, body.includes('KEY_FILE_INVALID')]).toEqual([409, true]);
    }
    const shortest = 'x'.repeat(MIN_SECRET_CHARACTERS);
    writeFileSync(site.secretFile, `${shortest}\n`);
    expect((await site.trySecret(shortest)).status).toBe(302);
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
