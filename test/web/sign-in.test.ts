import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { MAX_SESSION_HOURS } from '../../coordinator/sign-in/sign-in-config.js';
import { PROVIDER_RETRY_SECONDS } from '../../coordinator/sign-in/oidc-client.js';
import {
  MAX_SIGN_INS_PER_MINUTE,
  MAX_SIGN_INS_UNDER_WAY,
  SIGN_IN_MINUTES,
} from '../../coordinator/sign-in/sign-in-pages.js';
import { SESSION_IDLE_MINUTES } from '../../web/index.js';
import { testSeed } from '../support/seeded-rng.js';
import { wordsOf } from './console-site.js';
import { SignInSite } from './sign-in-site.js';
import type { Seen, WebVisitor } from './web-visitor.js';

/* How people sign in to the coordinator's pages, and out, with a real OpenID Connect provider on this computer. */

const MINUTE_MS = 60_000;
const ANALYST = 'demo-amara';

/** Where the pages send somebody who has not signed in. */
const TO_SIGN_IN = '/sign-in?next=%2Faccount';

const accountOf = async (visitor: WebVisitor): Promise<unknown[]> => {
  const { status, headers } = await visitor.ask('/account');
  return [status, headers.location];
};
const IN = [200, undefined];
const OUT = [303, TO_SIGN_IN];

/** Status and code of a page of refusal. */
const refusalOf = (seen: Seen): unknown[] => [seen.status, /Code: ([A-Z_]+)/.exec(seen.body)?.[1]];

function altered(address: string, change: (parameters: URLSearchParams) => void): string {
  const url = new URL(address);
  change(url.searchParams);
  return url.href;
}

describe(`signing in (seed ${testSeed})`, () => {
  it('shows somebody who they are here, what agencies see of them, and where they wanted to go', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    expect(await accountOf(visitor)).toEqual(OUT);
    const seen = await visitor.signIn(ANALYST);
    expect([seen.status, seen.url]).toEqual([200, `${site.home}/account`]);
    expect(wordsOf(seen)).toMatch(/Amara Invented .* analyst .* research-office .* analyst@research-office /);
    expect((await visitor.ask('/sign-in?next=/account?x=1')).headers.location).toBe('/account?x=1');
    expect(site.log.of('signed-in')).toHaveLength(1);
    expect(JSON.stringify(site.log.lines)).not.toMatch(/amara|invented/i);
  });

  it('gives a cookie that no script has, and under which nobody was known before', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const begun = await visitor.ask('/sign-in');
    expect(begun.headers['set-cookie']?.[0]).toMatch(
      /^tallystick=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const before = visitor.cookie('tallystick') ?? '';
    await visitor.signIn(ANALYST);
    const after = visitor.cookie('tallystick') ?? '';
    expect(after).not.toBe(before);
    const thief = site.visitor();
    thief.setCookie('tallystick', before);
    expect(await accountOf(thief)).toEqual(OUT);
    thief.setCookie('tallystick', after);
    expect(await accountOf(thief)).toEqual(IN);
  });

  it('takes no id of a session that it has not made', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    visitor.setCookie('tallystick', 's%3Aof-somebody-else.signature');
    await visitor.signIn(ANALYST);
    expect(visitor.cookie('tallystick')).not.toContain('of-somebody-else');
    expect(await accountOf(visitor)).toEqual(IN);
  });

  it('behind TLS, gives a cookie for this host alone, and says so where the proxy does not', async () => {
    const config = { redirectBase: 'https://tally.example' };
    const site = await SignInSite.open({ config, behindProxy: true });
    const seen = await site.signedIn(ANALYST, { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1' });
    expect(await accountOf(seen)).toEqual(IN);
    const begun = await site.visitor({ 'x-forwarded-proto': 'https' }).ask('/sign-in');
    expect(begun.headers['set-cookie']?.[0]).toMatch(
      /^__Host-tallystick=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(new URL(begun.headers.location ?? '').searchParams.get('redirect_uri')).toBe(
      'https://tally.example/sign-in/callback',
    );
    const plain = await site.visitor().ask('/sign-in');
    expect([...refusalOf(plain), plain.headers['set-cookie']]).toEqual([400, 'SIGN_IN_NOT_SECURE', undefined]);
  });

  it('sends the service a challenge, a state and a nonce that are new each time', async () => {
    const site = await SignInSite.open();
    const asked = await Promise.all(
      [1, 2].map(async () => new URL((await site.visitor().ask('/sign-in')).headers.location ?? '').searchParams),
    );
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = asked.map((parameters) => parameters.get(name) ?? '');
      expect(new Set(values).size).toBe(2);
      for (const value of values) expect(value).toMatch(/^[\w-]{43}$/);
    }
    expect(asked[0]?.get('code_challenge_method')).toBe('S256');
  });

  it('lets a client with a secret in, and says who is to blame where it is wrong', async () => {
    const secret = 'the secret of the client';
    const site = await SignInSite.open({ provider: { clientSecret: secret } });
    expect(await accountOf(await site.signedIn(ANALYST))).toEqual(IN);
    await site.stopProvider();
    const other = await SignInSite.open({
      provider: { clientSecret: secret },
      clientSecret: 'another',
    });
    expect(refusalOf(await other.visitor().signIn(ANALYST))).toEqual([502, 'SIGN_IN_REFUSED']);
    expect(other.log.of('sign-in-refused')).toEqual([
      { event: 'sign-in-refused', code: 'SIGN_IN_REFUSED', reason: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' },
    ]);
  });

  it('lets several windows of one browser sign in, and forgets the first of too many', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const addresses: string[] = [];
    for (let window = 0; window <= MAX_SIGN_INS_UNDER_WAY; window += 1) addresses.push(await visitor.choose(ANALYST));
    expect(refusalOf(await visitor.ask(addresses[0] ?? ''))).toEqual([400, 'SIGN_IN_MISMATCH']);
    expect(refusalOf(await visitor.see(addresses[1] ?? ''))).toEqual([200, undefined]);
  });

  it(`takes ${MAX_SIGN_INS_PER_MINUTE} requests to sign in from an address in a minute, and not one more`, async () => {
    const site = await SignInSite.open();
    const statuses: number[] = [];
    for (let request = 0; request <= MAX_SIGN_INS_PER_MINUTE; request += 1) {
      statuses.push((await site.visitor().ask('/sign-in')).status);
    }
    expect([statuses.at(0), statuses.at(-2), statuses.at(-1)]).toEqual([303, 303, 429]);
    expect((await site.visitor().ask('/')).status).toBe(200);
  });
});

describe('who comes back without what it takes', () => {
  it('brings an answer a second time', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    expect((await visitor.see(address)).status).toBe(200);
    expect(refusalOf(await visitor.ask(address))).toEqual([400, 'SIGN_IN_NOT_BEGUN']);
    expect(await accountOf(visitor)).toEqual(IN);
    expect(refusalOf(await site.visitor().ask(address))).toEqual([400, 'SIGN_IN_NOT_BEGUN']);
  });

  it('brings the answer to a sign-in of another browser', async () => {
    const site = await SignInSite.open();
    const address = await site.visitor().choose(ANALYST);
    const victim = site.visitor();
    await victim.ask('/sign-in');
    expect(refusalOf(await victim.ask(address))).toEqual([400, 'SIGN_IN_MISMATCH']);
    for (const change of [
      (parameters: URLSearchParams): void => parameters.delete('state'),
      (parameters: URLSearchParams): void => parameters.append('state', parameters.get('state') ?? ''),
    ]) {
      expect(refusalOf(await victim.ask(altered(address, change)))).toEqual([400, 'SIGN_IN_MISMATCH']);
    }
    expect(await accountOf(victim)).toEqual(OUT);
  });

  it('brings another code than the service gave', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    const seen = await visitor.ask(altered(address, (parameters) => parameters.set('code', 'made-up')));
    expect(refusalOf(seen)).toEqual([400, 'SIGN_IN_CODE_USED']);
    expect(refusalOf(await visitor.ask(address))).toEqual([400, 'SIGN_IN_NOT_BEGUN']);
  });

  it('brings the code of another sign-in of their own: the challenge was another', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const [one, two] = [await visitor.choose(ANALYST), await visitor.choose('demo-gwen')];
    const code = new URL(two).searchParams.get('code') ?? '';
    const seen = await visitor.ask(altered(one, (parameters) => parameters.set('code', code)));
    expect(refusalOf(seen)).toEqual([400, 'SIGN_IN_CODE_USED']);
  });

  it.each([
    [SIGN_IN_MINUTES * MINUTE_MS - 5_000, [303, undefined]],
    [SIGN_IN_MINUTES * MINUTE_MS, [400, 'SIGN_IN_EXPIRED']],
    [-5_000, [400, 'SIGN_IN_EXPIRED']],
  ])('comes back after %i ms', async (afterMs, expected) => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    site.aheadMs = afterMs;
    expect(refusalOf(await visitor.ask(address))).toEqual(expected);
  });

  it('has called it off at the service', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    expect(refusalOf(await visitor.signIn(''))).toEqual([403, 'SIGN_IN_CANCELLED']);
    expect(await accountOf(visitor)).toEqual(OUT);
  });

  it('brings an error: no word of it is in the page, and only a known one in the log', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    for (const [error, reason] of [
      ['server_error', 'server_error'],
      ['<b>call 0800 1111</b>', undefined],
    ] as const) {
      const address = altered(await visitor.choose(ANALYST), (parameters) => {
        parameters.delete('code');
        parameters.set('error', error);
        parameters.set('error_description', 'call 0800 1111 at once');
      });
      const seen = await visitor.ask(address);
      expect(refusalOf(seen)).toEqual([502, 'SIGN_IN_REFUSED']);
      expect(seen.body).not.toMatch(/0800|server_error/);
      expect(site.log.lines.at(-1)).toEqual({ event: 'sign-in-refused', code: 'SIGN_IN_REFUSED', reason });
    }
    expect(JSON.stringify(site.log.lines)).not.toContain('0800');
  });

  it('comes back twice at once: the second finds nothing under way', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    const seen = await Promise.all([visitor.ask(address), visitor.ask(address)]);
    expect(seen.map(refusalOf)).toContainEqual([303, undefined]);
    expect(site.refusals).toEqual(['SIGN_IN_NOT_BEGUN']);
  });

  it('brings what somebody on the way has signed with a key of their own', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = { ...publicKey.export({ format: 'jwk' }), kid: 'demonstration', use: 'sig', alg: 'ES256' };
    const { fetch: real } = globalThis;
    vi.stubGlobal('fetch', (input: string | URL, init?: RequestInit) =>
      new URL(input).pathname === '/jwks' ? Promise.resolve(Response.json({ keys: [other] })) : real(input, init),
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(refusalOf(await visitor.ask(address))).toEqual([502, 'SIGN_IN_NOT_GENUINE']);
  });

  it('brings what another service says, or what this one said in a time long past', async () => {
    const site = await SignInSite.open();
    const visitor = site.visitor();
    const address = await visitor.choose(ANALYST);
    const other = altered(address, (parameters) => parameters.set('iss', 'https://evil.example'));
    expect(refusalOf(await visitor.ask(other))).toEqual([502, 'SIGN_IN_NOT_GENUINE']);
    // By the coordinator's clock, and not by the computer's.
    site.aheadMs = 120 * MINUTE_MS;
    expect(refusalOf(await site.visitor().signIn(ANALYST))).toEqual([502, 'SIGN_IN_NOT_GENUINE']);
  });
});

describe('a sign-in service that does not answer', () => {
  it('keeps nobody from the public pages, and is asked again once it has had time', async () => {
    const site = await SignInSite.open({ isProviderDown: true });
    const visitor = site.visitor();
    expect((await visitor.ask('/')).status).toBe(200);
    const refused = await visitor.ask('/sign-in');
    expect(refusalOf(refused)).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    expect(refused.headers['set-cookie']).toBeUndefined();
    await site.startProvider();
    site.aheadMs = (PROVIDER_RETRY_SECONDS - 1) * 1_000;
    expect(refusalOf(await visitor.ask('/sign-in'))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    expect(site.log.of('sign-in-service-unavailable')).toHaveLength(1);
    site.aheadMs = PROVIDER_RETRY_SECONDS * 1_000;
    expect((await visitor.signIn(ANALYST)).status).toBe(200);
  });

  it('goes away later: who comes back is not signed in, who is stays so, and can sign out', async () => {
    const site = await SignInSite.open();
    const known = await site.signedIn(ANALYST);
    const visitor = site.visitor();
    const address = await visitor.choose('demo-gwen');
    await site.stopProvider();
    expect(refusalOf(await visitor.ask(address))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    expect(await accountOf(known)).toEqual(IN);
    expect((await known.post('/sign-out')).status).toBe(303);
    expect(await accountOf(known)).toEqual(OUT);
  });
});

describe('a session', () => {
  it(`ends when nobody has used it for ${SESSION_IDLE_MINUTES} minutes`, async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn(ANALYST);
    site.aheadMs += SESSION_IDLE_MINUTES * MINUTE_MS - 5_000;
    expect(await accountOf(visitor)).toEqual(IN);
    site.aheadMs += SESSION_IDLE_MINUTES * MINUTE_MS - 5_000;
    expect(await accountOf(visitor)).toEqual(IN);
    site.aheadMs += SESSION_IDLE_MINUTES * MINUTE_MS;
    expect(await accountOf(visitor)).toEqual(OUT);
  });

  it('ends after the hours that the configuration says, however much it is used', async () => {
    const site = await SignInSite.open({ config: { sessionHours: 1 } });
    const visitor = await site.signedIn(ANALYST);
    for (const minutes of [20, 20, 19]) {
      site.aheadMs += minutes * MINUTE_MS;
      expect(await accountOf(visitor)).toEqual(IN);
    }
    site.aheadMs += MINUTE_MS;
    expect(await accountOf(visitor)).toEqual(OUT);
    expect(MAX_SESSION_HOURS).toBe(24);
  });

  it('outlasts a restart of the coordinator, and is worth nothing to who reads the database', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn(ANALYST);
    await site.close();
    const id = decodeURIComponent(visitor.cookie('tallystick') ?? '').replace(/^s:|\..*$/g, '');
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(site.stored).not.toContain(id);
    expect(site.stored).toContain(ANALYST);
    expect(site.stored).not.toMatch(/eyJ|access_token|id_token/);
    await site.open();
    expect(await accountOf(visitor)).toEqual(IN);
  });

  it('is worth nothing at another sign-in service, where the same id may be somebody else', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn(ANALYST);
    await site.close();
    await site.open({ issuer: 'http://127.0.0.1:9/another' });
    expect(await accountOf(visitor)).toEqual(OUT);
  });
});

describe('signing out', () => {
  it('ends the session, and leads to the service, where it ends, too', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn(ANALYST);
    const cookie = visitor.cookie('tallystick') ?? '';
    const out = await visitor.post('/sign-out');
    expect(out.headers['set-cookie']?.[0]).toMatch(/^tallystick=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(visitor.cookie('tallystick')).toBeUndefined();
    visitor.setCookie('tallystick', cookie);
    expect(await accountOf(visitor)).toEqual(OUT);

    // Still signed in at the service, which asks nothing then.
    const again = await visitor.see('/sign-in?next=/account');
    expect([again.status, again.url]).toEqual([200, `${site.home}/account`]);
    const asked = await visitor.see((await visitor.post('/sign-out')).headers.location ?? '');
    expect(wordsOf(asked)).toContain('Do you want to sign out here, too?');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.body)?.[1] ?? '';
    const action = /action="([^"]+)"/.exec(asked.body)?.[1] ?? '';
    const done = await visitor.see(action, { method: 'POST', form: { xsrf, logout: 'yes' } });
    expect([done.status, done.url.split('?')[0]]).toEqual([200, `${site.home}/signed-out`]);
    expect(wordsOf(await visitor.see('/sign-in?next=/account'))).toContain('Choose who you are');
  });

  it('leaves other browsers of the same person in, unless they sign out everywhere', async () => {
    const site = await SignInSite.open();
    const [one, two, three] = [
      await site.signedIn(ANALYST),
      await site.signedIn(ANALYST),
      await site.signedIn(ANALYST),
    ];
    const other = await site.signedIn('demo-gwen');
    await one.post('/sign-out');
    expect([await accountOf(one), await accountOf(two)]).toEqual([OUT, IN]);
    await two.post('/sign-out', { everywhere: 'yes' });
    expect([await accountOf(two), await accountOf(three), await accountOf(other)]).toEqual([OUT, OUT, IN]);
  });

  it('is done by nobody’s form but ours', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn(ANALYST);
    for (const form of [{}, { _csrf: '' }, { _csrf: '0123' }]) {
      expect(refusalOf(await visitor.ask('/sign-out', { method: 'POST', form }))).toEqual([403, 'FORM_EXPIRED']);
    }
    const other = await site.signedIn('demo-gwen');
    const token = /name="_csrf" value="([0-9a-f]+)"/.exec((await other.ask('/account')).body)?.[1] ?? '';
    const theirs = await visitor.ask('/sign-out', { method: 'POST', form: { _csrf: token } });
    expect(refusalOf(theirs)).toEqual([403, 'FORM_EXPIRED']);
    expect((await visitor.ask('/sign-out')).status).toBe(404);
    expect(await accountOf(visitor)).toEqual(IN);
  });
});
