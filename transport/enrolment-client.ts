import { Client } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import type { Clock } from '../core/base/index.js';
import type { PartyId, SigningKey } from '../core/private-join/index.js';
import { authorityOf } from './authority-of.js';
import { fingerprintOf, pemOfCertificate } from './certificate-facts.js';
import { clientOptions } from './channel-options.js';
import { fromEnrolmentRequest, toEnrolmentReply } from './convert-enrolment.js';
import { enrolmentStatement } from './enrolment.js';
import type { EnrolmentReply, EnrolmentRequest } from './enrolment.js';
import type { EnrolmentToken } from './enrolment-token.js';
import { TransportError } from './errors.js';
import { checkOwnCertificate, enrolmentChannelCredentials } from './mtls.js';
import type { TlsMaterial } from './options.js';
import { dialErrorOf } from './retry.js';
import { createSigningRequest } from './signing-requests.js';
import { TIMINGS } from './timings.js';
import type { Timings } from './timings.js';
import { enrolMethod } from './wire.js';
import type { EnrolmentReply__Output } from './wire.js';

export interface EnrolmentOptions {
  /** `host:port` of the coordinator's enrolment. */
  readonly address: string;
  readonly token: EnrolmentToken;
  /** Whose public half governance writes into the roster. */
  readonly identity: SigningKey;
  readonly clock: Clock;
  readonly timings?: Partial<Timings>;
  /** As in FederationClientOptions. */
  readonly useHttpProxy?: boolean;
  /**
   * PEM: the authority's certificate, where this computer has it already. Without it, or where it isn't the token's, it
   * is fetched from the server, not through a proxy.
   */
  readonly authority?: string | undefined;
}

export interface Enrolled {
  readonly agency: PartyId;
  /** The key was made here, and has not left. */
  readonly tls: TlsMaterial;
}

/**
 * (Node) Gets an agency's first certificate, or the next after one that has expired, for a key made here.
 * Thrown when the server isn't the coordinator of the token's federation, before it has heard anything: TransportError
 * AUTHORITY_MISMATCH, NOT_THE_COORDINATOR, CERTIFICATE_REFUSED, CLOCK_WRONG; when it can't be reached: CONNECTION_LOST,
 * DEADLINE_PASSED; when it says no: TOKEN_WRONG, TOKEN_EXPIRED, TOKEN_USED, TOKEN_LOCKED, TOKEN_OTHER_AGENCY,
 * TOO_MANY_ATTEMPTS, WRONG_IDENTITY, BAD_MESSAGE; when what it gives isn't good: BAD_CERTIFICATE, WRONG_IDENTITY.
 */
export async function enrol(options: EnrolmentOptions): Promise<Enrolled> {
  const { address, token, identity, clock } = options;
  const timings = { ...TIMINGS, ...options.timings };
  const authority =
    knownAuthority(options) ??
    (await authorityOf({ address, fingerprint: token.authority, clock, timeoutMs: timings.dialMs }));
  const { federation, agency } = token;
  const self = { role: 'agency', federation, agency } as const;
  const { request: signingRequest, privateKey } = await createSigningRequest(self);
  const unsigned = { agency, tokenId: token.id, secret: token.secret, signingRequest, identityKey: identity.publicKey };
  const proof = identity.sign(enrolmentStatement(federation, unsigned));
  const reply = await ask(options, timings, authority, { ...unsigned, proof });
  const tls = { authority, certificate: pemOfCertificate(reply.certificate), privateKey };
  checkOwnCertificate(tls, self, clock);
  return { agency, tls };
}

function knownAuthority({ authority, token }: EnrolmentOptions): string | undefined {
  if (authority === undefined) return undefined;
  const der = Buffer.from(authority.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return fingerprintOf(der) === token.authority ? pemOfCertificate(der) : undefined;
}

function ask(
  { address, token, useHttpProxy = false }: EnrolmentOptions,
  timings: Timings,
  authority: string,
  request: EnrolmentRequest,
): Promise<EnrolmentReply> {
  return new Promise((resolve, reject) => {
    const credentials = enrolmentChannelCredentials(authority, token.federation, reject);
    const client = new Client(address, credentials, clientOptions(timings, address, useHttpProxy));
    const { path, requestSerialize, responseDeserialize } = enrolMethod();
    const answered = (error: ServiceError | null, reply?: EnrolmentReply__Output): void => {
      clearTimeout(late);
      client.close();
      if (error !== null) reject(dialErrorOf(error));
      else if (reply !== undefined) resolveReply(reply);
    };
    const resolveReply = (reply: EnrolmentReply__Output): void => {
      try {
        resolve(toEnrolmentReply(reply));
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new TransportError('BAD_MESSAGE', 'the answer can’t be read'));
      }
    };
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      fromEnrolmentRequest(request),
      answered,
    );
    const late = setTimeout(() => {
      reject(
        new TransportError('DEADLINE_PASSED', `${address} did not answer within ${timings.dialMs / 1000} seconds`),
      );
      call.cancel();
    }, timings.dialMs);
  });
}
