import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fromBase64, silentLog, toBase64, toHex, type Clock } from '../../../core/base/index.js';
import { rawPublicKey, signingKey } from '../../../core/private-join/index.js';
import {
  checkToken,
  COORDINATOR_VALID_DAYS,
  describeEnrolments,
  enrolments,
  initAuthority,
  initCoordinator,
  loadConfig,
  makeToken,
  MAX_REMEMBERED_ADDRESSES,
  MAX_TOKEN_HOURS,
  MAX_WRONG_ATTEMPTS_AN_ADDRESS,
  MAX_WRONG_SECRETS,
  openEnrolmentStore,
  renewCoordinator,
  tokenForAgency,
  WRONG_ATTEMPTS_WINDOW_MS,
  WrongAttempts,
  type EnrolmentStore,
} from '../../../coordinator/index.js';
import { EnrolmentDesk } from '../../../coordinator/enrolment/enrolment-desk.js';
import {
  AGENCY_VALID_DAYS,
  certificateFacts,
  createAuthority,
  createSigningRequest,
  enrolmentStatement,
  identityOfCertificate,
  parseToken,
  type EnrolmentRequest,
  type EnrolmentToken,
} from '../../../transport/index.js';
import { boardOf } from './governance-fixtures.js';
import { seededRng } from '../../support/seeded-rng.js';

const START = Date.parse('2026-11-23T09:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FEDERATION = 'unit-test';
const rng = seededRng('enrolment');
let now: number;
const clock: Clock = { now: () => new Date(now) };
const authority = await createAuthority({ commonName: 'Test', clock: { now: () => new Date(START) }, validDays: 900 });
const fingerprint = certificateFacts(authority.certificate).fingerprint;
const police = signingKey(generateKeyPairSync('ed25519').privateKey);

let folder: string;
let store: EnrolmentStore;

beforeEach(() => {
  now = START;
  folder = mkdtempSync(join(tmpdir(), 'enrolment-'));
  store = openEnrolmentStore(join(folder, 'enrolment.db'));
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};
const rejection = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (thrown: unknown) => (thrown as { code: string }).code,
  );
const token = (agency = 'police', validHours = 24): EnrolmentToken =>
  makeToken(store, { federation: FEDERATION, agency, authority: fingerprint, validHours }, { clock, rng }).token;
const check = (shown: EnrolmentToken): string => codeOf(() => checkToken(store, shown, clock));
const wrong = (shown: EnrolmentToken): EnrolmentToken => ({ ...shown, secret: rng.bytes(32) });

async function request(shown: EnrolmentToken, changes: Partial<EnrolmentRequest> = {}): Promise<EnrolmentRequest> {
  const { agency, id: tokenId, secret } = shown;
  const { request: signingRequest } = await createSigningRequest({ role: 'agency', federation: FEDERATION, agency });
  const unsigned = { agency, tokenId, secret, signingRequest, identityKey: police.publicKey };
  return { ...unsigned, proof: police.sign(enrolmentStatement(FEDERATION, unsigned)), ...changes };
}

function desk(): EnrolmentDesk {
  const attempts = new WrongAttempts(clock);
  return new EnrolmentDesk({
    federation: FEDERATION,
    authority,
    store,
    attempts,
    clock,
    log: silentLog,
  });
}

describe('a token', () => {
  it('is kept as a hash only, in a file that only its owner may read', () => {
    const { secret } = token();
    expect(store.getTokens()[0]?.secretSha256).toBe(createHash('sha256').update(secret).digest('hex'));
    store.close();
    const file = join(folder, 'enrolment.db');
    const bytes = readFileSync(file);
    for (const form of [secret, Buffer.from(toHex(secret)), Buffer.from(toBase64(secret))]) {
      expect(bytes.includes(Buffer.from(form))).toBe(false);
    }
    expect(statSync(file).mode & 0o077).toBe(0);
    store = openEnrolmentStore(file);
  });

  it('is good until its last moment, and not at it', () => {
    const shown = token('police', 2);
    now = START + 2 * HOUR_MS - 1;
    expect(check(shown)).toBe('none');
    now += 1;
    expect(check(shown)).toBe('TOKEN_EXPIRED');
  });

  it('is for one agency', () => {
    expect(check({ ...token('police'), agency: 'cps' })).toBe('TOKEN_OTHER_AGENCY');
  });

  it('is wrong with another secret, with an id that nobody has, and once a newer one has replaced it', () => {
    const shown = token();
    expect(check(wrong(shown))).toBe('TOKEN_WRONG');
    expect(check({ ...shown, id: rng.bytes(8) })).toBe('TOKEN_WRONG');
    const newer = token();
    expect(check(shown)).toBe('TOKEN_WRONG');
    expect(check(newer)).toBe('none');
    expect(check(token('cps'))).toBe('none');
  });

  it('is good for nothing after so many wrong secrets, also with the right one', () => {
    const shown = token();
    for (let attempt = 1; attempt < MAX_WRONG_SECRETS; attempt += 1) expect(check(wrong(shown))).toBe('TOKEN_WRONG');
    expect(check(shown)).toBe('none');
    expect(check(wrong(shown))).toBe('TOKEN_WRONG');
    expect(check(shown)).toBe('TOKEN_LOCKED');
  });
});

describe('wrong attempts from one address', () => {
  it('are too many at the limit, until the window has passed, and of that address alone', () => {
    const attempts = new WrongAttempts(clock);
    for (let attempt = 1; attempt < MAX_WRONG_ATTEMPTS_AN_ADDRESS; attempt += 1) attempts.add('192.0.2.1');
    expect(attempts.isTooMany('192.0.2.1')).toBe(false);
    attempts.add('192.0.2.1');
    expect(attempts.isTooMany('192.0.2.1')).toBe(true);
    expect(attempts.isTooMany('192.0.2.2')).toBe(false);
    now += WRONG_ATTEMPTS_WINDOW_MS - 1;
    expect(attempts.isTooMany('192.0.2.1')).toBe(true);
    now += 1;
    expect(attempts.isTooMany('192.0.2.1')).toBe(false);
  });

  it('are forgotten of whoever was wrong longest ago, when there are too many addresses', () => {
    const attempts = new WrongAttempts(clock);
    const fill = (address: string): void => {
      for (let attempt = 0; attempt < MAX_WRONG_ATTEMPTS_AN_ADDRESS; attempt += 1) attempts.add(address);
    };
    fill('first');
    fill('second');
    for (let index = 0; index < MAX_REMEMBERED_ADDRESSES - 2; index += 1) attempts.add(`other-${index}`);
    expect(attempts.isTooMany('first')).toBe(true);
    attempts.add('one-more');
    expect([attempts.isTooMany('first'), attempts.isTooMany('second')]).toEqual([false, true]);
  });
});

describe('the enrolment desk', () => {
  it('gives a certificate in the agency’s name, keeps what it gave, and gives nothing else', async () => {
    const reply = await desk().enrol(await request(token()), 'there');
    // What governance has signed comes another way than the certificate, which the coordinator alone vouches for.
    expect(Object.keys(reply)).toEqual(['certificate']);
    expect(identityOfCertificate(reply.certificate, FEDERATION)).toMatchObject({ agency: 'police' });
    const { serial, validTo } = certificateFacts(reply.certificate);
    expect(validTo.getTime()).toBe(START + AGENCY_VALID_DAYS * DAY_MS);
    expect(store.getCertificates()).toMatchObject([
      { agency: 'police', cause: 'enrolled', serial, identityKey: toBase64(police.publicKey) },
    ]);
  });

  it('uses a token up by the first success, and by nothing else', async () => {
    const shown = token();
    const at = desk();
    expect(await rejection(at.enrol(await request(shown, { proof: new Uint8Array(64) }), 'there'))).toBe('BAD_MESSAGE');
    expect(await rejection(at.enrol(await request(shown, { signingRequest: rng.bytes(9) }), 'there'))).toBe(
      'BAD_MESSAGE',
    );
    expect(await rejection(at.enrol(await request(shown), 'there'))).toBe('none');
    expect(await rejection(at.enrol(await request(shown), 'there'))).toBe('TOKEN_USED');
    expect(store.getCertificates()).toHaveLength(1);
  });

  it('gives one certificate for two requests at once', async () => {
    const shown = token();
    const at = desk();
    const both = [await request(shown), await request(shown)];
    const codes = await Promise.all(both.map((one) => rejection(at.enrol(one, 'there'))));
    expect(codes.toSorted()).toEqual(['TOKEN_USED', 'none']);
    expect(store.getCertificates()).toHaveLength(1);
  });

  it('takes no request for another name than the token’s', async () => {
    const { request: signingRequest } = await createSigningRequest({
      role: 'agency',
      federation: FEDERATION,
      agency: 'cps',
    });
    const shown = token();
    const unsigned = { agency: 'police', tokenId: shown.id, secret: shown.secret, signingRequest };
    const proof = police.sign(enrolmentStatement(FEDERATION, unsigned));
    const whole = { ...unsigned, identityKey: police.publicKey, proof };
    expect(await rejection(desk().enrol(whole, 'there'))).toBe('WRONG_IDENTITY');
  });

  it('listens no more to an address that has been wrong too often, whatever it shows', async () => {
    const at = desk();
    for (let attempt = 0; attempt < MAX_WRONG_ATTEMPTS_AN_ADDRESS; attempt += 1) {
      const shown = { ...token(), id: rng.bytes(8) };
      expect(await rejection(at.enrol(await request(shown), 'there'))).toBe('TOKEN_WRONG');
    }
    const good = token();
    expect(await rejection(at.enrol(await request(good), 'there'))).toBe('TOO_MANY_ATTEMPTS');
    expect(await rejection(at.enrol(await request(good), 'elsewhere'))).toBe('none');
  });

  it('renews up to the last moment of a certificate, and not after it', async () => {
    const at = desk();
    const { certificate } = await at.enrol(await request(token()), 'there');
    const next = async (): Promise<Uint8Array> =>
      (await createSigningRequest({ role: 'agency', federation: FEDERATION, agency: 'police' })).request;
    now = certificateFacts(certificate).validTo.getTime();
    const renewed = await at.renew('police', await next(), certificate);
    expect(certificateFacts(renewed).validTo.getTime()).toBe(now + AGENCY_VALID_DAYS * DAY_MS);
    now += 1;
    expect(await rejection(at.renew('police', await next(), certificate))).toBe('CERTIFICATE_REFUSED');
    expect(store.getCertificates().map(({ cause, identityKey }) => [cause, identityKey === null])).toEqual([
      ['enrolled', false],
      ['renewed', true],
    ]);
  });
});

describe('a coordinator with an authority', () => {
  async function made(): Promise<{ readonly configFile: string; readonly fingerprint: string }> {
    const initialised = initCoordinator(join(folder, 'coordinator'), rng);
    const shown = await initAuthority(initialised, { federation: FEDERATION, clock });
    return { configFile: initialised.configFile, fingerprint: shown };
  }

  it('has its key to itself, a certificate of its own, and enrolment on', async () => {
    const { configFile, fingerprint: shown } = await made();
    const { enrolment, federation } = loadConfig(configFile);
    expect(enrolment?.port).toBe(7402);
    expect(statSync(enrolment?.authorityKey ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(federation.tls.privateKey).mode & 0o777).toBe(0o600);
    expect(certificateFacts(readFileSync(federation.tls.authority, 'utf8')).fingerprint).toBe(shown);
    const own = certificateFacts(readFileSync(federation.tls.certificate, 'utf8'));
    expect(own.validTo.getTime()).toBe(START + COORDINATOR_VALID_DAYS * DAY_MS);
    now += 300 * DAY_MS;
    expect((await renewCoordinator(configFile, clock)).getTime()).toBe(now + COORDINATOR_VALID_DAYS * DAY_MS);
  });

  it('takes an authority that there is, and no key that isn’t its own', async () => {
    const place = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const existing = {
      certificate: place('ca.crt', authority.certificate),
      privateKey: place('ca.key', authority.privateKey),
    };
    const initialised = initCoordinator(join(folder, 'one'), rng);
    expect(await initAuthority(initialised, { federation: FEDERATION, existing, clock })).toBe(fingerprint);
    expect(statSync(join(folder, 'one', 'tls', 'authority.key')).mode & 0o777).toBe(0o600);
    const other = await createAuthority({ commonName: 'Other', clock, validDays: 1 });
    const mixed = { ...existing, privateKey: place('other.key', other.privateKey) };
    const second = initCoordinator(join(folder, 'two'), rng);
    expect(await rejection(initAuthority(second, { federation: FEDERATION, existing: mixed, clock }))).toBe(
      'CONFIG_INVALID',
    );
  });

  it('makes tokens that name it, for an agency in the roster or not', async () => {
    const { configFile, fingerprint: shown } = await made();
    const { token: text, text: said } = tokenForAgency(
      configFile,
      { agency: 'police', validHours: 24 },
      { clock, rng },
    );
    expect(parseToken(text)).toMatchObject({ federation: FEDERATION, agency: 'police', authority: shown });
    expect(said).toContain(text);
    expect(said).toContain('not in the roster yet');
    expect(parseToken(text.slice(0, -1))).toBeUndefined();
    expect(parseToken(` ${text}\n`)).toBeDefined();
  });

  it.each([
    ['coordinator', 24],
    ['Police', 24],
    ['x'.repeat(65), 24],
    ['police', 0],
    ['police', Number.NaN],
    ['police', MAX_TOKEN_HOURS + 0.1],
  ])('makes none for %s and %d hours', async (agency, validHours) => {
    const { configFile } = await made();
    expect(codeOf(() => tokenForAgency(configFile, { agency, validHours }, { clock, rng }))).toBe('CONFIG_INVALID');
  });

  it('makes one for the longest time', async () => {
    const { configFile } = await made();
    const longest = { agency: 'x'.repeat(64), validHours: MAX_TOKEN_HOURS };
    expect(codeOf(() => tokenForAgency(configFile, longest, { clock, rng }))).toBe('none');
  });

  it('makes none without enrolment', () => {
    const { configFile } = initCoordinator(join(folder, 'plain'), rng);
    const wanted = { agency: 'police', validHours: 1 };
    expect(codeOf(() => tokenForAgency(configFile, wanted, { clock, rng }))).toBe('ENROLMENT_OFF');
    expect(codeOf(() => enrolments(configFile, clock))).toBe('ENROLMENT_OFF');
  });

  it('lists by agency what came and what was given, against the roster', async () => {
    const { configFile } = await made();
    const { enrolment, governance } = loadConfig(configFile);
    const other = openEnrolmentStore(enrolment?.database ?? '');
    const given = {
      agency: 'police',
      cause: 'enrolled' as const,
      serial: 'ab01',
      fingerprint: 'f'.repeat(64),
      identityKey: toBase64(police.publicKey),
      issuedAt: new Date(START).toISOString(),
      expiresAt: new Date(START + DAY_MS).toISOString(),
    };
    other.putCertificate(given);
    other.putCertificate({ ...given, cause: 'renewed', serial: 'ab02', identityKey: null });
    other.close();
    tokenForAgency(configFile, { agency: 'cps', validHours: 2 }, { clock, rng });
    const state = (): unknown[] =>
      enrolments(configFile, clock).map(({ agency, roster: is, token: shown, certificates }) => [
        agency,
        is,
        shown?.state ?? null,
        certificates.map(({ serial, revoked }) => (revoked ? `${serial} revoked` : serial)),
      ]);
    expect(state()).toEqual([
      ['cps', 'pending', 'waiting', []],
      ['police', 'pending', null, ['ab01', 'ab02']],
    ]);
    const board = boardOf(
      {
        ...{ federation: FEDERATION, version: 1, coordinator: { identityKey: newKey() } },
        agencies: [
          { id: 'police', name: 'The police', identityKey: police.publicKey, datasets: ['police.crimes'] },
          { id: 'charity', name: 'A charity', identityKey: newKey(), datasets: ['charities.support'] },
        ],
      },
      clock,
    );
    const text = readFileSync(configFile, 'utf8');
    writeFileSync(configFile, text.replace(/# fingerprint: .*/, `fingerprint: ${board.fingerprint}`));
    writeFileSync(governance.register, board.file);
    expect(state()).toContainEqual(['police', 'listed', null, ['ab01', 'ab02']]);
    board.amend(({ agencies }) => ({
      agencies: agencies.map((one) => (one.id === 'police' ? { ...one, identityKey: toBase64(newKey()) } : one)),
      revoked: [{ serial: 'ab01', reason: 'Stolen' }],
    }));
    writeFileSync(governance.register, board.file);
    expect(state()).toContainEqual(['police', 'other-key', null, ['ab01 revoked', 'ab02']]);
    expect(describeEnrolments(enrolments(configFile, clock))).toContain('WITH ANOTHER IDENTITY KEY');
    now = START + DAY_MS;
    expect(state()).toEqual([
      ['cps', 'pending', 'expired', []],
      ['police', 'other-key', null, []],
    ]);
    expect(enrolments(configFile, clock)[1]?.identityFingerprint).toBe(
      createHash('sha256').update(fromBase64(given.identityKey)).digest('hex'),
    );
  });
});

function newKey(): Uint8Array {
  return rawPublicKey(generateKeyPairSync('ed25519').privateKey);
}
