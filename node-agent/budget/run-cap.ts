import { Refusal } from '../offers/refusal.js';
import type { LedgerMemory } from './memory.js';

const MINUTE_MS = 60 * 1_000;
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * Thrown when as many runs as the cap were taken part in within the last seven days: Refusal CAP_REACHED. A run counts
 * from when it was paid for, however it ended, and also where it cost nothing.
 */
export function assertBelowCap(memory: LedgerMemory, runsPerWeek: number | undefined, now: Date): void {
  if (runsPerWeek === undefined) return;
  const runs = memory.runsAfter(now.getTime() - WEEK_MS);
  if (runs.length < runsPerWeek) return;
  // As many as the cap, less one, may be within a week: then the next fits.
  const leaving = runs[runs.length - runsPerWeek] ?? now.getTime();
  const free = Math.ceil((leaving + WEEK_MS) / MINUTE_MS) * MINUTE_MS;
  throw new Refusal(
    'CAP_REACHED',
    `its policy answers at most ${runsPerWeek} runs in seven days: ask again after ` +
      new Date(free).toISOString().slice(0, 16).replace('T', ' ') +
      ' (UTC)',
  );
}
