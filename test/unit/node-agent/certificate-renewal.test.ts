import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import type { Log, LogFields, Rng } from '../../../core/base/index.js';
import { finishSwap, swapCertificate } from '../../../node-agent/enrolment/certificate-files.js';
import {
  ALARM_AFTER,
  CertificateRenewal,
  FIRST_RETRY_SECONDS,
  LAST_RETRY_SECONDS,
  LOOK_SECONDS,
  RENEW_AFTER,
} from '../../../node-agent/enrolment/certificate-renewal.js';
import {
  AGENCY_VALID_DAYS,
  certificateFacts,
  certifyRequest,
  checkOwnCertificate,
  createAuthority,
  createSigningRequest,
  pemOfCertificate,
  TransportError,
} from '../../../transport/index.js';
import type { TlsMaterial } from '../../../transport/index.js';
import { TestClock } from '../coordinator/fixtures.js';
import { testFolder } from './fixtures.js';

const POLICE = { role: 'agency', federation: 'unit-test', agency: 'police' } as const;
const authority = await createAuthority({ commonName: 'Test', clock: new TestClock(), validDays: 900 });
/** Nothing is taken off a pause. */
const zeros: Rng = { bytes: (length) => new Uint8Array(length) };

interface Line {
  readonly level: string;
  readonly fields: LogFields;
}

class LevelLog implements Log {
  readonly lines: Line[] = [];
  readonly debug = (): void => undefined;
  readonly info = (fields: LogFields): void => void this.lines.push({ level: 'info', fields });
  readonly warn = (fields: LogFields): void => void this.lines.push({ level: 'warn', fields });
  readonly error = (fields: LogFields): void => void this.lines.push({ level: 'error', fields });
  readonly child = (): Log => this;

  said(): string[] {
    return this.lines.map(({ level, fields }) => `${level} ${String(fields['event'])}`);
  }
}

interface Rig {
  readonly clock: TestClock;
  readonly log: LevelLog;
  readonly renewal: CertificateRenewal;
  readonly paths: { readonly certificate: string; readonly privateKey: string };
  readonly first: TlsMaterial;
  readonly asked: () => number;
  /** What the coordinator does with a request. */
  answer: (request: Uint8Array) => Promise<Uint8Array>;
}

/** A node with a new certificate, its clock in the test's hands, and a real authority. */
async function rig(): Promise<Rig> {
  const folder = testFolder();
  const clock = new TestClock();
  const log = new LevelLog();
  const { request, privateKey } = await createSigningRequest(POLICE);
  const certificate = pemOfCertificate(await certifyRequest(authority, request, { identity: POLICE, clock }));
  const first = { authority: authority.certificate, certificate, privateKey };
  const paths = { certificate: join(folder, 'node.crt'), privateKey: join(folder, 'node.key') };
  swapCertificate(paths, first);
  let asked = 0;
  const made: Rig = {
    clock,
    log,
    paths,
    first,
    asked: () => asked,
    answer: (next) => certifyRequest(authority, next, { identity: POLICE, clock }),
    renewal: new CertificateRenewal({
      self: POLICE,
      tls: first,
      paths,
      renew: (next) => {
        asked += 1;
        return made.answer(next);
      },
      clock,
      rng: zeros,
      log,
    }),
  };
  return made;
}

const refuse = (): Promise<Uint8Array> => Promise.reject(new TransportError('NOT_CONNECTED', 'not connected'));
/** Seconds from the moment the certificate was made to a share of its lifetime; it begins 300 seconds before. */
const at = (share: number): number => (AGENCY_VALID_DAYS * 86_400 + 300) * share - 300;

describe('the renewal of a certificate', () => {
  it('asks for nothing before two thirds of the lifetime, and then for a new key', async () => {
    const { clock, renewal, asked, log, paths, first } = await rig();
    renewal.start();
    clock.advance(at(RENEW_AFTER) - 1);
    await renewal.look();
    expect(asked()).toBe(0);
    clock.advance(1);
    await renewal.look();
    expect(asked()).toBe(1);
    expect(log.said()).toEqual(['info certificate-renewed']);
    const { certificate, privateKey } = renewal.tls;
    expect(certificateFacts(certificate).validTo.getTime()).toBe(
      clock.now().getTime() + AGENCY_VALID_DAYS * 86_400_000,
    );
    expect(privateKey).not.toBe(first.privateKey);
    const keyOf = (pem: string): string =>
      new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(keyOf(certificate)).not.toBe(keyOf(first.certificate));
    expect(readFileSync(paths.privateKey, 'utf8')).toBe(privateKey);
    expect(readFileSync(paths.certificate, 'utf8')).toBe(certificate);
    expect(statSync(paths.privateKey).mode & 0o777).toBe(0o600);
    checkOwnCertificate({ ...first, certificate, privateKey }, POLICE, clock);
  });

  it('carries a node across the end of its first certificate, by the clock alone', async () => {
    const { clock, renewal, first } = await rig();
    renewal.start();
    const end = certificateFacts(first.certificate).validTo;
    while (clock.now() <= end) {
      clock.advance(LOOK_SECONDS);
      await renewal.look();
    }
    expect(() => checkOwnCertificate(first, POLICE, clock)).toThrow(/expired/);
    expect(() => checkOwnCertificate(renewal.tls, POLICE, clock)).not.toThrow();
  });

  it('is asked for as soon as there is a connection, where it is due', async () => {
    const { clock, renewal, asked } = await rig();
    renewal.connected();
    renewal.start();
    renewal.connected();
    clock.advance(at(RENEW_AFTER));
    renewal.connected();
    await renewal.look();
    expect(asked()).toBe(1);
  });

  it('is tried again after pauses that double up to the longest, and not when it was stopped', async () => {
    const made = await rig();
    const { clock, renewal, asked, log } = made;
    made.answer = refuse;
    clock.advance(at(RENEW_AFTER));
    renewal.start();
    let pause = FIRST_RETRY_SECONDS;
    clock.advance(pause - 1);
    await settled();
    expect(asked()).toBe(0);
    clock.advance(1);
    await settled();
    for (let tries = 1; tries <= 12; tries += 1) {
      await vi.waitFor(() => expect(log.lines).toHaveLength(tries), { timeout: 10_000 });
      clock.advance(pause - 1);
      await settled();
      expect(asked()).toBe(tries);
      clock.advance(1);
      pause = Math.min(pause * 2, LAST_RETRY_SECONDS);
    }
    await vi.waitFor(() => expect(log.lines).toHaveLength(13), { timeout: 10_000 });
    renewal.stop();
    clock.advance(LAST_RETRY_SECONDS);
    await settled();
    expect(asked()).toBe(13);
  });

  it('gets louder as the end comes nearer, and says at last what to do', async () => {
    const made = await rig();
    const { clock, renewal, log, asked } = made;
    made.answer = refuse;
    const sayAt = async (share: number): Promise<void> => {
      clock.advance((clockStart + at(share) * 1_000 - clock.now().getTime()) / 1_000);
      await renewal.look();
    };
    const clockStart = clock.now().getTime();
    await sayAt(RENEW_AFTER);
    await sayAt(ALARM_AFTER - 0.000_001);
    await sayAt(ALARM_AFTER);
    await sayAt(1);
    const tries = asked();
    clock.advance(1);
    await renewal.look();
    expect(log.said()).toEqual([
      'warn renewal-failed',
      'warn renewal-failed',
      'error renewal-failed',
      'error renewal-failed',
      'error certificate-expired',
    ]);
    // The coordinator would not hear it any more.
    expect(asked()).toBe(tries);
    expect(log.lines[0]?.fields['expiresAt']).toBe(certificateFacts(made.first.certificate).validTo.toISOString());
  });

  it('keeps what it has when what came is no use', async () => {
    const made = await rig();
    const { clock, renewal, paths, first, log } = made;
    const other = await createSigningRequest(POLICE);
    made.answer = () => certifyRequest(authority, other.request, { identity: POLICE, clock });
    clock.advance(at(RENEW_AFTER));
    await renewal.look();
    expect(renewal.tls).toEqual(first);
    expect(readFileSync(paths.certificate, 'utf8')).toBe(first.certificate);
    expect(log.said()).toEqual(['warn renewal-failed']);
  });

  it('does not ask again and again where what comes is due at once', async () => {
    const made = await rig();
    const { clock, renewal, asked } = made;
    renewal.start();
    clock.advance(at(RENEW_AFTER));
    // As one that gives certificates which are due when they come.
    const behind = { now: () => new Date(clock.now().getTime() - 61 * 86_400_000) };
    made.answer = (next) => certifyRequest(authority, next, { identity: POLICE, clock: behind });
    await renewal.look();
    expect(asked()).toBe(1);
    renewal.connected();
    await renewal.look();
    clock.advance(LOOK_SECONDS - 1);
    await settled();
    expect(asked()).toBe(1);
    clock.advance(1);
    await vi.waitFor(() => expect(asked()).toBe(2), { timeout: 10_000 });
  });

  it('asks once where two look at the same time', async () => {
    const { clock, renewal, asked } = await rig();
    clock.advance(at(RENEW_AFTER));
    await Promise.all([renewal.look(), renewal.look()]);
    expect(asked()).toBe(1);
  });
});

describe('the files of a certificate', () => {
  const write = (file: string, text: string): void => writeFileSync(file, text, { mode: 0o600 });

  it.each([
    ['before the new key was whole', ['key.half'], 'old'],
    ['with the new key beside the old', ['key.next'], 'old'],
    ['before the new certificate was whole', ['key.next', 'crt.half'], 'old'],
    ['with both beside the old', ['key.next', 'crt.next'], 'new'],
    ['with the new key in its place', ['key', 'crt.next'], 'new'],
    ['with both in their places', ['key', 'crt'], 'new'],
  ])('belong together after a crash %s', async (_, there, expected) => {
    const { paths } = await rig();
    write(paths.privateKey, 'old');
    write(paths.certificate, 'old');
    const names: Readonly<Record<string, string>> = {
      'key.half': `${paths.privateKey}.next.half`,
      'key.next': `${paths.privateKey}.next`,
      key: paths.privateKey,
      'crt.half': `${paths.certificate}.next.half`,
      'crt.next': `${paths.certificate}.next`,
      crt: paths.certificate,
    };
    for (const name of there) write(names[name] ?? '', 'new');
    finishSwap(paths);
    expect([readFileSync(paths.privateKey, 'utf8'), readFileSync(paths.certificate, 'utf8')]).toEqual([
      expected,
      expected,
    ]);
    expect(existsSync(`${paths.privateKey}.next`) || existsSync(`${paths.certificate}.next`)).toBe(false);
    finishSwap(paths);
    swapCertificate(paths, { privateKey: 'newer', certificate: 'newer' });
    expect(readFileSync(paths.privateKey, 'utf8')).toBe('newer');
  });

  it('stay as they are when there is no room for the new ones', async () => {
    const { paths, first } = await rig();
    const gone = { ...paths, certificate: join(paths.certificate, 'no', 'folder') };
    expect(() => swapCertificate(gone, { privateKey: 'new', certificate: 'new' })).toThrow(
      expect.objectContaining({ code: 'FILE_UNWRITABLE' }),
    );
    expect(readFileSync(paths.privateKey, 'utf8')).toBe(first.privateKey);
    finishSwap(paths);
    renameSync(paths.privateKey, `${paths.privateKey}.moved`);
    expect(existsSync(`${paths.privateKey}.next`)).toBe(false);
  });
});

/** Long enough for what the clock woke, had it woken something. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
