import type Database from 'better-sqlite3';
import { z } from 'zod';

/** A request that may come again under the same key. */
export interface RepeatableRequest {
  readonly requester: string;
  /** SHA-256 of the key and of what was asked, in hexadecimal. */
  readonly keySha256: string;
  readonly bodySha256: string;
}

/** What is known of a key: what was asked with it, and the run that came of it; null while none has. */
export interface AnsweredRequest {
  readonly bodySha256: string;
  readonly run: string | null;
}

/** Requests that were made with a key, for as long as they may come again. */
export interface RepeatableRequestStore {
  getRequest(requester: string, keySha256: string): AnsweredRequest | undefined;
  putRequest(request: RepeatableRequest, begunAt: string): void;
  putAnswer(requester: string, keySha256: string, run: string): void;
  deleteRequest(requester: string, keySha256: string): void;
  /** Forgets those that began before that time. */
  deleteOlder(before: string): void;
}

const requestRow = z
  .object({ body_sha256: z.string(), run: z.string().nullable() })
  .transform(({ body_sha256, run }): AnsweredRequest => ({ bodySha256: body_sha256, run }));

export function createRepeatableRequestStore(database: Database.Database): RepeatableRequestStore {
  return {
    getRequest: (requester, keySha256) => {
      const row = database
        .prepare('SELECT body_sha256, run FROM repeatable_requests WHERE requester = ? AND key_sha256 = ?')
        .get(requester, keySha256);
      return row === undefined ? undefined : requestRow.parse(row);
    },
    putRequest: (request, begunAt) => {
      database
        .prepare(
          `INSERT INTO repeatable_requests (requester, key_sha256, body_sha256, begun_at)
           VALUES (@requester, @keySha256, @bodySha256, @begunAt)`,
        )
        .run({ ...request, begunAt });
    },
    putAnswer: (requester, keySha256, run) => {
      database
        .prepare('UPDATE repeatable_requests SET run = ? WHERE requester = ? AND key_sha256 = ?')
        .run(run, requester, keySha256);
    },
    deleteRequest: (requester, keySha256) => {
      database
        .prepare('DELETE FROM repeatable_requests WHERE requester = ? AND key_sha256 = ?')
        .run(requester, keySha256);
    },
    deleteOlder: (before) => {
      database.prepare('DELETE FROM repeatable_requests WHERE begun_at < ?').run(before);
    },
  };
}
