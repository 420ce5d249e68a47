// @peculiar/x509 needs the Reflect metadata API, and needs it first.
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import {
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';
import type { Clock } from '../core/base/index.js';
import { certificateFacts } from './certificate-facts.js';
import { certify, newKeys, P256, pemOf } from './certificates.js';
import type { Authority } from './certificates.js';
import { badField } from './check.js';
import { TransportError } from './errors.js';
import { identityUri, partyOf } from './peer-identity.js';
import type { PeerIdentity } from './peer-identity.js';

/** Days that an agency's certificate is good for. Short, for nodes renew by themselves and thieves don't. */
export const AGENCY_VALID_DAYS = 90;

const DAY_MS = 86_400_000;
const FIELD = 'signing_request';

/** A new key, which stays here, and the request for a certificate for it, which doesn't. */
export interface SigningRequest {
  /** PKCS #10, DER. */
  readonly request: Uint8Array;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

/** A new P-256 key and a request to certify it in that party's name. */
export async function createSigningRequest(identity: PeerIdentity): Promise<SigningRequest> {
  const keys = await newKeys();
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: `CN=${partyOf(identity)}`,
      keys,
      signingAlgorithm: P256,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'url', value: identityUri(identity) }])],
    },
    webcrypto,
  );
  return { request: new Uint8Array(request.rawData), privateKey: pemOf(keys.privateKey) };
}

/**
 * Certifies the key of a request in the name of `identity`, and of nobody else, for AGENCY_VALID_DAYS, or for as long as
 * the authority itself is good, if that is less.
 * @param previous certificate, DER, whose key may not be certified again
 * @returns X.509, DER
 * Thrown when the request can't be read, isn't signed by its own key, is for another kind of key or the key of
 * `previous`: TransportError BAD_MESSAGE; when it asks for another name: WRONG_IDENTITY; when the
 * authority has expired: NOT_ISSUING.
 */
export async function certifyRequest(
  authority: Authority,
  request: Uint8Array,
  {
    identity,
    clock,
    previous,
  }: { readonly identity: PeerIdentity; readonly clock: Clock; readonly previous?: Uint8Array },
): Promise<Uint8Array> {
  const { publicKey, spki, uris } = await readRequest(request);
  const uri = identityUri(identity);
  if (uris.length !== 1 || uris[0] !== uri) {
    throw new TransportError('WRONG_IDENTITY', `${FIELD}: must ask for the name ${uri} and for no other`);
  }
  if (previous !== undefined && spki.equals(spkiOf(previous))) {
    throw badField(FIELD, 'must be for a new key: the one that the certificate had until now is not certified again');
  }
  const authorityDays = (certificateFacts(authority.certificate).validTo.getTime() - clock.now().getTime()) / DAY_MS;
  if (authorityDays <= 0) {
    throw new TransportError('NOT_ISSUING', 'the federation’s authority has expired: the coordinator needs a new one');
  }
  const validDays = Math.min(AGENCY_VALID_DAYS, authorityDays);
  const pem = await certify(authority, { commonName: partyOf(identity), uris: [uri], clock, validDays }, publicKey);
  return new Uint8Array(new X509Certificate(pem).raw);
}

async function readRequest(
  der: Uint8Array,
): Promise<{ publicKey: webcrypto.CryptoKey; spki: Buffer; uris: readonly string[] }> {
  try {
    const request = new Pkcs10CertificateRequest(new Uint8Array(der));
    // P-256 or nothing: the import refuses any other kind of key.
    const publicKey = await webcrypto.subtle.importKey('spki', request.publicKey.rawData, P256, true, ['verify']);
    if (!(await request.verify(webcrypto))) throw new TypeError('its signature is not by its own key');
    const names = request.extensions.find((extension) => extension instanceof SubjectAlternativeNameExtension);
    const uris = (names?.names.items ?? []).map(({ value }) => value);
    return { publicKey, spki: Buffer.from(request.publicKey.rawData), uris };
  } catch (cause) {
    throw new TransportError('BAD_MESSAGE', `${FIELD}: must be a PKCS #10 request for a P-256 key, signed by it`, {
      cause,
    });
  }
}

function spkiOf(certificate: Uint8Array): Buffer {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
}
