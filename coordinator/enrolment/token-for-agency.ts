import { existsSync } from 'node:fs';
import type { Clock, Rng } from '../../core/base/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { certificateFacts, formatToken, spelledOut } from '../../transport/index.js';
import { loadConfig } from '../config.js';
import { readAuthority, readRoster, readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { openEnrolmentStore } from './enrolment-store.js';
import { makeToken, MAX_TOKEN_HOURS } from './enrolment-token.js';
import { federationOf } from './federation-name.js';
import { enrolmentOf } from './init-authority.js';

export interface TokenForAgency {
  readonly agency: string;
  readonly validHours: number;
}

const AGENCY = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_AGENCY_CHARACTERS = 64;

/**
 * Makes an agency a token, also beside a running coordinator, and says to the operator what to do with it. The text is
 * the only place where the token's secret is.
 * Thrown: CoordinatorError ENROLMENT_OFF, CONFIG_INVALID, KEY_FILE_EXPOSED, or as `openDatabase`.
 */
export function tokenForAgency(
  configFile: string,
  { agency, validHours }: TokenForAgency,
  means: { readonly clock: Clock; readonly rng: Rng },
): { readonly token: string; readonly text: string } {
  const config = loadConfig(configFile);
  const enrolment = enrolmentOf(config);
  if (!AGENCY.test(agency) || agency.length > MAX_AGENCY_CHARACTERS || agency === COORDINATOR) {
    throw new CoordinatorError('CONFIG_INVALID', '--agency: must be an agency’s id, as rosters write it.');
  }
  if (!(validHours > 0 && validHours <= MAX_TOKEN_HOURS)) {
    throw new CoordinatorError('CONFIG_INVALID', `--valid-hours: must be more than 0 and at most ${MAX_TOKEN_HOURS}.`);
  }
  const federation = federationOf(readTls(config.federation.tls));
  const authority = certificateFacts(readAuthority(config, enrolment).certificate).fingerprint;
  const isInRoster =
    existsSync(config.governance.register) && readRoster(config).agencies.some(({ id }) => id === agency);
  const store = openEnrolmentStore(enrolment.database);
  try {
    const { token, expiresAt } = makeToken(store, { federation, agency, authority, validHours }, means);
    const text = formatToken(token);
    const lines = [
      `Token for ${agency}, shown this once, good for one enrolment until ${expiresAt.toISOString()}:`,
      `  ${text}`,
      '',
      'Hand it over by a way that you trust, not by the one by which the address goes. An older token of this agency that',
      'was not used is good for nothing from now on. Fingerprint of the authority (SHA-256), to compare by telephone:',
      `  ${spelledOut(authority)}`,
      ...(isInRoster
        ? []
        : ['', `${agency} is not in the roster yet: it may enrol, and takes part once governance lists it.`]),
    ];
    return { token: text, text: lines.join('\n') };
  } finally {
    store.close();
  }
}
