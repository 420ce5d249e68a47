import { randomBytes } from 'node:crypto';
import type { AlarmClock, Rng } from '../core/base/index.js';

/** The computer's time. Only a program's `main.ts` picks it; everything below takes a Clock. */
export const systemClock: AlarmClock = {
  now: () => new Date(),
  alarm(seconds, ring) {
    const timer = setTimeout(ring, seconds * 1000);
    return {
      restart: () => {
        timer.refresh();
      },
      stop: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** The operating system's generator. Only a program's `main.ts` (and its workers) pick it. */
export const systemRng: Rng = { bytes: (length) => new Uint8Array(randomBytes(length)) };
