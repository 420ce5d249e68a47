import { existsSync } from 'node:fs';
import { equalBytes, fromBase64, type Clock } from '../../core/base/index.js';
import { revokedSerials, type Roster } from '../../core/templates/index.js';
import { fingerprintOf, spelledOut } from '../../transport/index.js';
import { loadConfig } from '../config.js';
import { readRoster } from '../configured-files.js';
import { openEnrolmentStore, type EnrolmentStore, type GivenCertificate, type KeptToken } from './enrolment-store.js';
import { MAX_WRONG_SECRETS } from './enrolment-token.js';
import { enrolmentOf } from './init-authority.js';

/** How an agency that enrolled stands in the roster; `pending`: not in it, or there is none yet. */
export type RosterState = 'listed' | 'pending' | 'other-key';
export type TokenState = 'waiting' | 'used' | 'expired' | 'locked';

export interface AgencyEnrolment {
  readonly agency: string;
  readonly roster: RosterState;
  /** Base64 of the raw key it brought last, for the roster; null before it has enrolled. */
  readonly identityKey: string | null;
  /** SHA-256 of the raw key, to compare by telephone. */
  readonly identityFingerprint: string | null;
  /** Those that haven't expired, oldest first: what there is to revoke. */
  readonly certificates: readonly (Pick<
    GivenCertificate,
    'serial' | 'fingerprint' | 'cause' | 'issuedAt' | 'expiresAt'
  > & {
    readonly revoked: boolean;
  })[];
  /** Its latest. */
  readonly token: { readonly state: TokenState; readonly expiresAt: string } | null;
}

/**
 * What agencies have brought and been given, by agency, also beside a running coordinator.
 * Thrown: CoordinatorError ENROLMENT_OFF, CONFIG_INVALID, or as `openDatabase`.
 */
export function enrolments(configFile: string, clock: Clock): readonly AgencyEnrolment[] {
  const config = loadConfig(configFile);
  const { database } = enrolmentOf(config);
  const roster = existsSync(config.governance.register) ? readRoster(config) : undefined;
  const store = openEnrolmentStore(database);
  try {
    return agenciesOf(store, roster, clock);
  } finally {
    store.close();
  }
}

export function describeEnrolments(agencies: readonly AgencyEnrolment[]): string {
  if (agencies.length === 0) return 'No token was made yet: `tally coordinator enrol-token`.';
  return agencies.map((one) => linesOf(one).join('\n')).join('\n\n');
}

function agenciesOf(store: EnrolmentStore, roster: Roster | undefined, clock: Clock): readonly AgencyEnrolment[] {
  const tokens = store.getTokens();
  const given = store.getCertificates();
  const revoked = revokedSerials(roster ?? {});
  const now = clock.now();
  return [...new Set([...given, ...tokens].map(({ agency }) => agency))].toSorted().map((agency) => {
    const own = given.filter((one) => one.agency === agency);
    const identityKey = own.findLast((one) => one.identityKey !== null)?.identityKey ?? null;
    const token = tokens.findLast((one) => one.agency === agency);
    return {
      agency,
      roster: rosterState(roster, agency, identityKey),
      identityKey,
      identityFingerprint: identityKey === null ? null : fingerprintOf(fromBase64(identityKey)),
      certificates: own
        .filter(({ expiresAt }) => new Date(expiresAt) > now)
        .map(({ serial, fingerprint, cause, issuedAt, expiresAt }) => {
          return { serial, fingerprint, cause, issuedAt, expiresAt, revoked: revoked.has(serial) };
        }),
      token: token === undefined ? null : { state: tokenState(token, now), expiresAt: token.expiresAt },
    };
  });
}

function rosterState(roster: Roster | undefined, agency: string, identityKey: string | null): RosterState {
  const listed = roster?.agencies.find(({ id }) => id === agency);
  if (listed === undefined) return 'pending';
  return identityKey === null || equalBytes(listed.identityKey, fromBase64(identityKey)) ? 'listed' : 'other-key';
}

function tokenState({ usedAt, wrongAttempts, expiresAt }: KeptToken, now: Date): TokenState {
  if (usedAt !== null) return 'used';
  if (wrongAttempts >= MAX_WRONG_SECRETS) return 'locked';
  return now >= new Date(expiresAt) ? 'expired' : 'waiting';
}

const ROSTER_WORDS: Readonly<Record<RosterState, string>> = {
  listed: 'in the roster',
  pending: 'not in the roster yet',
  'other-key': 'in the roster WITH ANOTHER IDENTITY KEY: it can’t take part until governance lists this one',
};

const TOKEN_WORDS: Readonly<Record<TokenState, string>> = {
  waiting: 'waits to be used, until',
  used: 'was used; it would have been good until',
  expired: 'was not used, and was good until',
  locked: 'was shown with wrong secrets too often, and is good for nothing; else until',
};

function linesOf({ agency, roster, identityKey, identityFingerprint, certificates, token }: AgencyEnrolment): string[] {
  return [
    `${agency}: ${ROSTER_WORDS[roster]}`,
    ...(identityKey === null || identityFingerprint === null
      ? ['  has not enrolled']
      : [`  identity key, for the roster: ${identityKey}`, `    SHA-256 ${spelledOut(identityFingerprint)}`]),
    ...certificates.map(({ serial, cause, issuedAt, expiresAt, revoked }) => {
      return `  certificate ${serial}: ${cause} ${issuedAt}, good until ${expiresAt}${revoked ? ', REVOKED' : ''}`;
    }),
    ...(token === null ? [] : [`  token ${TOKEN_WORDS[token.state]} ${token.expiresAt}`]),
  ];
}
