import { X509Certificate } from 'node:crypto';
import { identityIn, type TlsMaterial } from '../../transport/index.js';
import { CoordinatorError } from '../errors.js';

/**
 * The federation as the coordinator's own certificate names it: for what is done before there is a roster.
 * Thrown when it names none: CoordinatorError CONFIG_INVALID.
 */
export function federationOf({ certificate }: Pick<TlsMaterial, 'certificate'>): string {
  try {
    return identityIn(new X509Certificate(certificate).raw).federation;
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', 'federation.tls.certificate: names no federation.', { cause });
  }
}
