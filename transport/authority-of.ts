import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { DetailedPeerCertificate } from 'node:tls';
import type { Clock } from '../core/base/index.js';
import { hostOf, portOf, serverName } from './channel-options.js';
import { fingerprintOf } from './certificate-facts.js';
import { TransportError } from './errors.js';
import { TLS_VERSION } from './mtls.js';

/** Certificates of a chain that are looked at: the server's and the authority's, and some that nobody needs. */
const MAX_CHAIN = 4;

export interface AuthoritySearch {
  /** `host:port` */
  readonly address: string;
  /** SHA-256 of the certificate looked for, 64 hexadecimal digits. */
  readonly fingerprint: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * The certificate (PEM) of the authority with that fingerprint, as the server at the address shows it, where the
 * server's own was issued by it.
 *
 * This one connection believes nobody, for there is nobody to believe yet. Therefore nothing is ever sent on it: it is
 * closed when the certificates have been seen, and what is said is said on another, on which only this authority counts.
 *
 * Thrown when the server shows another authority: TransportError AUTHORITY_MISMATCH; when its certificates are not
 * valid now: CLOCK_WRONG; when it can't be reached: CONNECTION_LOST; when it doesn't answer: DEADLINE_PASSED.
 */
export async function authorityOf(search: AuthoritySearch): Promise<string> {
  const chain = await chainOf(search);
  const [own] = chain;
  const authority = chain.find(({ raw }) => fingerprintOf(raw) === search.fingerprint);
  if (own === undefined || authority === undefined || !own.checkIssued(authority) || !own.verify(authority.publicKey)) {
    throw new TransportError(
      'AUTHORITY_MISMATCH',
      `what answers at ${search.address} is not of the authority that the token names, and was told nothing: ` +
        'somebody is in between, or the address or the token is wrong. Ask the coordinator’s operator, by telephone',
    );
  }
  const now = search.clock.now();
  for (const certificate of [own, authority]) {
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) {
      throw new TransportError(
        'CLOCK_WRONG',
        `the coordinator’s certificate is valid from ${certificate.validFrom} to ${certificate.validTo}, and this ` +
          `computer’s clock says ${now.toUTCString()}: set the clock right, or tell the coordinator’s operator`,
      );
    }
  }
  return authority.toString();
}

function chainOf({ address, timeoutMs }: AuthoritySearch): Promise<readonly X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostOf(address),
      port: portOf(address),
      minVersion: TLS_VERSION,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      ...serverName(address),
    });
    const unreachable = (cause?: unknown): void => {
      const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
      const message = `nobody answers at ${address} as a coordinator does${code}: is the address right, and open to here?`;
      reject(new TransportError('CONNECTION_LOST', message, { cause }));
    };
    socket.setTimeout(timeoutMs, () => {
      reject(new TransportError('DEADLINE_PASSED', `${address} did not answer within ${timeoutMs / 1000} seconds`));
      socket.destroy();
    });
    socket.once('error', unreachable);
    socket.once('close', () => unreachable());
    socket.once('secureConnect', () => {
      resolve(certificatesOf(socket.getPeerCertificate(true)));
      socket.destroy();
    });
  });
}

function certificatesOf(own: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: DetailedPeerCertificate | undefined = own;
  // The authority's certificate has itself as its issuer.
  for (let last; next !== undefined && next !== last && chain.length < MAX_CHAIN; last = next, next = issuerOf(next)) {
    if (Buffer.isBuffer(next.raw)) chain.push(new X509Certificate(next.raw));
  }
  return chain;
}

/** Absent, whatever its type says, where a server shows its own certificate only. */
function issuerOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate | undefined {
  return certificate.issuerCertificate;
}
