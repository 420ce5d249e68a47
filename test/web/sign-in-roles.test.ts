import { describe, expect, it } from 'vitest';

import { MAX_NEXT_CHARACTERS } from '../../coordinator/sign-in/local-path.js';
import { testSeed } from '../support/seeded-rng.js';
import { wordsOf } from './console-site.js';
import { SignInSite } from './sign-in-site.js';
import type { Seen, WebVisitor } from './web-visitor.js';

/* Whom the coordinator lets in, as what, and where to. */

const ANALYST_LINE =
  '  - { sub: demo-amara, name: Amara of the file, roles: [analyst], organisation: research-office, analyst: desk-1 }\n';
const OFFICER_LINE =
  '  - { email: Dev@Data.example, name: Dev, roles: [officer], organisation: data-board, officer: data-officer }\n';
const OUT = [303, '/sign-in?next=%2Faccount'];

const refusalOf = (seen: Seen): unknown[] => [seen.status, /Code: ([A-Z_]+)/.exec(seen.body)?.[1]];
const accountOf = async (visitor: WebVisitor): Promise<unknown[]> => {
  const { status, headers } = await visitor.ask('/account');
  return [status, headers.location];
};

describe(`a file of people (seed ${testSeed})`, () => {
  it('says who somebody is, whatever the service says of them', async () => {
    const site = await SignInSite.open({ people: ANALYST_LINE });
    const seen = await site.visitor().signIn('demo-amara');
    expect(wordsOf(seen)).toMatch(/Amara of the file .* desk-1@research-office /);
    expect(seen.body).not.toContain('Invented');
  });

  it('lets nobody in who is not in it, and keeps nothing of them', async () => {
    const site = await SignInSite.open({ people: ANALYST_LINE });
    const visitor = site.visitor();
    const refused = await visitor.signIn('demo-gwen');
    expect(refusalOf(refused)).toEqual([403, 'NO_ROLE']);
    // They are still signed in at the service, which would send them here again and again.
    expect(refused.body).toContain('/session/end?');
    expect(await accountOf(visitor)).toEqual(OUT);
    await site.close();
    expect(site.stored).not.toContain('demo-gwen');
  });

  it.each([
    [{ email: 'dev@data.example', email_verified: true }, [200, undefined]],
    [{ email: 'DEV@DATA.EXAMPLE', email_verified: true }, [200, undefined]],
    [{ email: 'dev@data.example', email_verified: false }, [403, 'NO_ROLE']],
    [{ email: 'dev@data.example' }, [403, 'NO_ROLE']],
    [{ email: 'dev@data.example.evil.example', email_verified: true }, [403, 'NO_ROLE']],
  ])('knows somebody by an address that the service has verified: %j', async (claims, expected) => {
    const site = await SignInSite.open({ people: OFFICER_LINE, provider: { claims: () => claims } });
    expect(refusalOf(await site.visitor().signIn('demo-dev'))).toEqual(expected);
  });

  it('takes somebody’s rights away with the next request, and gives them back', async () => {
    const site = await SignInSite.open({ people: ANALYST_LINE + OFFICER_LINE });
    const visitor = await site.signedIn('demo-amara');
    site.writePeople(OFFICER_LINE);
    expect(await accountOf(visitor)).toEqual(OUT);
    expect(site.log.of('people-changed')).toHaveLength(1);
    site.writePeople(ANALYST_LINE.replace('desk-1', 'desk-2'));
    expect(wordsOf(await visitor.ask('/account'))).toContain('desk-2@research-office');
  });

  it('is taken as a whole or not at all', async () => {
    const site = await SignInSite.open({ people: ANALYST_LINE });
    const visitor = await site.signedIn('demo-amara');
    for (const bad of [
      ANALYST_LINE.replace('analyst]', 'owner]'),
      ANALYST_LINE + ANALYST_LINE,
      ANALYST_LINE.replace(', analyst: desk-1', ''),
      ANALYST_LINE.replace(', organisation: research-office', ''),
      OFFICER_LINE.replace(', officer: data-officer', ''),
      OFFICER_LINE.replace('{ email: Dev@Data.example,', '{'),
      OFFICER_LINE.replace('{ email', '{ sub: x, email'),
      ANALYST_LINE.replace('name:', 'age: 4, name:'),
    ]) {
      site.writePeople(bad);
      const refused = site.log.of('people-refused').length;
      expect([bad, await accountOf(visitor)]).toEqual([bad, [200, undefined]]);
      expect(site.log.of('people-refused')).toHaveLength(refused + 1);
      site.writePeople(ANALYST_LINE);
      expect(await accountOf(visitor)).toEqual([200, undefined]);
    }
    site.writePeople(OFFICER_LINE);
    expect(await accountOf(visitor)).toEqual(OUT);
  });
});

describe('the roster', () => {
  it('has to know the organisation of an analyst, and the id and the organisation of an officer', async () => {
    const people = [
      '  - { sub: demo-amara, name: A, roles: [analyst], organisation: nowhere, analyst: desk }',
      '  - { sub: demo-bryn, name: B, roles: [officer], officer: nobody }',
      '  - { sub: demo-carys, name: C, roles: [officer], organisation: data-board, officer: research-officer }',
      '  - { sub: demo-dev, name: D, roles: [officer], officer: data-officer }',
      '  - { sub: demo-esther, name: E, roles: [officer, operator], officer: nobody }',
      '  - { sub: demo-farid, name: F, roles: [officer], officer: registry }',
      '',
    ].join('\n');
    const site = await SignInSite.open({ people });
    for (const sub of ['demo-amara', 'demo-bryn', 'demo-carys']) {
      expect([sub, ...refusalOf(await site.visitor().signIn(sub))]).toEqual([sub, 403, 'NO_ROLE']);
    }
    expect(wordsOf(await site.visitor().signIn('demo-dev'))).toMatch(/officer Your organisation data-board /);
    expect(wordsOf(await site.visitor().signIn('demo-esther'))).toMatch(/Your roles operator /);
    expect(wordsOf(await site.visitor().signIn('demo-farid'))).toMatch(/Your roles officer /);
    const said = site.log.of('role-unknown').map(({ reason, party }) => [reason, party]);
    expect(said).toEqual([
      ['organisation', 'nowhere'],
      ['officer', 'nobody'],
      ['officer', 'research-officer'],
    ]);
  });

  it('takes the role of whom it no longer knows, at the next request', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn('demo-dev');
    site.amend = (roster) => ({ ...roster, officers: roster.officers.filter(({ id }) => id !== 'data-officer') });
    expect(wordsOf(await visitor.ask('/account'))).toMatch(/Your roles None: .* You are|Your roles None: /);
    expect(refusalOf(await site.visitor().signIn('demo-dev'))).toEqual([403, 'NO_ROLE']);
  });
});

describe('roles of a claim', () => {
  it.each<[string, unknown, unknown[]]>([
    ['none that is known', ['everybody', 'tally'], [403, 'NO_ROLE']],
    ['no list', 'research-analyst', [200, undefined]],
    ['no texts', [1, { a: 2 }, null], [403, 'NO_ROLE']],
    ['a name of every object', ['constructor', '__proto__', 'toString'], [403, 'NO_ROLE']],
    ['two, of one organisation', ['research-analyst', 'research-officer'], [200, undefined]],
    ['two, of two organisations', ['research-analyst', 'data-officer'], [403, 'NO_ROLE']],
  ])('are given to who has %s', async (_, roles, expected) => {
    const site = await SignInSite.open({ provider: { claims: () => ({ roles }) } });
    expect(refusalOf(await site.visitor().signIn('demo-amara'))).toEqual(expected);
    const contradictory = expected[0] === 403 && Array.isArray(roles) && roles.includes('data-officer');
    expect(site.log.of('roles-contradict')).toHaveLength(contradictory ? 1 : 0);
  });

  it('leaves no group in the database that the configuration doesn’t name', async () => {
    const roles = ['research-analyst', 'staff-with-a-grievance'];
    const site = await SignInSite.open({ provider: { claims: () => ({ roles }) } });
    await site.signedIn('demo-amara');
    await site.close();
    expect(site.stored).toContain('research-analyst');
    expect(site.stored).not.toContain('grievance');
  });
});

describe('where somebody goes on', () => {
  const long = `/${'x'.repeat(MAX_NEXT_CHARACTERS - 1)}`;

  const table: readonly (readonly [string, string])[] = [
    ['/runs', '/runs'],
    ['/runs?before=3&x=%C3%A9', '/runs?before=3&x=%C3%A9'],
    ['/', '/'],
    [long, long],
    [`${long}x`, '/'],
    ['', '/'],
    ['runs', '/'],
    ['//evil.example', '/'],
    ['///evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['/%5cevil.example', '/'],
    ['/%5Cevil.example', '/'],
    ['/%2fevil.example', '/'],
    ['/runs\\evil', '/'],
    ['https://evil.example/', '/'],
    ['https:evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/\t/evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['/%09/evil.example', '/'],
    ['/%0d%0aSet-Cookie:x=1', '/'],
    ['/\u0000', '/'],
    ['/%', '/'],
    ['/\u2215evil.example', '/'],
    [' /evil.example', '/'],
    ['/sign-in?next=/runs', '/'],
    ['/sign-out', '/'],
    ['/signed-out', '/'],
    ['/signings', '/signings'],
  ];

  it('is one of our pages, whatever was asked for', async () => {
    const site = await SignInSite.open();
    const visitor = await site.signedIn('demo-amara');
    const led = async (query: string): Promise<unknown> => (await visitor.ask(`/sign-in?${query}`)).headers.location;
    for (const [next, expected] of table) {
      expect([next, await led(`next=${encodeURIComponent(next)}`)]).toEqual([next, expected]);
    }
    expect(await led('next=/runs&next=//evil.example')).toBe('/');
    expect(await led('')).toBe('/');
  });

  it('is still so after the service has sent somebody back', async () => {
    const site = await SignInSite.open();
    for (const [next, expected] of [
      ['//evil.example', '/'],
      ['/%5cevil.example', '/'],
      ['/account?x=1', '/account?x=1'],
    ] as const) {
      const visitor = site.visitor();
      const { headers } = await visitor.ask(await visitor.choose('demo-amara', next));
      expect(headers.location).toBe(expected);
    }
  });
});
