import { z } from 'zod';
import { toBase64 } from '../../core/base/index.js';
import { MAX_LOG_SIZE } from '../../transport/index.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AuditCheckpointView, AuditEntriesView, AuditProofView } from './audit-schema.js';

/** Entries in one answer: with the largest that there may be some 9 MB. */
export const MAX_ENTRIES_SHOWN = 100;

/** Of an entry, or how many there are. */
export const placeInLog = z.coerce.number().int().min(0).max(MAX_LOG_SIZE);
export const entriesAtOnce = z.coerce.number().int().min(1).max(MAX_ENTRIES_SHOWN).default(MAX_ENTRIES_SHOWN);

/**
 * Signs a checkpoint where entries have come since the last. Thrown as `AuditLog.checkpoint` says.
 * @param witnesses how many agencies the roster in force asks for that have cosigned the log
 */
export function checkpointView(
  log: Pick<AuditLog, 'checkpointOfAll' | 'cosignedBy'>,
  witnesses: number,
): AuditCheckpointView {
  return { checkpoint: log.checkpointOfAll(), cosigned: log.cosignedBy(witnesses) ?? null };
}

/** Thrown when the log doesn't go so far: CoordinatorError AUDIT_RANGE. */
export function entriesView(
  log: Pick<AuditLog, 'head' | 'entries'>,
  { from, limit }: { readonly from: number; readonly limit: number },
): Omit<AuditEntriesView, 'next'> {
  const end = Math.max(from, Math.min(from + limit, log.head.size));
  return { first: from, entries: log.entries(from, end).map(toBase64) };
}

/** Thrown when the log has no such entry: CoordinatorError AUDIT_RANGE. */
export function inclusionView(
  log: Pick<AuditLog, 'inclusionProof'>,
  { index, size }: { readonly index: number; readonly size: number },
): AuditProofView {
  return { hashes: log.inclusionProof(index, size).map(toBase64) };
}

/** Thrown when the log was never so long: CoordinatorError AUDIT_RANGE. */
export function consistencyView(
  log: Pick<AuditLog, 'consistencyProof'>,
  { first, second }: { readonly first: number; readonly second: number },
): AuditProofView {
  return { hashes: log.consistencyProof(first, second).map(toBase64) };
}
