import type { RequestHandler } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';

import { Elapsed, toHex } from '../core/base/index.js';
import type { Clock, Rng } from '../core/base/index.js';

/** After so long without a request somebody has to sign in again. */
export const SESSION_IDLE_MINUTES = 30;
/** Sessions at once; the one that was used least recently makes room. */
export const MAX_SESSIONS = 1_000;

const ID_BYTES = 32;
const IDLE_MS = SESSION_IDLE_MINUTES * 60_000;

export interface SessionOptions {
  /** Of the cookie; two programs on one computer share their cookies, so each needs its own. */
  readonly name: string;
  /** Whether pages are served over TLS. */
  readonly secure: boolean;
  readonly clock: Clock;
  readonly rng: Rng;
}

/** Sessions in this process's memory: whoever restarts it signs everybody out. */
export function sessions({ name, secure, clock, rng }: SessionOptions): RequestHandler {
  return session({
    name,
    secret: toHex(rng.bytes(ID_BYTES)),
    store: new MemorySessions(clock),
    genid: () => toHex(rng.bytes(ID_BYTES)),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'strict', secure, path: '/', maxAge: IDLE_MS },
  });
}

interface Kept {
  readonly text: string;
  /** Of the time that has elapsed: no clock that is set back keeps a session alive. */
  readonly until: number;
}

/** By the order in which they were used last. */
class MemorySessions extends session.Store {
  readonly #kept = new Map<string, Kept>();
  readonly #elapsed: Elapsed;

  constructor(clock: Clock) {
    super();
    this.#elapsed = new Elapsed(clock);
  }

  override get(id: string, done: (error: unknown, found?: SessionData | null) => void): void {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.until <= this.#elapsed.ms) {
      this.#kept.delete(id);
      done(null, null);
      return;
    }
    done(null, JSON.parse(kept.text) as SessionData);
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    this.#kept.delete(id);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < MAX_SESSIONS) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(id, { text: JSON.stringify(data), until: this.#elapsed.ms + IDLE_MS });
    done?.();
  }

  override touch(id: string, data: SessionData, done?: () => void): void {
    this.set(id, data, done);
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#kept.delete(id);
    done?.();
  }
}
