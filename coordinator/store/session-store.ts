import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { SessionData } from 'express-session';
import { z } from 'zod';
import { toHex, type Clock, type Rng } from '../../core/base/index.js';
import { SESSION_IDLE_MINUTES, type SessionStore } from '../../web/index.js';

/** Sessions of people who have signed in; the one that was used least recently makes room. */
export const MAX_SIGNED_IN_SESSIONS = 1_000;
/** Of those who haven't, who can't push out those who have. */
export const MAX_STRANGERS_SESSIONS = 10_000;
/** A session that was used again sooner is not written again: most requests write nothing. */
export const SESSION_TOUCH_SECONDS = 60;

const IDLE_MS = SESSION_IDLE_MINUTES * 60_000;
const HOUR_MS = 3_600_000;
const SECRET_BYTES = 32;

export interface SessionStoreOptions {
  /** After so long somebody has to sign in again, whatever they do. */
  readonly lifetimeHours: number;
  /** Of whoever has signed in by it; undefined while nobody has. */
  readonly subjectOf: (data: SessionData) => string | undefined;
  readonly clock: Clock;
  readonly rng: Rng;
}

/** Sessions in the coordinator's database: they outlast the process. */
export interface KeptSessions extends SessionStore {
  /** By which cookies are signed, the same as long as the database lives. */
  readonly secret: string;
  /** Everywhere that somebody has signed in. */
  removeSubject(subject: string): void;
}

const sessionRow = z.object({
  subject: z.string().nullable(),
  data: z.string(),
  begun_at: z.string(),
  used_at: z.string(),
});
const secretRow = z.object({ secret: z.string() });
const COLUMNS = 'subject, data, begun_at, used_at';

export function createSessionStore(database: Database.Database, options: SessionStoreOptions): KeptSessions {
  const { lifetimeHours, subjectOf, clock, rng } = options;
  const secret = secretOf(database, rng);

  const find = (id: string): z.infer<typeof sessionRow> | undefined => {
    const row = database.prepare(`SELECT ${COLUMNS} FROM sessions WHERE id_sha256 = ?`).get(hashOf(id));
    if (row === undefined) return undefined;
    const found = sessionRow.parse(row);
    const now = clock.now().getTime();
    // A clock that was set back makes none last longer: what was used in a time to come has ended, too.
    const isIdle = Math.abs(now - Date.parse(found.used_at)) >= IDLE_MS;
    const isOver = now - Date.parse(found.begun_at) >= lifetimeHours * HOUR_MS;
    if (!isIdle && !isOver) return found;
    store.remove(id);
    return undefined;
  };

  const put = database.transaction((id: string, data: SessionData) => {
    const now = clock.now();
    const subject = subjectOf(data) ?? null;
    const begun = find(id)?.begun_at ?? now.toISOString();
    store.remove(id);
    for (const kind of ['NULL', 'NOT NULL']) {
      database.prepare(`DELETE FROM sessions WHERE subject IS ${kind} AND used_at <= ?`).run(before(now, IDLE_MS));
    }
    database.prepare('DELETE FROM sessions WHERE begun_at <= ?').run(before(now, lifetimeHours * HOUR_MS));
    makeRoom(database, subject !== null);
    database
      .prepare(`INSERT INTO sessions (id_sha256, ${COLUMNS}) VALUES (?, ?, ?, ?, ?)`)
      .run(hashOf(id), subject, JSON.stringify(data), begun, now.toISOString());
  });

  const store: KeptSessions = {
    secret,
    get: (id) => {
      const found = find(id);
      return found === undefined ? undefined : (JSON.parse(found.data) as SessionData);
    },
    put: (id, data) => {
      put.immediate(id, data);
    },
    touch: (id, data) => {
      const found = find(id);
      if (found === undefined) return;
      const since = clock.now().getTime() - Date.parse(found.used_at);
      if (since < 0 || since >= SESSION_TOUCH_SECONDS * 1_000) store.put(id, data);
    },
    remove: (id) => {
      database.prepare('DELETE FROM sessions WHERE id_sha256 = ?').run(hashOf(id));
    },
    removeSubject: (subject) => {
      database.prepare('DELETE FROM sessions WHERE subject = ?').run(subject);
    },
  };
  return store;
}

/** For one more, of those who have signed in or of those who haven't. */
function makeRoom(database: Database.Database, isSignedIn: boolean): void {
  const [kind, most] = isSignedIn ? ['NOT NULL', MAX_SIGNED_IN_SESSIONS] : ['NULL', MAX_STRANGERS_SESSIONS];
  const count =
    database.prepare<[], number>(`SELECT COUNT(*) FROM sessions WHERE subject IS ${kind}`).pluck().get() ?? 0;
  if (count < most) return;
  const oldest = `SELECT id_sha256 FROM sessions WHERE subject IS ${kind} ORDER BY used_at LIMIT ?`;
  database.prepare(`DELETE FROM sessions WHERE id_sha256 IN (${oldest})`).run(count - most + 1);
}

function secretOf(database: Database.Database, rng: Rng): string {
  database
    .prepare('INSERT INTO session_secret (only, secret) VALUES (1, ?) ON CONFLICT DO NOTHING')
    .run(toHex(rng.bytes(SECRET_BYTES)));
  return secretRow.parse(database.prepare('SELECT secret FROM session_secret').get()).secret;
}

function before(now: Date, ms: number): string {
  return new Date(now.getTime() - ms).toISOString();
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
