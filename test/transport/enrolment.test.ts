import { generateKeyPairSync } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { Client, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { signingKey, verifySignature } from '../../core/private-join/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import {
  certificateFacts,
  certifyRequest,
  createEnrolmentServer,
  createSigningRequest,
  enrol,
  enrolmentStatement,
  identityOfCertificate,
  identityUri,
  issueCertificate,
  TransportError,
} from '../../transport/index.js';
import type { EnrolmentReply, EnrolmentRequest, EnrolmentToken, TlsMaterial } from '../../transport/index.js';
import { fromEnrolmentRequest } from '../../transport/convert-enrolment.js';
import { DOOR_LIMITS } from '../../transport/front-door.js';
import type { DoorLimits } from '../../transport/front-door.js';
import { MAX_ENROLMENT_REQUEST_BYTES, MAX_SIGNING_REQUEST_BYTES } from '../../transport/limits.js';
import { enrolmentChannelCredentials } from '../../transport/mtls.js';
import { TIMINGS } from '../../transport/timings.js';
import { enrolMethod } from '../../transport/wire.js';
import {
  agencyMaterial,
  codeOf,
  coordinatorMaterial,
  FEDERATION,
  knock,
  later,
  materialFor,
  startNode,
  startServer,
  stopEverything,
  testAuthorities,
  until,
} from './fixture.js';
import { rawCall } from './raw.js';

afterEach(stopEverything);

const identity = signingKey(generateKeyPairSync('ed25519').privateKey);
const POLICE = { role: 'agency', federation: FEDERATION, agency: 'police' } as const;

/** A coordinator's listener for those who enrol, which certifies whatever it is asked for. */
async function startEnrolment({
  answer,
  limits,
}: {
  readonly limits?: Partial<DoorLimits>;
  readonly answer?: (request: EnrolmentRequest) => EnrolmentReply;
} = {}): Promise<{ readonly port: number; readonly asked: EnrolmentRequest[]; readonly seen: number[] }> {
  const [authority] = await testAuthorities();
  const asked: EnrolmentRequest[] = [];
  const seen: number[] = [];
  const server = createEnrolmentServer(
    {
      federation: FEDERATION,
      host: '127.0.0.1',
      port: 0,
      tls: await coordinatorMaterial(),
      clock: systemClock,
      log: silentLog,
      tap: (bytes) => seen.push(bytes.length),
      ...(limits === undefined ? {} : { limits }),
    },
    async (request) => {
      asked.push(request);
      if (answer !== undefined) return answer(request);
      const own = { ...POLICE, agency: request.agency };
      const certificate = await certifyRequest(authority, request.signingRequest, {
        identity: own,
        clock: systemClock,
      });
      return { certificate };
    },
  );
  const { port } = await server.start();
  later(() => server.stop(200));
  return { port, asked, seen };
}

async function token(changes: Partial<EnrolmentToken> = {}): Promise<EnrolmentToken> {
  const [authority] = await testAuthorities();
  return {
    federation: FEDERATION,
    agency: 'police',
    id: systemRng.bytes(8),
    secret: systemRng.bytes(32),
    authority: certificateFacts(authority.certificate).fingerprint,
    ...changes,
  };
}

async function enrolAt(port: number, changes: Partial<Parameters<typeof enrol>[0]> = {}): ReturnType<typeof enrol> {
  return enrol({
    address: `127.0.0.1:${port}`,
    token: await token(),
    identity,
    clock: systemClock,
    timings: { dialMs: 5_000 },
    ...changes,
  });
}

interface Middle {
  readonly port: number;
  /** All he was told, once he was called and every call is over. */
  readonly heard: () => Promise<Buffer>;
}

/** Somebody in between: speaks TLS with what he has, and writes down every byte that he is told. */
async function manInTheMiddle(tls: TlsMaterial, chain = ''): Promise<Middle> {
  const told: Buffer[] = [];
  let calls = 0;
  let over = 0;
  const server = createServer(
    { cert: `${tls.certificate}\n${chain}`, key: tls.privateKey, minVersion: 'TLSv1.3', ALPNProtocols: ['h2'] },
    (socket: TLSSocket) => {
      socket.on('data', (bytes: Buffer) => told.push(bytes));
      socket.on('error', () => undefined);
    },
  );
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    calls += 1;
    socket.on('close', () => (over += 1));
  });
  later(() => {
    server.close();
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const heard = async (): Promise<Buffer> => {
    await until(() => calls > 0 && calls === over);
    return Buffer.concat(told);
  };
  return { port, heard };
}

describe('a node that enrols', () => {
  it('gets a certificate for a key made here, in its own name, and is let in with it', async () => {
    const { port, asked } = await startEnrolment();
    const { tls } = await enrolAt(port);
    expect(identityOfCertificate(Buffer.from(derOf(tls.certificate)), FEDERATION)).toEqual(POLICE);
    expect(Buffer.from(asked[0]?.signingRequest ?? []).includes(Buffer.from(derOf(tls.privateKey)))).toBe(false);
    const { port: federationPort } = await startServer();
    const node = await startNode('police', federationPort, { tls });
    await until(() => node.connected === 1);
  });

  it('proves that it holds its identity key, for this request and no other', async () => {
    const { port, asked } = await startEnrolment();
    await enrolAt(port);
    const [request] = asked;
    if (request === undefined) throw new Error('nobody asked');
    const proves = (changes: Partial<EnrolmentRequest>, federation: string = FEDERATION): boolean =>
      verifySignature(request.identityKey, enrolmentStatement(federation, { ...request, ...changes }), request.proof);
    expect(proves({})).toBe(true);
    expect(proves({ agency: 'cps' })).toBe(false);
    expect(proves({ tokenId: systemRng.bytes(8) })).toBe(false);
    expect(proves({ signingRequest: systemRng.bytes(100) })).toBe(false);
    expect(proves({}, 'another-study')).toBe(false);
  });

  it('takes no certificate for another key than its own', async () => {
    const [authority] = await testAuthorities();
    const { request } = await createSigningRequest(POLICE);
    const certificate = await certifyRequest(authority, request, { identity: POLICE, clock: systemClock });
    const { port } = await startEnrolment({ answer: () => ({ certificate }) });
    expect(await codeOf(enrolAt(port))).toBe('BAD_CERTIFICATE');
  });

  it('tells nothing to somebody in between with an authority of his own', async () => {
    const [, other] = await testAuthorities();
    const { port, heard } = await manInTheMiddle(
      await materialFor(COORDINATOR_URI, systemClock, true),
      other.certificate,
    );
    expect(await codeOf(enrolAt(port))).toBe('AUTHORITY_MISMATCH');
    expect(await heard()).toHaveLength(0);
  });

  it('tells nothing to somebody in between who shows the real authority beside a certificate that it did not sign', async () => {
    const [authority, other] = await testAuthorities();
    // It says of itself that the authority issued it, in every field; only the signature is another's.
    const forged = await issueCertificate(
      { certificate: authority.certificate, privateKey: other.privateKey },
      { commonName: 'coordinator', uris: [COORDINATOR_URI], clock: systemClock, validDays: 1 },
    );
    const { port, heard } = await manInTheMiddle(
      { authority: authority.certificate, ...forged },
      authority.certificate,
    );
    expect(await codeOf(enrolAt(port))).toBe('AUTHORITY_MISMATCH');
    expect(await heard()).toHaveLength(0);
  });

  it('tells nothing to an agency that poses as the coordinator', async () => {
    const [authority] = await testAuthorities();
    const { port, heard } = await manInTheMiddle(await agencyMaterial('cps'), authority.certificate);
    expect(await codeOf(enrolAt(port))).toBe('NOT_THE_COORDINATOR');
    expect(await heard()).toHaveLength(0);
  });

  it('does not look further where it has the authority’s certificate, and still believes no other', async () => {
    const [authority, other] = await testAuthorities();
    const { port } = await startEnrolment();
    expect((await enrolAt(port, { authority: authority.certificate })).agency).toBe('police');
    const foreign = await materialFor(COORDINATOR_URI, systemClock, true);
    const middle = await manInTheMiddle(foreign, other.certificate);
    expect(await codeOf(enrolAt(middle.port, { authority: authority.certificate }))).toBe('CERTIFICATE_REFUSED');
    expect(await middle.heard()).toHaveLength(0);
  });

  it.each([
    ['after', 400],
    ['before', -400],
  ])('with a clock %s the certificates’ time says so', async (_, days) => {
    const { port, seen } = await startEnrolment();
    const clock: Clock = { now: () => new Date(Date.now() + days * 86_400_000) };
    expect(await codeOf(enrolAt(port, { clock }))).toBe('CLOCK_WRONG');
    expect(seen).toEqual([]);
  });

  it('says that nobody answers', async () => {
    expect(await codeOf(enrolAt(1))).toBe('CONNECTION_LOST');
    await expect(enrolAt(1)).rejects.toThrow(/127\.0\.0\.1:1 .*ECONNREFUSED/);
  });

  it('hears why the coordinator says no', async () => {
    const { port } = await startEnrolment({
      answer: () => {
        throw new TransportError('TOKEN_USED', 'was used');
      },
    });
    expect(await codeOf(enrolAt(port))).toBe('TOKEN_USED');
  });

  it('takes no certificate in another name', async () => {
    const { port } = await startEnrolment();
    const cps = { ...POLICE, agency: 'cps' };
    const [authority] = await testAuthorities();
    const { request } = await createSigningRequest(cps);
    const certificate = await certifyRequest(authority, request, { identity: cps, clock: systemClock });
    const { port: other } = await startEnrolment({ answer: () => ({ certificate }) });
    expect(await codeOf(enrolAt(other))).toBe('BAD_CERTIFICATE');
    expect(await codeOf(enrolAt(port, { token: await token({ agency: 'cps' }) }))).toBeUndefined();
  });
});

describe('the two listeners', () => {
  async function rawEnrol(port: number, bytes: Buffer): Promise<Pick<ServiceError, 'code' | 'details'>> {
    const [authority] = await testAuthorities();
    const client = new Client(
      `127.0.0.1:${port}`,
      enrolmentChannelCredentials(authority.certificate, FEDERATION, () => undefined),
      { 'grpc.use_local_subchannel_pool': 1, 'grpc.ssl_target_name_override': 'coordinator' },
    );
    later(() => client.close());
    const same = (value: Buffer): Buffer => value;
    return new Promise((resolve) => {
      client.makeUnaryRequest(enrolMethod().path, same, same, bytes, (error) => {
        resolve(error ?? { code: status.OK, details: '' });
      });
    });
  }

  const sample = async (changes: Partial<EnrolmentRequest> = {}): Promise<Buffer> => {
    const { request: signingRequest } = await createSigningRequest(POLICE);
    const whole = { agency: 'police', tokenId: systemRng.bytes(8), secret: systemRng.bytes(32), signingRequest };
    const request = { ...whole, identityKey: identity.publicKey, proof: new Uint8Array(64), ...changes };
    return enrolMethod().requestSerialize(fromEnrolmentRequest(request));
  };

  it('keep to their own calls: no certificate, no federation; and nobody enrols at the federation’s', async () => {
    const { port: federationPort } = await startServer();
    expect(await rawEnrol(federationPort, await sample())).toMatchObject({ code: status.UNAVAILABLE });
    const tls = await agencyMaterial('police');
    const { port } = await startEnrolment();
    for (const method of ['control', 'sendList', 'receiveList', 'renew'] as const) {
      expect(await rawCall(port, tls, method, [Buffer.alloc(0)])).toMatchObject({ status: status.UNIMPLEMENTED });
    }
  });

  it('refuse what is over a limit, and take what is at it', async () => {
    const { port, asked } = await startEnrolment({
      answer: ({ signingRequest }) => {
        throw new TransportError('TOKEN_WRONG', String(signingRequest.length));
      },
    });
    const atLimit = await sample({ signingRequest: new Uint8Array(MAX_SIGNING_REQUEST_BYTES) });
    expect(await rawEnrol(port, atLimit)).toMatchObject({ details: String(MAX_SIGNING_REQUEST_BYTES) });
    const over = await sample({ signingRequest: new Uint8Array(MAX_SIGNING_REQUEST_BYTES + 1) });
    const refused = await rawEnrol(port, over);
    expect(refused.code).toBe(status.INVALID_ARGUMENT);
    expect(refused.details).toContain('signing_request');
    expect(await rawEnrol(port, Buffer.alloc(MAX_ENROLMENT_REQUEST_BYTES + 1))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['agency', { agency: 'coordinator' }],
    ['secret', { secret: new Uint8Array(31) }],
    ['token_id', { tokenId: new Uint8Array(9) }],
    ['identity_key', { identityKey: new Uint8Array(33) }],
    ['proof', { proof: new Uint8Array(0) }],
  ])('name the field that is wrong: %s', async (field, changes) => {
    const { port, asked } = await startEnrolment();
    const { code, details } = await rawEnrol(port, await sample(changes));
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toContain(field);
    expect(asked).toEqual([]);
  });
});

const COORDINATOR_URI = identityUri({ role: 'coordinator', federation: FEDERATION });

function derOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}

describe('what a stranger may hold of the port for enrolments', () => {
  it('is a connection for so long, with half a call or nothing on it', async () => {
    const { port } = await startEnrolment({ limits: { connectionMs: 300 } });
    const silent = await knock(port);
    const ended: string[] = [];
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    session.on('close', () => ended.push('session'));
    const headers = { ':method': 'POST', ':path': enrolMethod(undefined).path, 'content-type': 'application/grpc' };
    const call = session.request({ ...headers, te: 'trailers' }, { endStream: false });
    call.on('error', () => undefined);
    call.write(Buffer.from([0, 0, 0, 63, 0]));
    await new Promise((resolve) => session.once('connect', resolve));
    expect(silent.closed()).toBe(false);
    await until(() => silent.closed() && ended.length === 1);
  });

  it('is so many connections from one address and no more, and others are let in', async () => {
    const { port } = await startEnrolment({ limits: { connectionsOfAddress: 2 } });
    const held = [await knock(port, '127.0.0.2'), await knock(port, '127.0.0.2')];
    const refused = await knock(port, '127.0.0.2');
    await until(() => refused.closed());
    expect(held.map(({ closed }) => closed())).toEqual([false, false]);
    await expect(enrolAt(port)).resolves.toBeDefined();
  });

  it('is so many connections in all and no more, and there is room again when they have ended', async () => {
    const { port } = await startEnrolment({ limits: { connections: 2, connectionMs: 500 } });
    const held = [await knock(port, '127.0.0.2'), await knock(port, '127.0.0.3')];
    const refused = await knock(port, '127.0.0.4');
    await until(() => refused.closed());
    expect(held.map(({ closed }) => closed())).toEqual([false, false]);
    await until(() => held.every(({ closed }) => closed()));
    await expect(enrolAt(port)).resolves.toBeDefined();
  });

  it('leaves time for a node’s own call', () => {
    expect(DOOR_LIMITS.connectionMs).toBeGreaterThan(TIMINGS.dialMs);
    expect(DOOR_LIMITS.connectionsOfAddress).toBeLessThan(DOOR_LIMITS.connections);
  });
});
