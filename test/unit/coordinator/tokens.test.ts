import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ApiTokens,
  createTokenStore,
  DEVICE_LOGIN_SECONDS,
  DeviceLogins,
  isTokenText,
  KnownTokens,
  MAX_DEVICE_LOGINS,
  MAX_TOKEN_DAYS,
  MAX_TOKEN_NAME_CHARACTERS,
  MAX_TOKENS_AN_ACCOUNT,
  MAX_WRONG_ATTEMPTS_AN_ADDRESS,
  newTokenText,
  newUserCode,
  openDatabase,
  POLL_SECONDS,
  readUserCode,
  SCOPES,
  TOKEN_PATTERN,
  tokenHash,
  USER_CODE_LETTERS,
  type TokenRequest,
} from '../../../coordinator/index.js';
import type { Account } from '../../../coordinator/access/account.js';
import { seededRng } from '../../support/seeded-rng.js';
import { TestClock } from './fixtures.js';
import { IN_MEMORY } from './governance-fixtures.js';

const ANALYST: Account = {
  subject: 'sub-1',
  name: 'Ada',
  roles: ['analyst'],
  organisation: 'research-office',
  analyst: 'analyst',
  officer: null,
};
const OTHER: Account = { ...ANALYST, subject: 'sub-2', analyst: 'other' };
const REQUEST: TokenRequest = { name: 'a notebook', scopes: ['runs:write', 'runs:read'], days: 30 };
const DAY = 86_400;

interface Desk {
  readonly clock: TestClock;
  readonly tokens: ApiTokens;
  readonly logins: DeviceLogins;
  readonly stored: () => string;
  readonly banned: Set<string>;
}

function desk(): Desk {
  const clock = new TestClock();
  const database = openDatabase(IN_MEMORY);
  onTestFinished(() => {
    database.close();
  });
  const banned = new Set<string>();
  const tokens = new ApiTokens({
    store: createTokenStore(database),
    clock,
    rng: seededRng('tokens'),
    mayStillAsk: ({ subject }) => !banned.has(subject),
  });
  const logins = new DeviceLogins({ tokens, clock, rng: seededRng('devices') });
  return {
    clock,
    tokens,
    logins,
    banned,
    stored: () => JSON.stringify(database.prepare('SELECT * FROM api_tokens').all()),
  };
}

const code = (name: string): unknown => expect.objectContaining({ code: name });

describe('the text of a token', () => {
  it('has a beginning that scanners know, and a checksum that a typing mistake doesn’t pass', () => {
    const text = newTokenText(seededRng('text'));
    expect(text).toMatch(TOKEN_PATTERN);
    expect(isTokenText(text)).toBe(true);
    for (let place = 0; place < text.length; place += 1) {
      const wrong = `${text.slice(0, place)}${text[place] === '0' ? '1' : '0'}${text.slice(place + 1)}`;
      expect(isTokenText(wrong), wrong).toBe(false);
    }
  });
});

describe('tokens that analysts make', () => {
  it('are shown once and kept as a hash, and stand for whoever made them', () => {
    const { tokens, stored } = desk();
    const { secret, token } = tokens.create(ANALYST, REQUEST);
    expect(token).toMatchObject({ name: 'a notebook', scopes: ['runs:read', 'runs:write'], isInForce: true });
    expect(stored()).toContain(tokenHash(secret));
    expect(stored()).not.toContain(secret.slice(6, 40));
    expect(tokens.find(secret)).toMatchObject({
      isExpired: false,
      holder: { requester: 'analyst@research-office', scopes: ['runs:read', 'runs:write'], tokenId: token.id },
    });
    expect(JSON.stringify(tokens.list(ANALYST))).not.toContain('sub-1');
  });

  it('are good to the second in which they expire', () => {
    const { tokens, clock } = desk();
    const { secret } = tokens.create(ANALYST, { ...REQUEST, days: 1 });
    clock.advance(DAY - 1);
    expect(tokens.find(secret)?.isExpired).toBe(false);
    clock.advance(1);
    expect(tokens.find(secret)?.isExpired).toBe(true);
    expect(tokens.list(ANALYST)).toMatchObject([{ isInForce: false }]);
    clock.advance(365 * DAY);
    tokens.create(ANALYST, REQUEST);
    expect(tokens.list(ANALYST)).toHaveLength(1);
  });

  it('say on which day they were used last, and no more', () => {
    const { tokens, clock } = desk();
    const { secret } = tokens.create(ANALYST, REQUEST);
    expect(tokens.list(ANALYST)[0]?.lastUsedDay).toBeNull();
    clock.advance(DAY);
    tokens.find(secret);
    expect(tokens.list(ANALYST)[0]?.lastUsedDay).toBe('2026-11-23');
  });

  it('are worth nothing once revoked, by nobody but their holder', () => {
    const { tokens } = desk();
    const { secret, token } = tokens.create(ANALYST, REQUEST);
    expect(() => tokens.revoke(OTHER, token.id)).toThrow(code('UNKNOWN_TOKEN'));
    expect(tokens.find(secret)).toBeDefined();
    tokens.revoke(ANALYST, token.id);
    expect(tokens.find(secret)).toBeUndefined();
    expect(tokens.list(ANALYST)).toMatchObject([{ isInForce: false }]);
  });

  it('are worth nothing while their holder may not ask', () => {
    const { tokens, banned } = desk();
    const { secret } = tokens.create(ANALYST, REQUEST);
    banned.add('sub-1');
    expect(tokens.find(secret)).toBeUndefined();
  });

  it('are as many for an account as the limit, counting those in force', () => {
    const { tokens } = desk();
    const made = Array.from({ length: MAX_TOKENS_AN_ACCOUNT }, () => tokens.create(ANALYST, REQUEST).token.id);
    expect(() => tokens.create(ANALYST, REQUEST)).toThrow(code('TOO_MANY_TOKENS'));
    tokens.create(OTHER, REQUEST);
    tokens.revoke(ANALYST, made[0] ?? '');
    tokens.create(ANALYST, REQUEST);
  });

  it.each([
    ['days', (days: number) => ({ ...REQUEST, days }), MAX_TOKEN_DAYS],
    ['name', (length: number) => ({ ...REQUEST, name: 'x'.repeat(length) }), MAX_TOKEN_NAME_CHARACTERS],
  ] as const)('take %s up to the limit and not one past it, and none', (field, make, limit) => {
    const { tokens } = desk();
    tokens.create(ANALYST, make(limit));
    for (const past of [limit + 1, 0]) {
      const problems = [{ path: field, message: expect.any(String) as string }];
      expect(() => tokens.create(ANALYST, make(past))).toThrow(
        expect.objectContaining({ code: 'BAD_TOKEN_REQUEST', problems }),
      );
    }
  });

  it('are for analysts, with a scope', () => {
    const { tokens } = desk();
    expect(() => tokens.create({ ...ANALYST, analyst: null }, REQUEST)).toThrow(code('CANNOT_ASK'));
    expect(() => tokens.create({ ...ANALYST, organisation: null }, REQUEST)).toThrow(code('CANNOT_ASK'));
    expect(() => tokens.create(ANALYST, { ...REQUEST, scopes: [] })).toThrow(code('BAD_TOKEN_REQUEST'));
  });
});

describe('tokens of the configuration', () => {
  it('are good for everything, or for what is said, to the end of their last day', () => {
    const { tokens, clock } = desk();
    const base = { name: 'robot', organisation: 'research-office' };
    const known = new KnownTokens(
      [
        { ...base, sha256: tokenHash('all') },
        { ...base, name: 'some', sha256: tokenHash('some'), scopes: ['audit:read'], expires: '2026-11-22' },
      ],
      tokens,
      clock,
    );
    expect(known.find('all')).toMatchObject({ isExpired: false, holder: { scopes: SCOPES, expiresAt: null } });
    clock.advance(13 * 3_600 + 3_599);
    expect(known.find('some')).toMatchObject({ isExpired: false, holder: { scopes: ['audit:read'] } });
    clock.advance(3_601);
    expect(known.find('some')?.isExpired).toBe(true);
    expect(known.find('none')).toBeUndefined();
    const { secret } = tokens.create(ANALYST, REQUEST);
    expect(known.find(secret)?.holder.requester).toBe('analyst@research-office');
  });
});

describe('user codes', () => {
  it('are eight unambiguous letters, read however they are typed', () => {
    const rng = seededRng('codes');
    const codes = Array.from({ length: 200 }, () => newUserCode(rng));
    expect(new Set(codes.flatMap((text) => Array.from(text)))).toEqual(new Set(Array.from(`${USER_CODE_LETTERS}-`)));
    expect(readUserCode(' bcdfghjk ')).toBe('BCDF-GHJK');
    expect(readUserCode('b c d f-g h j k')).toBe('BCDF-GHJK');
    for (const wrong of ['', 'BCDF-GHJ', 'BCDF-GHJKL', 'ABCD-FGHJ', 'BCDF-GHJ1', 'x'.repeat(1_000_000)]) {
      expect(readUserCode(wrong)).toBeUndefined();
    }
  });
});

describe('logins by a browser', () => {
  it('give the device a token once somebody has said yes, once', () => {
    const { logins, tokens, clock } = desk();
    const { deviceCode, userCode } = logins.begin(['runs:read']);
    expect(logins.poll(deviceCode)).toEqual({ outcome: 'authorization_pending' });
    expect(logins.lookup(userCode.toLowerCase(), ANALYST)).toEqual({ userCode, scopes: ['runs:read'] });
    logins.approve(userCode, ANALYST);
    expect(() => logins.approve(userCode, OTHER)).toThrow(code('UNKNOWN_USER_CODE'));
    clock.advance(POLL_SECONDS);
    const answer = logins.poll(deviceCode);
    expect(answer).toMatchObject({ outcome: 'token', scopes: ['runs:read'] });
    const secret = answer.outcome === 'token' ? answer.secret : '';
    expect(tokens.find(secret)?.holder).toMatchObject({ requester: 'analyst@research-office', scopes: ['runs:read'] });
    clock.advance(POLL_SECONDS);
    expect(logins.poll(deviceCode)).toEqual({ outcome: 'invalid_grant' });
  });

  it('slow a device down that asks too soon, by 5 seconds each time', () => {
    const { logins, clock } = desk();
    const { deviceCode } = logins.begin(SCOPES);
    const outcomes = [0, POLL_SECONDS - 1, POLL_SECONDS, 2 * POLL_SECONDS, 3 * POLL_SECONDS].map((seconds) => {
      clock.advance(seconds);
      return logins.poll(deviceCode).outcome;
    });
    expect(outcomes).toEqual(['authorization_pending', 'slow_down', 'slow_down', 'slow_down', 'slow_down']);
    clock.advance(5 * POLL_SECONDS);
    expect(logins.poll(deviceCode).outcome).toBe('authorization_pending');
  });

  it('end with no, or after their time', () => {
    const { logins, clock } = desk();
    const denied = logins.begin(SCOPES);
    logins.deny(denied.userCode, ANALYST);
    expect(logins.poll(denied.deviceCode)).toEqual({ outcome: 'access_denied' });
    const late = logins.begin(SCOPES);
    clock.advance(DEVICE_LOGIN_SECONDS - 1);
    expect(logins.lookup(late.userCode, ANALYST).userCode).toBe(late.userCode);
    clock.advance(1);
    expect(() => logins.lookup(late.userCode, ANALYST)).toThrow(code('UNKNOWN_USER_CODE'));
    expect(logins.poll(late.deviceCode)).toEqual({ outcome: 'expired_token' });
  });

  it('are for analysts who have room for a token', () => {
    const { logins, tokens, clock } = desk();
    const { userCode, deviceCode } = logins.begin(SCOPES);
    expect(() => logins.approve(userCode, { ...ANALYST, analyst: null })).toThrow(code('CANNOT_ASK'));
    logins.approve(userCode, ANALYST);
    for (let made = 0; made < MAX_TOKENS_AN_ACCOUNT; made += 1) tokens.create(ANALYST, REQUEST);
    clock.advance(POLL_SECONDS);
    expect(logins.poll(deviceCode)).toEqual({ outcome: 'access_denied' });
  });

  it('hear so many wrong codes of an account and no more', () => {
    const { logins } = desk();
    const { userCode } = logins.begin(SCOPES);
    for (let wrong = 0; wrong < MAX_WRONG_ATTEMPTS_AN_ADDRESS; wrong += 1) {
      expect(() => logins.lookup('BCDF-GHJK', ANALYST)).toThrow(code('UNKNOWN_USER_CODE'));
    }
    expect(() => logins.lookup(userCode, ANALYST)).toThrow(code('TOO_MANY_USER_CODES'));
    expect(logins.lookup(userCode, OTHER).userCode).toBe(userCode);
  });

  it('are under way as many at once as the limit', () => {
    const { logins, clock } = desk();
    for (let begun = 0; begun < MAX_DEVICE_LOGINS; begun += 1) logins.begin(SCOPES);
    expect(() => logins.begin(SCOPES)).toThrow(code('TOO_MANY_DEVICE_LOGINS'));
    clock.advance(2 * DEVICE_LOGIN_SECONDS + 1);
    logins.begin(SCOPES);
  });
});
