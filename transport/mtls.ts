import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '../core/base/index.js';
import { TransportError } from './errors.js';
import { MAX_CONCURRENT_CALLS, MAX_ENROLMENT_CALLS, STREAM_WINDOW_BYTES } from './limits.js';
import type { TlsMaterial } from './options.js';
import { identityOfCertificate, identityUri } from './peer-identity.js';
import type { PeerIdentity } from './peer-identity.js';

/**
 * TLS, version 1.3 only, and mutual, but for the one call by which a node gets its first certificate. There is no other
 * way in or out: nothing in transport/ makes insecure credentials, and no option turns a check off.
 */
export const TLS_VERSION = 'TLSv1.3';

/** What the coordinator listens with: a caller without a certificate of the federation's authority gets no further. */
export function serverCredentials(tls: TlsMaterial): ServerCredentials {
  return new TlsServerCredentials(tls, tls.certificate, MAX_CONCURRENT_CALLS, true);
}

/**
 * What the coordinator listens with for those who have no certificate yet. It shows the authority's certificate beside
 * its own, for that is what they compare with their token.
 */
export function enrolmentServerCredentials(tls: TlsMaterial): ServerCredentials {
  return new TlsServerCredentials(tls, `${tls.certificate.trimEnd()}\n${tls.authority}`, MAX_ENROLMENT_CALLS, false);
}

/**
 * What a node dials with. The server must hold a certificate of the federation's authority that names it as the
 * coordinator. That takes the place of the host name's check, and says more: an agency's own certificate, issued by the
 * same authority for whatever host name, is no coordinator.
 * @param refused is told why a server was turned away
 */
export function channelCredentials(
  tls: TlsMaterial,
  federation: string,
  refused: (error: TransportError) => void,
): ChannelCredentials {
  return believing({ ca: tls.authority, cert: tls.certificate, key: tls.privateKey }, federation, refused);
}

/**
 * What somebody dials with who has no certificate yet: the server must hold one of that authority, PEM, as above.
 * @param refused is told why a server was turned away
 */
export function enrolmentChannelCredentials(
  authority: string,
  federation: string,
  refused: (error: TransportError) => void,
): ChannelCredentials {
  return believing({ ca: authority }, federation, refused);
}

function believing(
  material: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>,
  federation: string,
  refused: (error: TransportError) => void,
): ChannelCredentials {
  const context = createSecureContext({ ...material, minVersion: TLS_VERSION });
  return ChannelCredentials.createFromSecureContext(context, {
    rejectUnauthorized: true,
    checkServerIdentity: (_host, { raw }) => {
      const error = coordinatorProblem(raw, federation);
      if (error !== undefined) refused(error);
      return error;
    },
  });
}

/**
 * Looks at this process's own certificate before anybody else does: from the far end, most of what can be wrong with
 * it looks like a connection that drops.
 * Thrown when it is not readable, not this process's, of another authority, or not valid now: TransportError
 * BAD_CERTIFICATE.
 */
export function checkOwnCertificate(tls: TlsMaterial, self: PeerIdentity, clock: Clock): void {
  const { certificate, authority } = readMaterial(tls);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    throw badCertificate("was not issued by the federation's authority");
  }
  const now = clock.now();
  if (now > new Date(certificate.validTo)) {
    const remedy =
      self.role === 'agency'
        ? 'enrol this node again, with a new token from the coordinator’s operator (`tally node enrol`)'
        : 'make a new one (`tally coordinator renew`)';
    throw badCertificate(`expired on ${certificate.validTo}: ${remedy}`);
  }
  if (now < new Date(certificate.validFrom)) {
    throw badCertificate(`is not valid before ${certificate.validFrom}: is this computer's clock right?`);
  }
  const named = identityUri(identityOfCertificate(certificate.raw, self.federation));
  if (named !== identityUri(self)) throw badCertificate(`names ${named}, and this process is ${identityUri(self)}`);
}

function readMaterial(tls: TlsMaterial): { certificate: X509Certificate; authority: X509Certificate } {
  let certificate: X509Certificate;
  let authority: X509Certificate;
  let matches: boolean;
  try {
    certificate = new X509Certificate(tls.certificate);
    authority = new X509Certificate(tls.authority);
    matches = certificate.checkPrivateKey(createPrivateKey(tls.privateKey));
  } catch (cause) {
    throw new TransportError(
      'BAD_CERTIFICATE',
      "the authority's certificate, this process's certificate and its private key must be PEM files",
      { cause },
    );
  }
  if (!matches) throw badCertificate('does not belong to its private key');
  return { certificate, authority };
}

function badCertificate(problem: string): TransportError {
  return new TransportError('BAD_CERTIFICATE', `this process's certificate ${problem}`);
}

function coordinatorProblem(certificate: Uint8Array, federation: string): TransportError | undefined {
  try {
    const { role } = identityOfCertificate(certificate, federation);
    if (role === 'coordinator') return undefined;
    return new TransportError('NOT_THE_COORDINATOR', "the certificate at the coordinator's address is an agency's");
  } catch (thrown) {
    if (!(thrown instanceof TransportError)) throw thrown;
    return new TransportError(
      'NOT_THE_COORDINATOR',
      `what answers at the coordinator's address is not the coordinator: ${thrown.message}`,
      { cause: thrown },
    );
  }
}

/** gRPC's own maker of server credentials leaves no room for a TLS version or a flow-control window. */
class TlsServerCredentials extends ServerCredentials {
  /** @param mutual whether the caller must show a certificate, too */
  constructor(tls: TlsMaterial, chain: string, maxConcurrentStreams: number, mutual: boolean) {
    super(
      {
        requestCert: mutual,
        rejectUnauthorized: mutual,
        settings: { initialWindowSize: STREAM_WINDOW_BYTES, maxConcurrentStreams },
      },
      { ca: tls.authority, cert: chain, key: tls.privateKey, minVersion: TLS_VERSION },
    );
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
