import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../core/base/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import {
  certificateFacts,
  certifyRequest,
  createFederationClient,
  createSigningRequest,
} from '../../transport/index.js';
import type { TlsMaterial } from '../../transport/index.js';
import {
  agencyMaterial,
  codeOf,
  FEDERATION,
  later,
  startNode,
  startServer,
  stopEverything,
  testAuthorities,
  until,
} from './fixture.js';
import { rawCall } from './raw.js';

afterEach(stopEverything);

const POLICE = { role: 'agency', federation: FEDERATION, agency: 'police' } as const;

describe('a request for a certificate', () => {
  it('is answered for its own name only, and for no key that the caller had', async () => {
    const [authority] = await testAuthorities();
    const options = { identity: POLICE, clock: systemClock };
    const { request } = await createSigningRequest(POLICE);
    const first = await certifyRequest(authority, request, options);
    expect(await codeOf(certifyRequest(authority, request, { ...options, previous: first }))).toBe('BAD_MESSAGE');
    const { request: other } = await createSigningRequest({ ...POLICE, agency: 'cps' });
    expect(await codeOf(certifyRequest(authority, other, options))).toBe('WRONG_IDENTITY');
    const { request: poser } = await createSigningRequest({ role: 'coordinator', federation: FEDERATION });
    expect(await codeOf(certifyRequest(authority, poser, options))).toBe('WRONG_IDENTITY');
    expect(await codeOf(certifyRequest(authority, new Uint8Array(10), options))).toBe('BAD_MESSAGE');
    // Somebody else's request, with one bit of its signature turned.
    const forged = request.slice();
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    expect(await codeOf(certifyRequest(authority, forged, options))).toBe('BAD_MESSAGE');
  });

  it('gets no certificate that outlasts its authority', async () => {
    const [authority] = await testAuthorities();
    const { request } = await createSigningRequest(POLICE);
    const certificate = await certifyRequest(authority, request, { identity: POLICE, clock: systemClock });
    // The authority of tests lasts 30 days, an agency's certificate 90.
    const end = certificateFacts(authority.certificate).validTo;
    expect(certificateFacts(certificate).validTo).toEqual(end);
    const expired = certifyRequest(authority, request, { identity: POLICE, clock: { now: () => end } });
    expect(await codeOf(expired)).toBe('NOT_ISSUING');
  });
});

describe('renewal', () => {
  const renewing = async (): Promise<Parameters<typeof startServer>[0]> => {
    const [authority] = await testAuthorities();
    return {
      renew: (agency, request, previous) =>
        certifyRequest(authority, request, { identity: { ...POLICE, agency }, clock: systemClock, previous }),
    };
  };

  it('gives the caller its next certificate, used from the next connection on', async () => {
    const { port, connections } = await startServer(await renewing());
    let tls = await agencyMaterial('police');
    const options = {
      get tls() {
        return tls;
      },
    };
    const node = await startNode('police', port);
    await until(() => node.connected === 1);
    const { request, privateKey } = await createSigningRequest(POLICE);
    const certificate = await node.client.renew?.(request);
    if (certificate === undefined) throw new Error('no certificate');
    await node.client.stop();
    tls = { ...tls, certificate: pemOf(certificate), privateKey };
    expect(certificateFacts(tls.certificate).serial).toBe(certificateFacts(certificate).serial);
    const again = await startNode('police', port, options);
    await until(() => again.connected === 1);
    expect([...connections.keys()]).toEqual(['police']);
  });

  it('reads its material anew at each dial', async () => {
    const { port, connections } = await startServer();
    const first = await agencyMaterial('police');
    const second = await agencyMaterial('police');
    const read: TlsMaterial[] = [];
    let tls = first;
    const node = createFederationClient(
      {
        federation: FEDERATION,
        log: silentLog,
        clock: systemClock,
        rng: systemRng,
        address: `127.0.0.1:${port}`,
        agency: 'police',
        timings: { redialMinMs: 20, redialMaxMs: 50, redialRefusedMs: 50 },
        get tls() {
          read.push(tls);
          return tls;
        },
      },
      {
        connected: () => undefined,
        disconnected: () => undefined,
        received: () => undefined,
        hello: () => ({ softwareVersion: '0.1.0', snapshots: [], floors: NO_FLOORS, logSize: 0, registerSize: 0 }),
      },
    );
    later(() => node.stop());
    node.start();
    await until(() => connections.has('police'));
    expect(read.at(-1)).toBe(first);
    tls = second;
    const dialled = read.length;
    connections.get('police')?.disconnect('for the test');
    await until(() => read.length > dialled && connections.has('police'));
    expect(read.at(-1)).toBe(second);
  });

  it('is refused for another name, for the same key, and where there is no authority', async () => {
    const { port } = await startServer(await renewing());
    const { request: own, privateKey } = await createSigningRequest(POLICE);
    const [authority] = await testAuthorities();
    const certificate = pemOf(await certifyRequest(authority, own, { identity: POLICE, clock: systemClock }));
    const node = await startNode('police', port, {
      tls: { authority: authority.certificate, certificate, privateKey },
    });
    await until(() => node.connected === 1);
    const { request: other } = await createSigningRequest({ ...POLICE, agency: 'cps' });
    expect(await codeOf(node.client.renew?.(other) ?? Promise.resolve())).toBe('WRONG_IDENTITY');
    expect(await codeOf(node.client.renew?.(own) ?? Promise.resolve())).toBe('BAD_MESSAGE');
    const { port: without } = await startServer();
    const second = await startNode('police', without);
    await until(() => second.connected === 1);
    expect(await codeOf(second.client.renew?.(own) ?? Promise.resolve())).toBe('NOT_ISSUING');
  });
});

describe('a certificate that the roster revokes', () => {
  it('lets nobody in, in any call, and others of the same agency are as good as before', async () => {
    const revokedTls = await agencyMaterial('police');
    const { port, connected } = await startServer({
      revoked: new Set([certificateFacts(revokedTls.certificate).serial]),
    });
    for (const method of ['control', 'sendList', 'receiveList', 'renew'] as const) {
      expect(await rawCall(port, revokedTls, method, [Buffer.alloc(0)])).toMatchObject({ code: 'CERTIFICATE_REVOKED' });
    }
    const refused = await startNode('police', port, { tls: revokedTls });
    await until(() => refused.failures.some(({ code }) => code === 'CERTIFICATE_REVOKED'));
    await refused.client.stop();
    expect(connected).toEqual([]);
    const node = await startNode('police', port);
    await until(() => node.connected === 1);
  });
});

function pemOf(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
}
