import type { RequestHandler } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';

import { toHex } from '../core/base/index.js';
import type { Rng } from '../core/base/index.js';

/** After so long without a request somebody has to sign in again. */
export const SESSION_IDLE_MINUTES = 30;

const ID_BYTES = 32;
const IDLE_MS = SESSION_IDLE_MINUTES * 60_000;

/** Where sessions are kept, each under an id that nobody can guess. It decides when one has ended. */
export interface SessionStore {
  /** Undefined where there is none, or it has ended. */
  get(id: string): SessionData | undefined;
  /** As new, or in the place of what was kept under the id; it counts as used now. */
  put(id: string, data: SessionData): void;
  /** It was used, and nothing else of it has changed. */
  touch(id: string, data: SessionData): void;
  remove(id: string): void;
}

export interface SessionOptions {
  readonly cookie: CookieOptions;
  readonly store: SessionStore;
  /** By which cookies are signed: sessions outlast it no longer than cookies are believed. */
  readonly secret: string;
  readonly rng: Rng;
}

export interface CookieOptions {
  /** Two programs on one computer share their cookies, so each needs its own. */
  readonly name: string;
  /** Whether pages are served over TLS. */
  readonly secure: boolean;
  /** `lax` where another site sends people back to us, which a strict cookie doesn't outlast. */
  readonly sameSite: 'strict' | 'lax';
}

/** Who has a session is known by a cookie that no script can read. Strangers get none. */
export function sessions({ cookie, store, secret, rng }: SessionOptions): RequestHandler {
  const { name, secure, sameSite } = cookie;
  return session({
    ...{ name, secret, store: new LibraryStore(store) },
    genid: () => toHex(rng.bytes(ID_BYTES)),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite, secure, path: '/', maxAge: IDLE_MS },
  });
}

/** As the library wants it; what the store throws is handed on, for it to end in an error page. */
class LibraryStore extends session.Store {
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    super();
    this.#store = store;
  }

  override get(id: string, done: (error: unknown, found?: SessionData | null) => void): void {
    settle(done, () => this.#store.get(id) ?? null);
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    settle(done, () => this.#store.put(id, data));
  }

  override touch(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    settle(done, () => this.#store.touch(id, data));
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    settle(done, () => this.#store.remove(id));
  }
}

function settle<Result>(done: ((error: unknown, result?: Result) => void) | undefined, act: () => Result): void {
  let result: Result;
  try {
    result = act();
  } catch (thrown) {
    done?.(thrown);
    return;
  }
  done?.(null, result);
}
