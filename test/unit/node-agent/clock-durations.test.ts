import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import express from 'express';
import { expect, it, onTestFinished } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import { MAX_WRONG_ATTEMPTS_AN_ADDRESS, WRONG_ATTEMPTS_WINDOW_MS, WrongAttempts } from '../../../coordinator/index.js';
import { ConsoleSecret, MAX_WRONG_SECRETS, WRONG_SECRETS_SECONDS } from '../../../node-agent/console/console-secret.js';
import { prepareProgress, PROGRESS_INTERVAL_MS } from '../../../node-agent/prepare-progress.js';
import { listen, MemorySessions, SESSION_IDLE_MINUTES, sessions } from '../../../web/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { testFolder } from './fixtures.js';

/* What lasts a while lasts that long, also when somebody sets the clock back meanwhile. */

const YEAR_MS = 365 * 86_400_000;
const MINUTE_MS = 60_000;

function settable(): { readonly now: () => Date; readonly pass: (ms: number) => void } {
  const at = new Date('2026-04-02T09:30:00Z');
  return { now: () => at, pass: (ms) => void at.setTime(at.getTime() + ms) };
}

it('wrong secrets are spoken of again after a while, also when the clock was set back', () => {
  const clock = settable();
  const file = join(testFolder(), 'secret');
  writeFileSync(file, `${'right-one'.repeat(4)}\n`, { mode: 0o600 });
  const secret = new ConsoleSecret(file, clock);
  for (let attempt = 0; attempt < MAX_WRONG_SECRETS; attempt += 1) secret.check('wrong');
  clock.pass(-YEAR_MS);
  expect(secret.check('wrong')).toBe('often');
  clock.pass(WRONG_SECRETS_SECONDS * 1_000);
  expect(secret.check('wrong')).toBe('wrong');
});

it('no address is shut out for a year because the clock was set back', () => {
  const clock = settable();
  const attempts = new WrongAttempts(clock);
  for (let attempt = 0; attempt < MAX_WRONG_ATTEMPTS_AN_ADDRESS; attempt += 1) attempts.add('192.0.2.1');
  clock.pass(-YEAR_MS);
  expect(attempts.isTooMany('192.0.2.1')).toBe(true);
  clock.pass(WRONG_ATTEMPTS_WINDOW_MS);
  expect(attempts.isTooMany('192.0.2.1')).toBe(false);
});

it('a snapshot in the making says how far it is, also after the clock was set back', () => {
  const clock = settable();
  let lines = 0;
  const stopping = new AbortController().signal;
  const say = prepareProgress({ clock, log: { ...silentLog, info: () => (lines += 1) }, stopping });
  say('a.b', { phase: 'reading', rows: 1, hashed: 0 });
  clock.pass(-YEAR_MS);
  say('a.b', { phase: 'reading', rows: 2, hashed: 0 });
  expect(lines).toBe(1);
  clock.pass(PROGRESS_INTERVAL_MS);
  say('a.b', { phase: 'reading', rows: 3, hashed: 0 });
  expect(lines).toBe(2);
});

it('a session ends when nobody has used it, also when the clock was set back', async () => {
  const clock = settable();
  const app = express();
  const cookies = { name: 'test', secure: false, sameSite: 'strict' } as const;
  const store = new MemorySessions(clock);
  app.use(sessions({ cookie: cookies, store, secret: 'of a test', rng: seededRng('sessions') }));
  const sessionOf = (request: unknown): { here?: boolean } =>
    (request as { readonly session: { here?: boolean } }).session;
  app.get('/', (request, response) => {
    response.send(sessionOf(request).here === true ? 'known' : 'new');
  });
  app.get('/in', (request, response) => {
    sessionOf(request).here = true;
    response.send('in');
  });
  const http = await listen(app, '127.0.0.1', 0, 'port');
  onTestFinished(() => http.stop(1_000));
  const url = `http://127.0.0.1:${http.port}`;
  const cookie = (await fetch(`${url}/in`)).headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = async (): Promise<string> => (await fetch(url, { headers: { cookie } })).text();
  clock.pass(-YEAR_MS);
  expect(await ask()).toBe('known');
  clock.pass(SESSION_IDLE_MINUTES * MINUTE_MS);
  expect(await ask()).toBe('new');
});
