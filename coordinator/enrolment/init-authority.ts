import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../core/base/index.js';
import {
  certificateFacts,
  createAuthority,
  identityUri,
  issueCertificate,
  spelledOut,
  type Authority,
} from '../../transport/index.js';
import { replaceFile } from '../../runtime/index.js';
import { loadConfig, type CoordinatorConfig } from '../config.js';
import { readAuthority, readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { SECRET_FILE, withEnrolment, type Initialised } from '../init.js';
import { federationOf } from './federation-name.js';

/** Days that a federation's authority is good for: ten years, for a new one means that everybody enrols again. */
export const AUTHORITY_VALID_DAYS = 3_650;
/** Days that the coordinator's own certificate is good for; `tally coordinator renew` makes the next. */
export const COORDINATOR_VALID_DAYS = 397;

export interface AuthorityPlan {
  /** Name of the federation, as rosters will have it. */
  readonly federation: string;
  /** Certificate and key, PEM files, of an authority that there is already; a new one is made where it is left out. */
  readonly existing?: { readonly certificate: string; readonly privateKey: string } | undefined;
  readonly clock: Clock;
}

const CERTIFICATE_FILE = { mode: 0o644, durably: true } as const;

/**
 * Gives the folder that `initCoordinator` made a certificate authority and the coordinator its certificate, and turns
 * enrolment on.
 * @returns SHA-256 of the authority's certificate
 * Thrown when the existing authority can't be read or its key is not its own: CoordinatorError CONFIG_INVALID.
 */
export async function initAuthority({ configFile }: Initialised, plan: AuthorityPlan): Promise<string> {
  const { federation, existing, clock } = plan;
  const folder = dirname(configFile);
  const files = { certificate: join(folder, 'tls', 'authority.crt'), privateKey: join(folder, 'tls', 'authority.key') };
  if (existing === undefined) {
    const commonName = `${federation} authority`;
    const made = await createAuthority({ commonName, clock, validDays: AUTHORITY_VALID_DAYS });
    replaceFile(files.certificate, made.certificate, CERTIFICATE_FILE);
    replaceFile(files.privateKey, made.privateKey, SECRET_FILE);
  } else {
    take(existing, files);
  }
  replaceFile(configFile, withEnrolment(readFileSync(configFile, 'utf8')), SECRET_FILE);
  const config = loadConfig(configFile);
  const authority = authorityOf(config);
  await writeCertificate(config, authority, federation, clock);
  return certificateFacts(authority.certificate).fingerprint;
}

/**
 * Makes the coordinator a new key and certificate; a running one takes them when it is started again.
 * @returns the last moment at which it is good
 * Thrown when it has no authority's key: CoordinatorError ENROLMENT_OFF; else CONFIG_INVALID or KEY_FILE_EXPOSED.
 */
export async function renewCoordinator(configFile: string, clock: Clock): Promise<Date> {
  const config = loadConfig(configFile);
  const federation = federationOf(readTls(config.federation.tls));
  return writeCertificate(config, authorityOf(config), federation, clock);
}

/** @param fingerprint SHA-256 of the authority's certificate */
export function describeAuthority(fingerprint: string): string {
  return [
    'In the folder are tls/authority.crt and tls/authority.key, the federation’s certificate authority. Whoever has the key can let',
    'anybody in: keep a copy offline, and the file to yourself. Its fingerprint (SHA-256), for agencies to compare:',
    `  ${spelledOut(fingerprint)}`,
    '',
    'Also a certificate for the coordinator, and `enrolment` is on. Agencies may enrol before there is a roster: start the',
    'coordinator without one, and make each a token:',
    '  tally coordinator enrol-token --config FILE --agency ID',
  ].join('\n');
}

async function writeCertificate(
  { federation: { tls } }: CoordinatorConfig,
  authority: Authority,
  federation: string,
  clock: Clock,
): Promise<Date> {
  const { certificate, privateKey } = await issueCertificate(authority, {
    commonName: 'coordinator',
    // Nodes look at this name, and at no host name: it says more.
    uris: [identityUri({ role: 'coordinator', federation })],
    clock,
    validDays: COORDINATOR_VALID_DAYS,
  });
  replaceFile(tls.privateKey, privateKey, SECRET_FILE);
  replaceFile(tls.certificate, certificate, CERTIFICATE_FILE);
  return certificateFacts(certificate).validTo;
}

function authorityOf(config: CoordinatorConfig): Authority {
  return readAuthority(config, enrolmentOf(config));
}

/** Thrown when the coordinator gives no certificates: CoordinatorError ENROLMENT_OFF. */
export function enrolmentOf({ enrolment }: CoordinatorConfig): NonNullable<CoordinatorConfig['enrolment']> {
  if (enrolment !== undefined) return enrolment;
  throw new CoordinatorError(
    'ENROLMENT_OFF',
    'the configuration has no `enrolment`: this coordinator gives no certificates. coordinator.example.yaml explains it.',
  );
}

function take(from: NonNullable<AuthorityPlan['existing']>, to: NonNullable<AuthorityPlan['existing']>): void {
  try {
    replaceFile(to.certificate, readFileSync(from.certificate), CERTIFICATE_FILE);
    replaceFile(to.privateKey, readFileSync(from.privateKey), SECRET_FILE);
  } catch (cause) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      'the authority’s certificate or key can’t be read: check their paths.',
      {
        cause,
      },
    );
  }
}
