// @peculiar/x509 needs the Reflect metadata API, and needs it first.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { JsonGeneralName } from '@peculiar/x509';
import type { Clock } from '../core/base/index.js';

/**
 * Issues the certificates of one federation. Its key is the one secret that lets somebody in: offline, or, where nodes
 * enrol and renew by themselves, with the coordinator.
 */
export interface Authority {
  /** PEM. Every party trusts this certificate and no other. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

export interface AuthorityRequest {
  readonly commonName: string;
  readonly clock: Clock;
  readonly validDays: number;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Whom the certificate names: `identityUri(…)`. */
  readonly uris: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly clock: Clock;
  readonly validDays: number;
}

export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** Certificates begin a little before they are made, for clocks differ. */
const BACKDATED_MS = 300_000;
/** RFC 5280 section 4.1.2.2: positive, at most 20 bytes. */
const SERIAL_BYTES = 16;

/** A new P-256 key and its self-signed certificate, which may issue certificates but no further authority. */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity(request),
      serialNumber: newSerial(),
      name: `CN=${escaped(request.commonName)}`,
      keys,
      signingAlgorithm: P256,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: certificate.toString('pem'), privateKey: pemOf(keys.privateKey) };
}

/** A new P-256 key and a certificate for it, good for both ends of a TLS connection. */
export async function issueCertificate(authority: Authority, request: CertificateRequest): Promise<IssuedCertificate> {
  const keys = await newKeys();
  return { certificate: await certify(authority, request, keys.publicKey), privateKey: pemOf(keys.privateKey) };
}

/** A certificate, PEM, for a P-256 key whose private half somebody else has. */
export async function certify(
  authority: Authority,
  request: CertificateRequest,
  publicKey: webcrypto.CryptoKey,
): Promise<string> {
  const issuer = new X509Certificate(authority.certificate);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.privateKey), P256, false, ['sign']);
  const certificate = await X509CertificateGenerator.create(
    {
      ...validity(request),
      serialNumber: newSerial(),
      subject: `CN=${escaped(request.commonName)}`,
      issuer: issuer.subject,
      publicKey,
      signingKey,
      signingAlgorithm: P256,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(alternativeNames(request)),
        await SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return certificate.toString('pem');
}

function alternativeNames({ uris, dnsNames = [], ipAddresses = [] }: CertificateRequest): JsonGeneralName[] {
  return [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
}

function validity({ clock, validDays }: { readonly clock: Clock; readonly validDays: number }): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  const now = clock.now().getTime();
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + validDays * DAY_MS) };
}

/** A P-256 key pair for ECDSA. */
export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

function newSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  // A first bit of 0 keeps the number positive, and a bit that is 1 keeps the first byte from being dropped.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

/** PKCS #8. */
export function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function derOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}

/** RFC 4514: what separates the parts of a name is escaped. */
function escaped(name: string): string {
  return name.replaceAll(/[,+"\\<>;=#]/g, (character) => `\\${character}`);
}
