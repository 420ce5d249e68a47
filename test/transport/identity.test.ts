import { createSecureContext } from 'node:tls';
import { ChannelCredentials, Client, credentials, Server, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import { createFederationClient, createFederationServer, identityUri } from '../../transport/index.js';
import type { TlsMaterial } from '../../transport/index.js';
import { serverCredentials } from '../../transport/mtls.js';
import { NodeSession } from '../../transport/client-session.js';
import { TIMINGS } from '../../transport/timings.js';
import {
  agencyMaterial,
  coordinatorMaterial,
  FEDERATION,
  HELLO,
  later,
  materialFor,
  newRunId,
  QUICK,
  startNode,
  startServer,
  stopEverything,
  testAuthorities,
  until,
} from './fixture.js';
import { rawCall } from './raw.js';

afterEach(stopEverything);

const POLICE = identityUri({ role: 'agency', federation: FEDERATION, agency: 'police' });
const COORDINATOR_URI = identityUri({ role: 'coordinator', federation: FEDERATION });
const longAgo: Clock = { now: () => new Date(Date.now() - 40 * 86_400_000) };

/** Dials once with these credentials, past every check that a node makes of itself; the error it ends with. */
function dial(port: number, channel: ChannelCredentials): Promise<ServiceError> {
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.ssl_target_name_override': 'coordinator',
  });
  later(() => client.close());
  const bytes = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest('/tallystick.v1.Federation/Control', bytes, bytes);
    call.on('error', (error: ServiceError) => resolve(error));
    call.resume();
  });
}

function contextOf(tls: TlsMaterial, options: object = {}): ChannelCredentials {
  const context = createSecureContext({ ca: tls.authority, cert: tls.certificate, key: tls.privateKey, ...options });
  return ChannelCredentials.createFromSecureContext(context, { checkServerIdentity: () => undefined });
}

describe('the coordinator lets in', () => {
  it('nobody without a certificate', async () => {
    const { port, connected } = await startServer();
    const [authority] = await testAuthorities();
    const anonymous = credentials.createSsl(Buffer.from(authority.certificate), null, null, {
      checkServerIdentity: () => undefined,
    });
    expect(await dial(port, anonymous)).toMatchObject({ code: status.UNAVAILABLE });
    expect(connected).toEqual([]);
  });

  it('nobody without TLS', async () => {
    const { port } = await startServer();
    expect(await dial(port, credentials.createInsecure())).toMatchObject({ code: status.UNAVAILABLE });
  });

  it('nobody with an older TLS than 1.3', async () => {
    const { port } = await startServer();
    const older = contextOf(await agencyMaterial('police'), { maxVersion: 'TLSv1.2' });
    const error = await dial(port, older);
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.details).toContain('protocol version');
  });

  it.each([
    ['a certificate of another authority', () => materialFor(POLICE, systemClock, true)],
    ['an expired certificate', () => materialFor(POLICE, longAgo)],
  ])('nobody with %s', async (_, material) => {
    const { port, connected } = await startServer();
    expect(await dial(port, contextOf(await material()))).toMatchObject({ code: status.UNAVAILABLE });
    expect(connected).toEqual([]);
  });

  it.each([
    [
      'an agency that is not in the roster',
      identityUri({ role: 'agency', federation: FEDERATION, agency: 'fire' }),
      'NOT_IN_FEDERATION',
    ],
    ['the coordinator’s own certificate', COORDINATOR_URI, 'NOT_IN_FEDERATION'],
    ['an agency of another federation', 'tallystick://another-study/agency/police', 'WRONG_IDENTITY'],
    ['a certificate that names nobody', 'https://police.example/', 'WRONG_IDENTITY'],
  ])('not %s, in any call', async (_, uri, code) => {
    const { port, connected } = await startServer();
    const tls = await materialFor(uri);
    for (const method of ['control', 'sendList', 'receiveList'] as const) {
      expect(await rawCall(port, tls, method, [Buffer.alloc(0)])).toMatchObject({ code });
    }
    expect(connected).toEqual([]);
  });
});

describe('a node', () => {
  /** A server that anybody may have set up, with real TLS and nothing behind it. */
  async function impostor(tls: TlsMaterial): Promise<number> {
    const server = new Server();
    later(() => server.forceShutdown());
    return new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', serverCredentials(tls), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  it.each([
    ['an agency', POLICE, 'NOT_THE_COORDINATOR'],
    ['another federation’s coordinator', 'tallystick://another-study/coordinator', 'NOT_THE_COORDINATOR'],
    ['nobody in particular', 'https://coordinator.example/', 'NOT_THE_COORDINATOR'],
  ])('talks to no server that is %s', async (_, uri, code) => {
    const node = await startNode('police', await impostor(await materialFor(uri)));
    await until(() => node.failures.length > 0);
    expect(node.failures[0]?.code).toBe(code);
    expect(node.connected).toBe(0);
  });

  it.each([
    ['of another authority', () => materialFor(COORDINATOR_URI, systemClock, true)],
    ['whose certificate has expired', () => materialFor(COORDINATOR_URI, longAgo)],
  ])('talks to no server %s', async (_, material) => {
    const node = await startNode('police', await impostor(await material()));
    await until(() => node.failures.length > 0);
    expect(node.failures[0]?.code).toBe('CERTIFICATE_REFUSED');
  });

  it('says that it is not in the roster, and dials again', async () => {
    const { port } = await startServer();
    const node = await startNode('fire', port);
    await until(() => node.failures.length > 1);
    expect(node.failures.map(({ code }) => code).slice(0, 2)).toEqual(['NOT_IN_FEDERATION', 'NOT_IN_FEDERATION']);
  });

  it('says that its certificate is not accepted', async () => {
    const [, other] = await testAuthorities();
    const { port } = await startServer();
    // The server believes one authority, the node another: each holds a good certificate of its own.
    const tls = await materialFor(POLICE, systemClock, true);
    const session = new NodeSession(
      {
        federation: FEDERATION,
        tls: { ...tls, authority: other.certificate },
        log: silentLog,
        clock: systemClock,
        rng: systemRng,
        address: `127.0.0.1:${port}`,
        agency: 'police',
      },
      { ...TIMINGS, ...QUICK },
      HELLO,
      { welcomed: () => undefined, received: () => undefined },
    );
    await until(() => session.over.aborted);
    expect(session.over.reason).toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });

  it.each([
    ['of another authority', () => materialFor(POLICE, systemClock, true), 'BAD_CERTIFICATE'],
    ['that has expired', () => materialFor(POLICE, longAgo), 'BAD_CERTIFICATE'],
    ['of another agency', () => agencyMaterial('cps'), 'BAD_CERTIFICATE'],
    ['of the coordinator', () => coordinatorMaterial(), 'BAD_CERTIFICATE'],
    ['of another federation', () => materialFor('tallystick://another-study/agency/police'), 'WRONG_IDENTITY'],
    ['that is none', async () => ({ ...(await agencyMaterial('police')), certificate: 'nonsense' }), 'BAD_CERTIFICATE'],
    [
      'without its key',
      async () => ({ ...(await agencyMaterial('police')), privateKey: (await agencyMaterial('cps')).privateKey }),
      'BAD_CERTIFICATE',
    ],
  ])('does not start with a certificate %s', async (_, material, code) => {
    const tls = await material();
    expect(() =>
      createFederationClient(
        {
          federation: FEDERATION,
          tls,
          log: silentLog,
          clock: systemClock,
          rng: systemRng,
          address: '127.0.0.1:1',
          agency: 'police',
        },
        {
          connected: () => undefined,
          disconnected: () => undefined,
          received: () => undefined,
          hello: () => HELLO,
        },
      ),
    ).toThrow(expect.objectContaining({ code }));
  });

  it('notices that its certificate expires while it runs', async () => {
    const { server, port } = await startServer();
    let now = new Date();
    const node = await startNode('police', port, { clock: { now: () => now } });
    await until(() => node.connected === 1);
    now = new Date(Date.now() + 40 * 86_400_000);
    await server.stop(200);
    await until(() => node.failures.some(({ code }) => code === 'BAD_CERTIFICATE'));
  });
});

describe('the coordinator', () => {
  it.each([
    ['an agency’s certificate', () => agencyMaterial('police')],
    ['an expired certificate', () => materialFor(COORDINATOR_URI, longAgo)],
  ])('does not start with %s', async (_, material) => {
    const tls = await material();
    expect(() =>
      createFederationServer(
        {
          federation: FEDERATION,
          tls,
          log: silentLog,
          clock: systemClock,
          softwareVersion: '0.1.0',
          host: '127.0.0.1',
          port: 0,
          agencies: new Set(['police']),
        },
        { connected: () => undefined, received: () => undefined, disconnected: () => undefined },
      ),
    ).toThrow(expect.objectContaining({ code: 'BAD_CERTIFICATE' }));
  });

  it('does not open a run twice', async () => {
    const { server } = await startServer();
    const runId = newRunId();
    const receiver = { message: () => undefined, transfer: () => Promise.resolve() };
    const observer = {
      opened: () => undefined,
      chunk: () => undefined,
      closed: () => undefined,
      failed: () => undefined,
    };
    server.openRun(runId, ['police'], receiver, observer);
    expect(() => server.openRun(runId, ['police'], receiver, observer)).toThrow(RangeError);
  });
});
