import type Database from 'better-sqlite3';
import { z } from 'zod';
import { openDatabase, type DatabaseKind } from '../store/database.js';

/** A token as the coordinator keeps it: without the secret. */
export interface KeptToken {
  /** Hexadecimal. */
  readonly id: string;
  readonly agency: string;
  /** 64 hexadecimal digits. */
  readonly secretSha256: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
  readonly wrongAttempts: number;
}

/** A certificate that an agency was given. */
export interface GivenCertificate {
  readonly agency: string;
  readonly cause: 'enrolled' | 'renewed';
  readonly serial: string;
  readonly fingerprint: string;
  /** Base64; null for a renewal, which changes nothing about it. */
  readonly identityKey: string | null;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface EnrolmentStore {
  /** Takes the place of every token of the agency that was not used: there is at most one at a time. */
  putToken(token: Pick<KeptToken, 'id' | 'agency' | 'secretSha256' | 'madeAt' | 'expiresAt'>): void;
  getToken(id: string): KeptToken | undefined;
  /** All that were made and not replaced, oldest first. */
  getTokens(): readonly KeptToken[];
  countWrong(id: string): void;
  /** Uses a token up and keeps what was given for it, or neither: false when somebody else was quicker. */
  useToken(id: string, usedAt: string, given: GivenCertificate): boolean;
  putCertificate(given: GivenCertificate): void;
  /** Oldest first. */
  getCertificates(): readonly GivenCertificate[];
  close(): void;
}

/** "Tsen". Shared: the commands for the operator use it beside a coordinator that runs. */
const ENROLMENTS: DatabaseKind = {
  applicationId: 0x5473656e,
  migrations: ['coordinator', 'enrolment', 'migrations'],
  shared: true,
};

const tokenRow = z
  .object({
    id: z.string(),
    agency: z.string(),
    secret_sha256: z.string(),
    made_at: z.string(),
    expires_at: z.string(),
    used_at: z.string().nullable(),
    wrong_attempts: z.int(),
  })
  .transform((row): KeptToken => ({
    id: row.id,
    agency: row.agency,
    secretSha256: row.secret_sha256,
    madeAt: row.made_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    wrongAttempts: row.wrong_attempts,
  }));

const certificateRow = z
  .object({
    agency: z.string(),
    cause: z.enum(['enrolled', 'renewed']),
    serial: z.string(),
    fingerprint: z.string(),
    identity_key: z.string().nullable(),
    issued_at: z.string(),
    expires_at: z.string(),
  })
  .transform(({ identity_key, issued_at, expires_at, ...row }): GivenCertificate => ({
    ...row,
    identityKey: identity_key,
    issuedAt: issued_at,
    expiresAt: expires_at,
  }));

/** Thrown as by `openDatabase`. */
export function openEnrolmentStore(file: string): EnrolmentStore {
  return createEnrolmentStore(openDatabase(file, ENROLMENTS));
}

function createEnrolmentStore(database: Database.Database): EnrolmentStore {
  const insertCertificate = database.prepare(
    `INSERT INTO certificates (agency, cause, serial, fingerprint, identity_key, issued_at, expires_at)
     VALUES (@agency, @cause, @serial, @fingerprint, @identityKey, @issuedAt, @expiresAt)`,
  );
  const put = database.transaction((token: Parameters<EnrolmentStore['putToken']>[0]) => {
    database.prepare('DELETE FROM tokens WHERE agency = ? AND used_at IS NULL').run(token.agency);
    database
      .prepare(
        `INSERT INTO tokens (id, agency, secret_sha256, made_at, expires_at)
         VALUES (@id, @agency, @secretSha256, @madeAt, @expiresAt)`,
      )
      .run(token);
  });
  const use = database.transaction((id: string, usedAt: string, given: GivenCertificate): boolean => {
    const { changes } = database
      .prepare('UPDATE tokens SET used_at = ? WHERE id = ? AND used_at IS NULL')
      .run(usedAt, id);
    if (changes === 1) insertCertificate.run(given);
    return changes === 1;
  });
  return {
    putToken: (token) => put.immediate(token),
    getToken: (id) => {
      const row = database.prepare('SELECT * FROM tokens WHERE id = ?').get(id);
      return row === undefined ? undefined : tokenRow.parse(row);
    },
    getTokens: () =>
      database
        .prepare('SELECT * FROM tokens ORDER BY made_at, id')
        .all()
        .map((row) => tokenRow.parse(row)),
    countWrong: (id) => {
      database.prepare('UPDATE tokens SET wrong_attempts = wrong_attempts + 1 WHERE id = ?').run(id);
    },
    useToken: (id, usedAt, given) => use.immediate(id, usedAt, given),
    putCertificate: (given) => {
      insertCertificate.run(given);
    },
    getCertificates: () =>
      database
        .prepare('SELECT * FROM certificates ORDER BY number')
        .all()
        .map((row) => certificateRow.parse(row)),
    close: () => {
      database.close();
    },
  };
}
