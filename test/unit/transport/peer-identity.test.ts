import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/index.js';
import {
  createAuthority,
  identityOfCertificate,
  identityUri,
  issueCertificate,
  partyOf,
} from '../../../transport/index.js';
import type { Authority, PeerIdentity } from '../../../transport/index.js';
import { errorOf } from './thrown.js';

const FEDERATION = 'test-study';
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority({ commonName: 'Test, "Ltd"', clock: systemClock, validDays: 3 });
});

async function certificate(uris: readonly string[], dnsNames: readonly string[] = []): Promise<Uint8Array> {
  const issued = await issueCertificate(authority, {
    commonName: 'x',
    uris,
    dnsNames,
    clock: systemClock,
    validDays: 1,
  });
  return new X509Certificate(issued.certificate).raw;
}

const POLICE: PeerIdentity = { role: 'agency', federation: FEDERATION, agency: 'police' };
const COORDINATOR: PeerIdentity = { role: 'coordinator', federation: FEDERATION };

describe('the identity in a certificate', () => {
  it.each([POLICE, COORDINATOR])('is $role', async (identity) => {
    const der = await certificate([identityUri(identity)], ['localhost', 'node.police.example']);
    expect(identityOfCertificate(der, FEDERATION)).toEqual(identity);
  });

  it('is written as a URI', () => {
    expect(identityUri(POLICE)).toBe('tallystick://test-study/agency/police');
    expect(identityUri(COORDINATOR)).toBe('tallystick://test-study/coordinator');
    expect([partyOf(POLICE), partyOf(COORDINATOR)]).toEqual(['police', 'coordinator']);
  });

  it('stands beside URIs of others', async () => {
    const der = await certificate(['spiffe://example/x', identityUri(POLICE)]);
    expect(identityOfCertificate(der, FEDERATION)).toEqual(POLICE);
  });

  it.each([
    ['nobody', []],
    ['nobody of ours', ['https://police.example/']],
    ['two', [identityUri(POLICE), identityUri(COORDINATOR)]],
    ['the same twice', [identityUri(POLICE), identityUri(POLICE)]],
    ['another federation', ['tallystick://other/agency/police']],
    ['an agency called coordinator', ['tallystick://test-study/agency/coordinator']],
    ['an agency without an id', ['tallystick://test-study/agency/']],
    ['more than an agency', ['tallystick://test-study/agency/police/extra']],
    ['an agency in capitals', ['tallystick://test-study/agency/POLICE']],
    ['an unknown role', ['tallystick://test-study/officer/x']],
    ['a scheme in capitals', ['TALLYSTICK://test-study/agency/police', identityUri(POLICE)]],
    ['something with a query', ['tallystick://test-study/coordinator?x=1']],
  ])('is refused when it names %s', async (_, uris) => {
    const der = await certificate(uris);
    expect(errorOf(() => identityOfCertificate(der, FEDERATION))?.code).toBe('WRONG_IDENTITY');
  });

  it('is not read out of the middle of another name', async () => {
    const der = await certificate([identityUri(POLICE)], [`x, URI:${identityUri(COORDINATOR)}, y`]);
    expect(identityOfCertificate(der, FEDERATION)).toEqual(POLICE);
    const only = await certificate([], [`x, URI:${identityUri(COORDINATOR)}, y`]);
    expect(errorOf(() => identityOfCertificate(only, FEDERATION))?.code).toBe('WRONG_IDENTITY');
  });

  it('is refused when there is no certificate', () => {
    expect(errorOf(() => identityOfCertificate(new Uint8Array([1, 2, 3]), FEDERATION))?.code).toBe('WRONG_IDENTITY');
  });
});

describe('certificates', () => {
  it('are good for both ends of TLS and for nothing else, from the authority, for the time that was asked', async () => {
    const made = new Date('2026-11-22T12:00:00Z');
    const issued = await issueCertificate(authority, {
      commonName: 'Northshire Police',
      uris: [identityUri(POLICE)],
      ipAddresses: ['127.0.0.1'],
      clock: { now: () => made },
      validDays: 7,
    });
    const parsed = new X509Certificate(issued.certificate);
    const root = new X509Certificate(authority.certificate);
    expect(parsed.ca).toBe(false);
    expect(root.ca).toBe(true);
    expect(parsed.verify(root.publicKey) && parsed.checkIssued(root)).toBe(true);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
    expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(new Date(parsed.validTo)).toEqual(new Date('2026-11-29T12:00:00Z'));
    expect(new Date(parsed.validFrom)).toEqual(new Date('2026-11-22T11:55:00Z'));
    expect(issued.privateKey).toContain('BEGIN PRIVATE KEY');
  });

  it('have serial numbers of their own', async () => {
    const serials = await Promise.all(
      [1, 2].map(async () => new X509Certificate(Buffer.from(await certificate([]))).serialNumber),
    );
    expect(new Set(serials).size).toBe(2);
    expect(serials.every((serial) => serial.length === 32)).toBe(true);
  });
});
