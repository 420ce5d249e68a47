import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { signingKeyFromPem, type SigningKey } from '../core/private-join/index.js';
import { rosterOf } from '../core/governance/index.js';
import type { Roster } from '../core/templates/index.js';
import { loadRegister } from '../runtime/index.js';
import type { Authority, TlsMaterial } from '../transport/index.js';
import { messageOf } from '../core/base/index.js';
import type { CoordinatorConfig, EnrolmentConfig } from './config.js';
import { CoordinatorError } from './errors.js';
import type { SignInConfig } from './sign-in/sign-in-config.js';

const OPEN_TO_OTHERS = 0o077;

/** Thrown when one can't be read: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
export function readTls({ authority, certificate, privateKey }: CoordinatorConfig['federation']['tls']): TlsMaterial {
  return {
    authority: readText('federation.tls.authority', authority),
    certificate: readText('federation.tls.certificate', certificate),
    privateKey: readSecret('federation.tls.privateKey', privateKey),
  };
}

/**
 * The federation's authority, with the key by which it issues.
 * Thrown when they can't be read or don't belong together: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED.
 */
export function readAuthority(config: CoordinatorConfig, { authorityKey }: EnrolmentConfig): Authority {
  const certificate = readText('federation.tls.authority', config.federation.tls.authority);
  const privateKey = readSecret('enrolment.authorityKey', authorityKey);
  let belongs: boolean;
  try {
    belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // Neither says more: what can't be read doesn't belong.
    belongs = false;
  }
  if (belongs) return { certificate, privateKey };
  throw new CoordinatorError(
    'CONFIG_INVALID',
    `enrolment.authorityKey: ${authorityKey} is not the PEM key of the certificate in federation.tls.authority.`,
  );
}

/** Thrown when it can't be read, or others may: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
export function readTrialToken({ token }: NonNullable<CoordinatorConfig['trial']>): string {
  return readSecret('trial.token', token).trim();
}

/** Thrown when it can't be read or is no Ed25519 key: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
export function readIdentity(file: string): SigningKey {
  const pem = readSecret('identityKey', file);
  try {
    return signingKeyFromPem(pem);
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `identityKey: ${file} is ${messageOf(cause)}.`, { cause });
  }
}

/**
 * By which the coordinator shows the sign-in service who it is; undefined for a public client.
 * Thrown when it can't be read or is empty: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED.
 */
export function readClientSecret({ clientSecret }: Pick<SignInConfig, 'clientSecret'>): string | undefined {
  if (clientSecret === undefined) return undefined;
  const secret = readSecret('signIn.clientSecret', clientSecret).trim();
  if (secret !== '') return secret;
  throw new CoordinatorError('CONFIG_INVALID', `signIn.clientSecret: ${clientSecret} is empty.`);
}

/**
 * What of the roster in force concerns runs.
 * Thrown when there is none that can be believed: RuntimeError as `loadRegister` says.
 */
export function readRoster({ governance }: Pick<CoordinatorConfig, 'governance'>): Roster {
  return rosterOf(loadRegister(governance).copy.register.current.roster);
}

function readSecret(key: string, file: string): string {
  const text = readText(key, file);
  if ((statSync(file).mode & OPEN_TO_OTHERS) !== 0) {
    throw new CoordinatorError(
      'KEY_FILE_EXPOSED',
      `${key}: others than its owner may use ${file}: run \`chmod 600 ${file}\`.`,
    );
  }
  return text;
}

function readText(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `${key}: ${file} can't be read: check its path and permissions.`, {
      cause,
    });
  }
}
