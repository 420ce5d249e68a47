import type { SessionData } from 'express-session';

import { Elapsed } from '../core/base/index.js';
import type { Clock } from '../core/base/index.js';
import { SESSION_IDLE_MINUTES } from './sessions.js';
import type { SessionStore } from './sessions.js';

/** Sessions at once; the one that was used least recently makes room. */
export const MAX_SESSIONS = 1_000;

const IDLE_MS = SESSION_IDLE_MINUTES * 60_000;

interface Kept {
  readonly text: string;
  /** Of the time that has elapsed: no clock that is set back keeps a session alive. */
  readonly until: number;
}

/** Sessions in this process's memory, by the order in which they were used last: whoever restarts it signs everybody out. */
export class MemorySessions implements SessionStore {
  readonly #kept = new Map<string, Kept>();
  readonly #elapsed: Elapsed;

  constructor(clock: Clock) {
    this.#elapsed = new Elapsed(clock);
  }

  get(id: string): SessionData | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.until <= this.#elapsed.ms) {
      this.#kept.delete(id);
      return undefined;
    }
    return JSON.parse(kept.text) as SessionData;
  }

  put(id: string, data: SessionData): void {
    this.#kept.delete(id);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < MAX_SESSIONS) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(id, { text: JSON.stringify(data), until: this.#elapsed.ms + IDLE_MS });
  }

  touch(id: string, data: SessionData): void {
    this.put(id, data);
  }

  remove(id: string): void {
    this.#kept.delete(id);
  }
}
