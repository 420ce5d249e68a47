import type { AuditEntryOf } from './entry.js';
import type { VerifiedCopy } from './verify-copy.js';

/** All that a log says of one run. */
export interface LoggedRun {
  /** Of its offer, from 0. */
  readonly index: number;
  readonly offer: AuditEntryOf<'offer'>;
  /** By agency. */
  readonly answers: ReadonlyMap<string, AuditEntryOf<'answer'>>;
  /** Null where the log doesn't say yet. */
  readonly end: AuditEntryOf<'release'> | AuditEntryOf<'failure'> | null;
}

/** The runs of a log whose order has been verified, by id, in the order of their offers. */
export function loggedRuns(entries: VerifiedCopy['entries']): ReadonlyMap<string, LoggedRun> {
  const runs = new Map<string, Gathered>();
  entries.forEach((entry, index) => {
    if (entry.type === 'offer') runs.set(entry.run, { index, offer: entry, answers: new Map(), end: null });
    if (entry.type === 'answer') runs.get(entry.run)?.answers.set(entry.agency, entry);
    if (entry.type === 'release' || entry.type === 'failure') {
      const run = runs.get(entry.run);
      if (run !== undefined) run.end = entry;
    }
  });
  return runs;
}

interface Gathered extends LoggedRun {
  readonly answers: Map<string, AuditEntryOf<'answer'>>;
  end: LoggedRun['end'];
}
