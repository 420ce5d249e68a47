import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SCOPES, type Scope } from '../tokens/scopes.js';

/** A token that somebody made for themselves, without its secret. */
export interface KeptApiToken {
  /** 16 hexadecimal digits; they say nothing of the secret. */
  readonly id: string;
  readonly subject: string;
  readonly analyst: string;
  readonly organisation: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly expiresAt: string;
  /** YYYY-MM-DD; null where it was never used. */
  readonly lastUsedDay: string | null;
  readonly revokedAt: string | null;
}

export type NewApiToken = Omit<KeptApiToken, 'lastUsedDay' | 'revokedAt'> & { readonly secretSha256: string };

/** Tokens that analysts made for themselves. */
export interface TokenStore {
  putToken(token: NewApiToken): void;
  /** Undefined when there is none with that hash, in hexadecimal. */
  findToken(secretSha256: string): KeptApiToken | undefined;
  /** Of one holder, newest first. */
  listTokens(subject: string): readonly KeptApiToken[];
  putUsed(id: string, day: string): void;
  putRevoked(id: string, at: string): void;
  /** Forgets those that expired before that time. */
  deleteExpired(before: string): void;
}

const COLUMNS =
  'id, subject, analyst, organisation, name, scopes, made_at, expires_at, last_used_day, revoked_at' as const;

const tokenRow = z
  .object({
    id: z.string(),
    subject: z.string(),
    analyst: z.string(),
    organisation: z.string(),
    name: z.string(),
    scopes: z.string(),
    made_at: z.string(),
    expires_at: z.string(),
    last_used_day: z.string().nullable(),
    revoked_at: z.string().nullable(),
  })
  .transform(({ scopes, made_at, expires_at, last_used_day, revoked_at, ...row }): KeptApiToken => ({
    ...row,
    scopes: z.array(z.enum(SCOPES)).parse(JSON.parse(scopes)),
    madeAt: made_at,
    expiresAt: expires_at,
    lastUsedDay: last_used_day,
    revokedAt: revoked_at,
  }));

export function createTokenStore(database: Database.Database): TokenStore {
  return {
    putToken: (token) => {
      database
        .prepare(
          `INSERT INTO api_tokens (id, secret_sha256, subject, analyst, organisation, name, scopes, made_at, expires_at)
           VALUES (@id, @secretSha256, @subject, @analyst, @organisation, @name, @scopes, @madeAt, @expiresAt)`,
        )
        .run({ ...token, scopes: JSON.stringify(token.scopes) });
    },
    findToken: (secretSha256) => {
      const row = database.prepare(`SELECT ${COLUMNS} FROM api_tokens WHERE secret_sha256 = ?`).get(secretSha256);
      return row === undefined ? undefined : tokenRow.parse(row);
    },
    listTokens: (subject) =>
      database
        .prepare(`SELECT ${COLUMNS} FROM api_tokens WHERE subject = ? ORDER BY made_at DESC, id`)
        .all(subject)
        .map((row) => tokenRow.parse(row)),
    putUsed: (id, day) => {
      database.prepare('UPDATE api_tokens SET last_used_day = ? WHERE id = ?').run(day, id);
    },
    putRevoked: (id, at) => {
      database.prepare('UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(at, id);
    },
    deleteExpired: (before) => {
      database.prepare('DELETE FROM api_tokens WHERE expires_at < ?').run(before);
    },
  };
}
