// @peculiar/x509 needs the Reflect metadata API, and needs it first.
import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509Certificate } from '@peculiar/x509';
import { COORDINATOR } from '../core/private-join/index.js';
import type { PartyId } from '../core/private-join/index.js';
import { TransportError } from './errors.js';

/** Who is at the other end, as its certificate says. Made once for each call and handed to whatever handles it. */
export type PeerIdentity =
  | { readonly role: 'agency'; readonly federation: string; readonly agency: PartyId }
  | { readonly role: 'coordinator'; readonly federation: string };

const SCHEME = 'tallystick:';
const IDENTITY_URI = /^tallystick:\/\/([a-z0-9][a-z0-9-]{0,63})\/(?:agency\/([a-z0-9][a-z0-9-]{0,63})|coordinator)$/;

/** The identity as it stands in a certificate's subject alternative names. */
export function identityUri(identity: PeerIdentity): string {
  const holder = identity.role === 'agency' ? `agency/${identity.agency}` : 'coordinator';
  return `${SCHEME}//${identity.federation}/${holder}`;
}

/** The name of the party in a run. */
export function partyOf(identity: PeerIdentity): PartyId {
  return identity.role === 'agency' ? identity.agency : COORDINATOR;
}

/**
 * Reads whom a certificate names. It says nothing about who issued it: TLS has checked that before.
 * Thrown when it names nobody, more than one, somebody of another federation, or can't be read: TransportError
 * WRONG_IDENTITY.
 */
export function identityOfCertificate(der: Uint8Array, federation: string): PeerIdentity {
  const identity = identityIn(der);
  if (identity.federation !== federation) {
    throw new TransportError(
      'WRONG_IDENTITY',
      `the certificate belongs to the federation ${identity.federation}, not ${federation}`,
    );
  }
  return identity;
}

/**
 * As `identityOfCertificate`, of whatever federation: for one's own certificate.
 * Thrown when it names nobody, more than one, or can't be read: TransportError WRONG_IDENTITY.
 */
export function identityIn(der: Uint8Array): PeerIdentity {
  const uris = identityUris(der);
  const [uri] = uris;
  if (uri === undefined || uris.length !== 1) {
    throw new TransportError(
      'WRONG_IDENTITY',
      `the certificate must name its holder in exactly one ${SCHEME}// URI, it has ${uris.length}`,
    );
  }
  const [, federation, agency] = IDENTITY_URI.exec(uri) ?? [];
  if (federation === undefined || agency === COORDINATOR) {
    throw new TransportError(
      'WRONG_IDENTITY',
      `the certificate's ${SCHEME}// URI must be ${SCHEME}//<federation>/agency/<id> or ${SCHEME}//<federation>/coordinator`,
    );
  }
  return agency === undefined ? { role: 'coordinator', federation } : { role: 'agency', federation, agency };
}

/**
 * The names are taken from the parsed extension and not from the text that Node makes of it: in the text, a comma inside
 * one name looks like the end of it.
 */
function identityUris(der: Uint8Array): readonly string[] {
  try {
    const names = new X509Certificate(new Uint8Array(der)).getExtension(SubjectAlternativeNameExtension)?.names.items;
    return (names ?? [])
      .filter(({ type, value }) => type === 'url' && value.toLowerCase().startsWith(SCHEME))
      .map(({ value }) => value);
  } catch (cause) {
    throw new TransportError('WRONG_IDENTITY', 'the certificate cannot be read', { cause });
  }
}
