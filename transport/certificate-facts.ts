import { createHash, X509Certificate } from 'node:crypto';
import { toHex } from '../core/base/index.js';
import { TransportError } from './errors.js';

/** What people and programs compare of a certificate. */
export interface CertificateFacts {
  /** Lower-case hexadecimal, as a roster's `revoked` has it. */
  readonly serial: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/**
 * @param certificate PEM or DER
 * Thrown when it is none: TransportError BAD_CERTIFICATE.
 */
export function certificateFacts(certificate: string | Uint8Array): CertificateFacts {
  const { raw, serialNumber, validFrom, validTo } = readCertificate(certificate);
  return {
    serial: serialNumber.toLowerCase(),
    fingerprint: fingerprintOf(raw),
    validFrom: new Date(validFrom),
    validTo: new Date(validTo),
  };
}

/** PEM of a certificate in DER. Thrown when it is none: TransportError BAD_CERTIFICATE. */
export function pemOfCertificate(der: Uint8Array): string {
  return readCertificate(der).toString();
}

/** SHA-256 in hexadecimal digits: of a certificate (DER), a key, a file. */
export function fingerprintOf(bytes: Uint8Array): string {
  return toHex(new Uint8Array(createHash('sha256').update(bytes).digest()));
}

/** A fingerprint in groups of four, for two people who read it to each other. */
export function spelledOut(fingerprint: string): string {
  return fingerprint.replaceAll(/(.{4})(?!$)/g, '$1 ');
}

function readCertificate(certificate: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw new TransportError('BAD_CERTIFICATE', 'this is not a certificate', { cause });
  }
}
