import { AuditError } from '../audit/index.js';
import type { VerifiedCopy } from './verify-copy.js';

/** How far a log is witnessed by as many agencies as its roster asks for. */
export interface Witnessed {
  /** Agencies that the roster asks for. */
  readonly needed: number;
  /** So many agencies have cosigned at least the first so many entries. */
  readonly entries: number;
  /** Those after them, from 0: who cosigns looks at the log when it is asked something, so the newest always wait for the next. */
  readonly waiting: { readonly from: number; readonly to: number } | undefined;
}

/** An agency that has cosigned a checkpoint has cosigned all entries before it, whichever checkpoint others have. */
export function witnessedOf(
  { checkpoint: { size }, reach }: Pick<VerifiedCopy, 'checkpoint' | 'reach'>,
  needed: number,
): Witnessed {
  const reached = [...reach.values()].toSorted((one, other) => other - one);
  const entries = needed === 0 ? size : (reached[needed - 1] ?? 0);
  return { needed, entries, waiting: entries < size ? { from: entries, to: size - 1 } : undefined };
}

/**
 * That so many agencies have cosigned anything at all, where anything was asked.
 * Thrown when not: AuditError LOG_NOT_WITNESSED.
 */
export function assertWitnessed(
  { entries }: Pick<VerifiedCopy, 'entries'>,
  { needed, entries: witnessed }: Witnessed,
): void {
  if (witnessed > 0 || !entries.some(({ type }) => type === 'offer')) return;
  throw new AuditError(
    'LOG_NOT_WITNESSED',
    `The roster asks for ${needed} agencies that have cosigned the log, and there are not so many that have cosigned any of it, though it has runs: somebody else may have been shown another. Ask agencies for the checkpoints that their nodes keep, and name those with --earlier.`,
  );
}
